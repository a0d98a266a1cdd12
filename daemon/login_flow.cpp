#include "daemon/login_flow.hpp"

#include "collectors/graph/paging.hpp"
#include "daemon/setup.hpp"
#include "daemon/token_owner.hpp"
#include "daemon/token_plan.hpp"
#include "daemon/token_scopes.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/vault/seal.hpp"

#include <fmt/format.h>

#include <sodium.h>

#include <array>

namespace insightd::daemon
{
namespace
{

namespace asio = boost::asio;
using config::Login;
using graph::FailureClass;
using graph::Outcome;

graph::Failure failed(FailureClass kind, std::string message)
{
    graph::Failure failure;
    failure.kind = kind;
    failure.message = std::move(message);
    return failure;
}

/// A code that is not taken any more is no use: only another login brings another.
graph::Failure advised(graph::Failure failure)
{
    if (failure.kind == FailureClass::needs_login)
        failure.message += ": a code is good once, for an hour; run the command again";
    return failure;
}

Outcome<graph::OAuth> oauth_of(const LoginServices& services, Login login)
{
    auto secret = app_secret_of(services.config.api, login);
    if (auto* reason = std::get_if<std::string>(&secret))
        return failed(FailureClass::misconfigured, std::move(*reason));
    return graph::OAuth{
        services.transport, services.config.api, login, std::get<config::Secret>(std::move(secret)),
        services.pause};
}

graph::Client client_with(const LoginServices& services, Login login, config::Secret token)
{
    graph::Client::Identity identity;
    identity.login = login;
    identity.token = std::move(token);
    auto secret = app_secret_of(services.config.api, login);
    if (login == Login::facebook && std::holds_alternative<config::Secret>(secret))
        identity.app_secret = std::get<config::Secret>(std::move(secret));
    return {services.transport, services.config.api, std::move(identity), services.pause};
}

asio::awaitable<Outcome<Whose>>
whose_token(LoginServices services, const config::Account& account, config::Secret token)
{
    auto client = client_with(services, account.login, std::move(token));
    co_return co_await ask_whose(client, account);
}

Outcome<Whose> must_be(const config::Account& account, Outcome<Whose> whose)
{
    if (!whose || whose->id == account.user_id)
        return whose;
    return failed(
        FailureClass::misconfigured,
        fmt::format(
            "@{} (user_id {}) has logged in, but {} is user_id {}: log in as the other account, or "
            "correct the configuration",
            whose->username, whose->id, account.name, account.user_id));
}

std::optional<graph::Failure>
lacks_scopes(const config::Account& account, const std::vector<std::string>& granted)
{
    const auto missing = missing_scopes(account, granted);
    if (missing.empty())
        return std::nullopt;
    std::string text{"not granted: "};
    for (const auto& scope : missing)
        text += fmt::format(
            "{}{} (needed for {})", &scope == &missing.front() ? "" : "; ", scope.scope,
            scope.needed_for);
    return failed(
        FailureClass::no_permission,
        text + "; log in again and grant it, or switch these collectors off for " + account.name);
}

model::TokenFacts
facts_of(const graph::Grant& grant, const config::Account& account, model::Instant now)
{
    model::TokenFacts facts;
    facts.account_id = account.user_id;
    facts.kind = account.login == Login::instagram ? model::TokenKind::instagram_user
                                                   : model::TokenKind::facebook_user;
    facts.scopes = grant.permissions;
    facts.issued_at = now;
    if (grant.expires_in)
        facts.expires_at = now + *grant.expires_in;
    facts.next_refresh_at = first_renewal(facts);
    return facts;
}

asio::awaitable<Outcome<LoggedIn>> finish_instagram(
    LoginServices services, const config::Account& account, config::Secret code,
    std::string redirect_uri)
{
    auto oauth = oauth_of(services, Login::instagram);
    if (!oauth)
        co_return oauth.error();
    auto brief = co_await oauth->exchange_code(std::move(code), std::move(redirect_uri));
    if (!brief)
        co_return advised(brief.error());
    if (auto lacking = lacks_scopes(account, brief->permissions))
        co_return *lacking;
    auto grant = co_await oauth->long_lived(brief->token);
    if (!grant)
        co_return grant.error();
    const auto whose = must_be(account, co_await whose_token(services, account, grant->token));
    if (!whose)
        co_return whose.error();
    if (grant->permissions.empty())
        grant->permissions = brief->permissions;
    auto facts = facts_of(*grant, account, services.clock.now());
    co_await store_token(services, std::move(grant->token), facts);
    co_return LoggedIn{whose->username, std::move(facts)};
}

std::string names_of(const std::vector<Discovered>& pages)
{
    std::string names;
    for (const auto& found : pages)
        if (found.page.instagram_id)
            names += fmt::format(
                "{}@{} (user_id {})", names.empty() ? "" : ", ", found.page.instagram_username,
                *found.page.instagram_id);
    return names.empty() ? "no account that is linked to a Page" : names;
}

asio::awaitable<Outcome<LoggedIn>> finish_facebook(
    LoginServices services, const config::Account& account, config::Secret code,
    std::string redirect_uri)
{
    auto user = co_await facebook_user_token(services, std::move(code), std::move(redirect_uri));
    if (!user)
        co_return user.error();
    auto pages = co_await discover_pages(services, *user);
    if (!pages)
        co_return pages.error();
    for (auto& found : *pages) {
        if (found.facts.account_id != account.user_id)
            continue;
        if (auto lacking = lacks_scopes(account, found.facts.scopes))
            co_return *lacking;
        co_await store_token(services, found.page.token, found.facts);
        co_return LoggedIn{found.page.instagram_username, found.facts};
    }
    co_return failed(
        FailureClass::misconfigured,
        fmt::format(
            "this Facebook user manages {}, but {} is user_id {}: log in as who manages its Page, "
            "or correct the configuration",
            names_of(*pages), account.name, account.user_id));
}

/// What the platform calls a token, in our words.
std::optional<model::TokenKind> kind_of(const graph::TokenReport& report)
{
    static constexpr std::array kinds{
        std::pair{std::string_view{"USER"}, model::TokenKind::facebook_user},
        std::pair{std::string_view{"PAGE"}, model::TokenKind::page},
        std::pair{std::string_view{"SYSTEM_USER"}, model::TokenKind::system_user}};
    for (const auto& [name, kind] : kinds)
        if (report.type == name)
            return kind;
    return std::nullopt;
}

model::TokenFacts facts_of(const graph::TokenReport& report, model::Instant now)
{
    model::TokenFacts facts;
    facts.kind = kind_of(report).value_or(model::TokenKind::facebook_user);
    facts.scopes = report.scopes;
    facts.issued_at = report.issued_at.value_or(now);
    facts.expires_at = report.expires_at;
    facts.data_access_expires_at = report.data_access_expires_at;
    return facts;
}

/// Facebook tells kind, scopes and expiry; Instagram tells nothing, so that the token is renewed as
/// soon as it may be, and then all is known.
asio::awaitable<Outcome<model::TokenFacts>>
facts_of_stranger(LoginServices services, const config::Account& account, config::Secret token)
{
    const auto now = services.clock.now();
    model::TokenFacts facts;
    if (account.login == Login::facebook) {
        auto oauth = oauth_of(services, Login::facebook);
        if (!oauth)
            co_return oauth.error();
        const auto report = co_await oauth->inspect(std::move(token));
        if (!report)
            co_return report.error();
        if (!report->is_valid)
            co_return failed(FailureClass::needs_login, "the token is not valid: " + report->error);
        facts = facts_of(*report, now);
    } else {
        facts.kind = model::TokenKind::instagram_user;
        facts.issued_at = now;
    }
    facts.account_id = account.user_id;
    facts.next_refresh_at = first_renewal(facts);
    if (account.login == Login::instagram)
        facts.expires_at = now + longest_life; // at the latest: how old it is, nobody says
    co_return facts;
}

} // namespace

std::string random_state()
{
    std::array<unsigned char, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::string text;
    for (const auto byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

Outcome<config::Secret>
code_of(const graph::Redirect& redirect, const std::string& state, bool state_may_lack)
{
    if (!redirect.error.empty())
        return failed(
            FailureClass::needs_login,
            fmt::format(
                "the login was not completed: {}{}{}",
                redirect.description.empty() ? redirect.error : redirect.description,
                redirect.reason.empty() ? "" : " (" + redirect.reason + ")",
                "; run the command again to try once more"));
    const bool same_size = redirect.state.size() == state.size();
    const bool ours =
        same_size && sodium_memcmp(redirect.state.data(), state.data(), state.size()) == 0;
    if (!ours && !(state_may_lack && redirect.state.empty()))
        return failed(
            FailureClass::needs_login,
            "the answer does not belong to this login (another `state`): open the URL that was "
            "printed just now");
    if (redirect.code.empty())
        return failed(
            FailureClass::needs_login,
            "there is no code in it: paste the whole URL that the browser ended at");
    return config::Secret{redirect.code};
}

asio::awaitable<Outcome<LoggedIn>> finish_login(
    LoginServices services, const config::Account& account, config::Secret code,
    std::string redirect_uri)
{
    if (account.login == Login::instagram)
        co_return co_await finish_instagram(
            services, account, std::move(code), std::move(redirect_uri));
    co_return co_await finish_facebook(services, account, std::move(code), std::move(redirect_uri));
}

asio::awaitable<Outcome<LoggedIn>>
adopt_token(LoginServices services, const config::Account& account, config::Secret token)
{
    auto facts = co_await facts_of_stranger(services, account, token);
    if (!facts)
        co_return facts.error();
    if (auto lacking = lacks_scopes(account, facts->scopes))
        co_return *lacking;
    const auto whose = must_be(account, co_await whose_token(services, account, token));
    if (!whose)
        co_return whose.error();
    co_await store_token(services, std::move(token), *facts);
    co_return LoggedIn{whose->username, std::move(*facts)};
}

asio::awaitable<Outcome<config::Secret>>
facebook_user_token(LoginServices services, config::Secret code, std::string redirect_uri)
{
    auto oauth = oauth_of(services, Login::facebook);
    if (!oauth)
        co_return oauth.error();
    auto brief = co_await oauth->exchange_code(std::move(code), std::move(redirect_uri));
    if (!brief)
        co_return advised(brief.error());
    auto grant = co_await oauth->long_lived(std::move(brief->token));
    if (!grant)
        co_return grant.error();
    co_return std::move(grant->token);
}

asio::awaitable<Outcome<std::vector<Discovered>>>
discover_pages(LoginServices services, config::Secret user_token)
{
    auto oauth = oauth_of(services, Login::facebook);
    if (!oauth)
        co_return oauth.error();
    const auto report = co_await oauth->inspect(user_token);
    if (!report)
        co_return report.error();
    if (!report->is_valid)
        co_return failed(FailureClass::needs_login, "the token is not valid: " + report->error);
    auto client = client_with(services, Login::facebook, std::move(user_token));
    graph::Request request{
        "me/accounts",
        {{"fields", "id,name,access_token,tasks,instagram_business_account{id,username}"}}};
    const auto listed = co_await graph::all_pages(client, std::move(request));
    if (listed.failure)
        co_return *listed.failure;
    std::vector<Discovered> found;
    for (const auto& row : listed.rows) {
        auto page = graph::decode_page(row);
        if (!page || page->token.empty())
            continue;
        auto facts = facts_of(*report, services.clock.now());
        facts.kind = model::TokenKind::page;
        facts.expires_at.reset(); // a Page's token has none, if it was made from a long-lived one
        facts.account_id = page->instagram_id.value_or(0);
        found.push_back({std::move(*page), std::move(facts)});
    }
    co_return found;
}

asio::awaitable<void>
store_token(LoginServices services, config::Secret token, model::TokenFacts facts)
{
    auto sealed = vault::seal(keys_to_seal(services.config), token, facts);
    co_await services.database.put_token(std::move(sealed));
}

} // namespace insightd::daemon
