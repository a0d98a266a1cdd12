#include "daemon/scheduling/task.hpp"

#include <array>

namespace insightd::scheduling
{

std::string_view collector_of(Job job)
{
    static constexpr std::array<std::string_view, job_count> names{
        "stories",  "stories",          "profile",       "media",      "account_insights",
        "audience", "media_insights",   "conversations", "tags",       "comments",
        "mentions", "publishing_limit", "competitors",   "live_media", "token",
        "backfill"};
    return names.at(static_cast<std::size_t>(job));
}

} // namespace insightd::scheduling
