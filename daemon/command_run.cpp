#include "daemon/commands.hpp"

#include "daemon/beginning.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"
#include "daemon/site.hpp"
#include "daemon/taking_part.hpp"

#include <boost/asio/co_spawn.hpp>

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
           !daemon.heart.is_busy() && !daemon.caretaker.is_busy() && !daemon.page_reader.is_busy();
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
    const Site site{daemon};
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
