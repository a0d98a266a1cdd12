#pragma once

#include "storage/model/time.hpp"

namespace insightd::model
{

/// How fast a post changes, as the scheduler judged it after one reading: it is kept with what that
/// reading found, and a daemon that starts goes on from it. A change is one more view (or one more
/// account reached, where there are no views). See daemon/scheduling/change_rate.hpp.
struct PostRate {
    float per_hour = 0; ///< changes per hour at `judged_at`
    float evidence = 0; ///< what that rests on, in changes
    float unread = 0;   ///< changes since the last insights reading that lists hint at
    float waited = 0;   ///< change-hours that these have waited
    Instant judged_at;  ///< the time of the reading

    bool operator==(const PostRate&) const = default;
};

} // namespace insightd::model
