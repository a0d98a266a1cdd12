#pragma once

#include "config/config.hpp"
#include "daemon/scheduler.hpp"

#include <array>
#include <chrono>

/// What the configuration says of each job.
namespace insightd::daemon
{

/// The jobs that an account has one of, as far as they are switched on.
inline constexpr std::array account_jobs{
    Job::stories,     Job::profile,   Job::media_list, Job::account_days,  Job::audience,
    Job::tags,        Job::comments,  Job::mentions,   Job::conversations, Job::publishing_limit,
    Job::competitors, Job::live_media};

/// What cannot be fetched again, and what an account needs for it.
inline constexpr std::array urgent_jobs{Job::stories, Job::profile};

/// What others show and write in public: their failures are nobody else's.
constexpr bool is_public_edge(Job job)
{
    return job == Job::tags || job == Job::comments || job == Job::mentions;
}

/// Their calls are made one by one: with a distance between them, or when nothing else waits.
constexpr bool goes_a_call_at_a_time(Job job)
{
    return job == Job::conversations || job == Job::comments || job == Job::mentions ||
           job == Job::competitors;
}

/// Whether the account wants it; only for jobs that a collector does.
bool is_switched_on(const config::Account& settings, Job job);

/// Between two runs of a job that is not of single media.
std::chrono::seconds interval(const config::Schedule& schedule, Job job);

} // namespace insightd::daemon
