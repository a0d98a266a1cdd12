#include "daemon/engine.hpp"
#include "daemon/job_table.hpp"

#include <algorithm>

// How the collection goes, over all accounts that are the engine's own.
namespace insightd::daemon
{
namespace
{

void keep_older(std::optional<model::Instant>& oldest, const std::optional<model::Instant>& other)
{
    if (other)
        oldest = std::min(oldest.value_or(*other), *other);
}

} // namespace

Condition Engine::condition() const
{
    std::vector<Job> jobs{account_jobs.begin(), account_jobs.end()};
    jobs.insert(jobs.end(), {Job::media_insights, Job::backfill});
    Condition all;
    for (const auto job : jobs) {
        auto& collector = all.collectors.emplace_back();
        collector.name = collector_of(job);
        for (const auto& account : accounts_) {
            if (!is_ours(*account))
                continue;
            keep_older(collector.last_success, account->last_success(job));
            keep_older(collector.waits_since, account->waits_since(job));
            if (const auto failure = account->failing(job))
                all.failing.add(*failure);
        }
    }
    return all;
}

} // namespace insightd::daemon
