#pragma once

#include "config/secret.hpp"
#include "daemon/exit_code.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// One function for each command of the command line. Each reads the YAML itself, prints what the
/// user must know, and returns what the process answers. None throws for a foreseeable reason.
namespace insightd::daemon
{

/// Read where no other is named.
inline constexpr auto usual_config_file = "/etc/insightd/insightd.yaml";

struct CommonOptions {
    std::filesystem::path config_file;
    bool debug = false; ///< debug lines in the log
};

struct InitOptions {
    std::map<std::string, std::string, std::less<>> answers; ///< by question
    bool asks_nothing = false;                               ///< presets instead
    bool tries_nothing = false;                              ///< neither database nor token
    bool token_given = false;                                ///< on standard input
};

struct LoginOptions {
    bool paste = false;
    std::optional<std::string> address; ///< to listen on, instead of the configuration's
    std::optional<std::uint16_t> port;
    std::optional<std::string> redirect_uri;
    bool force_reauth = false;
    bool hide_facebook = false;
};

struct ReaderOptions {
    std::vector<std::string> accounts; ///< by name or id
    bool all = false;
    bool revoke = false;
    bool messages = false;      ///< texts too
    bool asks_password = false; ///< on standard input, hidden
    std::string timeout{"60s"};
};

struct StatusOptions {
    bool as_json = false;
    std::optional<std::chrono::seconds> every; ///< nothing: once
};

struct ExportOptions {
    std::string format{"csv"};
    std::vector<std::string> accounts;
    std::optional<std::string> since;
    std::string output; ///< a file; empty: standard output
};

struct ThinOptions {
    bool dry_run = false;
    std::string full; ///< instead of the configuration's; empty: that
};

/// Leads to a first configuration: asks on a terminal, else takes options and presets. Writes one
/// file, or none: exit code 64 for a wrong answer, 74 if the file is there already or cannot be
/// written, 75 if it was left before the end.
ExitCode command_init(const CommonOptions& common, const InitOptions& options);

/// The daemon, in the foreground, until SIGTERM or SIGINT. With `migrates` false it waits for
/// someone else to bring an old schema up to date.
ExitCode command_run(const CommonOptions& common, bool migrates);

/// Checks the YAML; with `online` also the database, each account's token and permissions, and
/// this machine's clock.
ExitCode command_check(const CommonOptions& common, bool online);

/// One pass over everything now, for the named accounts or all.
ExitCode command_collect(const CommonOptions& common, const std::vector<std::string>& accounts);

/// Everything that the platform still has, for the named accounts or all; days not before `since`,
/// a date.
ExitCode command_backfill(
    const CommonOptions& common, const std::vector<std::string>& accounts,
    const std::optional<std::string>& since);

/// A table of the accounts' health, or JSON; again and again, if told how often, until SIGINT or
/// SIGTERM.
ExitCode command_status(const CommonOptions& common, const StatusOptions& options);

/// What was asked of one post or account, what came back, which rule applies, and what is due next.
/// Exit code 64 if nothing is known by that name.
ExitCode command_explain(const CommonOptions& common, const std::string& target, bool as_json);

/// Logs an account in through a browser, and seals its token.
ExitCode
command_login(const CommonOptions& common, const std::string& account, const LoginOptions& options);

/// Logs a Facebook user in, seals the tokens of all Pages with an Instagram account, and prints
/// YAML for them.
ExitCode command_discover(const CommonOptions& common, const LoginOptions& options);

/// Checks a token and seals it; takes it from standard input if none is given.
ExitCode command_token_add(
    const CommonOptions& common, const std::string& account,
    std::optional<config::Secret> token = std::nullopt);

/// Ages, expiries and permissions of all tokens; never a token.
ExitCode command_token_list(const CommonOptions& common);

/// Renews a token now.
ExitCode command_token_refresh(const CommonOptions& common, const std::string& account);

/// Takes a token out of the vault.
ExitCode command_token_forget(const CommonOptions& common, const std::string& account);

/// Seals every token anew with a new key.
ExitCode command_token_rotate_key(const CommonOptions& common);

/// Lets a login read the views, of all accounts or of some; or takes that from it.
ExitCode command_grant_reader(
    const CommonOptions& common, const std::string& name, const ReaderOptions& options);

/// Removes a person, given by an Instagram-scoped id, from everything that is stored, for good.
ExitCode command_forget_person(const CommonOptions& common, const std::string& person);

/// The account's conversations, or those with one person, as the platform tells them now.
ExitCode command_conversations(
    const CommonOptions& common, const std::string& account,
    const std::optional<std::string>& person);

/// The rows of a view as CSV or NDJSON. Exit code 75 if nobody read to the end.
ExitCode
command_export(const CommonOptions& common, const std::string& view, const ExportOptions& options);

/// Thins old readings now, or says what that would take, by month. Exit code 78 if the
/// configuration keeps all.
ExitCode command_thin(const CommonOptions& common, const ThinOptions& options);

/// Brings the schema up to date, or says what it would do.
ExitCode command_migrate(const CommonOptions& common, bool dry_run);

} // namespace insightd::daemon
