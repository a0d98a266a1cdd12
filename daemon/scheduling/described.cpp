#include "daemon/scheduling/pace.hpp"

#include <fmt/format.h>

#include <cmath>

namespace insightd::scheduling
{
namespace
{

constexpr double minutes_per_hour = 60;
constexpr double hours_per_day = 24;

std::string in_words(std::chrono::seconds span)
{
    const auto hours = std::chrono::duration<double, std::ratio<3600>>{span}.count();
    if (hours < 2)
        return fmt::format("{:.0f} min", hours * minutes_per_hour);
    if (hours < 2 * hours_per_day)
        return fmt::format("{:.1f} h", hours);
    return fmt::format("{:.1f} days", hours / hours_per_day);
}

std::string why(const Plan& plan)
{
    const auto worth = "worth a reading " + in_words(plan.worth_after) + " after the last";
    switch (plan.reason) {
    case Reason::never_read:
        return "never read so far";
    case Reason::moved:
        return fmt::format("likes or comments moved: about {:.0f} changes wait", plan.unread);
    case Reason::tier_floor:
        return worth + ", earlier by its age tier";
    case Reason::shortest:
        return worth + ", later by the shortest interval";
    case Reason::worth_it:
        break;
    }
    return worth;
}

} // namespace

std::string described(const Plan& plan)
{
    return fmt::format("changes {:.3g} per hour, {}", plan.changes_per_hour, why(plan));
}

} // namespace insightd::scheduling
