#include "daemon/taking_part.hpp"

#include "daemon/log.hpp"
#include "daemon/replicas/introduction.hpp"

#include <algorithm>
#include <utility>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{30};

/// The posts of the accounts that lack them, as far as the database can be reached; else why not.
asio::awaitable<std::string> try_to_load_posts(Daemon& daemon)
{
    try {
        co_await daemon.store.load_posts(daemon.engine, daemon.replica.still_held());
    } catch (const model::Unavailable& away) {
        co_return away.what();
    }
    co_return std::string{};
}

/// While what needs no posts is collected already. Accounts that are taken meanwhile come after.
asio::awaitable<void> load_posts(Daemon& daemon)
{
    auto wait = first_retry;
    bool said = false;
    while (!daemon.stopping && !daemon.engine.accounts_without_posts().empty()) {
        const auto waiting = daemon.engine.accounts_without_posts().size();
        const auto away = co_await try_to_load_posts(daemon);
        if (away.empty())
            continue;
        if (daemon.engine.accounts_without_posts().size() < waiting)
            wait = first_retry;
        if (!std::exchange(said, true))
            log::error("store_away", {{"reason", away}, {"collection", "without posts"}});
        co_await nap(daemon.posts_retry, wait);
        wait = std::min(wait * 2, longest_retry);
    }
    daemon.loads_posts = false;
    if (!daemon.stopping)
        log::info("posts_loaded", {{"posts", daemon.engine.tracked()}});
}

asio::awaitable<void>
take_over(Daemon& daemon, std::vector<model::AccountId> accounts, StillOurs is_still_ours)
{
    co_await daemon.store.take_over(daemon.engine, std::move(accounts), std::move(is_still_ours));
    daemon.begun = true;
    daemon.first_look.cancel(); // the rest is read while these are collected
    keep_own_cache(daemon);
    if (!std::exchange(daemon.loads_posts, true))
        on_the_side(daemon, load_posts(daemon));
}

void let_go(Daemon& daemon, const std::vector<model::AccountId>& accounts)
{
    daemon.engine.let_go(accounts);
    keep_own_cache(daemon);
}

void look_again(Daemon& daemon)
{
    daemon.engine.look_again();
    if (std::exchange(daemon.owes_cache, false))
        keep_own_cache(daemon);
    const auto fenced_off = daemon.store.database.fenced_off();
    if (std::exchange(daemon.fenced_off, fenced_off) != fenced_off)
        log::warning(
            "state_left_to_owner",
            {{"statements", fenced_off},
             {"reason", "the accounts had gone to another instance; what was observed is stored"}});
}

void say(const replicas::News& news)
{
    std::vector<log::Field> fields;
    for (const auto& [key, value] : news.fields)
        fields.emplace_back(key, value);
    log::tell(log::Priority::info, news.event, fields);
}

replicas::Replica::Worker worker_of(Daemon& daemon)
{
    replicas::Replica::Worker worker;
    worker.take_over = [&daemon](auto accounts, auto is_still_ours) {
        return take_over(daemon, std::move(accounts), std::move(is_still_ours));
    };
    worker.let_go = [&daemon](const auto& accounts) { let_go(daemon, accounts); };
    worker.is_at_rest = [&daemon](auto account) { return daemon.engine.is_at_rest(account); };
    worker.is_stored = [&daemon](auto account) { return !daemon.store.writer.waits(account); };
    worker.look_again = [&daemon] { look_again(daemon); };
    worker.blocks = [&daemon] { return daemon.engine.blocks(); };
    worker.heed = [&daemon](const auto& blocks) { daemon.engine.heed(blocks); };
    worker.say = say;
    return worker;
}

/// A write that fails is tried again with the next heartbeat.
asio::awaitable<void> keep_in_cache(Daemon& daemon, model::LeaseMemory memory)
{
    std::vector<model::AccountId> owned;
    for (const auto& lease : memory.leases)
        owned.push_back(lease.account_id);
    co_await daemon.store.cache.keep_only(std::move(owned));
    if (co_await daemon.store.cache.put_leases(std::move(memory)))
        co_return;
    daemon.kept_memory.reset();
    daemon.owes_cache = true;
}

} // namespace

void keep_own_cache(Daemon& daemon)
{
    auto memory = daemon.replica.memory();
    if (daemon.kept_memory == memory)
        return;
    daemon.kept_memory = memory;
    on_the_side(daemon, keep_in_cache(daemon, std::move(memory)));
}

/// Who has the spool has the folder: a predecessor in it is dead.
void introduce(Daemon& daemon)
{
    daemon.replica.works_through(worker_of(daemon));
    if (daemon.store.writer.trouble() != spool::SpooledWriter::Trouble::unusable)
        daemon.replica.has_home(replicas::name_of_home(daemon.config.state_dir));
}

void keep_beating(Daemon& daemon)
{
    if (std::exchange(daemon.joined, true))
        return;
    on_the_side(daemon, daemon.replica.run());
}

void take_over_from_now_on(Daemon& daemon)
{
    if (!std::exchange(daemon.takes_over, true))
        on_the_side(daemon, daemon.replica.run_takeovers());
}

asio::awaitable<void> leave(Daemon& daemon)
{
    co_await daemon.replica.leave();
    if (daemon.joined)
        keep_own_cache(daemon);
}

} // namespace insightd::daemon
