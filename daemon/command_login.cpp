#include "daemon/commands.hpp"

#include "daemon/login_answer.hpp"
#include "daemon/token_desk.hpp"
#include "daemon/token_scopes.hpp"
#include "daemon/token_words.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;

/// As long as a code is good. Source: graph-api.md section 2.1, "Callback".
constexpr std::chrono::hours patience{1};

LoginQuestion question_of(const config::Config& config, const LoginOptions& options)
{
    LoginQuestion question;
    question.state = random_state();
    question.address = options.address.value_or(config.login.address);
    question.port = options.port.value_or(config.login.port);
    question.redirect_uri = options.redirect_uri.value_or(config.login.redirect_uri);
    return question;
}

void print_invitation(
    const config::Config& config, const config::Account& account, const LoginQuestion& question,
    const LoginOptions& options)
{
    graph::AuthorizeWish wish;
    wish.redirect_uri = question.redirect();
    wish.scopes = scopes_to_ask(account);
    wish.state = question.state;
    wish.force_reauth = options.force_reauth;
    wish.hide_facebook = options.hide_facebook;
    // On stderr: what `accounts discover` prints may go into a file.
    fmt::print(
        stderr, "Open this in a browser where {} is logged in, and agree:\n\n  {}\n\n",
        account.login == config::Login::instagram ? "the account" : "who manages the Page",
        graph::authorize_url(config.api, account.login, wish));
    if (options.paste)
        fmt::print(
            stderr, "Then paste the address at which the browser ended, or the code alone:\n");
    else
        fmt::print(
            stderr, "Waiting on {} port {} for the browser to come back to {}\n", question.address,
            question.port, question.redirect());
}

/// The code, and with it the redirect that it belongs to. The listener is there before the
/// invitation is: nobody can come too early.
asio::awaitable<graph::Outcome<config::Secret>> ask_for_code(
    TokenDesk& desk, const config::Account& account, LoginQuestion& question, LoginOptions options)
{
    if (options.paste) {
        print_invitation(desk.config, account, question, options);
        co_return pasted_answer(question);
    }
    LoginListener listener{desk.loop.get_executor(), question};
    question = listener.question();
    print_invitation(desk.config, account, question, options);
    auto code = co_await listener.wait(patience);
    // The browser takes its page before the listener goes.
    co_await asio::post(desk.loop, asio::use_awaitable);
    co_return code;
}

void print_welcome(const config::Account& account, const LoggedIn& who)
{
    fmt::print("ok    {}: @{} is logged in, its token is sealed\n", account.name, who.username);
    if (who.facts.expires_at)
        fmt::print("      good until {}", date_words(*who.facts.expires_at));
    else
        fmt::print("      it does not expire by itself");
    if (who.facts.next_refresh_at)
        fmt::print(", renewed by `insightd run` from {}", date_words(*who.facts.next_refresh_at));
    fmt::print("\n");
    if (!who.facts.scopes.empty())
        fmt::print("      permissions: {}\n", fmt::join(who.facts.scopes, ", "));
}

asio::awaitable<ExitCode>
log_in(TokenDesk& desk, const config::Account& account, LoginOptions options)
{
    auto question = question_of(desk.config, options);
    auto code = co_await ask_for_code(desk, account, question, options);
    if (!code)
        co_return complain(account.name, code.error());
    auto who =
        co_await finish_login(desk.services(), account, std::move(*code), question.redirect());
    if (!who)
        co_return complain(account.name, who.error());
    print_welcome(account, *who);
    co_return ExitCode::ok;
}

/// One login of a person who manages many Pages: a sealed token and a piece of YAML for each.
asio::awaitable<ExitCode> discover(TokenDesk& desk, LoginOptions options)
{
    config::Account everyone;
    everyone.name = "accounts discover";
    everyone.login = config::Login::facebook;
    for (const auto collector : {config::Collector::profile, config::Collector::media_insights})
        everyone.collect[collector] = true;
    auto question = question_of(desk.config, options);
    auto code = co_await ask_for_code(desk, everyone, question, options);
    if (!code)
        co_return complain(everyone.name, code.error());
    const auto user =
        co_await facebook_user_token(desk.services(), std::move(*code), question.redirect());
    if (!user)
        co_return complain(everyone.name, user.error());
    auto pages = co_await discover_pages(desk.services(), *user);
    if (!pages)
        co_return complain(everyone.name, pages.error());
    if (pages->empty())
        fmt::print(
            stderr, "accounts discover: this user manages no Page that the app may see; Pages of a "
                    "business need the permission business_management\n");
    fmt::print("accounts:\n");
    for (auto& found : *pages) {
        if (!found.page.instagram_id) {
            fmt::print("  # the Page \"{}\" has no Instagram account\n", one_line(found.page.name));
            continue;
        }
        co_await store_token(desk.services(), found.page.token, found.facts);
        fmt::print("{}", account_yaml(found));
    }
    co_return pages->empty() ? ExitCode::no_permission : ExitCode::ok;
}

/// Better said now than after the person agreed: no app, no key to seal with.
bool can_log_in(const TokenDesk& desk, config::Login login)
{
    keys_to_seal(desk.config);
    const auto secret = app_secret_of(desk.config.api, login);
    if (const auto* reason = std::get_if<std::string>(&secret))
        fmt::print(stderr, "insightd: {}\n", *reason);
    return std::holds_alternative<config::Secret>(secret);
}

} // namespace

ExitCode
command_login(const CommonOptions& common, const std::string& account, const LoginOptions& options)
{
    auto desk = open_desk(common);
    if (!desk)
        return ExitCode::config;
    const auto* settings = desk->account_in_vault(account);
    if (settings == nullptr)
        return ExitCode::config;
    if (!can_log_in(*desk, settings->login))
        return ExitCode::config;
    return desk->run(log_in(*desk, *settings, options));
}

ExitCode command_discover(const CommonOptions& common, const LoginOptions& options)
{
    auto desk = open_desk(common);
    if (!desk)
        return ExitCode::config;
    if (!can_log_in(*desk, config::Login::facebook))
        return ExitCode::config;
    return desk->run(discover(*desk, options));
}

} // namespace insightd::daemon
