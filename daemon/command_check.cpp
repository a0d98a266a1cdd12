#include "daemon/commands.hpp"

#include "collectors/insights.hpp"
#include "collectors/profile.hpp"
#include "daemon/reaction.hpp"
#include "daemon/setup.hpp"
#include "storage/migrations.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <memory>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// What was found wrong with one account; no failure if all is well.
struct Finding {
    std::string account;
    std::string username;
    std::optional<graph::Failure> failure;
};

/// The smallest call that needs the insights permission.
asio::awaitable<std::optional<graph::Failure>>
ask_for_insights(graph::Client& api, const config::Account& account)
{
    collectors::MetricQuery query;
    query.path = std::to_string(account.user_id) + "/insights";
    query.metrics = {"reach"};
    query.parameters = {{"period", "day"}};
    auto answers = co_await collectors::ask_metrics(api, std::move(query));
    if (!answers)
        co_return answers.error();
    co_return std::nullopt;
}

graph::Failure unreadable(std::string reason)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::needs_login;
    failure.message = std::move(reason);
    return failure;
}

struct Checker {
    explicit Checker(const config::Config& settings)
        : config{settings}, clock{make_clock(settings.clock)}, transport{
                                                                   loop.get_executor(),
                                                                   transport_limits(settings.api)}
    {
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    std::vector<Finding> findings;
};

asio::awaitable<void> check_account(Checker& checker, const config::Account& account)
{
    Finding finding;
    finding.account = account.name;
    graph::Client::Identity identity;
    identity.login = account.login;
    auto token = config::resolve(account.token);
    if (const auto* reason = std::get_if<std::string>(&token)) {
        finding.failure = unreadable(*reason);
        checker.findings.push_back(std::move(finding));
        co_return;
    }
    identity.token = std::get<config::Secret>(std::move(token));
    if (checker.config.api.app_secret) {
        auto secret = config::resolve(*checker.config.api.app_secret);
        if (auto* known = std::get_if<config::Secret>(&secret))
            identity.app_secret = std::move(*known);
        else
            finding.failure = unreadable(std::get<std::string>(secret));
    }
    graph::Client api{
        checker.transport, checker.config.api, std::move(identity),
        pause_between_tries(checker.loop.get_executor(), *checker.clock)};
    const auto now = checker.clock->now();
    auto collected = co_await collectors::collect_profile(api, account, now);
    if (!finding.failure)
        finding.failure = collected.failure;
    if (!collected.rows.profiles.empty())
        finding.username = collected.rows.profiles.front().username.value_or("");
    if (!finding.failure)
        finding.failure = co_await ask_for_insights(api, account);
    checker.findings.push_back(std::move(finding));
}

asio::awaitable<void> check_accounts(Checker& checker)
{
    for (const auto& account : checker.config.accounts)
        co_await check_account(checker, account);
}

ExitCode check_database(const config::Config& config)
{
    try {
        const DatabaseLocation location{config};
        const auto report = storage::migrate(location.url(), true);
        fmt::print(
            "ok    database: {}, schema {}{}\n", report.server, report.version,
            report.applied.empty() ? "" : ", to be migrated: run `insightd migrate`");
        return ExitCode::ok;
    } catch (const model::Unavailable& away) {
        fmt::print("FAIL  database: {}\n", away.what());
        return ExitCode::unavailable;
    }
}

ExitCode print(const Finding& finding)
{
    if (!finding.failure) {
        fmt::print(
            "ok    account {}: @{}, insights can be read\n", finding.account, finding.username);
        return ExitCode::ok;
    }
    const auto* advice = reaction_to(finding.failure->kind).advice;
    fmt::print(
        "FAIL  account {}: {}{}{}\n", finding.account, graph::to_string(*finding.failure),
        *advice != '\0' ? ": " : "", advice);
    return exit_code_of(finding.failure->kind);
}

ExitCode check_online(const config::Config& config)
{
    auto code = check_database(config);
    Checker checker{config};
    asio::co_spawn(checker.loop, check_accounts(checker), [&](std::exception_ptr error) {
        checker.loop.stop();
        if (error)
            std::rethrow_exception(error);
    });
    checker.loop.run();
    for (const auto& finding : checker.findings)
        code = worse(code, print(finding));
    return code;
}

} // namespace

ExitCode command_check(const CommonOptions& common, bool online)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    fmt::print(
        "ok    {}: {} account{}\n", common.config_file.string(), config->accounts.size(),
        config->accounts.size() == 1 ? "" : "s");
    return online ? check_online(*config) : ExitCode::ok;
}

} // namespace insightd::daemon
