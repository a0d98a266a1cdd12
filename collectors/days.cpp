#include "collectors/days.hpp"

#include <date/tz.h>

namespace insightd::collectors
{
namespace
{

using std::chrono::days;
constexpr auto pacific = "America/Los_Angeles";
constexpr int days_without_boundaries = 28;
constexpr std::chrono::hours half_a_day{12};
constexpr std::chrono::hours shortest_day{23}; // where the clock is put forward
constexpr std::chrono::hours longest_day{25};

/// When the local day begins: at midnight, or, where a clock change skips it, right after.
model::Instant begin_of(date::local_days day, const date::time_zone& zone)
{
    return zone.to_sys(day, date::choose::earliest);
}

date::local_days local_day(model::Instant instant, const date::time_zone& zone)
{
    return date::floor<days>(zone.to_local(instant));
}

/// The zone whose midnight the boundary is: the account's, else US Pacific; nullptr if neither.
/// Source: graph-api.md section 5, "end_time / days".
const date::time_zone* zone_of(model::Instant boundary, const std::string& timezone)
{
    for (const auto* zone : {date::locate_zone(timezone), date::locate_zone(pacific)})
        if (begin_of(local_day(boundary, *zone), *zone) == boundary)
            return zone;
    return nullptr;
}

/// The boundary that many days on, or back: by the zone's calendar, else by 24 hours each.
model::Instant days_on(model::Instant boundary, std::int64_t count, const date::time_zone* zone)
{
    if (zone == nullptr)
        return boundary + days{count};
    return begin_of(local_day(boundary, *zone) + days{count}, *zone);
}

/// Where the day begins that ends at `end`: at a point of the series that is a day earlier, else by
/// the calendar.
model::Instant begin_of_day(
    model::Instant end, const std::set<model::Instant>& points, const std::string& timezone)
{
    const auto point = points.lower_bound(end - std::chrono::hours{25});
    if (point != points.end() && *point <= end - std::chrono::hours{23})
        return *point;
    return days_on(end, -1, zone_of(end, timezone));
}

/// As days_on(), of whichever kind the boundary is.
model::Instant beside(model::Instant boundary, std::int64_t count, const std::string& timezone)
{
    return days_on(boundary, count, zone_of(boundary, timezone));
}

/// A series that leaves days out loses none: their boundaries go on from the one before.
std::set<model::Instant>
without_gaps(const std::set<model::Instant>& end_times, const std::string& timezone)
{
    auto all = end_times;
    for (auto at = all.begin(); std::next(at) != all.end(); ++at) {
        const auto next = beside(*at, 1, timezone);
        if (next + half_a_day < *std::next(at))
            all.insert(next);
    }
    return all;
}

/// The boundary before, unless it is of another kind, or there is none: then a day before the end.
model::Instant begin_of_window(
    std::optional<model::Instant> before, model::Instant end, const std::string& timezone)
{
    const auto is_a_day = before && end - *before >= shortest_day && end - *before <= longest_day;
    return is_a_day ? *before : beside(end, -1, timezone);
}

bool is_recheck_due(const DayWindow& window, const DayPlan& plan, model::Instant now)
{
    const auto due = window.end + recheck_delay;
    return due <= now && plan.final_days.at(window.day).checked_at < due;
}

/// The last 28 boundaries up to now: as the known one has it, else Pacific midnights.
std::set<model::Instant> boundaries_without_series(
    std::optional<model::Instant> known, const std::string& timezone, model::Instant now)
{
    const auto* zone = known ? zone_of(*known, timezone) : date::locate_zone(pacific);
    const auto newest = zone != nullptr ? begin_of(local_day(now, *zone), *zone)
                                        : *known + std::chrono::floor<days>(now - *known);
    std::set<model::Instant> boundaries;
    for (int back = 0; back < days_without_boundaries; ++back)
        boundaries.insert(days_on(newest, -back, zone));
    return boundaries;
}

} // namespace

model::Day day_ending_at(model::Instant end_time, const std::string& timezone)
{
    if (const auto* zone = zone_of(end_time, timezone))
        return model::Day{local_day(end_time, *zone).time_since_epoch() - days{1}};
    return std::chrono::floor<days>(end_time - std::chrono::hours{12});
}

std::vector<DayWindow> day_windows(
    const std::set<model::Instant>& end_times, const std::string& timezone, model::Instant now,
    std::optional<model::Instant> known_day_end)
{
    auto boundaries = end_times.empty() ? boundaries_without_series(known_day_end, timezone, now)
                                        : without_gaps(end_times, timezone);
    // A series may leave the day under way out: it ends a day after the last boundary.
    while (*boundaries.rbegin() <= now)
        boundaries.insert(beside(*boundaries.rbegin(), 1, timezone));

    std::map<model::Day, DayWindow> windows;
    std::optional<model::Instant> before;
    for (const auto end : boundaries) {
        const auto begin = begin_of_window(before, end, timezone);
        const auto day = day_ending_at(end, timezone);
        if (begin < now)
            windows[day] = {day, begin, end};
        before = end;
    }
    std::vector<DayWindow> in_order;
    for (const auto& [day, window] : windows)
        in_order.push_back(window);
    return in_order;
}

std::vector<DayWindow> days_before(
    model::Instant end, const std::set<model::Instant>& points, const std::string& timezone,
    std::size_t most, model::Instant earliest)
{
    std::vector<DayWindow> before;
    while (before.size() < most) {
        const auto begin = begin_of_day(end, points, timezone);
        if (begin < earliest)
            break;
        before.push_back({day_ending_at(end, timezone), begin, end});
        end = begin;
    }
    return before;
}

bool is_settled(const DayWindow& window, std::chrono::seconds margin, model::Instant now)
{
    return window.end + settling_delay + margin <= now;
}

bool is_final(const DayWindow& window, const DayPlan& plan)
{
    const auto known = plan.final_days.find(window.day);
    return known != plan.final_days.end() && known->second.day_end == window.end;
}

std::vector<DayWindow>
choose_days(const std::vector<DayWindow>& windows, const DayPlan& plan, model::Instant now)
{
    std::vector<DayWindow> chosen;
    std::size_t settled = 0;
    for (auto window = windows.rbegin(); window != windows.rend(); ++window) {
        if (is_final(*window, plan) && !is_recheck_due(*window, plan, now))
            continue;
        if (is_settled(*window, plan.settling_margin, now) && ++settled > plan.backfill)
            break;
        chosen.push_back(*window);
    }
    return chosen;
}

} // namespace insightd::collectors
