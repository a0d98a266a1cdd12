#include "collectors/days.hpp"

#include <date/tz.h>

#include <optional>

namespace insightd::collectors
{
namespace
{

using std::chrono::days;
constexpr auto pacific = "America/Los_Angeles";
constexpr int days_without_boundaries = 28;

/// The local day that ends at `instant` in the zone, if that is a midnight there.
std::optional<model::Day> day_before_midnight(model::Instant instant, const std::string& timezone)
{
    const auto local = date::locate_zone(timezone)->to_local(instant);
    const auto midnight = date::floor<days>(local);
    if (midnight != local)
        return std::nullopt;
    return model::Day{midnight.time_since_epoch() - days{1}};
}

model::Instant pacific_midnight(date::local_days day)
{
    return date::locate_zone(pacific)->to_sys(day, date::choose::earliest);
}

std::set<model::Instant> pacific_boundaries(model::Instant now)
{
    const auto today = date::floor<days>(date::locate_zone(pacific)->to_local(now));
    std::set<model::Instant> boundaries;
    for (int back = 0; back < days_without_boundaries; ++back)
        boundaries.insert(pacific_midnight(today - days{back}));
    return boundaries;
}

} // namespace

model::Day day_ending_at(model::Instant end_time, const std::string& timezone)
{
    if (const auto day = day_before_midnight(end_time, timezone))
        return *day;
    if (const auto day = day_before_midnight(end_time, pacific))
        return *day;
    return std::chrono::floor<days>(end_time - std::chrono::hours{12});
}

std::vector<DayWindow> day_windows(
    const std::set<model::Instant>& end_times, const std::string& timezone, model::Instant now)
{
    auto boundaries = end_times.empty() ? pacific_boundaries(now) : end_times;
    // A series may leave the day under way out: it ends a day after the last boundary.
    while (*boundaries.rbegin() <= now)
        boundaries.insert(*boundaries.rbegin() + days{1});

    std::vector<DayWindow> windows;
    auto begin = *boundaries.begin() - days{1};
    for (const auto end : boundaries) {
        // A gap in the series is not one long day.
        if (end - begin > std::chrono::hours{25})
            begin = end - days{1};
        if (begin < now)
            windows.push_back({day_ending_at(end, timezone), begin, end});
        begin = end;
    }
    return windows;
}

std::vector<DayWindow> choose_days(
    const std::vector<DayWindow>& windows, const std::set<model::Day>& final_days,
    model::Instant now, std::size_t backfill)
{
    std::vector<DayWindow> chosen;
    std::size_t settled = 0;
    for (auto window = windows.rbegin(); window != windows.rend(); ++window) {
        if (final_days.contains(window->day))
            continue;
        const bool is_settled = window->end + settling_delay <= now;
        if (is_settled && ++settled > backfill)
            break;
        chosen.push_back(*window);
    }
    return chosen;
}

} // namespace insightd::collectors
