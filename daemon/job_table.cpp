#include "daemon/job_table.hpp"

namespace insightd::daemon
{
namespace
{

config::Collector switch_of(Job job)
{
    using config::Collector;
    static constexpr std::array switches{
        Collector::stories,        Collector::stories,          Collector::profile,
        Collector::media,          Collector::account_insights, Collector::account_insights,
        Collector::media_insights, Collector::conversations,    Collector::publishing_limit,
        Collector::competitors,    Collector::live_media};
    return switches.at(static_cast<std::size_t>(job));
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
    case Job::media_insights:
    case Job::token:
    case Job::backfill:
        break; // as PostBook, the token's keeper and the plan of the past say
    }
    return schedule.media_insights.front().every;
}

} // namespace insightd::daemon
