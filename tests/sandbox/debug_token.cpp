#include "tests/sandbox/identity.hpp"
#include "tests/sandbox/login.hpp"

#include <boost/json/array.hpp>

// /debug_token, of which graph.instagram.com has none. Source: graph-api.md section 2.2.
namespace insightd::sandbox
{
namespace
{

json::value id_value(const Visit& visit, std::int64_t id)
{
    return visit.faults.login.ids_as_numbers ? json::value(id) : json::value(std::to_string(id));
}

/// 0 is never.
std::int64_t unix_time(std::optional<Instant> instant)
{
    return instant ? std::chrono::floor<std::chrono::seconds>(*instant).time_since_epoch().count()
                   : 0;
}

const char* type_of(const Token& token)
{
    if (token.kind == TokenKind::page)
        return "PAGE";
    return token.kind == TokenKind::system_user ? "SYSTEM_USER" : "USER";
}

/// Ids that a scope was granted for: of Instagram accounts, of Pages; empty for what is for all.
json::array targets_of(const Visit& visit, const Token& token, const std::string& scope)
{
    json::array targets;
    for (const auto& page : pages_of(visit.world, token, visit.faults.login.all_pages)) {
        if (scope.starts_with("pages_"))
            targets.push_back(id_value(visit, page.id));
        else if (scope.starts_with("instagram_") && page.account)
            targets.push_back(id_value(visit, visit.world.accounts()[*page.account].user_id));
    }
    return targets;
}

json::array granular_scopes(const Visit& visit, const Token& token)
{
    json::array granular;
    for (const auto& scope : token.scopes) {
        json::object entry{{"scope", scope}};
        if (auto targets = targets_of(visit, token, scope); !targets.empty())
            entry["target_ids"] = std::move(targets);
        granular.push_back(std::move(entry));
    }
    return granular;
}

json::object data_of(const Visit& visit, const Token& token)
{
    const bool is_fixed = token.kind == TokenKind::fixed;
    const auto& app_id = visit.apps.facebook.id;
    json::object data{
        {"app_id", id_value(visit, std::stoll(app_id))},
        {"type", type_of(token)},
        {"application", "insightd in the sandbox"},
        {"data_access_expires_at",
         is_fixed ? 0 : unix_time(token.logged_in_at + life_of_data_access)},
        {"expires_at", unix_time(token.expires_at)},
        {"is_valid", true},
        {"scopes", json::array(token.scopes.begin(), token.scopes.end())},
        {"granular_scopes", granular_scopes(visit, token)},
        {"user_id", id_value(visit, person_id(visit.world.accounts()[token.account]))}};
    if (!is_fixed)
        data["issued_at"] = unix_time(token.issued_at);
    if (token.kind == TokenKind::page)
        data["profile_id"] = id_value(visit, token.page);
    return data;
}

/// The call succeeds for dead tokens too: the error is part of the answer.
json::object data_of_any(const Visit& visit, const Token* token)
{
    if (token == nullptr || token->host != Host::facebook)
        return {
            {"error",
             json::object{{"code", 190}, {"message", "The access token could not be decrypted"}}},
            {"is_valid", false},
            {"scopes", json::array{}}};
    auto data = data_of(visit, *token);
    if (const auto subcode = death_of(*token, visit.now)) {
        data["is_valid"] = false;
        data["error"] = json::object{
            {"code", 190},
            {"message", words_of_death(visit, *token, *subcode)},
            {"subcode", *subcode}};
    }
    return data;
}

} // namespace

Response debug_token(const Visit& visit)
{
    const auto& app = visit.apps.facebook;
    if (visit.request.token() != app.id + "|" + app.secret)
        return refusal(
            Host::facebook, 190, std::nullopt, "Invalid OAuth access token signature.", 401);
    const auto text = visit.request.param("input_token");
    if (text.empty())
        return refusal(
            Host::facebook, 100, std::nullopt, "(#100) The parameter input_token is required");
    return answer_of(
        json::object{{"data", data_of_any(visit, visit.office.find(text, visit.now))}});
}

} // namespace insightd::sandbox
