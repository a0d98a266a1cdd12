#include "daemon/foreground.hpp"

#include "daemon/reaction.hpp"
#include "daemon/setup.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace insightd::daemon
{
namespace
{

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

boost::asio::awaitable<void> share_blocks(Engine& engine, storage::Database& database)
{
    auto own = engine.blocks();
    const auto known = co_await database.share_blocks(std::move(own));
    engine.heed(known);
}

} // namespace

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

boost::asio::awaitable<void>
refuse_if_owned(storage::Database& database, const config::Config& config)
{
    const auto owners = co_await database.owners(ids_of(config));
    if (owners.empty())
        co_return;
    const auto& first = owners.front();
    throw OwnedByDaemon{fmt::format(
        "{}{} collected by the daemon {}:{}: it reads all that is due by itself; stop it "
        "first, or name other accounts",
        first.account,
        owners.size() == 1 ? " is" : fmt::format(" and {} more are", owners.size() - 1), first.host,
        first.pid)};
}

boost::asio::awaitable<void> pass_beside_others(Engine& engine, storage::Database& database)
{
    co_await share_blocks(engine, database);
    co_await engine.pass();
    co_await share_blocks(engine, database);
}

boost::asio::awaitable<void>
show_progress(const Engine& engine, ProgressBar& bar, boost::asio::steady_timer& tick)
{
    boost::system::error_code ended;
    while (!ended) {
        bar.show(engine.progress());
        tick.expires_after(ProgressBar::terminal_step);
        co_await tick.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    }
}

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

} // namespace insightd::daemon
