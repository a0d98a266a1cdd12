#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/running.hpp"
#include "daemon/story_trouble.hpp"
#include "storage/spool/cache.hpp"
#include "storage/spool/spooled_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

// What the engine does with rows, and while the store is away.
namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Waits between tries while the store is away, by the machine's clock.
constexpr std::chrono::seconds first_store_retry{1};
constexpr std::chrono::seconds longest_store_retry{30};
constexpr std::chrono::milliseconds store_nap{250};

std::string reason_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

/// They were never reported stored; but they were answered.
void say_given_up(const model::Batch& rows)
{
    log::error(
        "rows_given_up",
        {{"account_id", rows.account_id},
         {"values", model::count_values(rows)},
         {"reason", "stopped while neither the database nor the spool took them"}});
}

} // namespace

void Engine::note_pushes(const std::vector<model::StoryPush>& pushes)
{
    for (const auto& push : pushes)
        if (auto* account = own_account(push.account_id); account != nullptr && push.has_numbers())
            account->stories().push(push.media_id, push.pushed_at, push.received_at);
}

void Engine::note_mentions(const std::vector<model::Mention>& mentions)
{
    const auto now = services_.clock.now();
    for (const auto& mention : mentions) {
        auto* account = own_account(mention.account_id);
        if (account == nullptr || !account->collects(Job::mentions))
            continue;
        account->mentions().pushed(mention);
        scheduler_.pull_forward({Job::mentions, account->index(), 0}, now);
    }
}

/// Writes until the store takes the rows or refuses these very ones; gives up when the daemon stops
/// while the store is away.
boost::asio::awaitable<Engine::Kept> Engine::keep(model::SharedBatch rows)
{
    Kept kept;
    int tries = 0;
    const auto from = services_.clock.now();
    const auto write = [&]() -> boost::asio::awaitable<void> {
        ++tries;
        try {
            co_await services_.store.write(rows);
        } catch (const model::Refused& refused) {
            kept = {Kept::State::refused, refused.what()};
        }
    };
    const bool is_kept = co_await with_store(write);
    if (auto* account = own_account(rows->account_id); account != nullptr && tries > 1)
        account->stories().stood_still(trouble::rows_lost, from, services_.clock.now());
    if (!is_kept) {
        say_given_up(*rows);
        co_return Kept{Kept::State::given_up, {}};
    }
    if (kept.state == Kept::State::stored)
        progress_.values_stored += model::count_values(*rows);
    co_return kept;
}

/// Does what needs the store, again and again while it is away. False when the daemon stops
/// meanwhile; a single pass does not wait, it throws.
boost::asio::awaitable<bool> Engine::with_store(std::function<boost::asio::awaitable<void>()> work)
{
    for (std::int64_t failures = 1;; ++failures) {
        std::exception_ptr away;
        try {
            co_await work();
        } catch (const model::Unavailable&) {
            away = std::current_exception();
        }
        note_store(away);
        if (!away)
            co_return true;
        if (patience_ == StorePatience::give_up)
            std::rethrow_exception(away);
        if (running_->stopping)
            co_return false;
        co_await wait_for_store(failures);
    }
}

/// One row that the store does not take must not sink the others: each is written by itself, those
/// that were taken become `rows`, those that were not are kept aside, and the run says so.
boost::asio::awaitable<Engine::Kept>
Engine::keep_what_is_taken(Account& account, model::SharedBatch& rows)
{
    model::Batch taken;
    std::string reason;
    for (auto& single : model::single_rows(*rows)) {
        const auto row = std::make_shared<const model::Batch>(std::move(single));
        auto kept = co_await keep(row);
        if (kept.state == Kept::State::given_up)
            co_return kept;
        if (kept.state == Kept::State::stored)
            model::append(taken, model::Batch{*row});
        if (kept.state != Kept::State::refused)
            continue;
        co_await keep_aside(row, kept.reason);
        reason = std::move(kept.reason);
    }
    taken.runs = rows->runs;
    for (auto& run : taken.runs)
        note_refusal(account, run, reason);
    model::Batch runs;
    runs.account_id = account.id();
    runs.fence = rows->fence;
    runs.runs = taken.runs;
    rows = std::make_shared<const model::Batch>(std::move(taken));
    co_await keep(std::make_shared<const model::Batch>(std::move(runs)));
    co_return Kept{Kept::State::refused, std::move(reason)};
}

/// As well as it goes: rows that nothing takes must not keep others waiting.
boost::asio::awaitable<void> Engine::keep_aside(model::SharedBatch refused, std::string why)
{
    if (services_.spool == nullptr)
        co_return;
    try {
        co_await services_.spool->keep_aside(std::move(refused), std::move(why));
    } catch (const model::Unavailable& error) {
        log::error("refused_rows_not_kept", {{"reason", error.what()}});
    }
}

boost::asio::awaitable<void> Engine::wait_for_store(std::int64_t failures)
{
    const auto wait = std::min(
        first_store_retry * (std::int64_t{1} << std::min<std::int64_t>(failures - 1, 10)),
        longest_store_retry);
    asio::steady_timer timer{services_.loop, wait};
    const auto until = std::chrono::steady_clock::now() + wait;
    // stop() cuts the wait short: a short nap is all that a stop has to wait for.
    while (!running_->stopping && std::chrono::steady_clock::now() < until) {
        timer.expires_after(std::min<std::chrono::steady_clock::duration>(wait, store_nap));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

/// What the next life of the daemon reads stories from, should the store be away then.
boost::asio::awaitable<void> Engine::cache_stories(const Account& account, Job job)
{
    if (services_.cache == nullptr || (job != Job::stories && job != Job::story_insights))
        co_return;
    const auto now = services_.clock.now();
    auto open = account.open_stories(now);
    co_await services_.cache->put_stories(account.id(), std::move(open), now);
}

bool Engine::store_is_up() const
{
    if (services_.spool != nullptr)
        return services_.spool->database_is_up();
    return running_->store_up.value_or(false);
}

/// One line for each change; that it is there at the start is no news. With a spool this is about
/// both: rows wait in memory when neither takes them.
void Engine::note_store(const std::exception_ptr& away)
{
    const bool up = !away;
    const auto before = std::exchange(running_->store_up, up);
    if (before == up)
        return;
    if (away)
        log::error("rows_wait", {{"reason", reason_of(away)}, {"collection", "paused"}});
    else if (before)
        log::info("rows_stored_again", {{"collection", "resumed"}});
}

} // namespace insightd::daemon
