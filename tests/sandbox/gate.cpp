#include "tests/sandbox/login.hpp"

#include "tests/sandbox/hmac.hpp"

#include <date/tz.h>
#include <fmt/format.h>

// Who may ask: tokens that live, and proofs.
namespace insightd::sandbox
{
namespace
{

/// "Sunday, 01-Mar-26 04:00:00 PST"
std::string pacific(Instant instant)
{
    static const auto* zone = date::locate_zone("America/Los_Angeles");
    return date::format(
        "%A, %d-%b-%y %T %Z",
        date::make_zoned(zone, std::chrono::floor<std::chrono::seconds>(instant)));
}

std::string words_of_expiry(Instant expired_at, Instant now)
{
    return fmt::format(
        "Session has expired on {}. The current time is {}.", pacific(expired_at), pacific(now));
}

std::string words_of(int subcode, const std::string& app_id)
{
    switch (subcode) {
    case death::app_removed:
        return "The user has not authorized application " + app_id + ".";
    case death::checkpoint:
        return "You cannot access the app till you log in to www.facebook.com and follow the "
               "instructions given.";
    case death::password_changed:
        return "The session has been invalidated because the user changed their password or "
               "Facebook has changed the session for security reasons.";
    case death::unconfirmed_user:
        return "Sessions for the user are not allowed because the user is not a confirmed user.";
    case death::no_role_on_page:
        return "The user must be an administrator, editor, or moderator of the page in order to "
               "impersonate it.";
    default:
        return "This may be because the user logged out or may be due to a system error.";
    }
}

} // namespace

std::string words_of_death(const Visit& visit, const Token& token, int subcode)
{
    const auto why = subcode == death::expired
                         ? words_of_expiry(token.expires_at.value_or(visit.now), visit.now)
                         : words_of(subcode, visit.apps.of(token.host).id);
    return "Error validating access token: " + why;
}

Admission admit(const Visit& visit, const std::string& text)
{
    const auto host = visit.request.host;
    const auto* token = visit.office.find(text, visit.now);
    if (token == nullptr || token->host != host)
        return {
            nullptr,
            refusal(
                host, 190, std::nullopt,
                fmt::format(
                    "Invalid OAuth 2.0 Access Token ({})", text.empty() ? "missing" : "present"),
                401)};
    const bool is_switched_dead =
        visit.world.accounts()[token->account].username == visit.faults.dead_token_of;
    const auto death = is_switched_dead ? death::expired : death_of(*token, visit.now);
    if (death)
        return {nullptr, refusal(host, 190, *death, words_of_death(visit, *token, *death), 401)};
    return {token, std::nullopt};
}

/// Source: graph-api.md section 1.
std::optional<Response> refuse_proof(const Visit& visit, const Token& token)
{
    if (visit.request.host != Host::facebook)
        return std::nullopt;
    const auto proof = visit.request.param("appsecret_proof");
    if (proof.empty() && !visit.faults.login.requires_proof)
        return std::nullopt;
    if (proof == hmac_sha256(visit.apps.facebook.secret, token.text))
        return std::nullopt;
    return refusal(
        Host::facebook, 100, std::nullopt,
        proof.empty() ? "API calls from the server require an appsecret_proof argument"
                      : "Invalid appsecret_proof provided in the API argument");
}

} // namespace insightd::sandbox
