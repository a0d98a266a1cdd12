#include "daemon/engine.hpp"
#include "daemon/running.hpp"

// When the engine has time for the past.
namespace insightd::daemon
{
namespace
{

/// The past waits this long for live work that waits itself.
constexpr std::chrono::minutes after_live_work{1};

} // namespace

/// The past never takes a place that live work waits for: neither of its own account, which is
/// served in the order of importance, nor of another that is not served yet.
void Engine::begin_backfills(const std::vector<Task>& tasks, model::Instant now)
{
    for (const auto& task : tasks) {
        auto& account = *accounts_.at(task.account);
        const bool others_wait =
            account.backfill().pace() == BackfillPlan::Pace::steady && !running_->ready.empty();
        if (const auto from = std::max(account.paused_until, verdict_on(account, task, now).again);
            from > now)
            scheduler_.add(task, from);
        else if (others_wait && !account.being_served)
            scheduler_.add(task, now + after_live_work);
        else {
            ++progress_.tasks_known;
            enqueue(account, task);
        }
        serve_ready();
    }
}

void Engine::only_backfill()
{
    restrict_to([](Job job) { return job == Job::backfill; });
    scheduler_.clear();
    for (auto& account : accounts_) {
        account->backfill().set_pace(BackfillPlan::Pace::at_once);
        if (!account->backfill().finished())
            scheduler_.add(account->backfill_task(), services_.clock.now());
    }
}

std::vector<Engine::BackfillState> Engine::backfills() const
{
    std::vector<BackfillState> states;
    for (const auto& account : accounts_)
        states.push_back({account->settings().name, account->backfill().row()});
    return states;
}

} // namespace insightd::daemon
