#include "daemon/scheduling/pace.hpp"

#include <fmt/format.h>

namespace insightd::scheduling
{
namespace
{

/// In the unit that people would use.
std::string words(std::chrono::seconds span)
{
    const auto seconds = static_cast<double>(span.count());
    if (span < std::chrono::hours{2})
        return fmt::format("{:.0f} min", seconds / 60);
    if (span < std::chrono::days{2})
        return fmt::format("{:.1f} h", seconds / 3'600);
    return fmt::format("{:.1f} d", seconds / 86'400);
}

std::string bound(Reason reason)
{
    switch (reason) {
    case Reason::moved:
        return ": its likes and comments moved";
    case Reason::tier_floor:
        return ", but its age is read more often";
    case Reason::shortest:
        return ", but no post is read so often";
    case Reason::never_read:
    case Reason::worth_it:
        break;
    }
    return "";
}

} // namespace

std::string described(const Plan& plan)
{
    if (plan.reason == Reason::never_read)
        return "never read yet: at once";
    auto text = fmt::format(
        "changes {:.3g} per hour, worth a reading {} after the last{}", plan.changes_per_hour,
        words(plan.worth_after), bound(plan.reason));
    if (plan.unread >= 1)
        text += fmt::format(" (about {:.0f} changes wait, as lists hint)", plan.unread);
    return text;
}

} // namespace insightd::scheduling
