#include "tests/sandbox/insights.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

// /<media>/insights: what is served, what is refused, and in which words.
namespace insightd::sandbox
{
namespace
{

constexpr unsigned feed = 1;
constexpr unsigned reels = 2;
constexpr unsigned story = 4;
constexpr unsigned everywhere = feed | reels | story;

struct MediaMetric {
    std::string_view name;
    unsigned products;
    bool facebook_only = false;
    std::string_view breakdown = {};
    bool needs_crosspost = false;
};

/// Source: graph-api.md section 4.1.
constexpr std::array media_metrics{
    MediaMetric{"reach", everywhere},
    MediaMetric{"views", everywhere},
    MediaMetric{"likes", feed | reels},
    MediaMetric{"comments", feed | reels},
    MediaMetric{"saved", feed | reels},
    MediaMetric{"shares", everywhere},
    MediaMetric{"total_interactions", everywhere},
    MediaMetric{"follows", feed | story},
    MediaMetric{"profile_visits", feed | story},
    MediaMetric{"profile_activity", feed | story, false, "action_type"},
    MediaMetric{"replies", story},
    MediaMetric{"navigation", story, false, "story_navigation_action_type"},
    MediaMetric{"ig_reels_avg_watch_time", reels},
    MediaMetric{"ig_reels_video_view_total_time", reels},
    MediaMetric{"reposts", everywhere},
    MediaMetric{"reels_skip_rate", reels},
    MediaMetric{"crossposted_views", reels, false, "", true},
    MediaMetric{"facebook_views", everywhere, true, "", true},
    MediaMetric{"total_views", everywhere, true},
    MediaMetric{"total_likes", feed | reels, true},
    MediaMetric{"total_comments", feed | reels, true},
    MediaMetric{"link_clicks", story, true},
};

unsigned product_of(const Media& media)
{
    if (media.is_story())
        return story;
    return media.kind == Kind::reel ? reels : feed;
}

bool is_crossposted(const Media& media)
{
    return media.number % 2 == 0;
}

bool is_new(const Call& call, const std::string& name)
{
    return std::ranges::find(call.faults.new_media_metrics, name) !=
           call.faults.new_media_metrics.end();
}

Names served_names(const Call& call)
{
    Names known;
    for (const auto& line : media_metrics)
        known.emplace_back(line.name);
    known.insert(
        known.end(), call.faults.new_media_metrics.begin(), call.faults.new_media_metrics.end());
    return known;
}

/// Why the metric is not answered for this media object; nothing if it is.
std::optional<Response> refuse_media_metric(
    const Call& call, const Media& media, const std::string& name, std::size_t position)
{
    const auto host = call.request.host;
    if (is_new(call, name))
        return std::nullopt;
    const auto metric = std::ranges::find(media_metrics, name, &MediaMetric::name);
    if (metric == media_metrics.end() || (metric->facebook_only && host == Host::instagram))
        return unknown_metric(call.request, position, served_names(call));
    if ((metric->products & product_of(media)) == 0)
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) The Media Insights API does not support the {} metric for this media "
                "product type.",
                name));
    if (metric->needs_crosspost && !is_crossposted(media))
        return refusal(host, -1, 2207086, "Fatal");
    const auto breakdown = call.request.param("breakdown");
    if (!breakdown.empty() && breakdown != metric->breakdown)
        return refusal(
            host, 100, std::nullopt,
            fmt::format("(#100) Incompatible breakdowns ({}) for metric ({})", breakdown, name));
    return std::nullopt;
}

std::optional<Response> refuse_media_call(const Call& call, const Media& media)
{
    const auto host = call.request.host;
    if (!call.world.answers_insights(media, call.now))
        return gone(host, std::to_string(media.id));
    if (call.world.before_conversion(media))
        return Response{
            400,
            R"({"error":{"message":"Invalid parameter","type":"OAuthException","code":100,"error_data":{"blame_field_specs":[[""]]},"error_subcode":2108006,"is_transient":false,"error_user_title":"Media posted before business account conversion","error_user_msg":"The media was posted before the most recent time that the user's account was converted to a business account from a personal account.","fbtrace_id":"SandboxTrace"}})",
            {}};
    if (std::ranges::find(call.faults.forbidden_media, media.id) !=
        call.faults.forbidden_media.end())
        return refusal(
            host, 10, std::nullopt, "(#10) Application does not have permission for this action",
            403);
    const auto period = call.request.param("period");
    if (!period.empty() && period != "lifetime")
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) The following periods ({}) are incompatible with the metric ({})", period,
                call.request.param("metric")));
    static const std::set<std::string> breakdowns{
        "", "follow_type", "surface_type", "action_type", "story_navigation_action_type"};
    if (!breakdowns.contains(call.request.param("breakdown")))
        return refusal(
            host, 100, std::nullopt,
            "(#100) breakdown[0] must be one of the following values: follow_type, surface_type, "
            "action_type, story_navigation_action_type");
    return std::nullopt;
}

json::object media_entry(const Call& call, const Media& media, const std::string& name)
{
    const auto value = number_of(call.world.media_metric(media, name, call.now));
    json::object entry{
        {"name", name},
        {"period", "lifetime"},
        {"values", json::array{json::object{{"value", value}}}},
        {"title", name},
        {"description", "What the sandbox counts as " + name + "."}};
    const auto breakdown = call.request.param("breakdown");
    if (!breakdown.empty())
        entry["total_value"] = json::object{
            {"value", value},
            {"breakdowns", json::array{cells_of(
                               {breakdown}, call.world.media_breakdown(media, name, call.now))}}};
    entry["id"] = fmt::format("{}/insights/{}/lifetime", media.id, name);
    return entry;
}

} // namespace

Response media_insights(const Call& call, const Media& media)
{
    if (auto refused = refuse_media_call(call, media))
        return *refused;
    const auto names = split(call.request.param("metric"), ',');
    if (names.empty())
        return refusal(
            call.request.host, 100, std::nullopt, "(#100) The parameter metric is required.");
    if (auto refused = refuse_withdrawn(call, names, served_names(call), true))
        return *refused;
    for (std::size_t at = 0; at < names.size(); ++at)
        if (auto refused = refuse_media_metric(call, media, names[at], at))
            return *refused;
    if (media.is_story() && call.world.too_few_viewers(media, call.now))
        return refusal(
            call.request.host, 10, std::nullopt,
            "(#10) Not enough viewers for the media to show insights");
    json::array data;
    for (const auto& name : names)
        if (withdrawal_of(call, name, true) == nullptr)
            data.push_back(media_entry(call, media, name));
    return answer_of(json::object{{"data", std::move(data)}});
}

} // namespace insightd::sandbox
