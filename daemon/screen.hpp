#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace insightd::daemon
{

/// The text cut to what a screen of that size shows: whole characters, and in the last line how
/// many lines are not shown. Each line ends with a line end.
std::string fitted(std::string_view text, std::size_t columns, std::size_t lines);

/// Standard output that shows the same thing again and again: on a terminal in place, on a screen
/// of its own that is gone afterwards; elsewhere one block below the other. Signals that end the
/// process are held back while it lives: wait() tells of them.
class Screen
{
public:
    enum class Form { in_place, one_below_the_other };

    explicit Screen(Form on_terminal = Form::in_place);
    ~Screen(); ///< the terminal is as before
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    /// Characters in a line of the terminal as it is now; nothing elsewhere.
    std::optional<std::size_t> columns() const;

    /// Throws std::runtime_error if nobody reads any more.
    void show(std::string_view text) const;

    /// Until it is time to show anew: after so long, or when the terminal has another size. False
    /// when somebody wants the process to end.
    bool wait(std::chrono::milliseconds most) const;

private:
    bool in_place_;
    sigset_t awaited_{}, before_{};
};

} // namespace insightd::daemon
