#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

/// A time that passes as fast as the machine's, or slower, and never goes back: who must come
/// through a month of work gets as long for it as the machine needs.
namespace insightd::soak
{

/// Where the program finds the file of the clock.
inline constexpr auto clock_variable = "INSIGHTD_GOVERNED_CLOCK";

/// Lies in a file that both map. One writes; whoever reads while it does reads again.
struct GovernedTime {
    std::atomic<std::uint64_t> version{0};   ///< odd while it is written
    std::atomic<std::int64_t> since{0};      ///< microseconds of the machine's clock
    std::atomic<std::int64_t> then{0};       ///< what was shown at that moment
    std::atomic<std::int64_t> millionths{0}; ///< that pass in a second since then

    /// What is shown at this moment of the machine's clock, both in microseconds since 1970.
    std::int64_t at(std::int64_t machine) const
    {
        for (;;) {
            const auto before = version.load();
            const auto passed = machine - since.load();
            const auto shown = then.load() + static_cast<std::int64_t>(
                                                 static_cast<double>(passed) *
                                                 (static_cast<double>(millionths.load()) / 1e6));
            if (before % 2 == 0 && version.load() == before)
                return shown;
        }
    }
};

/// The soak's end of it.
class GovernedClock
{
public:
    /// Passes as the machine's does, until told otherwise. Throws std::runtime_error without a file
    /// that can be mapped.
    explicit GovernedClock(std::filesystem::path file);
    ~GovernedClock();
    GovernedClock(const GovernedClock&) = delete;
    GovernedClock& operator=(const GovernedClock&) = delete;

    /// From now on so much of a second passes in one: from 0, where time stands still, to 1.
    void set_rate(double rate);

    /// Microseconds since 1970. From any thread.
    std::int64_t now() const;

    const std::filesystem::path& file() const { return file_; }

private:
    std::filesystem::path file_;
    GovernedTime* time_;
};

} // namespace insightd::soak
