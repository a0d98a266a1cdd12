#include "daemon/advice.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/reaction.hpp"
#include "daemon/running.hpp"
#include "daemon/setup.hpp"
#include "daemon/story_trouble.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

std::string seconds_text(std::chrono::microseconds wait)
{
    return fmt::format("{}s", std::chrono::ceil<std::chrono::seconds>(wait).count());
}

/// Whether what the platform refuses of it, for a policy of its own, says nothing of the rest.
bool is_beside_the_rest(Job job)
{
    return job == Job::conversations || job == Job::publishing_limit || job == Job::competitors ||
           job == Job::live_media || is_public_edge(job);
}

/// Messages and competitors have limits of their own: what stops them stops nothing else.
Scope scope_of(Job job, graph::FailureClass kind)
{
    const bool has_own_limit = job == Job::conversations || job == Job::competitors;
    const bool stays_apart = (has_own_limit && kind == graph::FailureClass::account_throttled) ||
                             (is_beside_the_rest(job) && kind == graph::FailureClass::blocked);
    return stays_apart ? Scope::job : reaction_to(kind).scope;
}

bool is_throttled(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::app_throttled ||
           failure.kind == graph::FailureClass::account_throttled;
}

} // namespace

/// Numbers of another version are numbers all the same; but someone should know.
void Engine::note_version(const graph::Client& api)
{
    const auto& served = api.host().api_version;
    if (served.empty() || served == running_->api_version)
        return;
    running_->api_version = served;
    if (served != services_.config.api.version)
        log::warning(
            "api_version_forwarded", {{"asked", services_.config.api.version},
                                      {"answered", served},
                                      {"mend", "set api.version to one that is served"}});
}

void Engine::plan(Account& account, const std::vector<Task>& done)
{
    const auto now = services_.clock.now();
    for (const auto& task : done)
        if (const auto due = account.next_due(task, now))
            scheduler_.add(task, *due);
    progress_.tasks_done += done.size();
}

void Engine::recovered(Account& account, Job job)
{
    account.pauses_in_row = 0;
    auto& trouble = account.trouble(job);
    if (trouble.kind)
        log::info(
            "recovered", {{"account", account.settings().name}, {"collector", collector_of(job)}});
    trouble = {};
}

/// Too many calls: until the block ends. Another failure has a wait of its own, which a block that
/// happens to be there does not shorten.
std::chrono::microseconds Engine::wait_from(
    model::Instant now, const Account& account, const graph::Failure& failure,
    std::int64_t in_row) const
{
    const std::chrono::microseconds blocked = governor_.blocked_until(account.index()) - now;
    if (is_throttled(failure) && blocked > blocked.zero())
        return blocked;
    const auto key = static_cast<std::uint64_t>(account.id());
    return std::max<std::chrono::microseconds>(blocked, wait_after(failure, in_row, key));
}

model::Instant Engine::failed(
    Account& account, Job job, const std::vector<Task>& tasks, const graph::Failure& failure)
{
    auto& trouble = account.trouble(job);
    ++trouble.failures;
    const bool pauses = scope_of(job, failure.kind) != Scope::job;
    const auto in_row = pauses ? ++account.pauses_in_row : trouble.failures;
    const auto now = services_.clock.now();
    const auto wait = wait_from(now, account, failure, in_row);
    const auto until = now + wait;
    if (trouble.kind != failure.kind)
        log::warning(
            "collection_failed", {{"account", account.settings().name},
                                  {"collector", collector_of(job)},
                                  {"reason", graph::to_string(failure)},
                                  {"mend", advice_for(job, failure.kind, account.settings())},
                                  {"next_try_in", seconds_text(wait)}});
    trouble.kind = failure.kind;
    account.missed.failed(job, graph::to_string(failure));
    if (pass_at_)
        complaints_.push_back({account.settings().name, std::string{collector_of(job)}, failure});
    pause(account, scope_of(job, failure.kind), failure, until);
    for (const auto& task : tasks)
        postpone(account, {task}, account.next_retry(task, until, services_.clock.now()));
    return until;
}

void Engine::note_refusal(Account& account, model::CollectorRun& run, const std::string& reason)
{
    run.succeeded = false;
    run.error_class = "rows_refused";
    run.error = reason;
    log::error(
        "rows_refused", {{"account", account.settings().name},
                         {"collector", run.collector},
                         {"reason", reason},
                         {"mend", "report it with this line: the other rows are stored"}});
    graph::Failure failure;
    failure.kind = graph::FailureClass::malformed;
    failure.message = reason;
    if (pass_at_)
        complaints_.push_back({account.settings().name, run.collector, std::move(failure)});
}

/// Calls that are too many pause nobody here: the governor lets none through until it may.
void Engine::pause(
    Account& account, Scope scope, const graph::Failure& failure, model::Instant until)
{
    const auto why = graph::to_string(failure);
    if (scope == Scope::account)
        account.missed.paused(why);
    if (scope == Scope::account && failure.kind != graph::FailureClass::account_throttled) {
        account.paused_until = std::max(account.paused_until, until);
        account.pause_trouble = trouble_of(failure.kind);
    }
    if (scope == Scope::app)
        for (auto& other : accounts_)
            if (other->settings().login == account.settings().login)
                other->missed.paused(why);
}

} // namespace insightd::daemon
