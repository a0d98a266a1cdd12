#include "daemon/commands.hpp"

#include "daemon/dossier_report.hpp"
#include "daemon/setup.hpp"
#include "storage/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace insightd::daemon
{
namespace
{

const config::Account* configured(const config::Config& config, model::AccountId id)
{
    const auto found = std::ranges::find(config.accounts, id, &config::Account::user_id);
    return found == config.accounts.end() ? nullptr : &*found;
}

struct Findings {
    std::optional<model::Dossier> dossier;
    Remembered remembered; ///< of the account, if there is a dossier
};

boost::asio::awaitable<Findings> look_up(storage::Database& database, std::string target)
{
    Findings findings;
    findings.dossier = co_await database.dossier(std::move(target));
    if (!findings.dossier)
        co_return findings;
    findings.remembered = co_await remembered(database, findings.dossier->account_id);
    co_return findings;
}

} // namespace

ExitCode command_explain(const CommonOptions& common, const std::string& target, bool as_json)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const DatabaseLocation location{*config};
    boost::asio::io_context loop{1};
    storage::Database database{location.url(), location.before_connecting()};
    auto answer = boost::asio::co_spawn(loop, look_up(database, target), boost::asio::use_future);
    loop.run();
    auto [dossier, remembered] = answer.get();
    if (!dossier) {
        fmt::print(
            stderr,
            "insightd: nothing is known of '{}': name an account of the YAML, or a post or story "
            "by id, short code or permalink\n",
            target);
        return ExitCode::usage;
    }
    const auto now = make_clock(config->clock)->now();
    add_rules(*dossier, configured(*config, dossier->account_id), remembered, now);
    fmt::print("{}", as_json ? dossier_json(*dossier) : dossier_text(*dossier));
    return ExitCode::ok;
}

} // namespace insightd::daemon
