#include "tests/sandbox/renewal.hpp"

namespace insightd::sandbox
{
namespace
{

/// Exchanging and refreshing fail by the dice, so that one failure may follow another.
std::optional<Response> bad_luck(const Visit& visit)
{
    constexpr auto sides = static_cast<double>(1ULL << 53);
    if (static_cast<double>(visit.dice() >> 11) / sides >= visit.faults.refresh_errors)
        return std::nullopt;
    return refusal(visit.request.host, 2, std::nullopt, "Service temporarily unavailable", 500);
}

Response refused(const Visit& visit, const std::string& message)
{
    return refusal(visit.request.host, 100, std::nullopt, "(#100) " + message);
}

std::optional<Response> refuse_refresh(const Visit& visit, const Token& token)
{
    if (token.kind == TokenKind::short_lived)
        return refused(visit, "The access token is not a long-lived one");
    if (!contains(token.scopes, "instagram_business_basic"))
        return refusal(
            visit.request.host, 10, std::nullopt,
            "(#10) Application does not have permission for this action");
    if (token.kind != TokenKind::fixed && visit.now < token.issued_at + youngest_to_refresh)
        return refused(visit, "The access token is less than 24 hours old");
    return std::nullopt;
}

/// System users' tokens never expire, unless they shall.
std::optional<Instant> new_expiry(const Visit& visit, const Token& old)
{
    const bool shall_expire = visit.request.param("set_token_expires_in_60_days") == "true";
    if (old.kind == TokenKind::system_user && !shall_expire)
        return std::nullopt;
    return visit.now + life_of_long_lived;
}

} // namespace

json::object bearer_answer(const Token& token, Instant now)
{
    json::object answer{{"access_token", token.text}, {"token_type", "bearer"}};
    if (token.expires_at)
        answer["expires_in"] =
            std::chrono::floor<std::chrono::seconds>(*token.expires_at - now).count();
    return answer;
}

Response long_lived_instagram(const Visit& visit)
{
    const auto& request = visit.request;
    if (auto failed = bad_luck(visit))
        return *failed;
    if (request.param("grant_type") != "ig_exchange_token")
        return refused(visit, "Invalid grant_type");
    if (request.param("client_secret") != visit.apps.instagram.secret)
        return refused(visit, "Error validating client secret");
    const auto admission = admit(visit, request.token());
    if (admission.refused)
        return *admission.refused;
    if (admission.token->kind != TokenKind::short_lived)
        return refused(visit, "The access token is not a short-lived one");
    const auto& token =
        visit.office.exchange(*admission.token, visit.now + life_of_long_lived, visit.now);
    return answer_of(bearer_answer(token, visit.now));
}

Response refresh_instagram(const Visit& visit)
{
    if (auto failed = bad_luck(visit))
        return *failed;
    if (visit.request.param("grant_type") != "ig_refresh_token")
        return refused(visit, "Invalid grant_type");
    const auto admission = admit(visit, visit.request.token());
    if (admission.refused)
        return *admission.refused;
    const auto& old = *admission.token;
    if (auto too_early = refuse_refresh(visit, old))
        return *too_early;
    const auto& token = visit.faults.login.same_string
                            ? visit.office.prolong(old, visit.now)
                            : visit.office.exchange(old, visit.now + life_of_long_lived, visit.now);
    auto answer = bearer_answer(token, visit.now);
    if (!visit.faults.login.silent_permissions)
        answer["permissions"] = text_of(token.scopes);
    return answer_of(answer);
}

Response long_lived_facebook(const Visit& visit)
{
    if (auto failed = bad_luck(visit))
        return *failed;
    const auto admission = admit(visit, visit.request.param("fb_exchange_token"));
    if (admission.refused)
        return *admission.refused;
    const auto& old = *admission.token;
    if (old.kind == TokenKind::page)
        return refused(visit, "The access token is not a user's");
    const auto& token = visit.office.exchange(old, new_expiry(visit, old), visit.now);
    auto answer = bearer_answer(token, visit.now);
    if (visit.faults.login.silent_expiry)
        answer.erase("expires_in");
    return answer_of(answer);
}

} // namespace insightd::sandbox
