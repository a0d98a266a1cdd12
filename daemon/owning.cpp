#include "daemon/engine.hpp"
#include "daemon/replicas/ownership.hpp"
#include "daemon/running.hpp"

#include <algorithm>

// Whose the accounts are, and what may be done for them.
namespace insightd::daemon
{

using replicas::Ownership;

bool is_irreplaceable(Job job)
{
    return job == Job::stories || job == Job::story_insights;
}

std::optional<std::uint32_t> Engine::index_of(model::AccountId account) const
{
    const auto found = running_->places.find(account);
    return found != running_->places.end() ? std::optional{found->second} : std::nullopt;
}

bool Engine::is_ours(const Account& account) const
{
    return standings_.at(account.index()) == Standing::ours;
}

/// Nothing if it is not ours.
Account* Engine::own_account(model::AccountId account) const
{
    const auto index = index_of(account);
    return index && standings_.at(*index) == Standing::ours ? accounts_.at(*index).get() : nullptr;
}

Engine::Glance Engine::glance_at(model::AccountId account) const
{
    const auto index = index_of(account);
    if (!index)
        return {};
    const auto& known = *accounts_.at(*index);
    return {
        is_ours(known), known.paused_until,
        is_ours(known) ? known.open_stories(services_.clock.now())
                       : std::vector<model::KnownMedia>{}};
}

bool Engine::may_do(Job job) const
{
    if (services_.ownership == nullptr)
        return true;
    const auto standing = services_.ownership->standing();
    return standing == Ownership::Standing::everything ||
           (standing == Ownership::Standing::irreplaceable && is_irreplaceable(job));
}

/// Due, and overdue until it may be done: it keeps its place.
void Engine::withhold(const Task& task, model::Instant due)
{
    running_->withheld.emplace_back(task, due);
}

/// What calls were withheld from: nobody asked, so nothing is known to be wrong. It stays due, and
/// waits until it may be done; what is not ours any more is its owner's.
void Engine::set_aside(Account& account, const std::vector<Task>& tasks)
{
    if (is_ours(account))
        return postpone(account, tasks, services_.clock.now());
    progress_.tasks_done += tasks.size();
}

void Engine::end_withholding()
{
    for (const auto& [task, due] : std::exchange(running_->withheld, {}))
        scheduler_.add(task, due);
}

void Engine::look_again()
{
    if (may_do(Job::media_insights))
        end_withholding();
    running_->wake.cancel();
}

bool Engine::is_at_rest(model::AccountId account) const
{
    const auto index = index_of(account);
    if (!index)
        return true;
    auto* const known = accounts_.at(*index).get();
    return !known->being_served && !running_->looked_after.contains(known);
}

void Engine::let_go(const std::vector<model::AccountId>& accounts)
{
    std::set<std::uint32_t> gone;
    for (const auto id : accounts)
        if (const auto index = index_of(id))
            gone.insert(*index);
    std::erase_if(
        running_->withheld, [&](const auto& kept) { return gone.contains(kept.first.account); });
    for (const auto index : gone) {
        standings_.at(index) = Standing::leaving;
        scheduler_.detach(index);
        drop_work(*accounts_.at(index));
        forget_if_at_rest(*accounts_.at(index));
    }
}

/// Something of the account ended; what it left behind goes with it.
void Engine::end_leaving(Account& account)
{
    if (standings_.at(account.index()) != Standing::leaving)
        return;
    scheduler_.detach(account.index());
    forget_if_at_rest(account);
}

/// An account whose turn has not come yet is served no more.
void Engine::drop_work(Account& account)
{
    account.drop_waiting();
    if (std::erase(running_->ready, &account) > 0)
        account.being_served = false;
}

/// Should it come back, it comes back with what the store knows by then. The object stays where it
/// is, for it is known by its place; the scheduler has let go of its posts.
void Engine::forget_if_at_rest(Account& account)
{
    if (!is_at_rest(account.id()))
        return;
    if (running_->removed.erase(account.index()) > 0)
        vacate(account);
    else
        reseat(account);
}

std::optional<std::int64_t> Engine::fence_of(const Account& account) const
{
    if (services_.ownership == nullptr)
        return std::nullopt;
    return services_.ownership->fence_of_rows(account.id());
}

} // namespace insightd::daemon
