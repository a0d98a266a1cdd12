#include "tests/sandbox/tokens.hpp"

#include "tests/sandbox/identity.hpp"

#include <fmt/format.h>

namespace insightd::sandbox
{
namespace
{

/// An hour on the Instagram host, one to two on the other.
std::chrono::seconds life_of_short_lived(Host host)
{
    return std::chrono::seconds{host == Host::instagram ? 3'600 : 5'400};
}

std::optional<Instant> expiry(Host host, TokenKind kind, Instant now)
{
    if (kind == TokenKind::short_lived)
        return now + life_of_short_lived(host);
    if (kind == TokenKind::long_lived)
        return now + life_of_long_lived;
    return std::nullopt;
}

/// A Page's token dies with the Page's account, whoever logged in for it.
bool concerns(const Token& token, std::size_t account, const AccountSpec& spec)
{
    return token.account == account ||
           (token.kind == TokenKind::page && token.page == page_id(spec));
}

} // namespace

std::optional<int> death_of(const Token& token, Instant now)
{
    if (token.revoked)
        return token.revoked;
    if (token.expires_at && *token.expires_at <= now)
        return death::expired;
    return std::nullopt;
}

TokenOffice::TokenOffice(const World& world) : world_{world}, random_{world.seed()}
{
    const auto& accounts = world.accounts();
    for (std::size_t index = 0; index < accounts.size(); ++index) {
        Token token;
        token.text = accounts[index].token;
        token.account = index;
        token.host = accounts[index].host;
        token.kind = TokenKind::fixed;
        token.scopes = known_scopes(token.host);
        keep(std::move(token));
    }
}

const Token& TokenOffice::keep(Token token)
{
    auto text = token.text;
    return tokens_.emplace(std::move(text), std::move(token)).first->second;
}

std::string TokenOffice::marked(const std::string& begin)
{
    const auto first = random_();
    return fmt::format("{}{:06}x{:016x}{:016x}", begin, ++issued_, first, random_());
}

const Token& TokenOffice::issue(std::size_t account, TokenKind kind, Scopes scopes, Instant now)
{
    settle(now);
    Token token;
    token.account = account;
    token.host = world_.accounts()[account].host;
    token.text = marked(token.host == Host::instagram ? "IGAAsandboxtoken" : "EAAsandboxtoken");
    token.kind = kind;
    token.scopes = std::move(scopes);
    token.issued_at = now;
    token.expires_at = expiry(token.host, kind, now);
    token.logged_in_at = now;
    token.page = kind == TokenKind::page ? page_id(world_.accounts()[account]) : 0;
    return keep(std::move(token));
}

void TokenOffice::revoke(std::size_t account, int subcode)
{
    for (auto& [text, token] : tokens_)
        if (concerns(token, account, world_.accounts()[account]) && !token.revoked)
            token.revoked = subcode;
    for (auto& [text, code] : codes_)
        code.used = code.used || code.account == account;
}

void TokenOffice::revoke_at(std::size_t account, int subcode, Instant at)
{
    revocations_.insert({at, {account, subcode}});
}

/// Comes before anything is issued or looked at, so that what is there was there before.
void TokenOffice::settle(Instant now)
{
    while (!revocations_.empty() && revocations_.begin()->first <= now) {
        const auto [account, subcode] = revocations_.begin()->second;
        revocations_.erase(revocations_.begin());
        revoke(account, subcode);
    }
}

const Token* TokenOffice::find(const std::string& text, Instant now)
{
    settle(now);
    const auto found = tokens_.find(text);
    return found == tokens_.end() ? nullptr : &found->second;
}

std::string TokenOffice::open_code(Code code)
{
    settle(code.issued_at);
    auto text = marked("AQsandboxcode");
    codes_.emplace(text, std::move(code));
    return text;
}

std::pair<CodeFlaw, Code> TokenOffice::redeem(
    Host host, const std::string& text, const std::string& redirect_uri, Instant now)
{
    settle(now);
    const auto found = codes_.find(text);
    if (found == codes_.end() || found->second.host != host)
        return {CodeFlaw::unknown, {}};
    auto& code = found->second;
    if (code.used)
        return {CodeFlaw::used, code};
    if (code.issued_at + life_of_code <= now)
        return {CodeFlaw::expired, code};
    if (code.redirect_uri != redirect_uri)
        return {CodeFlaw::other_redirect, code};
    code.used = true;
    return {CodeFlaw::none, code};
}

const Token& TokenOffice::exchange(const Token& old, std::optional<Instant> expires_at, Instant now)
{
    const bool by_system = old.kind == TokenKind::system_user;
    const auto kind = by_system ? old.kind : TokenKind::long_lived;
    auto& token = tokens_.at(issue(old.account, kind, old.scopes, now).text);
    token.expires_at = expires_at;
    token.logged_in_at = old.kind == TokenKind::fixed ? now : old.logged_in_at;
    return token;
}

const Token& TokenOffice::prolong(const Token& old, Instant now)
{
    auto& token = tokens_.at(old.text);
    if (token.kind != TokenKind::fixed) {
        token.issued_at = now;
        token.expires_at = now + life_of_long_lived;
    }
    return token;
}

const Token& TokenOffice::page_token(const Token& user, std::int64_t page, Instant now)
{
    auto& text = page_tokens_[{user.text, page}];
    if (const auto* known = find(text, now); known != nullptr && !death_of(*known, now))
        return *known;
    text = issue(user.account, TokenKind::page, user.scopes, now).text;
    auto& token = tokens_.at(text);
    token.page = page;
    token.logged_in_at = user.logged_in_at;
    if (user.kind == TokenKind::short_lived)
        token.expires_at = user.expires_at;
    return token;
}

} // namespace insightd::sandbox
