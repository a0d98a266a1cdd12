#include "daemon/commands.hpp"

#include "collectors/catalog.hpp"
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
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/core.h>

#include <csignal>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// Between two calls of what a pass began.
constexpr std::chrono::minutes longest_pause{1};

asio::awaitable<void> one_pass(
    Engine& engine, storage::Database& database, const config::Config& config, model::Instant now)
{
    co_await database.prepare(account_rows(config), catalog::rows(config.accounts));
    co_await refuse_if_owned(database, config);
    const auto histories = co_await database.history(ids_of(config));
    engine.remember(histories);
    co_await load_posts(database, engine, {}, now);
    engine.make_all_due();
    co_await pass_beside_others(engine, database);
}

/// What is read a call at a time, as limits want it, is brought to its end if a pass began it. What
/// is not due soon has failed, or waits for the budget: that is said.
asio::awaitable<void> rest_of_polls(Engine& engine, const Clock& clock)
{
    engine.restrict_to(goes_a_call_at_a_time);
    asio::steady_timer timer{co_await asio::this_coro::executor};
    const auto goes_on = [&] {
        return engine.is_midway() && engine.next_due() &&
               *engine.next_due() <= clock.now() + longest_pause && !engine.is_stopping();
    };
    while (goes_on()) {
        timer.expires_after(clock.real_time_until(*engine.next_due()));
        co_await timer.async_wait(asio::use_awaitable);
        co_await engine.pass();
    }
}

asio::awaitable<void> everything_once(
    Engine& engine, storage::Database& database, const config::Config& config, const Clock& clock)
{
    co_await one_pass(engine, database, config, clock.now());
    co_await rest_of_polls(engine, clock);
}

} // namespace

ExitCode command_collect(const CommonOptions& common, const std::vector<std::string>& accounts)
{
    auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    if (!keep_named(*config, accounts))
        return ExitCode::usage;
    log::set_level(log::Level::silent); // the failures are printed once, at the end

    const DatabaseLocation location{*config};
    asio::io_context loop{1};
    const auto clock = make_clock(config->clock);
    graph::Transport transport{loop.get_executor(), transport_limits(config->api)};
    storage::Database database{location.url(), location.before_connecting()};
    database.set_engine(config->storage.engine);
    const auto pause = pause_between_tries(loop.get_executor(), *clock);
    TokenKeeper tokens{{*config, *clock, transport, database, pause}};
    Engine engine{
        {loop.get_executor(), *config, *clock, transport, database, tokens, pause},
        Engine::StorePatience::give_up};
    engine.restrict_to([](Job job) { return job != Job::backfill; }); // a pass reads the present

    ProgressBar bar;
    asio::steady_timer tick{loop};
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    signals.async_wait([&](boost::system::error_code error, int) {
        if (!error)
            engine.stop(foreground_grace);
    });
    asio::co_spawn(loop, show_progress(engine, bar, tick), asio::detached);
    std::exception_ptr broken;
    asio::co_spawn(
        loop, everything_once(engine, database, *config, *clock), [&](std::exception_ptr error) {
            broken = std::move(error);
            loop.stop();
        });
    loop.run();
    if (broken)
        std::rethrow_exception(broken);
    bar.finish(engine.progress());
    fmt::print(
        "stored {} values with {} calls\n", engine.progress().values_stored,
        engine.progress().calls);
    return report(engine.complaints());
}

} // namespace insightd::daemon
