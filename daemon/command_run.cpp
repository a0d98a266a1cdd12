#include "daemon/commands.hpp"

#include "daemon/beginning.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"
#include "daemon/log_limiter.hpp"
#include "daemon/reloading.hpp"
#include "daemon/site.hpp"
#include "daemon/taking_part.hpp"

#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <pthread.h>
#include <utility>

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

/// Where nothing else is said.
constexpr std::chrono::seconds between_repeats{10};

asio::awaitable<void> tell_repeats(Daemon& daemon)
{
    while (!daemon.stopping) {
        co_await nap(daemon.repeats, between_repeats);
        log::tell_repeats();
    }
}

asio::awaitable<void> live(Daemon& daemon, Reloading& reloading)
{
    on_the_side(daemon, daemon.service.feed_watchdog());
    on_the_side(daemon, tell_repeats(daemon));
    co_await begin(daemon);
    daemon.service.ready(
        daemon.begun ? "collecting" : "the database is away: collecting stories and profiles only");
    if (!daemon.stopping)
        reloading.run();
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

[[noreturn]] void leave_at_once(ExitCode code)
{
    log::tell_all_repeats();
    std::_Exit(static_cast<int>(code));
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
        leave_at_once(ExitCode::unavailable);
    });
}

/// A database that does not answer holds its thread, and a coroutine that waits must not be unwound
/// after what it refers to: either way the process goes as it is. Everything is stored or spooled.
bool has_ended(const Daemon& daemon)
{
    return daemon.sides == 0 && !daemon.store.database.is_busy() && !daemon.store.disk.is_busy() &&
           !daemon.heart.is_busy() && !daemon.caretaker.is_busy() && !daemon.page_reader.is_busy();
}

void stop_on_signal(Daemon& daemon, Reloading& reloading)
{
    daemon.signals.async_wait([&](boost::system::error_code error, int number) {
        if (error)
            return;
        log::info("stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
        daemon.stopping = true;
        daemon.service.stopping();
        reloading.stop();
        daemon.replica.take_no_more();
        daemon.retry.cancel();
        daemon.posts_retry.cancel();
        daemon.caretaking.stop();
        daemon.first_look.cancel();
        daemon.repeats.cancel();
        daemon.store.writer.stop();
        daemon.engine.stop(grace);
        leave_when_overdue(daemon);
    });
}

/// SIGHUP waits for as long as this lives: it would end a process that does not listen yet.
class HeldBackHangup
{
public:
    HeldBackHangup()
    {
        sigemptyset(&hangup_);
        sigaddset(&hangup_, SIGHUP);
        pthread_sigmask(SIG_BLOCK, &hangup_, nullptr);
    }
    ~HeldBackHangup() { pthread_sigmask(SIG_UNBLOCK, &hangup_, nullptr); }
    HeldBackHangup(const HeldBackHangup&) = delete;
    HeldBackHangup& operator=(const HeldBackHangup&) = delete;

private:
    sigset_t hangup_{};
};

} // namespace

ExitCode command_run(const CommonOptions& common, bool migrates)
{
    std::optional<HeldBackHangup> until_it_listens{std::in_place};
    const auto fingerprint = reload::fingerprint_of(common.config_file);
    auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    if (!common.debug)
        log::set_level(log_level_of(*config));
    const DatabaseLocation location{*config, DatabaseLocation::Start::when_needed};
    Daemon daemon{*std::move(config), location};
    if (!migrates)
        daemon.old_schema = storage::Database::OldSchema::refuse;
    Site site{daemon};
    Reloading reloading{daemon, {common.config_file, fingerprint, common.debug, [&site] {
                                     site.accounts_changed();
                                 }}};
    daemon.pages.show(reloading.record());
    daemon.status_pages.show(reloading.record());
    until_it_listens.reset();
    stop_on_signal(daemon, reloading);
    std::exception_ptr broken;
    asio::co_spawn(daemon.loop, live(daemon, reloading), [&](std::exception_ptr error) {
        broken = std::move(error);
        daemon.loop.stop();
    });
    daemon.loop.run();
    if (broken)
        std::rethrow_exception(broken);
    if (!has_ended(daemon))
        leave_at_once(ExitCode::ok);
    return ExitCode::ok;
}

} // namespace insightd::daemon
