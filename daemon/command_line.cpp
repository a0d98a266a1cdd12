#include "daemon/command_line.hpp"

#include "collectors/graph/trust.hpp"
#include "config/unusable.hpp"
#include "daemon/commands.hpp"
#include "daemon/foreground.hpp"
#include "daemon/http/server.hpp"
#include "daemon/init/questions.hpp"
#include "daemon/log.hpp"
#include "daemon/log_limiter.hpp"
#include "daemon/manual_commands.hpp"
#include "storage/engine.hpp"
#include "storage/model/writer.hpp"
#include "storage/spool/lock.hpp"
#include "storage/vault/keyring.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <functional>
#include <regex>

namespace insightd::daemon
{
namespace
{

constexpr auto about = "insightd collects Instagram insights into PostgreSQL as time series: what "
                       "happened, when, and\n"
                       "whether the number can be trusted.";

/// What the command line said; each command leaves the call to be made.
struct Wish {
    CommonOptions common{usual_config_file};
    InitOptions init;
    bool online = false;
    bool as_json = false;
    bool dry_run = false;
    bool no_migrate = false;
    std::vector<std::string> accounts;
    std::optional<std::string> since;
    std::string account;
    std::string target; ///< of `explain`
    std::string listen;
    LoginOptions login;
    std::string reader;
    ReaderOptions reading;
    std::string person;
    std::optional<std::string> with;
    std::string view;
    ExportOptions exporting;
    ThinOptions thinning;
    StatusOptions status;
    std::function<ExitCode()> call;
};

/// "127.0.0.1:9465" or "[::1]:9465".
void take_listen(const std::string& text, LoginOptions& login)
{
    const auto colon = text.rfind(':');
    const auto address = text.substr(0, colon);
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    login.address = bracketed ? address.substr(1, address.size() - 2) : address;
    login.port = static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)));
}

CLI::App* add_command(
    CLI::App& app, Wish& wish, const char* name, const char* description,
    std::function<ExitCode()> call)
{
    auto* command = app.add_subcommand(name, description);
    command->add_option("-c,--config", wish.common.config_file, "the YAML file")
        ->capture_default_str();
    command->add_flag("--debug", wish.common.debug, "log each call as well");
    command->callback([&wish, call] { wish.call = call; });
    return command;
}

void add_login_options(CLI::App& command, Wish& wish)
{
    command.add_flag(
        "--paste", wish.login.paste,
        "no listener: paste the address at which the browser ended, or the code");
    command
        .add_option(
            "--listen", wish.listen,
            "ADDRESS:PORT for the browser to come back to; default: the YAML's login.listen")
        ->check(CLI::Validator{
            [&wish](const std::string& text) {
                static const std::regex pattern{R"((\[[0-9a-fA-F:.]+\]|[^:]+):\d{1,5})"};
                if (!std::regex_match(text, pattern))
                    return std::string{"ADDRESS:PORT, such as 127.0.0.1:9465"};
                take_listen(text, wish.login);
                return std::string{};
            },
            ""});
    command.add_option(
        "--redirect-uri", wish.login.redirect_uri,
        "as registered with the app, to the letter; for use behind a TLS proxy or an SSH tunnel");
    command.add_flag(
        "--force-reauth", wish.login.force_reauth, "ask for the password even of who is logged in");
    command.add_flag(
        "--no-facebook", wish.login.hide_facebook,
        "Instagram: hide \"Log in with Facebook\" (enable_fb_login=0)");
}

/// Commands below another: `insightd token add ACCOUNT`.
CLI::App* add_group(CLI::App& app, const char* name, const char* description)
{
    auto* group = app.add_subcommand(name, description);
    group->require_subcommand(1);
    return group;
}

void add_token_commands(CLI::App& app, Wish& wish)
{
    auto& token = *add_group(app, "token", "the tokens in the vault");
    const auto of_account = [&](CLI::App* command) {
        command->add_option("ACCOUNT", wish.account, "name from the YAML")->required();
    };
    of_account(add_command(
        token, wish, "add", "seal a token from standard input, such as one of the App Dashboard",
        [&wish] { return command_token_add(wish.common, wish.account); }));
    add_command(
        token, wish, "list", "age, expiry and permissions of all tokens; never a token",
        [&wish] { return command_token_list(wish.common); });
    of_account(
        add_command(token, wish, "refresh", "renew a token now (run does it in time)", [&wish] {
            return command_token_refresh(wish.common, wish.account);
        }));
    of_account(add_command(token, wish, "forget", "take a token out of the vault", [&wish] {
        return command_token_forget(wish.common, wish.account);
    }));
    add_command(
        token, wish, "rotate-key", "seal all tokens anew with a new key; a running daemon goes on",
        [&wish] { return command_token_rotate_key(wish.common); });
}

void add_account_commands(CLI::App& app, Wish& wish)
{
    auto& accounts = *add_group(app, "accounts", "which accounts there are");
    add_login_options(
        *add_command(
            accounts, wish, "discover",
            "log a Facebook user in; print YAML for every Page with an Instagram account",
            [&wish] { return command_discover(wish.common, wish.login); }),
        wish);
}

void add_reader_command(CLI::App& app, Wish& wish)
{
    auto* grant = add_command(
        app, wish, "grant-reader",
        "let a login read the views and nothing else, of all accounts or of some",
        [&wish] { return command_grant_reader(wish.common, wish.reader, wish.reading); });
    grant->add_option("NAME", wish.reader, "of the PostgreSQL role; it is made if there is none")
        ->required();
    grant
        ->add_option(
            "--accounts", wish.reading.accounts,
            "the accounts it sees, by name or id, such as shop,bakery; granting again replaces "
            "them")
        ->delimiter(',')
        ->allow_extra_args(false);
    grant->add_flag("--all", wish.reading.all, "it sees all accounts, those to come too");
    grant->add_flag(
        "--messages", wish.reading.messages,
        "it sees what messages say as well, where that is kept: the schema insights_text");
    grant->add_option("--timeout", wish.reading.timeout, "its statements end by themselves")
        ->capture_default_str();
    grant->add_flag(
        "--password", wish.reading.asks_password,
        "take its password from standard input; default: as it is");
    grant->add_flag("--revoke", wish.reading.revoke, "it reads nothing any more");
}

void add_conversation_commands(CLI::App& app, Wish& wish)
{
    auto* forget = add_command(
        app, wish, "forget-person",
        "remove a person's messages and comments from everything that is stored, and never store "
        "them again",
        [&wish] { return command_forget_person(wish.common, wish.person); });
    forget->add_option("ID", wish.person, "Instagram-scoped id: decimal digits; or @USERNAME")
        ->required();
    auto* list = add_command(
        app, wish, "conversations", "conversations of an account, as the platform tells them now",
        [&wish] { return command_conversations(wish.common, wish.account, wish.with); });
    list->add_option("ACCOUNT", wish.account, "name from the YAML")->required();
    list->add_option(
        "--with", wish.with,
        "the one with this person, an Instagram-scoped id, and its newest messages");
}

void add_export_command(CLI::App& app, Wish& wish)
{
    auto* command = add_command(
        app, wish, "export", "the rows of a view as CSV or NDJSON, as many as there are",
        [&wish] { return command_export(wish.common, wish.view, wish.exporting); });
    command->add_option("VIEW", wish.view, "such as media_daily; a wrong one lists them")
        ->required();
    command->add_option("--format", wish.exporting.format, "csv or ndjson (an object a line)")
        ->type_name("{csv,ndjson}")
        ->capture_default_str();
    command->add_option("--since", wish.exporting.since, "from this date or instant on");
    command
        ->add_option(
            "--account", wish.exporting.accounts, "of these accounts only, such as shop,bakery")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("-o,--output", wish.exporting.output, "a file, instead of standard output");
}

void add_thin_command(CLI::App& app, Wish& wish)
{
    auto* command = add_command(
        app, wish, "thin",
        "thin readings older than storage.retention.full now (run does it by the way)",
        [&wish] { return command_thin(wish.common, wish.thinning); });
    command->add_flag(
        "--dry-run", wish.thinning.dry_run, "only say how many rows would be taken, by month");
    command->add_option(
        "--full", wish.thinning.full, "with --dry-run: as if the YAML said this, such as 90d");
}

void add_status_command(CLI::App& app, Wish& wish)
{
    constexpr int longest_wait = 86'400;
    auto* command = add_command(
        app, wish, "status",
        "health of each account and collector, tokens and their end, and what waits for the "
        "database",
        [&wish] { return command_status(wish.common, wish.status); });
    command->add_flag(
        "--json", wish.status.as_json,
        "for programs: an object; its keys are in deploy/docs/service.md");
    command
        ->add_option_function<int>(
            "--watch", [&wish](int seconds) { wish.status.every = std::chrono::seconds{seconds}; },
            "show it again and again, so many seconds apart; on a terminal in place")
        ->expected(0, 1)
        ->default_str("5")
        ->check(CLI::Range(1, longest_wait))
        ->type_name("SECONDS");
}

/// An option for each question: what is given there is not asked.
void add_init_command(CLI::App& app, Wish& wish)
{
    auto* command = add_command(
        app, wish, "init", "lead to a first configuration: asks on a terminal, else takes options",
        [&wish] { return command_init(wish.common, wish.init); });
    command->add_option(
        "FILE", wish.common.config_file, "the YAML to write; never one that is there");
    for (const auto& question : init::questions()) {
        const auto option = "--" + std::string{question.key};
        if (question.kind == init::Question::Kind::hidden ||
            command->get_option_no_throw(option) != nullptr)
            continue;
        auto* added = command->add_option_function<std::string>(
            option,
            [&wish, key = std::string{question.key}](const std::string& text) {
                wish.init.answers[key] = text;
            },
            std::string{question.meaning});
        if (!question.choices.empty())
            added->type_name(std::string{question.choices});
    }
    command->add_flag("--token-stdin", wish.init.token_given, "take the token from standard input");
    command->add_flag("--yes", wish.init.asks_nothing, "ask nothing: presets hold");
    command->add_flag(
        "--offline", wish.init.tries_nothing, "try neither the database nor the token");
}

void add_commands(CLI::App& app, Wish& wish)
{
    add_init_command(app, wish);
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

    auto* backfill = add_command(
        app, wish, "backfill",
        "fetch what the platform still has: days as far back as it serves them, and every post",
        [&wish] { return command_backfill(wish.common, wish.accounts, wish.since); });
    backfill->add_option("ACCOUNT", wish.accounts, "names from the YAML; all if none is given");
    backfill->add_option(
        "--since", wish.since, "oldest day to fetch, such as 2025-12-31; default: all there are");

    add_status_command(app, wish);

    auto* explain = add_command(
        app, wish, "explain",
        "what was asked of a post or account when, what came back, and what is due next and why",
        [&wish] { return command_explain(wish.common, wish.target, wish.as_json); });
    explain
        ->add_option(
            "MEDIA|ACCOUNT", wish.target,
            "a post or story by id, short code or permalink; an account by name or id")
        ->required();
    explain->add_flag("--json", wish.as_json, "for programs");

    auto* login = add_command(
        app, wish, "login", "log an account in through a browser; its token is sealed in the vault",
        [&wish] { return command_login(wish.common, wish.account, wish.login); });
    login->add_option("ACCOUNT", wish.account, "name from the YAML")->required();
    add_login_options(*login, wish);
    add_token_commands(app, wish);
    add_account_commands(app, wish);
    add_reader_command(app, wish);
    add_conversation_commands(app, wish);
    add_export_command(app, wish);
    add_thin_command(app, wish);

    auto* migrate =
        add_command(app, wish, "migrate", "bring the schema up to date (run does it too)", [&wish] {
            return command_migrate(wish.common, wish.dry_run);
        });
    migrate->add_flag("--dry-run", wish.dry_run, "only say what would be applied");
    add_manual_commands(app, wish.call);
}

ExitCode complain(ExitCode code, std::string_view what)
{
    fmt::print(stderr, "insightd: {}\n", what);
    return code;
}

/// Does it; what cannot be done becomes the code of whoever can mend it: time, or a person.
ExitCode fulfilled(const Wish& wish)
{
    try {
        if (wish.common.debug)
            log::set_level(log::Level::debug);
        return wish.call();
    } catch (const vault::KeyTrouble& trouble) {
        return complain(ExitCode::config, trouble.what());
    } catch (const config::Unusable& trouble) {
        return complain(
            ExitCode::config,
            fmt::format("{}: {}", wish.common.config_file.string(), trouble.what()));
    } catch (const http::CannotListen& trouble) {
        return complain(ExitCode::unavailable, trouble.what());
    } catch (const graph::CannotTrust& trouble) {
        return complain(ExitCode::try_again, trouble.what());
    } catch (const OwnedByDaemon& owned) {
        return complain(ExitCode::try_again, owned.what());
    } catch (const spool::InUse& owned) {
        return complain(ExitCode::try_again, owned.what());
    } catch (const storage::EngineTrouble& trouble) {
        return complain(ExitCode::config, trouble.what());
    } catch (const model::Unavailable& away) {
        return complain(ExitCode::unavailable, away.what());
    } catch (const std::exception& error) {
        return complain(ExitCode::software, error.what());
    }
}

} // namespace

ExitCode run_command_line(int argc, const char* const* argv)
{
    CLI::App app{about, "insightd"};
    app.set_version_flag("--version", "insightd " INSIGHTD_VERSION);
    app.require_subcommand(1);
    app.footer(exit_codes_in_words());
    Wish wish;
    add_commands(app, wish);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitCode::ok : ExitCode::usage;
    }
    const auto code = fulfilled(wish);
    log::tell_all_repeats();
    return code;
}

} // namespace insightd::daemon
