#include "daemon/commands.hpp"

#include "collectors/catalog.hpp"
#include "daemon/backfill_plan.hpp"
#include "daemon/engine.hpp"
#include "daemon/foreground.hpp"
#include "daemon/log.hpp"
#include "daemon/post_loading.hpp"
#include "daemon/progress_bar.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_keeper.hpp"
#include "storage/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <date/date.h>
#include <fmt/core.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

std::optional<model::Day> day_of(const std::string& text)
{
    std::istringstream in{text};
    date::sys_days day;
    in >> date::parse("%F", day);
    const bool is_whole = !in.fail() && in.peek() == std::istringstream::traits_type::eof();
    return is_whole ? std::optional{model::Day{day}} : std::nullopt;
}

std::string text_of(model::Day day)
{
    return date::format("%F", day);
}

/// Why the date cannot be meant; empty if it can.
std::string mistake_in(const std::optional<model::Day>& since, model::Instant now)
{
    if (!since)
        return "--since takes a date such as 2025-12-31";
    if (*since > std::chrono::floor<std::chrono::days>(now))
        return fmt::format(
            "--since {} lies in the future; give the oldest day that you want", text_of(*since));
    return {};
}

/// All that lives while the command works.
struct Work {
    Work(const config::Config& settings, const DatabaseLocation& location)
        : config{settings}, clock{make_clock(settings.clock)},
          transport{loop.get_executor(), transport_limits(settings.api)},
          database{location.url(), location.before_connecting()},
          tokens{
              {settings, *clock, transport, database,
               pause_between_tries(loop.get_executor(), *clock)}},
          engine{
              {loop.get_executor(), settings, *clock, transport, database, tokens,
               pause_between_tries(loop.get_executor(), *clock)},
              Engine::StorePatience::give_up}
    {
        database.set_engine(settings.storage.engine);
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    storage::Database database;
    TokenKeeper tokens;
    Engine engine;
    asio::steady_timer due{loop};
    asio::steady_timer tick{loop};
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    std::optional<std::int64_t> done_before;
    bool stopping = false;
    bool has_said_that_it_waits = false;
};

/// One that is under way goes on, unless another beginning is asked for.
bool begins_anew(const model::AccountHistory& history, const std::optional<model::Day>& since)
{
    const auto& known = history.backfill;
    return !known || known->finished_at || (since && known->since != since);
}

/// That it was asked for is stored first: a daemon goes on with it should this process die.
asio::awaitable<void> take_up(Work& work, std::optional<model::Day> since)
{
    co_await work.database.prepare(account_rows(work.config), catalog::rows(work.config.accounts));
    co_await refuse_if_owned(work.database, work.config);
    const auto known = co_await work.database.history(ids_of(work.config));
    for (const auto& history : known) {
        if (!begins_anew(history, since))
            continue;
        model::Batch batch;
        batch.account_id = history.account_id;
        batch.backfills.push_back(asked_for(since, work.clock->now()));
        auto rows = std::make_shared<const model::Batch>(std::move(batch));
        co_await work.database.write(std::move(rows));
    }
    const auto histories = co_await work.database.history(ids_of(work.config));
    work.engine.remember(histories);
    co_await load_posts(work.database, work.engine, {}, work.clock->now());
    work.engine.only_backfill();
}

/// Calls are scarce: nothing is wrong that time does not mend.
bool has_to_wait(const graph::Failure& failure)
{
    using graph::FailureClass;
    return failure.kind == FailureClass::held_back || failure.kind == FailureClass::app_throttled ||
           failure.kind == FailureClass::account_throttled;
}

bool has_failed(const Engine& engine, const std::string& account)
{
    return std::ranges::any_of(engine.complaints(), [&](const Engine::Complaint& complaint) {
        return complaint.account == account && !has_to_wait(complaint.failure);
    });
}

bool is_finished(const Engine::BackfillState& state)
{
    return state.row && state.row->finished_at;
}

bool has_more(const Engine& engine)
{
    return std::ranges::any_of(engine.backfills(), [&](const Engine::BackfillState& state) {
        return !is_finished(state) && !has_failed(engine, state.account);
    });
}

bool is_held_back(const budget::State& state)
{
    const auto& shed = state.shedding;
    return state.blocked_until || std::ranges::find(shed, "backfill") != shed.end();
}

/// Once: how long it takes is the platform's matter.
void say_that_it_waits(Work& work, ProgressBar& bar)
{
    const auto due = *work.engine.next_due();
    bool waits = due > work.clock->now() && !work.has_said_that_it_waits;
    for (const auto& account : work.config.accounts)
        if (waits && is_held_back(work.engine.budget_of(account.user_id))) {
            bar.say(fmt::format(
                "waiting for the platform's rate limit, next try at {} UTC; Ctrl-C ends it",
                date::format("%F %T", std::chrono::floor<std::chrono::seconds>(due))));
            work.has_said_that_it_waits = true;
            waits = false;
        }
}

/// Account by account fails for itself: the others go on to their end.
asio::awaitable<void> fetch(Work& work, ProgressBar& bar, std::optional<model::Day> since)
{
    co_await take_up(work, since);
    while (!work.stopping && work.engine.next_due() && has_more(work.engine)) {
        say_that_it_waits(work, bar);
        boost::system::error_code cut_short;
        work.due.expires_after(work.clock->real_time_until(*work.engine.next_due()));
        co_await work.due.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
        if (!work.stopping)
            co_await pass_beside_others(work.engine, work.database);
    }
}

PastProgress progress_of(Work& work)
{
    PastProgress all;
    all.is_known = true;
    all.calls = work.engine.progress().calls;
    for (const auto& [account, row] : work.engine.backfills()) {
        all.is_known = all.is_known && row && row->days_expected && row->media_expected;
        if (!row)
            continue;
        all.days_done += row->days_done;
        all.days_expected += row->days_expected.value_or(0);
        all.posts_done += row->media_done;
        all.posts_expected += row->media_expected.value_or(0);
    }
    if (all.is_known && !work.done_before)
        work.done_before = all.days_done + all.posts_done;
    all.done_before = work.done_before.value_or(0);
    return all;
}

/// "days from 2025-12-03 to 2026-02-26"
std::string days_text(const model::Backfill& row, const std::string& timezone_name)
{
    if (!row.oldest_served_day || !row.first_day_end)
        return "no days";
    return fmt::format(
        "days from {} to {}", text_of(*row.oldest_served_day),
        text_of(collectors::day_ending_at(*row.first_day_end, timezone_name)));
}

std::string outcome_of(const Engine::BackfillState& state, const config::Account& account)
{
    const auto resume = fmt::format("go on with `insightd backfill {}`", state.account);
    if (!state.row)
        return "not begun; " + resume;
    const auto& row = *state.row;
    if (row.finished_at)
        return fmt::format(
            "{} posts, {}; ended because {}", row.media_done, days_text(row, account.timezone),
            row.ended_because);
    if (!row.days_expected)
        return "looked for the oldest day that is served; " + resume;
    return fmt::format(
        "not finished: {} of {} days, {} of {} posts; {}", row.days_done, *row.days_expected,
        row.media_done, row.media_expected.value_or(0), resume);
}

/// What was got of each account; failures of those that are not finished decide the exit code.
ExitCode tell(const Work& work)
{
    bool all_finished = true;
    std::vector<Engine::Complaint> open;
    const auto states = work.engine.backfills();
    for (std::size_t index = 0; index < states.size(); ++index) {
        const auto& state = states[index];
        fmt::print("{}: {}\n", state.account, outcome_of(state, work.config.accounts[index]));
        if (is_finished(state))
            continue;
        all_finished = false;
        for (const auto& complaint : work.engine.complaints())
            if (complaint.account == state.account && !has_to_wait(complaint.failure))
                open.push_back(complaint);
    }
    const auto code = report(open);
    return code == ExitCode::ok && !all_finished ? ExitCode::try_again : code;
}

/// The first signal lets the pieces under way end; the second one ends the process: what was
/// stored stays, whatever happens.
void stop_on_signal(Work& work)
{
    work.signals.async_wait([&work](boost::system::error_code error, int) {
        if (error)
            return;
        work.signals.clear();
        work.stopping = true;
        work.due.cancel();
        work.engine.stop(foreground_grace);
    });
}

} // namespace

ExitCode command_backfill(
    const CommonOptions& common, const std::vector<std::string>& accounts,
    const std::optional<std::string>& since_text)
{
    auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const auto since = since_text ? day_of(*since_text) : std::nullopt;
    const auto mistake =
        since_text ? mistake_in(since, make_clock(config->clock)->now()) : std::string{};
    if (!mistake.empty())
        fmt::print(stderr, "insightd: {}\n", mistake);
    if (!mistake.empty() || !keep_named(*config, accounts))
        return ExitCode::usage;
    log::set_level(log::Level::silent); // the failures are printed once, at the end

    const DatabaseLocation location{*config};
    Work work{*config, location};
    ProgressBar bar{[&work](const Progress&, std::chrono::milliseconds elapsed) {
        return past_line(progress_of(work), elapsed);
    }};
    stop_on_signal(work);
    asio::co_spawn(work.loop, show_progress(work.engine, bar, work.tick), asio::detached);
    std::exception_ptr broken;
    asio::co_spawn(work.loop, fetch(work, bar, since), [&](std::exception_ptr error) {
        broken = std::move(error);
        work.loop.stop();
    });
    work.loop.run();
    if (broken)
        std::rethrow_exception(broken);
    bar.finish(work.engine.progress());
    return tell(work);
}

} // namespace insightd::daemon
