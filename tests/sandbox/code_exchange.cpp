#include "tests/sandbox/identity.hpp"
#include "tests/sandbox/login.hpp"
#include "tests/sandbox/renewal.hpp"

#include <boost/json/array.hpp>

// A code becomes a token that lives for an hour. Source: graph-api.md section 2.
namespace insightd::sandbox
{
namespace
{

constexpr const char* other_redirect_uri =
    "Error validating verification code. Please make sure your redirect_uri is identical to the "
    "one you used in the OAuth dialog request";

json::object wrapped_answer(const Visit& visit, const Token& token)
{
    const auto user_id = app_scoped_id(visit.world.accounts()[token.account]);
    return {
        {"data", json::array{json::object{
                     {"access_token", token.text},
                     {"user_id", std::to_string(user_id)},
                     {"permissions", text_of(token.scopes)}}}}};
}

json::object flat_answer(const Visit& visit, const Token& token)
{
    return {
        {"access_token", token.text},
        {"user_id", app_scoped_id(visit.world.accounts()[token.account])},
        {"permissions", json::array(token.scopes.begin(), token.scopes.end())}};
}

/// Facebook names each flaw; the subcodes tell them apart.
Response refuse_code(CodeFlaw flaw)
{
    const auto refused = [](int subcode, const std::string& message) {
        return refusal(Host::facebook, 100, subcode, message);
    };
    switch (flaw) {
    case CodeFlaw::used:
        return refused(36009, "This authorization code has been used.");
    case CodeFlaw::expired:
        return refused(36007, "This authorization code has expired.");
    case CodeFlaw::other_redirect:
        return refused(36008, other_redirect_uri);
    default:
        return refused(36009, "Invalid verification code format.");
    }
}

Response code_exchange_facebook(const Visit& visit)
{
    const auto redirect_uri = visit.request.param("redirect_uri");
    if (redirect_uri.empty())
        return refusal(Host::facebook, 191, std::nullopt, "Missing redirect_uri parameter.");
    const auto [flaw, code] =
        visit.office.redeem(Host::facebook, visit.request.param("code"), redirect_uri, visit.now);
    if (flaw != CodeFlaw::none)
        return refuse_code(flaw);
    const auto& token =
        visit.office.issue(code.account, TokenKind::short_lived, code.scopes, visit.now);
    return answer_of(bearer_answer(token, visit.now));
}

} // namespace

Response code_exchange_instagram(const Visit& visit)
{
    const auto& request = visit.request;
    if (request.field("client_id") != visit.apps.instagram.id)
        return login_refusal("Invalid platform app");
    if (request.field("client_secret") != visit.apps.instagram.secret)
        return login_refusal("Error validating client secret.");
    if (request.field("grant_type") != "authorization_code")
        return login_refusal("Invalid grant_type");
    const auto [flaw, code] = visit.office.redeem(
        Host::instagram, request.field("code"), request.field("redirect_uri"), visit.now);
    if (flaw == CodeFlaw::other_redirect)
        return login_refusal(other_redirect_uri);
    if (flaw != CodeFlaw::none)
        return login_refusal("Matching code was not found or was already used");
    const auto& token =
        visit.office.issue(code.account, TokenKind::short_lived, code.scopes, visit.now);
    return answer_of(
        visit.faults.login.flat_answers ? flat_answer(visit, token) : wrapped_answer(visit, token));
}

Response access_token_facebook(const Visit& visit)
{
    const auto& request = visit.request;
    if (request.param("client_id") != visit.apps.facebook.id)
        return refusal(
            Host::facebook, 101, std::nullopt,
            "Error validating application. Invalid application ID.");
    if (request.param("client_secret") != visit.apps.facebook.secret)
        return refusal(Host::facebook, 1, std::nullopt, "Error validating client secret.");
    const auto grant_type = request.param("grant_type");
    if (grant_type == "fb_exchange_token")
        return long_lived_facebook(visit);
    if (grant_type.empty() || grant_type == "authorization_code")
        return code_exchange_facebook(visit);
    return refusal(Host::facebook, 100, std::nullopt, "(#100) Invalid grant_type");
}

} // namespace insightd::sandbox
