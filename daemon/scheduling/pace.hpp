#pragma once

#include "config/config.hpp"
#include "daemon/scheduling/change_rate.hpp"

#include <string>

namespace insightd::scheduling
{

/// How an account wants its posts read.
struct Pacing {
    std::chrono::seconds freshness{std::chrono::minutes{30}}; ///< mean time that a change waits
    std::chrono::seconds shortest{std::chrono::minutes{5}};   ///< never denser than this
    bool floors = true;  ///< each post at least once per `every` of its age tier
    double scarcity = 1; ///< ≥ 1: the governor's factor on every interval but the floors
};

/// Why a post is due when it is.
enum class Reason : std::uint8_t {
    never_read, ///< it has no number yet
    worth_it,   ///< by then as many changes wait as are worth a call
    moved,      ///< the same, brought forward by likes and comments that moved
    tier_floor, ///< its age tier's longest interval
    shortest,   ///< the shortest interval between two readings
};

/// When a post is read next, and what explains it.
struct Plan {
    model::Instant due;
    Reason reason{};
    double changes_per_hour = 0;        ///< expected now
    double unread = 0;                  ///< changes that lists hint at since the last reading
    std::chrono::seconds worth_after{}; ///< from the last reading until the next is worth its call
};

/// When the post is due next by what changed; nothing once it is past the last age tier. May lie
/// before `now`: it is due. A reading stamped later than `now` counts as made now. To be asked
/// again after each reading of the post, insights or list.
std::optional<Plan> next_reading(
    const ChangeRate& known, model::Instant published_at, model::Instant now,
    const AccountRates& account, const std::vector<config::AgeTier>& tiers, const Pacing& pacing);

/// In words, for `explain`: "changes 12.3 per hour, worth a reading 41 min after the last".
std::string described(const Plan& plan);

} // namespace insightd::scheduling
