#include "daemon/job_table.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{
namespace
{

config::Collector switch_of(Job job)
{
    using config::Collector;
    static constexpr std::array switches{
        std::pair{Job::story_insights, Collector::stories},
        std::pair{Job::stories, Collector::stories},
        std::pair{Job::profile, Collector::profile},
        std::pair{Job::media_list, Collector::media},
        std::pair{Job::account_days, Collector::account_insights},
        std::pair{Job::audience, Collector::account_insights},
        std::pair{Job::media_insights, Collector::media_insights},
        std::pair{Job::conversations, Collector::conversations},
        std::pair{Job::tags, Collector::tags},
        std::pair{Job::comments, Collector::comments},
        std::pair{Job::mentions, Collector::mentions},
        std::pair{Job::publishing_limit, Collector::publishing_limit},
        std::pair{Job::competitors, Collector::competitors},
        std::pair{Job::live_media, Collector::live_media}};
    return std::ranges::find(switches, job, [](const auto& line) { return line.first; })->second;
}

} // namespace

bool is_switched_on(const config::Account& settings, Job job)
{
    const auto found = settings.collect.find(switch_of(job));
    return found != settings.collect.end() && found->second;
}

std::chrono::seconds interval(const config::Schedule& schedule, Job job)
{
    switch (job) {
    case Job::stories:
    case Job::story_insights:
        return schedule.stories;
    case Job::profile:
        return schedule.profile;
    case Job::media_list:
        return schedule.media_list;
    case Job::account_days:
        return schedule.account_insights;
    case Job::audience:
        return schedule.demographics;
    case Job::conversations:
        return schedule.conversations;
    case Job::publishing_limit:
        return schedule.publishing_limit;
    case Job::competitors:
        return schedule.competitors;
    case Job::live_media:
        return schedule.live_media;
    case Job::tags:
        return schedule.tags;
    case Job::comments:
        return schedule.comments;
    case Job::mentions:
        return schedule.mentions;
    case Job::media_insights:
    case Job::token:
    case Job::backfill:
        break; // as PostBook, the token's keeper and the plan of the past say
    }
    return schedule.media_insights.front().every;
}

} // namespace insightd::daemon
