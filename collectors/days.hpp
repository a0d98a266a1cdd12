#pragma once

#include "storage/model/history.hpp"
#include "storage/model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The account's days: where they begin and end, which of them to read, and when they are settled.
namespace insightd::collectors
{

/// Numbers of a day may still change until this long after its end; the account's settling_margin
/// comes on top. Source: graph-api.md section 4.4, "Delay <= 48 h".
inline constexpr std::chrono::hours settling_delay{48};

/// The live work reads days this far back; what is older is the backfill's. The longest span of a
/// call is 30 days, and follower_count reaches 30 days back. Source: graph-api.md section 5.
inline constexpr std::chrono::days series_reach{28};

/// A final day is read once more this long after its end: what was changed since is a revision.
inline constexpr std::chrono::days recheck_delay{7};

/// What is already known when account days are to be read.
struct DayPlan {
    std::map<model::Day, model::FinalDay> final_days; ///< stored and settled
    std::chrono::seconds settling_margin{};           ///< beyond settling_delay
    std::size_t backfill = 0;                    ///< settled days to read in this pass, at most
    std::optional<model::Instant> known_day_end; ///< newest stored: days go on from it if the
                                                 ///< series has none
    std::optional<std::int64_t> followers_count; ///< explains refusals below 100 followers
};

/// One day of an account: [begin, end), 23 to 25 hours long.
struct DayWindow {
    model::Day day;
    model::Instant begin;
    model::Instant end;

    bool operator==(const DayWindow&) const = default;
};

/// The day that ends at `end_time`. Midnight in the account's zone ends the account's local day,
/// midnight US Pacific the Pacific one; any other boundary belongs to the UTC day of its middle.
/// Source: graph-api.md section 5, "end_time / days": the platform's sources disagree on the zone.
model::Day day_ending_at(model::Instant end_time, const std::string& timezone);

/// Windows that end at the API's own boundaries, oldest first, each day once: those that the series
/// leaves out between them, and the day under way, are added. Without boundaries: the last 28 days,
/// of the kind that the known day is one of: from midnight to midnight in the account's zone or US
/// Pacific, else 24 hours each. Without a known day: Pacific.
std::vector<DayWindow> day_windows(
    const std::set<model::Instant>& end_times, const std::string& timezone, model::Instant now,
    std::optional<model::Instant> known_day_end = std::nullopt);

/// The days that end at `end` and before it, newest first: up to `most`, none that begins before
/// `earliest`. A day begins where the series has a point 23 to 25 hours earlier, else by the
/// calendar of the zone that `end` is a midnight of, else 24 hours earlier.
std::vector<DayWindow> days_before(
    model::Instant end, const std::set<model::Instant>& points, const std::string& timezone,
    std::size_t most, model::Instant earliest);

/// Whether what is read of the window at `now` is final.
bool is_settled(const DayWindow& window, std::chrono::seconds margin, model::Instant now);

/// Whether the store holds this very window as final; a day that was stored with another end,
/// before the platform's boundaries moved, is another day.
bool is_final(const DayWindow& window, const DayPlan& plan);

/// What to read now: every day that is not settled, newest first, then up to `backfill` settled
/// ones that the store does not yet hold as final, or that are due for their recheck.
std::vector<DayWindow>
choose_days(const std::vector<DayWindow>& windows, const DayPlan& plan, model::Instant now);

} // namespace insightd::collectors
