#include "daemon/commands.hpp"

#include "collectors/catalog.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/progress_bar.hpp"
#include "daemon/reaction.hpp"
#include "daemon/setup.hpp"
#include "storage/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

constexpr std::chrono::seconds grace{8};

/// Leaves only the named accounts; false, with a word on stderr, if one is not in the file.
bool keep_named(config::Config& config, const std::vector<std::string>& names)
{
    for (const auto& name : names)
        if (std::ranges::find(config.accounts, name, &config::Account::name) ==
            config.accounts.end()) {
            fmt::print(stderr, "insightd: no account '{}' in the configuration\n", name);
            return false;
        }
    if (!names.empty())
        std::erase_if(config.accounts, [&](const config::Account& account) {
            return std::ranges::find(names, account.name) == names.end();
        });
    return true;
}

asio::awaitable<void>
one_pass(Engine& engine, storage::Database& database, const config::Config& config)
{
    std::vector<model::AccountId> ids;
    for (const auto& account : config.accounts)
        ids.push_back(account.user_id);
    co_await database.prepare(account_rows(config), catalog::rows());
    const auto histories = co_await database.history(std::move(ids));
    engine.remember(histories);
    engine.make_all_due();
    co_await engine.pass();
}

asio::awaitable<void>
show_progress(const Engine& engine, ProgressBar& bar, asio::steady_timer& tick)
{
    boost::system::error_code ended;
    while (!ended) {
        bar.show(engine.progress());
        tick.expires_after(ProgressBar::terminal_step);
        co_await tick.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }
}

/// One line for each failure that an operator has to know, and the code for all of them.
ExitCode report(const std::vector<Engine::Complaint>& complaints)
{
    auto code = ExitCode::ok;
    for (const auto& complaint : complaints) {
        const auto& failure = complaint.failure;
        fmt::print(
            stderr, "{}: {}: {}{}{}\n", complaint.account, complaint.collector,
            graph::to_string(failure), *reaction_to(failure.kind).advice != '\0' ? ": " : "",
            reaction_to(failure.kind).advice);
        code = worse(code, exit_code_of(failure.kind));
    }
    return code;
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
    storage::Database database{location.url()};
    Engine engine{
        {loop.get_executor(), *config, *clock, transport, database,
         pause_between_tries(loop.get_executor(), *clock)},
        Engine::StorePatience::give_up};

    ProgressBar bar;
    asio::steady_timer tick{loop};
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    signals.async_wait([&](boost::system::error_code error, int) {
        if (!error)
            engine.stop(grace);
    });
    asio::co_spawn(loop, show_progress(engine, bar, tick), asio::detached);
    std::exception_ptr broken;
    asio::co_spawn(loop, one_pass(engine, database, *config), [&](std::exception_ptr error) {
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
