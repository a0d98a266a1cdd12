#include "daemon/commands.hpp"

#include "daemon/health_report.hpp"
#include "daemon/setup.hpp"
#include "storage/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/core.h>

namespace insightd::daemon
{

ExitCode command_status(const CommonOptions& common, bool as_json)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const DatabaseLocation location{*config};
    boost::asio::io_context loop{1};
    storage::Database database{location.url(), location.before_connecting()};
    auto health = boost::asio::co_spawn(loop, database.health(), boost::asio::use_future);
    loop.run();
    const auto rows = health.get();
    if (as_json)
        fmt::print("{}\n", health_json(rows));
    else
        fmt::print("{}", health_table(rows, make_clock(config->clock)->now()));
    return ExitCode::ok;
}

} // namespace insightd::daemon
