#include "daemon/account.hpp"

#include <algorithm>
#include <utility>

// What another configuration means for an account that is being collected.
namespace insightd::daemon
{
namespace
{

bool paces_posts_alike(const config::Account& one, const config::Account& other)
{
    const auto& left = one.schedule;
    const auto& right = other.schedule;
    return left.polling == right.polling && left.freshness == right.freshness &&
           left.media_insights == right.media_insights &&
           is_switched_on(one, Job::media_insights) == is_switched_on(other, Job::media_insights);
}

void pull_forward(const Task& task, const std::optional<model::Instant>& due, Scheduler& scheduler)
{
    if (due)
        scheduler.pull_forward(task, *due);
}

bool reads_stories_alike(const config::Account& one, const config::Account& other)
{
    return one.schedule.stories == other.schedule.stories &&
           one.schedule.story_last_reading == other.schedule.story_last_reading;
}

} // namespace

void Account::change(config::Account settings, model::Instant now, Scheduler& scheduler)
{
    const auto before = std::exchange(settings_, std::move(settings));
    backfill_.change(settings_);
    if (!has_begun()) // remember() plans everything
        return;
    for (const auto job : account_jobs)
        change_job(job, before, now, scheduler);
    change_posts(before, now, scheduler);
    if (before.token != settings_.token || before.login != settings_.login)
        scheduler.pull_forward(token_task(), now);
    if (!before.backfill.automatic)
        reopen_backfill(now, scheduler);
    else if (!settings_.backfill.automatic)
        scheduler.cancel(backfill_task());
}

/// One that did not begin yet, for it waits for what the store remembers, begins as it is then.
void Account::change_job(
    Job job, const config::Account& before, model::Instant now, Scheduler& scheduler)
{
    const Task task{job, index_, 0};
    if (!begun_.at(static_cast<std::size_t>(job)))
        return;
    if (!collects(job)) {
        scheduler.cancel(task);
        missed.forget(job);
    } else if (!is_switched_on(before, job))
        scheduler.add(task, now);
    else if (interval(before.schedule, job) != interval_of(job))
        pull_forward(task, next_due(task, now), scheduler);
}

void Account::change_posts(const config::Account& before, model::Instant now, Scheduler& scheduler)
{
    const bool concerns_posts = !paces_posts_alike(before, settings_);
    const bool concerns_stories = !reads_stories_alike(before, settings_);
    if (!concerns_posts && !concerns_stories)
        return;
    for (const auto& post : posts_.table().posts()) {
        const auto task = task_of(post);
        if (task.job == Job::story_insights && concerns_stories)
            pull_forward(task, next_due(task, now), scheduler);
        else if (task.job == Job::media_insights && concerns_posts) {
            const auto plan = collects(task.job) ? plan_of(task.media, now) : std::nullopt;
            replan(task, plan ? std::optional{std::max(plan->due, now)} : std::nullopt, scheduler);
        }
    }
}

/// One that was put off after a failure stays put off.
void Account::replan(const Task& task, std::optional<model::Instant> due, Scheduler& scheduler)
{
    if (!due)
        scheduler.cancel(task);
    else if (scheduler.due_of(task))
        scheduler.replan(task, *due);
    else
        scheduler.add(task, *due);
}

} // namespace insightd::daemon
