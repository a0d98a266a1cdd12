#include "daemon/commands.hpp"

#include "collectors/catalog.hpp"
#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/progress_bar.hpp"
#include "daemon/reaction.hpp"
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

#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

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
    co_await database.prepare(account_rows(config), catalog::rows(config.accounts));
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

/// "bakery: profile, media", or "bakery and 40 more accounts" where it is not one account's matter.
std::string whose(const std::vector<const Engine::Complaint*>& complaints)
{
    std::set<std::string> accounts;
    std::vector<std::string> collectors;
    for (const auto* complaint : complaints) {
        accounts.insert(complaint->account);
        if (std::ranges::find(collectors, complaint->collector) == collectors.end())
            collectors.push_back(complaint->collector);
    }
    if (accounts.size() == 1)
        return fmt::format("{}: {}", *accounts.begin(), fmt::join(collectors, ", "));
    return fmt::format(
        "{} and {} more account{}", *accounts.begin(), accounts.size() - 1,
        accounts.size() == 2 ? "" : "s");
}

/// One line for each thing that an operator has to know, and the code for all of them.
ExitCode report(const std::vector<Engine::Complaint>& complaints)
{
    std::map<std::string, std::vector<const Engine::Complaint*>> by_text;
    auto code = ExitCode::ok;
    for (const auto& complaint : complaints) {
        auto failure = complaint.failure;
        failure.trace_id.clear(); // of one call, not of what is wrong
        const auto* advice = reaction_to(failure.kind).advice;
        by_text[graph::to_string(failure) + (*advice != '\0' ? ": " : "") + advice].push_back(
            &complaint);
        code = worse(code, exit_code_of(failure.kind));
    }
    for (const auto& [text, same] : by_text)
        fmt::print(stderr, "{}: {}\n", whose(same), text);
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
    storage::Database database{location.url(), location.before_connecting()};
    const auto pause = pause_between_tries(loop.get_executor(), *clock);
    TokenKeeper tokens{{*config, *clock, transport, database, pause}};
    Engine engine{
        {loop.get_executor(), *config, *clock, transport, database, tokens, pause},
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
