#include "daemon/commands.hpp"

#include "daemon/setup.hpp"
#include "storage/migrations.hpp"

#include <fmt/core.h>

namespace insightd::daemon
{

ExitCode command_migrate(const CommonOptions& common, bool dry_run)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const DatabaseLocation location{*config};
    const auto report = storage::migrate(location.url(), dry_run, {config->storage.engine, true});
    const auto* const word = dry_run ? "would apply" : "applied";
    for (const auto& name : report.applied)
        fmt::print("{} {}\n", word, name);
    if (!report.engine.empty())
        fmt::print("{} the engine {}\n", word, report.engine);
    fmt::print("{}: schema {}\n", report.server, report.version);
    return ExitCode::ok;
}

} // namespace insightd::daemon
