#include "daemon/beginning.hpp"

#include "daemon/log.hpp"
#include "daemon/taking_part.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{5}; ///< until then others may have the accounts

/// The first heartbeat. Whoever has something to deliver first keeps what it had, and takes
/// nothing: what waits is of the earlier owner, and may take long. The others learn at once that it
/// lives, and it learns what is theirs by now.
asio::awaitable<void> join(Daemon& daemon)
{
    if (daemon.store.writer.depth().records > 0)
        daemon.replica.take_no_more();
    co_await daemon.replica.beat();
    if (daemon.replica.ownership().was_reached())
        keep_beating(daemon);
}

/// All that waited is stored: accounts may be taken.
asio::awaitable<void> take_share(Daemon& daemon)
{
    if (!daemon.replica.takes() && !daemon.stopping) {
        daemon.replica.take_again();
        co_await daemon.replica.beat();
    }
    co_await daemon.replica.take_over();
}

/// The store's memory, if the store can be reached now; else why not.
asio::awaitable<std::string> begin_from_store(Daemon& daemon)
{
    try {
        co_await daemon.store.prepare(daemon.old_schema);
        daemon.store.heed_losses(daemon.engine);
        if (!daemon.joined)
            co_await join(daemon);
        if (!daemon.joined)
            co_return "the database did not answer to a heartbeat";
        co_await daemon.store.deliver_backlog();
        co_await take_share(daemon);
        keep_own_cache(daemon);
    } catch (const model::Unavailable& away) {
        co_return away.what();
    } catch (const model::Refused& refused) { // another instance may have begun at this moment
        co_return refused.what();
    }
    take_over_from_now_on(daemon);
    daemon.service.status("collecting");
    log::info("collecting", {{"accounts", daemon.replica.ownership().held()}});
    co_return std::string{};
}

/// Again and again: an absent database does not end the daemon.
asio::awaitable<void> begin_with_store(Daemon& daemon)
{
    auto wait = first_retry;
    bool said = false;
    while (!daemon.stopping) {
        const auto away = co_await begin_from_store(daemon);
        daemon.begun = away.empty();
        daemon.first_look.cancel();
        if (daemon.begun) {
            on_the_side(daemon, daemon.caretaking.run());
            co_return;
        }
        co_await daemon.store.begin_from_cache(daemon.engine); // those that are not taken over yet
        if (!std::exchange(said, true))
            log::error(
                "store_away", {{"reason", away}, {"collection", "stories and profiles only"}});
        co_await nap(daemon.retry, wait);
        wait = std::min(wait * 2, longest_retry);
    }
}

/// What an earlier life in the same folder had, if it knew of others: theirs is everything else.
asio::awaitable<void> remember_earlier_life(Daemon& daemon)
{
    const auto memory = co_await daemon.store.cache.leases();
    daemon.replica.remembers(memory);
    if (!memory.had_peers)
        co_return;
    std::set<model::AccountId> kept;
    for (const auto& lease : memory.leases)
        kept.insert(lease.account_id);
    auto others = ids_of(daemon.config);
    std::erase_if(others, [&](auto account) { return kept.contains(account); });
    daemon.engine.let_go(others);
}

} // namespace

asio::awaitable<void> begin(Daemon& daemon)
{
    co_await daemon.store.writer.open();
    introduce(daemon);
    co_await remember_earlier_life(daemon);
    on_the_side(daemon, daemon.store.writer.run());
    on_the_side(daemon, begin_with_store(daemon));
    if (!daemon.begun)
        co_await nap(daemon.first_look, daemon.config.spool.patience);
    if (!daemon.begun) // it may also just not have answered yet
        co_await daemon.store.begin_from_cache(daemon.engine);
}

} // namespace insightd::daemon
