#include "daemon/engine.hpp"
#include "daemon/running.hpp"

#include <memory>

// Accounts that come, change and go while the engine runs. Each has a place, by which tasks, budget
// and permits know it; the place of one that is gone is the next newcomer's.
namespace insightd::daemon
{

std::uint32_t Engine::vacant_place()
{
    if (running_->vacant.empty())
        return static_cast<std::uint32_t>(accounts_.size());
    const auto place = running_->vacant.back();
    running_->vacant.pop_back();
    return place;
}

void Engine::seat(std::uint32_t index, const config::Account& settings, Standing standing)
{
    running_->places[settings.user_id] = index;
    if (index == accounts_.size()) {
        accounts_.push_back(std::make_unique<Account>(index, settings));
        standings_.push_back(standing);
        permits_.emplace_back(
            TurnPermit::Owner{services_.ownership, settings.user_id}, governor_, progress_.failures,
            services_.clock, index);
    } else {
        auto& place = *accounts_.at(index);
        std::destroy_at(&place);
        std::construct_at(&place, index, settings);
        standings_.at(index) = standing;
        auto& permit = permits_.at(index);
        std::destroy_at(&permit);
        std::construct_at(
            &permit, TurnPermit::Owner{services_.ownership, settings.user_id}, governor_,
            progress_.failures, services_.clock, index);
    }
    expect_calls(*accounts_.at(index));
}

/// Everything that was known of it goes; the scheduler has let go of its posts.
void Engine::vacate(Account& account)
{
    const auto index = account.index();
    running_->places.erase(account.id());
    running_->to_come.erase(index);
    running_->vacant.push_back(index);
    governor_.vacate(index);
    standings_.at(index) = Standing::others;
    std::destroy_at(&account);
    std::construct_at(&account, index, config::Account{});
}

/// Somebody else's: what was known of it goes, its settings stay.
void Engine::reseat(Account& account)
{
    const auto index = account.index();
    auto to_come = running_->to_come.extract(index);
    auto settings = to_come ? std::move(to_come.mapped()) : account.settings();
    standings_.at(index) = Standing::others;
    std::destroy_at(&account);
    std::construct_at(&account, index, std::move(settings));
    governor_.change(index, account.settings());
    expect_calls(account);
}

/// One that was removed a moment ago, and whose last turn is under way still, has its place.
void Engine::add(const config::Account& settings)
{
    if (const auto index = index_of(settings.user_id)) {
        running_->removed.erase(*index);
        running_->to_come.insert_or_assign(*index, settings);
        return;
    }
    const auto place = vacant_place();
    governor_.seat(place, settings);
    seat(place, settings, Standing::others);
}

void Engine::change(const config::Account& settings)
{
    const auto index = index_of(settings.user_id);
    if (!index)
        return;
    running_->to_come.insert_or_assign(*index, settings);
    change_if_at_rest(*accounts_.at(*index));
}

void Engine::remove(const std::vector<model::AccountId>& accounts)
{
    for (const auto id : accounts)
        if (const auto index = index_of(id)) {
            running_->removed.insert(*index);
            running_->to_come.erase(*index);
        }
    let_go(accounts);
}

bool Engine::has_changed_all() const
{
    return running_->to_come.empty();
}

bool Engine::is_to_change(const Account& account) const
{
    return running_->to_come.contains(account.index());
}

/// A turn ends as it began: what it asks and what it plans rest on the same settings. One that
/// leaves is made anew with them.
void Engine::change_if_at_rest(Account& account)
{
    const auto index = account.index();
    if (!is_to_change(account) || standings_.at(index) == Standing::leaving ||
        !is_at_rest(account.id()))
        return;
    auto settings = running_->to_come.extract(index);
    account.change(std::move(settings.mapped()), services_.clock.now(), scheduler_);
    governor_.change(index, account.settings());
    expect_calls(account);
    running_->wake.cancel();
}

} // namespace insightd::daemon
