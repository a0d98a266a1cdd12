#include "daemon/commands.hpp"

#include "daemon/engine.hpp"
#include "daemon/http/server.hpp"
#include "daemon/log.hpp"
#include "daemon/pages.hpp"
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

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{30};

/// Everything that lives as long as the daemon.
struct Daemon {
    Daemon(const config::Config& settings, const DatabaseLocation& location)
        : config{settings}, clock{make_clock(settings.clock)},
          transport{loop.get_executor(), transport_limits(settings.api)},
          store{
              loop.get_executor(), settings, *clock, location.url(), location.before_connecting()},
          tokens{
              {settings, *clock, transport, store.database,
               pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache}},
          engine{
              {loop.get_executor(), settings, *clock, transport, store.writer, tokens,
               pause_between_tries(loop.get_executor(), *clock), &store.writer, &store.cache},
              Engine::StorePatience::wait},
          pages{settings, *clock, engine, tokens, store.writer}
    {
        store.database.set_patience(settings.spool.patience);
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    Store store;
    TokenKeeper tokens;
    Engine engine;
    Pages pages;
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    asio::steady_timer retry{loop};
    asio::steady_timer overdue{loop};
    storage::Database::OldSchema old_schema = storage::Database::OldSchema::migrate;
    asio::steady_timer first_look{loop}; ///< at the database; cancelled when it has answered
    asio::steady_timer sides_end{loop};
    std::size_t sides = 0; ///< coroutines beside the main one
    bool begun = false;    ///< with what the database remembers
    bool stopping = false;
};

asio::awaitable<void> nap(asio::steady_timer& timer, std::chrono::seconds most)
{
    timer.expires_after(most);
    boost::system::error_code cut_short;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

/// The store's memory, if the store can be reached now; else why not.
asio::awaitable<std::string> begin_from_store(Daemon& daemon)
{
    try {
        co_await daemon.store.begin(daemon.engine, daemon.old_schema);
    } catch (const model::Unavailable& away) {
        co_return away.what();
    }
    log::info("collecting", {{"accounts", daemon.config.accounts.size()}});
    co_return std::string{};
}

/// The posts, while what needs none is collected already; else why not.
asio::awaitable<std::string> load_posts(Daemon& daemon)
{
    try {
        co_await daemon.store.load_posts(daemon.engine);
    } catch (const model::Unavailable& away) {
        co_return away.what();
    }
    log::info("posts_loaded", {{"posts", daemon.engine.tracked()}});
    co_return std::string{};
}

/// Again and again: an absent database does not end the daemon.
asio::awaitable<void> begin_with_store(Daemon& daemon)
{
    auto wait = first_retry;
    bool said = false;
    while (!daemon.stopping) {
        auto away = daemon.begun ? std::string{} : co_await begin_from_store(daemon);
        daemon.begun = away.empty();
        daemon.first_look.cancel();
        if (daemon.begun)
            away = co_await load_posts(daemon);
        if (away.empty())
            co_return;
        if (!std::exchange(said, true))
            log::error(
                "store_away",
                {{"reason", away},
                 {"collection", daemon.begun ? "without posts" : "stories and profiles only"}});
        co_await nap(daemon.retry, wait);
        wait = std::min(wait * 2, longest_retry);
    }
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

/// Until the database can be asked, what cannot be fetched again is collected on what the cache
/// knows.
asio::awaitable<void> begin(Daemon& daemon)
{
    co_await daemon.store.writer.open();
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
    co_await begin(daemon);
    co_await daemon.engine.run();
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

void stop_on_signal(Daemon& daemon)
{
    daemon.signals.async_wait([&daemon](boost::system::error_code error, int number) {
        if (error)
            return;
        log::info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
        daemon.stopping = true;
        daemon.retry.cancel();
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
    // A database that does not answer holds its thread, and everything is stored or spooled.
    if (daemon.store.database.is_busy() || daemon.store.disk.is_busy())
        std::_Exit(static_cast<int>(ExitCode::ok));
    return ExitCode::ok;
}

} // namespace insightd::daemon
