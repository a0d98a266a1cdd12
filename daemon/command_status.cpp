#include "daemon/commands.hpp"

#include "daemon/health_report.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "storage/database.hpp"
#include "storage/retention.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/core.h>

namespace insightd::daemon
{
namespace
{

/// What the database says of the accounts, of those who collect them, of what stops them, and of
/// what is left of old readings.
struct Status {
    std::vector<model::Health> health;
    model::Sharing sharing;
    std::vector<model::Block> blocks;
    model::ThinningProgress thinning;
};

/// Throws model::Unavailable.
Status status_in(const config::Config& config)
{
    const DatabaseLocation location{config};
    boost::asio::io_context loop{1};
    storage::Database database{location.url(), location.before_connecting()};
    auto health = boost::asio::co_spawn(loop, database.health(), boost::asio::use_future);
    auto sharing = boost::asio::co_spawn(loop, database.sharing(), boost::asio::use_future);
    auto blocks = boost::asio::co_spawn(loop, database.blocks(), boost::asio::use_future);
    loop.run();
    return {health.get(), sharing.get(), blocks.get(), storage::thinning_progress(location.url())};
}

} // namespace

ExitCode command_status(const CommonOptions& common, bool as_json)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const auto now = make_clock(config->clock)->now();
    const auto spool = spool::look_into(spool_file(*config));
    Status status;
    std::string away;
    try {
        status = status_in(*config);
    } catch (const model::Unavailable& error) {
        away = error.what();
    }
    if (as_json && away.empty())
        fmt::print("{}\n", health_json(status.health, status.sharing));
    else if (as_json)
        fmt::print("{}\n", outage_json(away, spool, now));
    else if (away.empty())
        fmt::print(
            "{}{}{}{}", health_table(status.health, status.sharing, now),
            block_lines(status.blocks, *config, now), instance_lines(status.sharing),
            retention_line(config->storage.full_resolution, status.thinning));
    if (!as_json && spool && spool->records > 0)
        fmt::print("{}\n", spool_line(*spool, now));
    if (!away.empty())
        fmt::print(stderr, "{}\n", away);
    return away.empty() ? ExitCode::ok : ExitCode::unavailable;
}

} // namespace insightd::daemon
