#include "daemon/commands.hpp"

#include "daemon/caretaking.hpp"
#include "daemon/engine.hpp"
#include "daemon/http/server.hpp"
#include "daemon/log.hpp"
#include "daemon/pages.hpp"
#include "daemon/replicas/introduction.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <set>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Work under way may take this long to end after SIGTERM.
constexpr std::chrono::seconds grace{7};

/// Then the process goes, whatever still waits: a database that does not answer holds a thread.
constexpr std::chrono::seconds last_resort{9};

/// Nothing waits for the last answer of a database that is away.
constexpr std::chrono::seconds grace_of_sides{1};

/// A heartbeat that took longer would say too little.
constexpr std::chrono::seconds heartbeat_patience{4};

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{5}; ///< until then others may have the accounts

/// Everything that lives as long as the daemon.
struct Daemon {
    Daemon(const config::Config& settings, const DatabaseLocation& location)
        : config{settings}, clock{make_clock(settings.clock)},
          transport{loop.get_executor(), transport_limits(settings.api)},
          store{
              loop.get_executor(), settings, *clock, location.url(), location.before_connecting()},
          heart{location.url(), heartbeat_patience, location.before_connecting()},
          caretaker{location.url(), location.before_connecting()},
          replica{
              loop.get_executor(), heart,
              replicas::introduction(INSIGHTD_VERSION, ids_of(settings), {})},
          tokens{
              {settings, *clock, transport, store.database,
               pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache,
               &replica.ownership()}},
          engine{
              {loop.get_executor(), settings, *clock, transport, store.writer, tokens,
               pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache,
               &replica.ownership()},
              Engine::StorePatience::wait},
          pages{settings, *clock, engine, tokens, store.writer, &replica},
          caretaking{
              {loop.get_executor(), *clock, caretaker, settings.storage.full_resolution,
               [this] { return replica.memory().leases; }}}
    {
        store.database.set_patience(settings.spool.patience);
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    Store store;
    storage::Heart heart;
    storage::Caretaker caretaker;
    replicas::Replica replica;
    TokenKeeper tokens;
    Engine engine;
    Pages pages;
    Caretaking caretaking;
    ServiceManager service{loop.get_executor()};
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    asio::steady_timer retry{loop};
    asio::steady_timer posts_retry{loop};
    asio::steady_timer overdue{loop};
    storage::Database::OldSchema old_schema = storage::Database::OldSchema::migrate;
    asio::steady_timer first_look{loop}; ///< at the database; cancelled when it has answered
    asio::steady_timer sides_end{loop};
    std::size_t sides = 0;      ///< coroutines beside the main one
    std::size_t fenced_off = 0; ///< as far as it was said
    bool joined = false;        ///< sends heartbeats
    bool takes_over = false;    ///< what they bring
    bool begun = false;         ///< with what the database remembers
    bool loads_posts = false;   ///< at this moment
    bool stopping = false;
};

asio::awaitable<void> nap(asio::steady_timer& timer, std::chrono::seconds most)
{
    timer.expires_after(most);
    boost::system::error_code cut_short;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

/// Work beside the main coroutine. A broken promise of ours ends the daemon all the same.
void on_the_side(Daemon& daemon, asio::awaitable<void> work)
{
    ++daemon.sides;
    asio::co_spawn(daemon.loop, std::move(work), [&daemon](std::exception_ptr error) {
        if (--daemon.sides == 0)
            daemon.sides_end.cancel();
        if (error)
            std::rethrow_exception(error);
    });
}

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

/// The cache is of the accounts that are this instance's own.
void keep_own_cache(Daemon& daemon)
{
    auto memory = daemon.replica.memory();
    std::vector<model::AccountId> owned;
    for (const auto& lease : memory.leases)
        owned.push_back(lease.account_id);
    on_the_side(daemon, daemon.store.cache.keep_only(std::move(owned)));
    on_the_side(daemon, daemon.store.cache.put_leases(std::move(memory)));
}

asio::awaitable<void>
take_over(Daemon& daemon, std::vector<model::AccountId> accounts, StillOurs is_still_ours)
{
    co_await daemon.store.take_over(daemon.engine, std::move(accounts), std::move(is_still_ours));
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

/// Who has the spool has the folder: a predecessor in it is dead.
void introduce(Daemon& daemon)
{
    daemon.replica.works_through(worker_of(daemon));
    if (daemon.store.writer.trouble() != spool::SpooledWriter::Trouble::unusable)
        daemon.replica.has_home(replicas::name_of_home(daemon.config.state_dir));
}

/// From the first heartbeat that was answered.
void keep_beating(Daemon& daemon)
{
    if (std::exchange(daemon.joined, true))
        return;
    on_the_side(daemon, daemon.replica.run());
}

/// What is taken after the beginning.
void take_over_from_now_on(Daemon& daemon)
{
    if (!std::exchange(daemon.takes_over, true))
        on_the_side(daemon, daemon.replica.run_takeovers());
}

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

/// Given back, and forgotten where others have it now.
asio::awaitable<void> leave(Daemon& daemon)
{
    co_await daemon.replica.leave();
    if (daemon.joined)
        keep_own_cache(daemon);
}

/// Until the database can be asked, what cannot be fetched again is collected on what the cache
/// knows.
asio::awaitable<void> begin(Daemon& daemon)
{
    co_await daemon.store.writer.open();
    introduce(daemon);
    co_await remember_earlier_life(daemon);
    on_the_side(daemon, daemon.store.writer.run());
    on_the_side(daemon, begin_with_store(daemon));
    if (!daemon.begun)
        co_await nap(daemon.first_look, daemon.config.spool.patience);
    if (!daemon.begun)
        co_await daemon.store.begin_from_cache(daemon.engine);
}

/// Pages are there from the start: whoever asks while the database is away must be told.
std::unique_ptr<http::Server> serve_pages(Daemon& daemon)
{
    if (!daemon.config.http)
        return nullptr;
    const auto& place = *daemon.config.http;
    auto server = std::make_unique<http::Server>(
        daemon.loop.get_executor(), place.address, place.port,
        [&daemon](const http::Question& question) { return daemon.pages.answer(question); });
    log::info("pages", {{"address", place.address}, {"port", server->port()}});
    return server;
}

asio::awaitable<void> live(Daemon& daemon)
{
    on_the_side(daemon, daemon.service.feed_watchdog());
    co_await begin(daemon);
    daemon.service.ready(
        daemon.begun ? "collecting" : "the database is away: collecting stories and profiles only");
    co_await daemon.engine.run();
    on_the_side(daemon, leave(daemon));
    if (daemon.sides > 0)
        co_await nap(daemon.sides_end, grace_of_sides);
    daemon.signals.cancel();
    daemon.transport.close_idle();
    log::info(
        "stopped", {{"values_stored", daemon.engine.progress().values_stored},
                    {"calls", daemon.engine.progress().calls},
                    {"rows_in_spool", daemon.store.writer.depth().rows}});
}

/// Nothing that was acknowledged can be lost by this: what waits was never stored.
void leave_when_overdue(Daemon& daemon)
{
    daemon.overdue.expires_after(last_resort);
    daemon.overdue.async_wait([](boost::system::error_code error) {
        if (error)
            return;
        log::error(
            "stop_overdue",
            {{"reason", "neither the database nor the disk answers"}, {"rows", "given up"}});
        std::_Exit(static_cast<int>(ExitCode::unavailable));
    });
}

/// A database that does not answer holds its thread, and a coroutine that waits must not be unwound
/// after what it refers to: either way the process goes as it is. Everything is stored or spooled.
bool has_ended(const Daemon& daemon)
{
    return daemon.sides == 0 && !daemon.store.database.is_busy() && !daemon.store.disk.is_busy() &&
           !daemon.heart.is_busy() && !daemon.caretaker.is_busy();
}

void stop_on_signal(Daemon& daemon)
{
    daemon.signals.async_wait([&daemon](boost::system::error_code error, int number) {
        if (error)
            return;
        log::info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
        daemon.stopping = true;
        daemon.service.stopping();
        daemon.replica.take_no_more();
        daemon.retry.cancel();
        daemon.posts_retry.cancel();
        daemon.caretaking.stop();
        daemon.first_look.cancel();
        daemon.store.writer.stop();
        daemon.engine.stop(grace);
        leave_when_overdue(daemon);
    });
}

} // namespace

ExitCode command_run(const CommonOptions& common, bool migrates)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const DatabaseLocation location{*config, DatabaseLocation::Start::when_needed};
    Daemon daemon{*config, location};
    if (!migrates)
        daemon.old_schema = storage::Database::OldSchema::refuse;
    const auto pages = serve_pages(daemon);
    stop_on_signal(daemon);
    std::exception_ptr broken;
    asio::co_spawn(daemon.loop, live(daemon), [&](std::exception_ptr error) {
        broken = std::move(error);
        daemon.loop.stop();
    });
    daemon.loop.run();
    if (broken)
        std::rethrow_exception(broken);
    if (!has_ended(daemon))
        std::_Exit(static_cast<int>(ExitCode::ok));
    return ExitCode::ok;
}

} // namespace insightd::daemon
