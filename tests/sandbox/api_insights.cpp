#include "tests/sandbox/api.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

// /<media>/insights and /<user>/insights: what is served, what is refused, and in which words.
namespace insightd::sandbox
{
namespace
{

using Names = std::vector<std::string>;

Names split(const std::string& text, char separator)
{
    Names parts;
    std::size_t at = 0;
    while (at <= text.size() && !text.empty()) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

json::value number_of(const Number& number)
{
    return std::visit([](auto value) { return json::value(value); }, number);
}

json::object cells_of(const Names& dimensions, const std::vector<Cell>& cells)
{
    json::array keys;
    for (const auto& dimension : dimensions)
        keys.emplace_back(dimension);
    json::array results;
    for (const auto& [values, number] : cells) {
        json::array list;
        for (const auto& value : values)
            list.emplace_back(value);
        results.push_back(json::object{{"dimension_values", std::move(list)}, {"value", number}});
    }
    return {{"dimension_keys", std::move(keys)}, {"results", std::move(results)}};
}

Response unknown_metric(const Request& request, std::size_t position, const Names& known)
{
    return refusal(
        request.host, 100, std::nullopt,
        fmt::format(
            "(#100) metric[{}] must be one of the following values: {}", position,
            fmt::join(known, ", ")));
}

// ---- media ----------------------------------------------------------------------------------

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

/// Why the metric is not answered for this media object; nothing if it is.
std::optional<Response> refuse_media_metric(
    const Call& call, const Media& media, const std::string& name, std::size_t position)
{
    const auto host = call.request.host;
    const auto metric = std::ranges::find(media_metrics, name, &MediaMetric::name);
    if (metric == media_metrics.end() || (metric->facebook_only && host == Host::instagram)) {
        Names known;
        for (const auto& line : media_metrics)
            known.emplace_back(line.name);
        return unknown_metric(call.request, position, known);
    }
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
    if (media.is_story() && call.now >= media.published_at + std::chrono::hours{24})
        return gone(host, std::to_string(media.id));
    if (call.world.before_conversion(media))
        return Response{
            400,
            R"({"error":{"message":"Invalid parameter","type":"OAuthException","code":100,"error_data":{"blame_field_specs":[[""]]},"error_subcode":2108006,"is_transient":false,"error_user_title":"Media posted before business account conversion","error_user_msg":"The media was posted before the most recent time that the user's account was converted to a business account from a personal account.","fbtrace_id":"SandboxTrace"}})",
            {}};
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

// ---- users ----------------------------------------------------------------------------------

enum class Type { none, series_or_total, total };

struct UserMetric {
    std::string_view name;
    Type type;
    std::string_view period;
    std::string_view breakdowns; ///< dimension lists, blanks between
    bool from_100_followers = false;
    bool of_audience = false;
};

/// Source: graph-api.md section 5.
constexpr std::array user_metrics{
    UserMetric{"reach", Type::series_or_total, "day", "media_product_type follow_type"},
    UserMetric{"follower_count", Type::none, "day", "", true},
    UserMetric{"website_clicks", Type::total, "day", ""},
    UserMetric{"profile_views", Type::total, "day", ""},
    UserMetric{"online_followers", Type::none, "lifetime", "", true},
    UserMetric{"accounts_engaged", Type::total, "day", ""},
    UserMetric{"total_interactions", Type::total, "day", "media_product_type"},
    UserMetric{"likes", Type::total, "day", "media_product_type"},
    UserMetric{"comments", Type::total, "day", "media_product_type"},
    UserMetric{"shares", Type::total, "day", "media_product_type"},
    UserMetric{"saves", Type::total, "day", "media_product_type"},
    UserMetric{"replies", Type::total, "day", ""},
    UserMetric{"reposts", Type::total, "day", ""},
    UserMetric{
        "views", Type::total, "day",
        "media_product_type follow_type media_product_type,follow_type"},
    UserMetric{"follows_and_unfollows", Type::total, "day", "follow_type", true},
    UserMetric{"profile_links_taps", Type::total, "day", "contact_button_type"},
    UserMetric{"follower_demographics", Type::total, "lifetime", "", true, true},
    UserMetric{"engaged_audience_demographics", Type::total, "lifetime", "", true, true},
    UserMetric{"reached_audience_demographics", Type::total, "lifetime", "", true, true},
};

constexpr std::int64_t longest_span = 2'592'000;

const UserMetric* user_metric(const std::string& name)
{
    const auto found = std::ranges::find(user_metrics, name, &UserMetric::name);
    return found == user_metrics.end() ? nullptr : &*found;
}

struct Window {
    Instant since;
    Instant until;
};

std::optional<Instant> unix_instant(const std::string& text)
{
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return Instant{std::chrono::seconds{seconds}};
}

/// The last 24 hours, unless the call says otherwise.
std::optional<Window> window_of(const Call& call)
{
    Window window{call.now - std::chrono::hours{24}, call.now};
    const auto since = call.request.param("since");
    const auto until = call.request.param("until");
    const auto from = since.empty() ? window.since : unix_instant(since);
    const auto to = until.empty() ? window.until : unix_instant(until);
    if (!from || !to)
        return std::nullopt;
    return Window{*from, *to};
}

bool is_small(const Call& call)
{
    return call.world.followers(call.account, call.now) < 100;
}

std::optional<Response> refuse_window(const Call& call, const Window& window)
{
    const auto host = call.request.host;
    const auto span =
        std::chrono::duration_cast<std::chrono::seconds>(window.until - window.since).count();
    if (span > longest_span)
        return refusal(
            host, 100, std::nullopt,
            "(#100) There cannot be more than 30 days (2592000 s) between since and until.");
    if (window.since > call.now || span < 0)
        return refusal(
            host, 100, std::nullopt, "(#100) since must lie in the past and before until");
    return std::nullopt;
}

std::optional<Response> refuse_type(const Call& call, const UserMetric& metric)
{
    const auto host = call.request.host;
    const auto type = call.request.param("metric_type");
    const std::string name{metric.name};
    if (metric.type == Type::total && type != "total_value")
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) The following metrics ({}) should be specified with parameter "
                "metric_type=total_value",
                name));
    if (metric.type == Type::none && !type.empty())
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) The following metric ({}) is incompatible with the metric type ({})", name,
                type));
    return std::nullopt;
}

bool can_split(const UserMetric& metric, const std::string& breakdown)
{
    if (metric.of_audience) {
        static const std::set<std::string> dimensions{"age", "city", "country", "gender"};
        return std::ranges::all_of(
            split(breakdown, ','), [](const auto& one) { return dimensions.contains(one); });
    }
    const auto lists = split(std::string{metric.breakdowns}, ' ');
    return std::ranges::find(lists, breakdown) != lists.end();
}

std::optional<Response> refuse_breakdown(const Call& call, const UserMetric& metric)
{
    const auto breakdown = call.request.param("breakdown");
    const bool as_total = call.request.param("metric_type") == "total_value";
    if (breakdown.empty() || (as_total && can_split(metric, breakdown)))
        return std::nullopt;
    return refusal(
        call.request.host, 100, std::nullopt,
        fmt::format("(#100) Incompatible breakdowns ({}) for metric ({})", breakdown, metric.name));
}

std::optional<Response> refuse_timeframe(const Call& call, const UserMetric& metric)
{
    const auto timeframe = call.request.param("timeframe");
    if (!metric.of_audience || timeframe == "this_week" || timeframe == "this_month")
        return std::nullopt;
    return refusal(
        call.request.host, 100, std::nullopt,
        fmt::format(
            "(#100) The metric ({}) must be called with a supported timeframe: this_week, "
            "this_month",
            metric.name));
}

std::optional<Response>
refuse_user_metric(const Call& call, const UserMetric& metric, const Window& window)
{
    const auto host = call.request.host;
    const auto period = call.request.param("period");
    if (period != metric.period)
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) The following periods ({}) are incompatible with the metric ({})", period,
                metric.name));
    for (const auto& check : {refuse_type, refuse_breakdown, refuse_timeframe})
        if (auto refused = check(call, metric))
            return refused;
    if (metric.name != "follower_count")
        return std::nullopt;
    if (is_small(call))
        return refusal(
            host, 100, std::nullopt,
            "(#100) (follower_count) metric only supports accounts with at least 100 followers");
    if (window.since < call.now - std::chrono::days{30})
        return refusal(
            host, 100, std::nullopt,
            "(#100) (follower_count) metric only supports querying data for the last 30 days "
            "excluding the current day");
    return std::nullopt;
}

json::object user_entry(const Call& call, const UserMetric& metric)
{
    const std::string name{metric.name};
    return {
        {"name", name},
        {"period", metric.period},
        {"title", name},
        {"description", "What the sandbox counts as " + name + "."},
        {"id", fmt::format(
                   "{}/insights/{}/{}", call.world.accounts()[call.account].user_id, name,
                   metric.period)}};
}

json::object series_entry(const Call& call, const UserMetric& metric, const Window& window)
{
    auto entry = user_entry(call, metric);
    json::array values;
    auto begin = window.since;
    for (const auto end : World::day_ends(window.since, std::min(window.until, call.now))) {
        const bool is_today = end > call.now;
        const auto whole_day = World::day_ends(end - std::chrono::hours{49}, end);
        begin = whole_day[whole_day.size() - 2];
        if (!(is_today && metric.name == "follower_count") && begin < call.now)
            values.push_back(json::object{
                {"value",
                 call.world.account_metric(call.account, metric.name, begin, end, call.now)},
                {"end_time", timestamp(end)}});
    }
    entry["values"] = std::move(values);
    return entry;
}

json::object online_entry(const Call& call, const UserMetric& metric, const Window& window)
{
    auto entry = user_entry(call, metric);
    json::array values;
    for (const auto end : World::day_ends(window.since, window.until)) {
        if (end > call.now)
            break;
        json::object hours;
        for (int hour = 0; hour < 24; ++hour)
            if (const auto count = call.world.online_followers(call.account, end, hour))
                hours[std::to_string(hour)] = *count;
        values.push_back(json::object{{"value", std::move(hours)}, {"end_time", timestamp(end)}});
    }
    entry["values"] = std::move(values);
    return entry;
}

json::object total_entry(const Call& call, const UserMetric& metric, const Window& window)
{
    auto entry = user_entry(call, metric);
    const auto breakdown = call.request.param("breakdown");
    const bool holds_only_cells = metric.name == "follows_and_unfollows";
    if (holds_only_cells && breakdown.empty())
        return entry;
    json::object total;
    if (!holds_only_cells)
        total["value"] = call.world.account_metric(
            call.account, metric.name, window.since, window.until, call.now);
    if (!breakdown.empty()) {
        const auto dimensions = split(breakdown, ',');
        total["breakdowns"] = json::array{cells_of(
            dimensions,
            call.world.account_breakdown(
                call.account, metric.name, dimensions, window.since, window.until, call.now))};
    }
    entry["total_value"] = std::move(total);
    return entry;
}

json::object audience_entry(const Call& call, const UserMetric& metric)
{
    auto entry = user_entry(call, metric);
    const auto dimensions = split(call.request.param("breakdown"), ',');
    const auto timeframe = call.request.param("timeframe");
    entry["total_value"] = json::object{
        {"breakdowns",
         json::array{cells_of(
             dimensions, call.world.demographics(
                             call.account, metric.name, dimensions, timeframe, call.now))}}};
    return entry;
}

json::object entry_of(const Call& call, const UserMetric& metric, const Window& window)
{
    if (metric.of_audience)
        return audience_entry(call, metric);
    if (metric.name == "online_followers")
        return online_entry(call, metric, window);
    if (call.request.param("metric_type") == "total_value")
        return total_entry(call, metric, window);
    return series_entry(call, metric, window);
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
    for (std::size_t at = 0; at < names.size(); ++at)
        if (auto refused = refuse_media_metric(call, media, names[at], at))
            return *refused;
    if (media.is_story() && call.world.too_few_viewers(media, call.now))
        return refusal(
            call.request.host, 10, std::nullopt,
            "(#10) Not enough viewers for the media to show insights");
    json::array data;
    for (const auto& name : names)
        data.push_back(media_entry(call, media, name));
    return answer_of(json::object{{"data", std::move(data)}});
}

Response user_insights(const Call& call)
{
    const auto names = split(call.request.param("metric"), ',');
    if (names.empty())
        return refusal(
            call.request.host, 100, std::nullopt, "(#100) The parameter metric is required.");
    const auto window = window_of(call);
    if (!window)
        return refusal(
            call.request.host, 100, std::nullopt, "(#100) since and until must be unix times");
    if (auto refused = refuse_window(call, *window))
        return *refused;
    json::array data;
    for (std::size_t at = 0; at < names.size(); ++at) {
        const auto* metric = user_metric(names[at]);
        if (metric == nullptr) {
            Names known;
            for (const auto& line : user_metrics)
                known.emplace_back(line.name);
            return unknown_metric(call.request, at, known);
        }
        if (auto refused = refuse_user_metric(call, *metric, *window))
            return *refused;
        // A small account gets no data, and no error that says so.
        if (!(metric->from_100_followers && is_small(call)))
            data.push_back(entry_of(call, *metric, *window));
    }
    return answer_of(json::object{{"data", std::move(data)}});
}

} // namespace insightd::sandbox
