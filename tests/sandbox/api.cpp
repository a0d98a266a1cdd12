#include "tests/sandbox/conversations.hpp"
#include "tests/sandbox/edges.hpp"
#include "tests/sandbox/identity.hpp"
#include "tests/sandbox/login.hpp"

#include <boost/json/serialize.hpp>
#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace insightd::sandbox
{
namespace
{

constexpr std::int64_t calls_a_day = 50'000;

/// Of an account that is over its limit by the switch.
constexpr std::chrono::minutes throttled_for{5};

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

/// "v24.0"
bool is_version(const std::string& text)
{
    const auto dot = text.find('.');
    return text.starts_with('v') && dot != std::string::npos && id_of(text.substr(1, dot - 1)) &&
           id_of(text.substr(dot + 1));
}

std::string value_of(const Params& params, const std::string& name)
{
    const auto found = params.find(name);
    return found == params.end() ? std::string{} : found->second;
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
    if (edge == "content_publishing_limit")
        return publishing_limit(call);
    if (edge == "tags")
        return tag_list(call);
    if (edge == "live_media")
        return live_media(call);
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
    if (edge == "comments")
        return comment_list(call, media);
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
    if (auto answer = comment_answer(call, *id, edge))
        return std::move(*answer);
    const auto media = call.world.media(*id, call.now);
    if (!media || media->account != call.account)
        return gone(call.request.host, node);
    return edge_of_media(call, *media, edge);
}

/// The account that the node belongs to, if the token may read it; else one that it may read,
/// where the node will not be found.
std::optional<std::size_t>
account_of(const Visit& visit, const Token& token, const std::string& node)
{
    const auto readable = readable_accounts(visit.world, token, visit.faults.login.all_pages);
    if (readable.size() == 1)
        return readable.front();
    const auto id = id_of(node);
    const auto media = id ? visit.world.media(*id, visit.now) : std::nullopt;
    for (const auto account : readable)
        if (visit.world.accounts()[account].user_id == id || (media && media->account == account))
            return account;
    return readable.empty() ? std::nullopt : std::optional{readable.front()};
}

/// The edge, or what stands for one among the fields of the user.
std::string subject_of(const Request& request, const std::string& edge)
{
    if (asks_for_another(request))
        return discovery_edge;
    return request.param("fields").find("mentioned_") != std::string::npos ? "mentions" : edge;
}

} // namespace

std::string Request::param(const std::string& name) const
{
    return value_of(params, name);
}

std::string Request::field(const std::string& name) const
{
    return value_of(form, name);
}

std::string Request::token() const
{
    return bearer.empty() ? param("access_token") : bearer;
}

Path path_of(const Request& request)
{
    Path path{false, segments(request.path)};
    path.has_version = !path.parts.empty() && is_version(path.parts.front());
    if (path.has_version)
        path.parts.erase(path.parts.begin());
    return path;
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

Api::Api(const World& world, Faults& faults, Apps apps)
    : world_{world}, faults_{faults}, apps_{std::move(apps)}, tokens_{world}, dice_{world.seed()},
      fault_dice_{world.seed()}
{
}

Response Api::answer(const Request& request, Instant now)
{
    ++requests_;
    return takes_as_batch(request) ? batch_answer(request, now) : call_answer(request, now);
}

Response Api::call_answer(const Request& request, Instant now)
{
    auto response = faulty(request, now);
    if (watch_)
        watch_(request, response, now);
    return response;
}

Response Api::faulty(const Request& request, Instant now)
{
    ++calls_;
    if (faults_.html)
        return bad_gateway();
    const auto every = faults_.errors > 0 ? static_cast<std::int64_t>(1 / faults_.errors) : 0;
    if (every > 0 && calls_ % every == 0)
        return refusal(request.host, 2, std::nullopt, "Service temporarily unavailable", 500);
    if (hits(faults_.random_errors))
        return refusal(request.host, 2, std::nullopt, "Service temporarily unavailable", 500);
    return cut(checked(request, now));
}

Response Api::bad_gateway()
{
    return {502, "<html><body>Bad gateway</body></html>", {{"content-type", "text/html"}}};
}

Response Api::cut(Response response) const
{
    if (faults_.truncated)
        response.body.resize(response.body.size() / 2);
    return response;
}

bool Api::hits(double share)
{
    return share > 0 && std::uniform_real_distribution<double>{0, 1}(fault_dice_) < share;
}

Response Api::checked(const Request& request, Instant now)
{
    const Visit visit{world_, tokens_, apps_, faults_, dice_, request, now};
    if (auto answer = login_answer(visit))
        return *answer;
    const auto parts = path_of(request).parts;
    if (parts.empty() || parts.size() > 2)
        return unknown_path(request);
    if (request.method != "GET")
        return refusal(
            request.host, 100, std::nullopt, "Unsupported " + request.method + " request");
    const auto admission = admit(visit, request.token());
    if (admission.refused)
        return *admission.refused;
    return with_token(visit, *admission.token, parts.front(), parts.size() > 1 ? parts[1] : "");
}

Response Api::with_token(
    const Visit& visit, const Token& token, const std::string& node, const std::string& edge)
{
    if (auto refused = refuse_proof(visit, token))
        return *refused;
    if (auto answer = person_or_page(visit, token, node, edge))
        return *answer;
    if (auto answer = conversation_answer(visit, token, node, edge, message_calls_))
        return *answer;
    const auto host = visit.request.host;
    const bool is_discovery = asks_for_another(visit.request);
    const auto needed = subject_of(visit.request, edge);
    if (!missing_scope(host, needed, token.scopes).empty() ||
        contains(faults_.forbidden_edges, needed))
        return refusal(
            host, 10, std::nullopt, "(#10) Application does not have permission for this action");
    const auto account = account_of(visit, token, node);
    if (!account)
        return gone(host, node);
    const bool of_media =
        edge == "insights" && id_of(node) && id_of(node) != world_.accounts()[*account].user_id;
    if (of_media && hits(faults_.gone_in_disguise))
        return gone(host, node);
    const Call call{world_, visit.request, *account, visit.now, faults_};
    auto refused = refuse_too_many(visit, *account, !is_discovery);
    auto response = refused ? std::move(*refused) : node_or_edge(call, node, edge);
    if (!is_discovery)
        add_usage(response, host, *account, visit.now);
    return response;
}

/// Everything counts for the app, and nearly everything for the account.
std::optional<Response>
Api::refuse_too_many(const Visit& visit, std::size_t account, bool counts_for_account)
{
    const auto host = visit.request.host;
    const auto over = visit.request.is_among_others ? 0 : visit.request.connection;
    const auto& limits = faults_.limits;
    if (limits.app_calls_an_hour &&
        !counters_.app(host).take(*limits.app_calls_an_hour, limits.others_of_app, visit.now, over))
        return refusal(host, 4, std::nullopt, "(#4) Application request limit reached");
    if (!counts_for_account)
        return std::nullopt;
    const bool is_over =
        limits.account_calls_a_day &&
        !counters_.account(account).take(
            *limits.account_calls_a_day, limits.others_of_accounts, visit.now, over);
    if (!is_over && world_.accounts()[account].username != faults_.throttled)
        return std::nullopt;
    return refusal(
        host, 80002, std::nullopt,
        "(#80002) There have been too many calls to this Instagram account.");
}

std::int64_t Api::calls_of(std::size_t account) const
{
    const auto found = used_.find(account);
    return found == used_.end() ? 0 : found->second.second;
}

/// Of the account's calls a day, in percent.
int Api::percent_used(std::size_t account, Instant now)
{
    auto& [day, calls] = used_[account];
    const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    calls = std::exchange(day, today) == today ? calls + 1 : 1;
    const auto& limits = faults_.limits;
    if (world_.accounts()[account].username == faults_.throttled)
        return 100;
    if (limits.account_calls_a_day)
        return counters_.account(account).percent(
            *limits.account_calls_a_day, limits.others_of_accounts, now);
    return faults_.usage.value_or(
        static_cast<int>(std::min<std::int64_t>(99, calls * 100 / calls_a_day)));
}

/// One call is reported under two ids: the business's and the account's. The app's figures and the
/// business's were never seen together.
void Api::add_usage(Response& response, Host host, std::size_t account, Instant now)
{
    const auto& spec = world_.accounts()[account];
    const auto& limits = faults_.limits;
    const auto percent = percent_used(account, now);
    response.headers["facebook-api-version"] = "v24.0";
    if (limits.app_calls_an_hour)
        response.headers["x-app-usage"] = app_usage_header(
            counters_.app(host).percent(*limits.app_calls_an_hour, limits.others_of_app, now));
    if (limits.app_calls_an_hour && !limits.account_calls_a_day)
        return;
    const auto regained = spec.username == faults_.throttled
                              ? throttled_for
                              : counters_.account(account).until_regained(now);
    const auto pool = fmt::format(
        R"([{{"type":"instagram","call_count":{},"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":{}}}])",
        percent, regained.count());
    response.headers["x-business-use-case-usage"] =
        fmt::format(R"({{"100000000000002":{},"{}":{}}})", pool, spec.user_id, pool);
}

} // namespace insightd::sandbox
