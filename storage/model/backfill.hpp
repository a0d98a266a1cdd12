#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace insightd::model
{

/// How far the past of one account has been fetched. First the platform is asked how far back it
/// serves days (`probed_to` goes back), then the days are read, newest first (`next_day_end` goes
/// back), then the posts that no schedule reads.
struct Backfill {
    Instant started_at;
    Instant updated_at;
    std::optional<Day> since;             ///< asked for; nothing: as far as the platform serves
    std::optional<Instant> first_day_end; ///< end of the newest day that it fetches
    std::optional<Instant> probed_to;     ///< how far back was looked
    std::optional<Instant> served_from;   ///< begin of the oldest day that was answered
    std::optional<Day> oldest_served_day; ///< that day
    std::string ended_because;            ///< why no older one; empty until the end is found
    std::optional<Instant> next_day_end;  ///< end of the newest day that is still to be read
    std::int64_t days_done = 0;           ///< read, or found stored as final
    std::optional<std::int64_t> days_expected;  ///< nothing until the end is found
    std::int64_t media_done = 0;                ///< listed posts with a reading, whoever read them
    std::optional<std::int64_t> media_expected; ///< nothing until the list was read
    std::optional<Instant> eta;                 ///< at the configured pace
    std::optional<Instant> finished_at;
    std::string last_error; ///< empty if the last piece succeeded

    bool operator==(const Backfill&) const = default;
};

} // namespace insightd::model
