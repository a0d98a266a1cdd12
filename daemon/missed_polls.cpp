#include "daemon/missed_polls.hpp"

#include "collectors/media.hpp"
#include "daemon/token_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace insightd::daemon
{
namespace
{

/// Posts of all ages are read at different paces; an hour is the pace of those that still move.
constexpr std::chrono::hours pace_of_posts{1};

} // namespace

std::optional<std::chrono::seconds> lateness_allowed(Job job, const config::Schedule& schedule)
{
    switch (job) {
    case Job::profile:
        return schedule.profile;
    case Job::media_list:
        return schedule.media_list;
    case Job::audience:
        return schedule.demographics;
    case Job::stories:
        return collectors::story_life; // a list that is read again within it has missed none
    case Job::media_insights:
        return pace_of_posts;
    case Job::publishing_limit:
        return schedule.publishing_limit;
    case Job::competitors:
        return schedule.competitors;
    case Job::live_media: // what began and ended meanwhile is not told any more
        return schedule.live_media;
    case Job::account_days:  // can be read later, each day by itself
    case Job::conversations: // what was lost of one is told with it
    case Job::story_insights:
    case Job::token:
    case Job::backfill:
    case Job::tags: // what is there later tells as much
    case Job::comments:
    case Job::mentions:
        break;
    }
    return std::nullopt;
}

void MissedPolls::resume(Job job, model::Instant failing_since, std::string why)
{
    jobs_.at(static_cast<std::size_t>(job)) = {failing_since, std::move(why), true};
}

void MissedPolls::fell_due(Job job, model::Instant due)
{
    due = std::max(due, std::min(last_alive_.value_or(due), began_at_));
    auto& oldest = jobs_.at(static_cast<std::size_t>(job)).due;
    oldest = std::min(oldest.value_or(due), due);
}

void MissedPolls::failed(Job job, std::string why)
{
    jobs_.at(static_cast<std::size_t>(job)).why = std::move(why);
}

void MissedPolls::paused(const std::string& why)
{
    for (auto& unmet : jobs_)
        unmet.why = why;
}

std::optional<model::Gap>
MissedPolls::met(Job job, const config::Schedule& schedule, model::Instant now)
{
    const auto unmet = std::exchange(jobs_.at(static_cast<std::size_t>(job)), {});
    const auto allowed = lateness_allowed(job, schedule);
    if (!unmet.due || !allowed || now - *unmet.due <= *allowed)
        return std::nullopt;
    // Stories that were alive within a day are still listed: only what ended before was missed.
    const auto ends_at = job == Job::stories ? now - collectors::story_life : now;
    return model::Gap{std::string{collector_of(job)}, *unmet.due, ends_at, reason(unmet)};
}

std::optional<model::Gap>
MissedPolls::met_in_part(Job job, const config::Schedule& schedule, model::Instant now)
{
    auto why = jobs_.at(static_cast<std::size_t>(job)).why;
    auto gap = met(job, schedule, now);
    fell_due(job, now);
    failed(job, std::move(why));
    return gap;
}

std::string MissedPolls::reason(const Unmet& unmet) const
{
    if (*unmet.due >= began_at_)
        return unmet.why.empty() ? "the readings took too long" : unmet.why;
    if (unmet.is_resumed)
        return unmet.why;
    const auto stopped = "insightd was not running until " + date_words(began_at_);
    return unmet.why.empty() ? stopped : stopped + ", then: " + unmet.why;
}

} // namespace insightd::daemon
