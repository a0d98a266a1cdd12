#include "daemon/commands.hpp"

#include "collectors/catalog.hpp"
#include "daemon/engine.hpp"
#include "daemon/http/server.hpp"
#include "daemon/log.hpp"
#include "daemon/pages.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/database.hpp"

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

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{30};

std::vector<model::AccountId> ids_of(const config::Config& config)
{
    std::vector<model::AccountId> ids;
    for (const auto& account : config.accounts)
        ids.push_back(account.user_id);
    return ids;
}

/// Everything that lives as long as the daemon.
struct Daemon {
    Daemon(const config::Config& settings, const DatabaseLocation& location)
        : config{settings}, clock{make_clock(settings.clock)},
          transport{loop.get_executor(), transport_limits(settings.api)},
          database{location.url(), location.before_connecting()},
          tokens{
              {settings, *clock, transport, database,
               pause_between_tries(loop.get_executor(), *clock)}},
          engine{
              {loop.get_executor(), settings, *clock, transport, database, tokens,
               pause_between_tries(loop.get_executor(), *clock)},
              Engine::StorePatience::wait},
          pages{settings, *clock, engine, tokens}
    {
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    storage::Database database;
    TokenKeeper tokens;
    Engine engine;
    Pages pages;
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    asio::steady_timer retry{loop};
    asio::steady_timer overdue{loop};
    storage::Database::OldSchema old_schema = storage::Database::OldSchema::migrate;
    bool stopping = false;
};

/// The store's memory, as soon as the store can be reached: an absent database does not end the
/// daemon, it waits and says so once.
asio::awaitable<void> take_up_history(Daemon& daemon)
{
    bool said = false;
    for (auto wait = first_retry; !daemon.stopping; wait = std::min(wait * 2, longest_retry)) {
        std::string reason;
        try {
            co_await daemon.database.prepare(
                account_rows(daemon.config), catalog::rows(daemon.config.accounts),
                daemon.old_schema);
            const auto histories = co_await daemon.database.history(ids_of(daemon.config));
            daemon.engine.remember(histories);
            co_return;
        } catch (const model::Unavailable& away) {
            reason = away.what();
        }
        if (!std::exchange(said, true))
            log::error("store_away", {{"reason", reason}, {"collection", "not begun"}});
        daemon.retry.expires_after(wait);
        boost::system::error_code cut_short;
        co_await daemon.retry.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
    }
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
    co_await take_up_history(daemon);
    log::info("collecting", {{"accounts", daemon.config.accounts.size()}});
    co_await daemon.engine.run();
    daemon.signals.cancel();
    daemon.transport.close_idle();
    log::info(
        "stopped", {{"values_stored", daemon.engine.progress().values_stored},
                    {"calls", daemon.engine.progress().calls}});
}

/// Nothing that was acknowledged can be lost by this: what waits was never committed.
void leave_when_overdue(Daemon& daemon)
{
    daemon.overdue.expires_after(last_resort);
    daemon.overdue.async_wait([](boost::system::error_code error) {
        if (error)
            return;
        log::error(
            "stop_overdue", {{"reason", "the database does not answer"}, {"rows", "given up"}});
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
    const DatabaseLocation location{*config};
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
    return ExitCode::ok;
}

} // namespace insightd::daemon
