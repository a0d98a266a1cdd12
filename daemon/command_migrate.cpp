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
    const auto report = storage::migrate(location.url(), dry_run);
    for (const auto& name : report.applied)
        fmt::print("{} {}\n", dry_run ? "would apply" : "applied", name);
    fmt::print("{}: schema {}\n", report.server, report.version);
    return ExitCode::ok;
}

} // namespace insightd::daemon
