#include "daemon/command_line.hpp"

#include "daemon/commands.hpp"
#include "storage/model/writer.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <functional>

namespace insightd::daemon
{
namespace
{

constexpr auto about = "insightd collects Instagram insights into PostgreSQL as time series: what "
                       "happened, when, and\n"
                       "whether the number can be trusted.";

constexpr auto exit_codes =
    "Exit codes: 0 done; 64 the command line; 69 database or Graph host away; 71 this machine's\n"
    "clock is wrong; 75 throttled, try again later; 77 a token that is dead or lacks a "
    "permission;\n"
    "78 mistakes in the configuration.\n"
    "Secrets never stand on the command line: the YAML says where they are kept.";

/// What the command line said; each command leaves the call to be made.
struct Wish {
    CommonOptions common{"/etc/insightd/insightd.yaml"};
    bool online = false;
    bool as_json = false;
    bool dry_run = false;
    bool no_migrate = false;
    std::vector<std::string> accounts;
    std::function<ExitCode()> call;
};

CLI::App* add_command(
    CLI::App& app, Wish& wish, const char* name, const char* description,
    std::function<ExitCode()> call)
{
    auto* command = app.add_subcommand(name, description);
    command->add_option("-c,--config", wish.common.config_file, "the YAML file")
        ->capture_default_str();
    command->callback([&wish, call] { wish.call = call; });
    return command;
}

void add_commands(CLI::App& app, Wish& wish)
{
    auto* run = add_command(
        app, wish, "run", "collect until SIGTERM, in the foreground; logs on stderr",
        [&wish] { return command_run(wish.common, !wish.no_migrate); });
    run->add_flag(
        "--no-migrate", wish.no_migrate, "wait for `insightd migrate` if the schema is old");

    auto* check = add_command(
        app, wish, "check", "find every mistake in the YAML, each as file:line:column",
        [&wish] { return command_check(wish.common, wish.online); });
    check->add_flag(
        "--online", wish.online,
        "also try the database, each account's token and permissions, and the clock");

    auto* collect =
        add_command(app, wish, "collect", "one pass over everything now, then exit", [&wish] {
            return command_collect(wish.common, wish.accounts);
        });
    collect->add_option("ACCOUNT", wish.accounts, "names from the YAML; all if none is given");

    auto* status = add_command(
        app, wish, "status", "health of each account and collector, as the database knows it",
        [&wish] { return command_status(wish.common, wish.as_json); });
    status->add_flag("--json", wish.as_json, "for programs");

    auto* migrate =
        add_command(app, wish, "migrate", "bring the schema up to date (run does it too)", [&wish] {
            return command_migrate(wish.common, wish.dry_run);
        });
    migrate->add_flag("--dry-run", wish.dry_run, "only say what would be applied");
}

ExitCode complain(ExitCode code, const char* what)
{
    fmt::print(stderr, "insightd: {}\n", what);
    return code;
}

} // namespace

ExitCode run_command_line(int argc, const char* const* argv)
{
    CLI::App app{about, "insightd"};
    app.set_version_flag("--version", "insightd " INSIGHTD_VERSION);
    app.require_subcommand(1);
    app.footer(exit_codes);
    Wish wish;
    add_commands(app, wish);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitCode::ok : ExitCode::usage;
    }
    try {
        return wish.call();
    } catch (const model::Unavailable& away) {
        return complain(ExitCode::unavailable, away.what());
    } catch (const std::exception& error) {
        return complain(ExitCode::software, error.what());
    }
}

} // namespace insightd::daemon
