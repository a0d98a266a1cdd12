#include "tests/sandbox/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

namespace insightd::sandbox
{
namespace
{

constexpr std::int64_t calls_a_day = 50'000;

std::vector<std::string> segments(const std::string& path)
{
    std::vector<std::string> parts;
    std::size_t at = 1;
    while (at < path.size()) {
        const auto end = std::min(path.find('/', at), path.size());
        parts.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::optional<std::int64_t> id_of(const std::string& text)
{
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return id;
}

Response unknown_path(const Request& request)
{
    return refusal(request.host, 2500, std::nullopt, "Unknown path components: " + request.path);
}

Response edge_of_user(const Call& call, const std::string& edge)
{
    if (edge.empty())
        return user_node(call);
    if (edge == "media")
        return media_list(call);
    if (edge == "stories")
        return story_list(call);
    if (edge == "insights")
        return user_insights(call);
    if (edge == "live_media")
        return answer_of(json::object{{"data", json::array{}}});
    return unknown_path(call.request);
}

Response edge_of_media(const Call& call, const Media& media, const std::string& edge)
{
    if (edge.empty())
        return media_node(call, media);
    if (edge == "insights")
        return media_insights(call, media);
    if (edge == "children")
        return media_children(call, media);
    return unknown_path(call.request);
}

Response node_or_edge(const Call& call, const std::string& node, const std::string& edge)
{
    const auto id = id_of(node);
    const auto own_id = call.world.accounts()[call.account].user_id;
    const bool me = node == "me" && call.request.host == Host::instagram;
    if (me || id == own_id)
        return edge_of_user(call, edge);
    if (!id)
        return refusal(
            call.request.host, 803, std::nullopt,
            fmt::format(
                "Object with ID '{}' does not exist, cannot be loaded due to missing permissions, "
                "or does not support this operation",
                node));
    const auto media = call.world.media(*id, call.now);
    if (!media || media->account != call.account)
        return gone(call.request.host, node);
    return edge_of_media(call, *media, edge);
}

std::string without_token(const std::string& token)
{
    return token.empty() ? "missing" : "present";
}

} // namespace

std::string Request::param(const std::string& name) const
{
    const auto found = params.find(name);
    return found == params.end() ? std::string{} : found->second;
}

Response
refusal(Host host, int code, std::optional<int> subcode, const std::string& message, int status)
{
    json::object error{
        {"message", message},
        {"type", host == Host::instagram ? "IGApiException" : "OAuthException"},
        {"code", code}};
    if (subcode)
        error["error_subcode"] = *subcode;
    error["fbtrace_id"] = "SandboxTrace";
    return {status, json::serialize(json::object{{"error", std::move(error)}}), {}};
}

Response gone(Host host, const std::string& id)
{
    return refusal(
        host, 100, 33,
        fmt::format(
            "Unsupported get request. Object with ID '{}' does not exist, cannot be loaded due to "
            "missing permissions, or does not support this operation",
            id));
}

Response answer_of(const json::value& body)
{
    return {200, json::serialize(body), {}};
}

std::string timestamp(Instant instant)
{
    return date::format("%FT%T+0000", std::chrono::floor<std::chrono::seconds>(instant));
}

std::vector<std::string> split_fields(const std::string& text)
{
    std::vector<std::string> fields;
    std::string field;
    int depth = 0;
    for (const char c : text) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (c == ',' && depth == 0)
            fields.push_back(std::exchange(field, {}));
        else
            field += c;
    }
    if (!field.empty())
        fields.push_back(field);
    return fields;
}

Response Api::answer(const Request& request, Instant now)
{
    ++calls_;
    if (faults_.html)
        return {502, "<html><body>Bad gateway</body></html>", {{"content-type", "text/html"}}};
    const auto every = faults_.errors > 0 ? static_cast<std::int64_t>(1 / faults_.errors) : 0;
    if (every > 0 && calls_ % every == 0)
        return refusal(request.host, 2, std::nullopt, "Service temporarily unavailable", 500);
    auto response = checked(request, now);
    if (faults_.truncated)
        response.body.resize(response.body.size() / 2);
    return response;
}

Response Api::checked(const Request& request, Instant now)
{
    static const std::regex version{R"(v\d+\.\d+)"};
    auto parts = segments(request.path);
    if (!parts.empty() && std::regex_match(parts.front(), version))
        parts.erase(parts.begin());
    if (parts.empty() || parts.size() > 2)
        return unknown_path(request);
    if (request.method != "GET")
        return refusal(
            request.host, 100, std::nullopt, "Unsupported " + request.method + " request");

    const auto token = request.bearer.empty() ? request.param("access_token") : request.bearer;
    const auto account = std::ranges::find(world_.accounts(), token, &AccountSpec::token);
    if (account == world_.accounts().end() || account->host != request.host)
        return refusal(
            request.host, 190, std::nullopt,
            "Invalid OAuth 2.0 Access Token (" + without_token(token) + ")", 401);
    if (account->username == faults_.dead_token_of)
        return refusal(
            request.host, 190, 463, "Error validating access token: Session has expired", 401);
    const auto index = static_cast<std::size_t>(account - world_.accounts().begin());
    const Call call{world_, request, index, now, faults_};
    auto response = account->username == faults_.throttled
                        ? refusal(
                              request.host, 80002, std::nullopt,
                              "(#80002) There have been too many calls to this Instagram account.")
                        : node_or_edge(call, parts.front(), parts.size() > 1 ? parts.back() : "");
    add_usage(response, index, now);
    return response;
}

std::int64_t Api::calls_of(std::size_t account) const
{
    const auto found = used_.find(account);
    return found == used_.end() ? 0 : found->second.second;
}

/// One call is reported under two ids: the business's and the account's.
void Api::add_usage(Response& response, std::size_t account, Instant now)
{
    auto& [day, calls] = used_[account];
    const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    calls = std::exchange(day, today) == today ? calls + 1 : 1;
    const auto& spec = world_.accounts()[account];
    const bool throttled = spec.username == faults_.throttled;
    const auto percent = throttled ? 100 : std::min<std::int64_t>(99, calls * 100 / calls_a_day);
    const auto pool = fmt::format(
        R"([{{"type":"instagram","call_count":{},"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":{}}}])",
        percent, throttled ? 5 : 0);
    response.headers["x-business-use-case-usage"] =
        fmt::format(R"({{"100000000000002":{},"{}":{}}})", pool, spec.user_id, pool);
    response.headers["facebook-api-version"] = "v24.0";
}

} // namespace insightd::sandbox
