#include "tests/sandbox/fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

// Other professional accounts by their names. Source: Meta's page ig-user/business_discovery; the
// refusals are as public repositories show them (code 110, 2207013; 36104 for live media).
namespace insightd::sandbox
{
namespace
{

constexpr std::string_view opening = "business_discovery.username(";
constexpr std::size_t usual_posts = 25;

/// What everybody may see of a post; view_count is of videos.
constexpr std::array<std::string_view, 12> public_of_posts{
    "id",        "caption",    "media_type",     "media_product_type", "media_url", "permalink",
    "timestamp", "like_count", "comments_count", "username",           "owner",     "children"};

bool names(const std::vector<std::string>& all, const std::string& name)
{
    return std::ranges::find(all, name) != all.end();
}

Response cannot_find(Host host, const std::string& name)
{
    auto response = refusal(host, 110, 2207013, "Invalid user id");
    auto body = json::parse(response.body);
    auto& error = body.at("error").as_object();
    error["is_transient"] = false;
    error["error_user_title"] = "Cannot find User";
    error["error_user_msg"] = fmt::format("The user with username: {} cannot be found.", name);
    response.body = json::serialize(body);
    return response;
}

/// "media.limit(5){id,timestamp}"
struct WantedPosts {
    std::size_t limit = usual_posts;
    std::vector<std::string> fields{"id"};
};

WantedPosts wanted_by(const std::string& field)
{
    WantedPosts wanted;
    const auto limit = field.find(".limit(");
    if (limit != std::string::npos)
        std::from_chars(field.data() + limit + 7, field.data() + field.size(), wanted.limit);
    if (field.find('{') != std::string::npos)
        wanted.fields = split_fields(expansion_of(field));
    return wanted;
}

/// Its own fields, and those that only this way shows.
NodeOutcome post_node(
    const Call& call, const Media& media, const std::vector<std::string>& fields, bool shows_likes)
{
    std::vector<std::string> plain;
    bool wants_views = false;
    NodeOutcome outcome;
    for (const auto& field : fields) {
        const auto name = plain_name(field);
        const bool is_of_views = name == "view_count" && !call.faults.discovery.no_views;
        if (!is_of_views && std::ranges::find(public_of_posts, name) == public_of_posts.end()) {
            outcome.refused = nonexisting_field(call.request.host, name);
            return outcome;
        }
        wants_views = wants_views || is_of_views;
        if (!is_of_views)
            plain.push_back(field);
    }
    outcome = media_fields(call, media, plain);
    if (!shows_likes)
        outcome.node.erase("like_count");
    if (wants_views && media.media_type() == "VIDEO")
        outcome.node["view_count"] =
            std::get<std::int64_t>(call.world.media_metric(media, "views", call.now));
    return outcome;
}

NodeOutcome posts_of(const Call& other, const WantedPosts& wanted)
{
    NodeOutcome outcome;
    if (wanted.limit > other.faults.most_rows) {
        outcome.refused = refusal(
            other.request.host, 1, std::nullopt,
            "Please reduce the amount of data you're asking for, then retry your request", 500);
        return outcome;
    }
    const auto& name = other.world.accounts()[other.account].username;
    const bool shows_likes = !names(other.faults.discovery.hides_likes, name);
    json::array rows;
    for (const auto& media : other.world.posts(other.account, other.now)) {
        if (rows.size() == wanted.limit)
            break;
        auto row = post_node(other, media, wanted.fields, shows_likes);
        if (row.refused)
            return row;
        rows.push_back(std::move(row.node));
    }
    outcome.node["data"] = std::move(rows);
    return outcome;
}

/// One field of the other's; nothing for one that is none.
std::optional<json::value> fact_of(const Call& other, const std::string& name)
{
    const auto& spec = other.world.accounts()[other.account];
    if (name == "id")
        return json::value(std::to_string(spec.user_id));
    if (name == "username")
        return json::value(spec.username);
    if (name == "name")
        return json::value("The " + spec.username);
    if (name == "followers_count")
        return json::value(other.world.followers(other.account, other.now));
    if (name == "follows_count")
        return json::value(other.world.follows(other.account));
    if (name == "media_count")
        return json::value(other.world.media_count(other.account, other.now));
    return std::nullopt;
}

std::optional<Response> refuse_field(Host host, const std::string& name)
{
    if (name == "live_media")
        return refusal(
            host, 36104, std::nullopt, "(#36104) Cannot access live media from business discovery");
    if (name == "stories")
        return refusal(
            host, 10, std::nullopt, "(#10) Application does not have permission for this action");
    return std::nullopt;
}

NodeOutcome node_of(const Call& other, const std::vector<std::string>& fields)
{
    NodeOutcome outcome;
    outcome.refused = duplicate_field(other.request.host, fields);
    if (outcome.refused)
        return outcome;
    outcome.node["id"] = *fact_of(other, "id");
    for (const auto& field : fields) {
        const auto name = field.substr(0, field.find_first_of(".{"));
        outcome.refused = refuse_field(other.request.host, name);
        if (outcome.refused)
            return outcome;
        if (name == "media") {
            auto posts = posts_of(other, wanted_by(field));
            if (posts.refused)
                return posts;
            outcome.node["media"] = std::move(posts.node);
        } else if (auto fact = fact_of(other, name)) {
            outcome.node[name] = std::move(*fact);
        } else {
            outcome.refused = nonexisting_field(other.request.host, name);
            return outcome;
        }
    }
    return outcome;
}

std::optional<Response> refuse_call(const Call& call)
{
    const auto host = call.request.host;
    if (call.faults.discovery.throttled)
        return refusal(
            host, 613, std::nullopt, "(#613) Calls to this api have exceeded the rate limit.");
    if (call.faults.discovery.fails)
        return refusal(host, 2, std::nullopt, "Service temporarily unavailable", 500);
    return std::nullopt;
}

} // namespace

bool asks_for_another(const Request& request)
{
    return request.host == Host::facebook &&
           request.param("fields").find("business_discovery") != std::string::npos;
}

NodeOutcome discovery(const Call& call, const std::string& field)
{
    NodeOutcome outcome;
    const auto host = call.request.host;
    const auto end = field.find(')');
    if (host != Host::facebook) {
        outcome.refused = nonexisting_field(host, "business_discovery");
        return outcome;
    }
    if (!field.starts_with(opening) || end == std::string::npos) {
        outcome.refused =
            refusal(host, 100, std::nullopt, "(#100) The parameter username is required");
        return outcome;
    }
    outcome.refused = refuse_call(call);
    if (outcome.refused)
        return outcome;
    const auto name = field.substr(opening.size(), end - opening.size());
    const auto& accounts = call.world.accounts();
    const auto found = std::ranges::find(accounts, name, &AccountSpec::username);
    if (found == accounts.end() || names(call.faults.discovery.personal, name)) {
        outcome.refused = cannot_find(host, name);
        return outcome;
    }
    if (names(call.faults.discovery.age_gated, name))
        return outcome;
    const Call other{
        call.world, call.request, static_cast<std::size_t>(found - accounts.begin()), call.now,
        call.faults};
    const auto asked = field.substr(end + 1);
    return node_of(
        other, asked.empty() ? std::vector<std::string>{"id"} : split_fields(expansion_of(asked)));
}

} // namespace insightd::sandbox
