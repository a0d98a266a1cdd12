#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/running.hpp"
#include "daemon/token_keeper.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

// An account's turn: what is due is asked, group by group.
namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Posts are read and stored in groups: one transaction for many, and little to ask again when the
/// machine dies.
constexpr std::size_t media_in_one_turn = 50;

bool reads_media(Job job)
{
    return job == Job::story_insights || job == Job::media_insights;
}

} // namespace

boost::asio::awaitable<void> Engine::serve(Account& account)
{
    const auto api = co_await client_of(account);
    if (!api)
        co_return co_await report_without_client(account, api.error());
    while (account.has_work() && !running_->stopping && may_do(Job::stories) &&
           paused_until(account) <= services_.clock.now() && !is_to_change(account) &&
           !services_.tokens.is_outdated(account.id(), (*api)->token_version())) {
        auto turn = next_turn(account, media_in_one_turn);
        if (may_begin(account, turn))
            co_await perform(account, **api, std::move(turn));
        account.end_turn();
    }
    if (!account.has_work() || running_->stopping || !is_ours(account))
        co_return;
    const auto left = account.take_all();
    if (paused_until(account) > services_.clock.now())
        hold_up(account, left, pause_trouble(account), paused_until(account));
    postpone(account, left, paused_until(account));
}

boost::asio::awaitable<void>
Engine::perform(Account& account, graph::Client& api, std::vector<Task> turn)
{
    const auto job = turn.front().job;
    const auto calls_before = api.calls();
    model::CollectorRun run;
    run.collector = collector_of(job);
    run.started_at = services_.clock.now();

    Outcome outcome;
    outcome.rows.fence = fence_of(account);
    outcome.undone = turn;
    outcome.token_version = api.token_version();
    if (reads_media(job))
        co_await read_media(account, api, std::move(turn), outcome);
    else
        co_await read_node(account, api, turn.front(), outcome);

    // A stop may cut calls off, never what becomes of the answers.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    run.calls = api.calls() - calls_before;
    run.budget_percent = api.usage().percent();
    progress_.calls += run.calls;
    note_version(api);
    co_await conclude(account, job, std::move(run), std::move(outcome));
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

boost::asio::awaitable<void>
Engine::read_node(Account& account, graph::Client& api, Task task, Outcome& outcome)
{
    auto collected = co_await ask(account, api, task.job, services_.clock.now());
    model::append(outcome.rows, std::move(collected.rows));
    outcome.failure = std::move(collected.failure);
    if (!outcome.failure || collected.is_of_a_part)
        outcome.done = std::exchange(outcome.undone, {});
}

} // namespace insightd::daemon
