#pragma once

#include "daemon/log.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::daemon::log
{

/// What befalls ten thousand accounts at once is one thing to be read: of one event the first lines
/// within a minute are written, and when the minute is over, in one line, how many more there were.
/// What was done (`poll` and the like) and debug lines are complete: one is the record of the work,
/// the other was asked for.
///
/// May be used from any thread; nobody's lines are within another's.
class Limiter
{
public:
    using Time = std::chrono::nanoseconds; ///< of a clock that only goes forward

    /// Lines of one event and one weight: a screenful.
    static constexpr std::int64_t most = 20;
    /// From the first of them on.
    static constexpr std::chrono::seconds window{60};

    using Write = std::function<void(Level level, const std::string& line)>;

    Limiter(Write write, std::function<Time()> time);

    /// One line, unless there were enough of its kind; before it, what tell_over() tells.
    void tell(Level level, std::string_view event, FieldList fields);

    /// Says of each event whose minute is over how many lines were left out, if any.
    void tell_over();

    /// The same of all, also before their minute is over: nobody will ask again.
    void tell_all();

private:
    struct Kind {
        Level level;
        std::string event;
        auto operator<=>(const Kind&) const = default;
    };
    struct Seen {
        Time since{};
        std::int64_t lines = 0; ///< written or not
    };

    bool takes(Level level, std::string_view event, Time now);
    void end_those_older_than(Time age, Time now);
    void tell_left_out(const Kind& kind, const Seen& seen, Time now) const;

    Write write_;
    std::function<Time()> time_;
    std::mutex mutex_;
    std::map<Kind, Seen> seen_; ///< within their minute; there are as many kinds as `log::` calls
};

/// Of this process's log: says what was repeated within a minute that is over. The next line of any
/// event says it too: this is for times in which there is none.
void tell_repeats();

/// Says what was repeated until now: whoever ends the process calls it last.
void tell_all_repeats();

} // namespace insightd::daemon::log
