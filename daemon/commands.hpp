#pragma once

#include "daemon/exit_code.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// One function for each command of the command line. Each reads the YAML itself, prints what the
/// user must know, and returns what the process answers. None throws for a foreseeable reason.
namespace insightd::daemon
{

struct CommonOptions {
    std::filesystem::path config_file;
};

/// The daemon, in the foreground, until SIGTERM or SIGINT. With `migrates` false it waits for
/// someone else to bring an old schema up to date.
ExitCode command_run(const CommonOptions& common, bool migrates);

/// Checks the YAML; with `online` also the database, each account's token and permissions, and
/// this machine's clock.
ExitCode command_check(const CommonOptions& common, bool online);

/// One pass over everything now, for the named accounts or all.
ExitCode command_collect(const CommonOptions& common, const std::vector<std::string>& accounts);

/// A table of the accounts' health, or JSON.
ExitCode command_status(const CommonOptions& common, bool as_json);

/// Brings the schema up to date, or says what it would do.
ExitCode command_migrate(const CommonOptions& common, bool dry_run);

} // namespace insightd::daemon
