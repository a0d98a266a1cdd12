#include "daemon/commands.hpp"

#include "collectors/profile.hpp"
#include "daemon/reaction.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/token_owner.hpp"
#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "storage/model/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// A call may take some seconds, and NTP is better than this.
constexpr std::int64_t most_seconds_wrong = 60;

/// What was found wrong with one account; no failure if all is well.
struct Finding {
    std::string account;
    std::string username;
    std::optional<graph::Failure> failure;
};

/// What a Graph host told of itself, and when we heard it.
struct HostWord {
    std::string url;
    graph::HostFacts facts;
    model::Instant heard_at;
};

const std::string& host_of(const config::Api& api, config::Login login)
{
    return login == config::Login::facebook ? api.graph_url.facebook : api.graph_url.instagram;
}

struct Checker {
    /// Without a location, because there is none, no token of the vault can be had.
    Checker(const config::Config& settings, const std::optional<DatabaseLocation>& location)
        : config{settings}, clock{make_clock(settings.clock)},
          transport{loop.get_executor(), transport_limits(settings.api)},
          database{location ? location->url() : "host=/nonexistent"},
          tokens{
              {settings, *clock, transport, database,
               pause_between_tries(loop.get_executor(), *clock)}}
    {
    }

    const config::Config& config;
    asio::io_context loop{1};
    std::unique_ptr<Clock> clock;
    graph::Transport transport;
    storage::Database database;
    TokenKeeper tokens;
    std::vector<Finding> findings;
    HostWord host; ///< the newest
};

/// The profile, then the insights: the two permissions that everything rests on.
asio::awaitable<Finding>
ask_account(Checker& checker, const config::Account& account, graph::Client::Identity identity)
{
    Finding finding{account.name, {}, {}};
    graph::Client api{
        checker.transport, checker.config.api, std::move(identity),
        pause_between_tries(checker.loop.get_executor(), *checker.clock)};
    collectors::RefusedFields refused;
    auto collected =
        co_await collectors::collect_profile(api, account, refused, checker.clock->now());
    checker.host = {host_of(checker.config.api, account.login), api.host(), checker.clock->now()};
    finding.failure = std::move(collected.failure);
    if (!collected.rows.profiles.empty())
        finding.username = collected.rows.profiles.front().username.value_or("");
    if (!finding.failure)
        finding.failure = co_await ask_for_insights(api, account);
    co_return finding;
}

/// A token of the vault cannot be had without the database.
asio::awaitable<graph::Outcome<graph::Client::Identity>>
identity_of(Checker& checker, const config::Account& account)
{
    graph::Failure failure;
    failure.kind = graph::FailureClass::unreachable;
    try {
        co_return co_await checker.tokens.identity(account);
    } catch (const model::Unavailable& away) {
        failure.message = away.what();
    }
    co_return failure;
}

asio::awaitable<void> check_account(Checker& checker, const config::Account& account)
{
    auto identity = co_await identity_of(checker, account);
    if (identity)
        checker.findings.push_back(co_await ask_account(checker, account, std::move(*identity)));
    else
        checker.findings.push_back({account.name, {}, identity.error()});
}

asio::awaitable<void> check_accounts(Checker& checker)
{
    for (const auto& account : checker.config.accounts)
        co_await check_account(checker, account);
}

ExitCode check_database(const config::Config& config, std::optional<DatabaseLocation>& location)
{
    try {
        location.emplace(config);
        const auto report = storage::migrate(location->url(), true, {config.storage.engine, true});
        fmt::print(
            "ok    database: {}, schema {}{}\n", report.server, report.version,
            report.applied.empty() ? "" : ", to be migrated: run `insightd migrate`");
        return ExitCode::ok;
    } catch (const storage::EngineTrouble& trouble) {
        fmt::print("FAIL  database: {}\n", trouble.what());
        return ExitCode::config;
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

/// Ages, settling and story windows are reckoned by this machine's clock: it has to be right.
ExitCode check_clock(const HostWord& host)
{
    const auto ahead =
        std::chrono::round<std::chrono::seconds>(host.heard_at - *host.facts.time).count();
    if (std::abs(ahead) <= most_seconds_wrong) {
        fmt::print("ok    clock: {} s beside {}\n", std::abs(ahead), host.url);
        return ExitCode::ok;
    }
    fmt::print(
        "FAIL  clock: this machine is {} s {} {}: let it be set by NTP (timedatectl set-ntp "
        "true)\n",
        std::abs(ahead), ahead > 0 ? "ahead of" : "behind", host.url);
    return ExitCode::system;
}

void check_version(const config::Api& api, const graph::HostFacts& host)
{
    if (!host.api_version.empty() && host.api_version != api.version)
        fmt::print(
            "note  api.version {} was answered by {}: set api.version to one that is served\n",
            api.version, host.api_version);
}

ExitCode check_online(const config::Config& config)
{
    std::optional<DatabaseLocation> location;
    auto code = check_database(config, location);
    Checker checker{config, location};
    asio::co_spawn(checker.loop, check_accounts(checker), [&](std::exception_ptr error) {
        checker.loop.stop();
        if (error)
            std::rethrow_exception(error);
    });
    checker.loop.run();
    for (const auto& finding : checker.findings)
        code = worse(code, print(finding));
    check_version(config.api, checker.host.facts);
    const bool real_time = !config.clock;
    if (real_time && checker.host.facts.time)
        code = worse(code, check_clock(checker.host));
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
