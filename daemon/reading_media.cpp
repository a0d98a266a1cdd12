#include "daemon/engine.hpp"
#include "daemon/reaction.hpp"
#include "daemon/running.hpp"
#include "daemon/side_by_side.hpp"

#include "collectors/media_insights.hpp"

#include <algorithm>

// Posts and stories of one group, read by several readers side by side.
namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// So many objects refused for lack of a permission, and none answered: it is the account's.
constexpr std::size_t enough_forbidden = 3;

/// A failure that the next post would meet as well.
bool stops_siblings(const graph::Failure& failure)
{
    return reaction_to(failure.kind).scope != Scope::job ||
           failure.kind == graph::FailureClass::unreachable ||
           failure.kind == graph::FailureClass::held_back;
}

} // namespace

boost::asio::awaitable<void>
Engine::read_media(Account& account, graph::Client& api, std::vector<Task> tasks, Outcome& outcome)
{
    outcome.undone.clear();
    const bool are_posts = tasks.front().job == Job::media_insights;
    const auto most = std::max(services_.config.api.calls_per_account, api.batch_size());
    std::vector<asio::awaitable<void>> readers;
    for (std::size_t reader = 0; reader < std::min(most, tasks.size()); ++reader)
        readers.push_back(read_some(account, api, tasks, outcome, api.take_seat()));
    const auto errors = co_await side_by_side(std::move(readers));
    for (const auto& error : errors)
        if (error && !running_->stopping) // cut off by a stop: what the others read is kept
            std::rethrow_exception(error);
    std::ranges::move(tasks, std::back_inserter(outcome.undone));
    if (are_posts && !running_->stopping) // cut off, this coroutine cannot wait any more
        co_await ask_witness(account, api, outcome);
    settle_forbidden(account, outcome);
}

/// One of several readers of a group: each takes the next post from the end until none is left. The
/// seat is held until then: what the readers ask at the same time goes out together.
boost::asio::awaitable<void> Engine::read_some(
    Account& account, graph::Client& api, std::vector<Task>& tasks, Outcome& outcome,
    graph::Gathering::Seat /*seat*/)
{
    while (!tasks.empty() && !outcome.stopped && !running_->stopping &&
           may_read_beside(account, tasks.back(), outcome.being_read)) {
        const auto task = tasks.back();
        tasks.pop_back();
        auto known = account.media(task.media);
        const auto now = services_.clock.now();
        if (!known) {
            outcome.done.push_back(task);
            continue;
        }
        if (!may_read(account, task, outcome))
            break;
        if (known->has_numbers)
            matrix_.note_numbers(collectors::target_of(*known, account.settings(), {}), {}, true);
        ++outcome.being_read;
        auto collected = co_await collectors::collect_media_insights(
            api, matrix_, account.settings(), std::move(*known), now);
        --outcome.being_read;
        if (collected.failure && collected.failure->kind == graph::FailureClass::no_permission) {
            if (!outcome.failure)
                outcome.failure = std::move(collected.failure);
            outcome.forbidden.push_back(task);
            outcome.stopped = outcome.stopped || (outcome.forbidden.size() >= enough_forbidden &&
                                                  model::count_values(outcome.rows) == 0);
            continue;
        }
        if (collected.failure) {
            if (!is_held_back(collected.failure))
                outcome.rows.failed_polls.push_back(
                    {task.media, now, std::string{graph::to_string(collected.failure->kind)},
                     graph::to_string(*collected.failure)});
            outcome.stopped = outcome.stopped || stops_siblings(*collected.failure);
            if (!outcome.failure || !is_held_back(collected.failure))
                outcome.failure = std::move(collected.failure);
            outcome.undone.push_back(task);
            model::append(outcome.rows, std::move(collected.rows)); // what came before
            continue;
        }
        model::append(outcome.rows, std::move(collected.rows));
        (collected.is_doubtful ? outcome.doubtful : outcome.done).push_back(task);
    }
}

/// Where every post that was asked "does not exist", one that is surely there tells whether the
/// platform says so of any.
boost::asio::awaitable<void>
Engine::ask_witness(Account& account, graph::Client& api, Outcome& outcome)
{
    const auto evidence = evidence_of_insights(outcome.rows);
    const bool is_in_doubt = !evidence.refused.empty() && evidence.answered.empty();
    if (!is_in_doubt || outcome.stopped)
        co_return;
    auto witness = account.witness(evidence.refused);
    if (!witness)
        co_return;
    auto collected = co_await collectors::collect_media_insights(
        api, matrix_, account.settings(), std::move(*witness), services_.clock.now());
    if (!collected.failure)
        model::append(outcome.rows, std::move(collected.rows));
}

/// A permission that one object lacks while others answer is that object's absence; one that all
/// lack is a failure of the account.
void Engine::settle_forbidden(Account& account, Outcome& outcome)
{
    auto forbidden = std::exchange(outcome.forbidden, {});
    if (forbidden.empty())
        return;
    if (model::count_values(outcome.rows) == 0)
        return static_cast<void>(std::ranges::move(forbidden, std::back_inserter(outcome.undone)));
    const auto now = services_.clock.now();
    for (const auto& task : forbidden) {
        if (const auto known = account.media(task.media))
            outcome.rows.samples.push_back(collectors::absent_sample(
                *known, account.settings(), model::Absence::no_permission, now));
        outcome.done.push_back(task);
    }
    if (outcome.failure && outcome.failure->kind == graph::FailureClass::no_permission)
        outcome.failure.reset();
}

} // namespace insightd::daemon
