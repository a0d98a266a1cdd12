#include "daemon/log_limiter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::daemon::log
{
namespace
{

/// Each of them says what was done, once.
constexpr std::array<std::string_view, 4> records_of_work{
    "poll", "thinned", "month_rebuilt", "token_renewed"};

bool is_complete(Level level, std::string_view event)
{
    return level == Level::debug ||
           std::ranges::find(records_of_work, event) != records_of_work.end();
}

} // namespace

Limiter::Limiter(Write write, std::function<Time()> time)
    : write_{std::move(write)}, time_{std::move(time)}
{
}

void Limiter::tell(Level level, std::string_view event, FieldList fields)
{
    const std::scoped_lock lock{mutex_};
    const auto now = time_();
    end_those_older_than(window, now);
    if (takes(level, event, now))
        write_(level, line(event, fields));
}

bool Limiter::takes(Level level, std::string_view event, Time now)
{
    if (is_complete(level, event))
        return true;
    auto& seen = seen_.try_emplace(Kind{level, std::string{event}}, Seen{now}).first->second;
    return ++seen.lines <= most;
}

void Limiter::tell_over()
{
    const std::scoped_lock lock{mutex_};
    end_those_older_than(window, time_());
}

void Limiter::tell_all()
{
    const std::scoped_lock lock{mutex_};
    end_those_older_than(Time::zero(), time_());
}

void Limiter::end_those_older_than(Time age, Time now)
{
    std::erase_if(seen_, [&](const auto& one) {
        const auto& [kind, seen] = one;
        const bool ends = now - seen.since >= age;
        if (ends)
            tell_left_out(kind, seen, now);
        return ends;
    });
}

/// A minute in which nobody looked at the clock is over all the same: it is told as the minute it
/// was.
void Limiter::tell_left_out(const Kind& kind, const Seen& seen, Time now) const
{
    if (seen.lines <= most)
        return;
    const auto in =
        std::chrono::ceil<std::chrono::seconds>(std::min<Time>(now - seen.since, window));
    const std::array fields{
        Field{"event", kind.event}, Field{"suppressed", seen.lines - most},
        Field{"in", fmt::format("{}s", in.count())}};
    write_(kind.level, line("repeats", fields));
}

} // namespace insightd::daemon::log
