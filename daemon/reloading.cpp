#include "daemon/reloading.hpp"

#include "collectors/catalog.hpp"
#include "daemon/daemon.hpp"
#include "daemon/handing_over.hpp"
#include "daemon/log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;
using Time = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds first_retry{1};
constexpr std::chrono::seconds longest_retry{30};

asio::awaitable<void> wait_until(asio::steady_timer& timer, Time instant)
{
    timer.expires_at(instant);
    boost::system::error_code cut_short;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
}

} // namespace

Reloading::Reloading(Daemon& daemon, Wishes wishes)
    : daemon_{daemon}, wishes_{std::move(wishes)}, signal_{daemon.loop, SIGHUP},
      folder_{daemon.loop.get_executor(), wishes_.file}, wake_{daemon.loop}, store_retry_{
                                                                                 daemon.loop}
{
    record_.last_success = daemon_.clock->now();
    if (!folder_.why_not().empty())
        log::warning(
            "config_not_watched",
            {{"reason", folder_.why_not()},
             {"mend", "after each change of the file: systemctl reload insightd"}});
    wait_for_signal();
}

void Reloading::wait_for_signal()
{
    signal_.async_wait([this](boost::system::error_code error, int /*number*/) {
        if (error)
            return;
        is_asked_ = true;
        wake_.cancel();
        wait_for_signal();
    });
}

/// The file may have changed since it was read at the start.
void Reloading::run()
{
    quiet_.something_happened(std::chrono::steady_clock::now());
    on_the_side(daemon_, take_turns());
    on_the_side(daemon_, watch());
}

void Reloading::stop()
{
    is_stopping_ = true;
    signal_.cancel();
    folder_.stop();
    wake_.cancel();
    store_retry_.cancel();
}

asio::awaitable<void> Reloading::watch()
{
    auto is_something = co_await folder_.something();
    while (is_something) {
        folder_.look_again();
        quiet_.something_happened(std::chrono::steady_clock::now());
        wake_.cancel();
        is_something = co_await folder_.something();
    }
}

/// One reading at a time: what happens meanwhile is the next one's.
asio::awaitable<void> Reloading::take_turns()
{
    while (!is_stopping_) {
        const auto due = quiet_.due();
        if (is_asked_ || (due && *due <= std::chrono::steady_clock::now())) {
            quiet_.begin_anew();
            co_await reload(std::exchange(is_asked_, false));
        } else
            co_await wait_until(wake_, due.value_or(Time::max()));
    }
}

/// Whoever asks is answered; a file that was merely touched is passed over.
asio::awaitable<void> Reloading::reload(bool is_asked)
{
    if (is_asked)
        daemon_.service.reloading();
    auto reading = co_await read(is_asked ? 0 : wishes_.fingerprint);
    wishes_.fingerprint = reading.fingerprint;
    if (!is_stopping_ && !reading.is_as_before) {
        if (reading.is_good())
            co_await apply(std::move(reading));
        else if (is_asked || reload::first_of(reading.mistakes) != record_.why_not)
            reject(reading.mistakes);
        folder_.look_again();
    }
    if (is_asked)
        daemon_.service.reloaded();
}

/// The thread reads what runs while the loop does not change it: only apply() would.
asio::awaitable<reload::Reading> Reloading::read(std::size_t known)
{
    auto job = [file = wishes_.file, known, &running = std::as_const(daemon_.config)] {
        return reload::read(file, catalog::vocabulary(), running, known);
    };
    co_return co_await thread_.run<reload::Reading>(std::move(job));
}

void Reloading::reject(const config::Mistakes& mistakes)
{
    ++record_.failed;
    record_.why_not = reload::first_of(mistakes);
    log::error(
        "config_not_reloaded",
        {{"reason", record_.why_not},
         {"mistakes", mistakes.all.size()},
         {"mend", "correct the file; until then everything goes on as configured before"}});
}

asio::awaitable<void> Reloading::apply(reload::Reading reading)
{
    const auto changes = std::move(reading.changes);
    daemon_.config.accounts.swap(reading.wanted.accounts);
    daemon_.config.log_level = reading.wanted.log_level;
    if (changes.log_level && !wishes_.keeps_log_level)
        log::set_level(log_level_of(daemon_.config));
    co_await hand_over(changes, daemon_.engine, daemon_.replica);
    ++record_.succeeded;
    record_.last_success = daemon_.clock->now();
    record_.why_not.clear();
    record_.need_restart = fmt::format("{}", fmt::join(changes.need_restart, ", "));
    tell(changes);
    co_await owe_to_store(std::move(reading.wanted));
}

void Reloading::tell(const reload::Changes& changes)
{
    log::info(
        "config_reloaded", {{"added", changes.added.size()},
                            {"removed", changes.removed.size()},
                            {"changed", changes.changed.size()},
                            {"accounts", daemon_.config.accounts.size()}});
    if (!changes.need_restart.empty())
        log::warning(
            "config_needs_restart",
            {{"keys", record_.need_restart},
             {"reason", "these are read at the start only, and stay as they were"},
             {"mend", "systemctl restart insightd"}});
}

/// What is to be written is put together on the thread, where the former configuration is freed as
/// well: of many accounts either takes its time.
asio::awaitable<void> Reloading::owe_to_store(config::Config former)
{
    auto job = [gone = std::move(former), &config = std::as_const(daemon_.config)]() mutable {
        gone = {};
        storage::Database::Configured rows{account_rows(config), catalog::rows(config.accounts)};
        Owed owed{
            std::make_shared<const storage::Database::Configured>(std::move(rows)), ids_of(config)};
        return std::make_shared<const Owed>(std::move(owed));
    };
    owed_ = co_await thread_.run<std::shared_ptr<const Owed>>(std::move(job));
    if (!std::exchange(tells_store_, true))
        on_the_side(daemon_, tell_store());
}

/// Only then may an account that was added be taken, or something be taken in for it: its rows
/// refer to what the store knows of it.
/// Once more after the last turn that began under former settings: what it stored may be what is
/// not to be kept any more.
asio::awaitable<void> Reloading::tell_store()
{
    auto wait = first_retry;
    bool said = false;
    while (owed_ && !is_stopping_) {
        const auto owed = owed_;
        const bool is_last = daemon_.engine.has_changed_all();
        const auto why_not = co_await try_to_tell_store(*owed);
        if (owed != owed_)
            continue;
        if (why_not.empty() && daemon_.replica.accounts() != owed->ids)
            daemon_.replica.configured(owed->ids);
        if (why_not.empty())
            wishes_.accounts_changed();
        if (why_not.empty() && is_last) {
            owed_.reset();
            continue;
        }
        if (!why_not.empty() && !std::exchange(said, true))
            log::warning(
                "config_not_in_database",
                {{"reason", why_not}, {"meanwhile", "accounts that were added wait"}});
        co_await wait_until(store_retry_, std::chrono::steady_clock::now() + wait);
        wait = why_not.empty() ? first_retry : std::min(wait * 2, longest_retry);
    }
    tells_store_ = false;
}

/// Why it does not know it yet; empty if it does.
asio::awaitable<std::string> Reloading::try_to_tell_store(Owed owed)
{
    if (!daemon_.joined) // its schema may not be there
        co_return "the database was not reached yet";
    try {
        co_await daemon_.store.database.write_configured(owed.rows);
    } catch (const model::Unavailable& away) {
        co_return away.what();
    } catch (const model::Refused& refused) { // another instance may have done so at this moment
        co_return refused.what();
    }
    co_return std::string{};
}

} // namespace insightd::daemon
