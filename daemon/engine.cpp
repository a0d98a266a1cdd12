#include "daemon/engine.hpp"

#include "daemon/log.hpp"
#include "daemon/running.hpp"
#include "daemon/story_trouble.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

/// The loop looks at the clock at least this often, whatever it was told to wait for: clocks jump.
constexpr std::chrono::steady_clock::duration longest_nap = std::chrono::seconds{1};

/// An account whose service broke for a reason of ours starts again after this.
constexpr std::chrono::minutes restart_after{1};

std::string text_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

bool is_unavailable(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const model::Unavailable&) {
        return true;
    } catch (...) {
        return false;
    }
}

} // namespace

Engine::Engine(Services services, StorePatience patience)
    : services_{std::move(services)}, patience_{patience}, governor_{services_.config},
      running_{std::make_unique<Running>(services_.loop)}
{
    for (const auto& settings : services_.config.accounts)
        seat(vacant_place(), settings, Standing::ours);
}

Engine::~Engine() = default;

boost::asio::awaitable<void> Engine::run()
{
    while (!running_->stopping) {
        dispatch(services_.clock.now());
        const auto due = may_do(Job::stories) ? scheduler_.next_due() : std::nullopt;
        const auto nap = due ? services_.clock.real_time_until(*due) : longest_nap;
        running_->wake.expires_after(std::min(nap, longest_nap));
        co_await running_->wake.async_wait(quietly);
    }
    co_await drain();
}

boost::asio::awaitable<void> Engine::pass()
{
    pass_at_ = services_.clock.now();
    do {
        dispatch(*pass_at_);
        co_await idle();
    } while (!running_->gave_up && !running_->stopping && may_do(Job::stories) &&
             scheduler_.next_due() <= pass_at_ && scheduler_.next_due().has_value());
    pass_at_.reset();
    if (running_->gave_up)
        std::rethrow_exception(std::exchange(running_->gave_up, nullptr));
}

void Engine::make_all_due()
{
    scheduler_.make_all_due(services_.clock.now());
}

void Engine::stop(std::chrono::seconds grace)
{
    running_->stopping = true;
    running_->grace = grace;
    running_->wake.cancel();
}

bool Engine::is_stopping() const
{
    return running_->stopping;
}

void Engine::dispatch(model::Instant now)
{
    if (!may_do(Job::stories)) // then nothing may be done
        return;
    std::vector<Task> backfills;
    for (auto due = scheduler_.next_due(); due && *due <= now; due = scheduler_.next_due()) {
        const auto task = scheduler_.take_next();
        auto& account = *accounts_.at(task.account);
        if ((wanted_ && !wanted_(task.job)) || !is_ours(account))
            continue;
        if (!may_do(task.job)) {
            withhold(task, *due);
            continue;
        }
        if (task.job == Job::backfill) {
            backfills.push_back(task);
            continue;
        }
        account.missed.fell_due(task.job, *due);
        if (task.job == Job::token)
            begin_token_look(account, now);
        else if (!waits(account, task, now))
            enqueue(account, task);
    }
    serve_ready();
    begin_backfills(backfills, now);
}

/// Whether the task has to wait, for a pause or for the budget; then it is put off.
bool Engine::waits(Account& account, const Task& task, model::Instant now)
{
    ++progress_.tasks_known; // postponed or served: done either way
    if (account.paused_until > now) {
        hold_up(account, {task}, account.pause_trouble, account.paused_until);
        postpone(account, {task}, account.paused_until);
        return true;
    }
    const auto verdict = verdict_on(account, task, now);
    if (!verdict.goes())
        hold_back(account, {task});
    return !verdict.goes();
}

void Engine::enqueue(Account& account, const Task& task)
{
    account.enqueue(task);
    if (account.being_served)
        return;
    account.being_served = true;
    running_->ready.push_back(&account);
}

/// As many accounts at once as there are connections to a host: the rest keeps its order.
void Engine::serve_ready()
{
    const auto most = services_.config.api.connections_per_host;
    while (running_->served_now < most && !running_->ready.empty()) {
        auto* account = running_->ready.front();
        running_->ready.pop_front();
        ++running_->served_now;
        asio::co_spawn(
            services_.loop, serve(*account),
            asio::bind_cancellation_slot(
                running_->cut_off[account].slot(),
                [this, account](std::exception_ptr error) { served(*account, std::move(error)); }));
    }
}

/// A pause does not concern it: it may end the pause. A block of the platform does.
void Engine::begin_token_look(Account& account, model::Instant now)
{
    if (governor_.blocked_until(account.index()) > now)
        return scheduler_.add(account.token_task(), not_before(account, account.token_task()));
    ++progress_.tasks_known;
    ++running_->looks_now;
    running_->looked_after.insert(&account);
    asio::co_spawn(
        services_.loop, look_after_token(account),
        asio::bind_cancellation_slot(
            running_->cut_off_looks[&account].slot(), [this, &account](std::exception_ptr error) {
                token_look_ended(account, std::move(error));
            }));
}

void Engine::token_look_ended(Account& account, std::exception_ptr error)
{
    --running_->looks_now;
    running_->looked_after.erase(&account);
    if (error) {
        note_breakdown(account, error);
        scheduler_.add(account.token_task(), services_.clock.now() + restart_after);
    }
    change_if_at_rest(account);
    end_leaving(account);
    wake_if_idle();
}

/// The store's exception ends a pass; anything else is a fault of ours, said once and begun anew.
void Engine::note_breakdown(const Account& account, const std::exception_ptr& error)
{
    if (is_unavailable(error))
        running_->gave_up = error;
    else if (!running_->stopping)
        log::error(
            "account_restarts", {{"account", account.settings().name}, {"reason", text_of(error)}});
}

void Engine::wake_if_idle()
{
    if (running_->served_now == 0 && running_->looks_now == 0)
        running_->idle.cancel();
}

void Engine::served(Account& account, std::exception_ptr error)
{
    --running_->served_now;
    account.being_served = false;
    const auto left = account.take_all();
    if (error)
        note_breakdown(account, error);
    if (error)
        hold_up(
            account, left, is_unavailable(error) ? trouble::rows_lost : trouble::not_asked,
            services_.clock.now());
    if (!left.empty() || error)
        postpone(account, left, services_.clock.now() + restart_after);
    change_if_at_rest(account);
    end_leaving(account);
    serve_ready();
    wake_if_idle();
}

void Engine::postpone(Account& account, const std::vector<Task>& tasks, model::Instant until)
{
    for (const auto& task : tasks)
        scheduler_.put_off(task, std::max(until, not_before(account, task)));
    progress_.tasks_done += tasks.size();
}

/// What keeps stories from being asked is kept in their ledger.
void Engine::hold_up(
    Account& account, const std::vector<Task>& tasks, std::string_view trouble,
    model::Instant until)
{
    for (const auto& task : tasks)
        if (task.job == Job::story_insights)
            account.stories().hold_up(task.media, trouble, services_.clock.now(), until);
}

std::string_view Engine::pause_trouble(const Account& account) const
{
    return account.paused_until >= paused_until(account)
               ? account.pause_trouble
               : trouble_of(graph::FailureClass::app_throttled);
}

bool Engine::is_midway() const
{
    return std::ranges::any_of(accounts_, [](const auto& account) { return account->is_midway(); });
}

StoryCounts Engine::story_counts() const
{
    StoryCounts all;
    for (const auto& account : accounts_) {
        const auto counts = account->stories().counts();
        all.open += counts.open;
        for (std::size_t state = 0; state < all.closed.size(); ++state)
            all.closed.at(state) += counts.closed.at(state);
    }
    return all;
}

std::size_t Engine::waiting() const
{
    std::size_t tasks = 0;
    for (const auto& account : accounts_)
        tasks += account->waiting();
    return tasks;
}

model::Instant Engine::paused_until(const Account& account) const
{
    return std::max(account.paused_until, governor_.blocked_until(account.index()));
}

boost::asio::awaitable<void> Engine::idle()
{
    while (running_->served_now > 0 || running_->looks_now > 0) {
        running_->idle.expires_at(std::chrono::steady_clock::time_point::max());
        co_await running_->idle.async_wait(quietly);
    }
}

boost::asio::awaitable<void> Engine::drain()
{
    running_->ready.clear();
    running_->idle.expires_after(running_->grace);
    if (running_->served_now > 0 || running_->looks_now > 0)
        co_await running_->idle.async_wait(quietly);
    for (auto* signals : {&running_->cut_off, &running_->cut_off_looks})
        for (auto& [account, signal] : *signals)
            signal.emit(asio::cancellation_type::terminal);
    co_await idle();
}

} // namespace insightd::daemon
