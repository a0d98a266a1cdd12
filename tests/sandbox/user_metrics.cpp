#include "tests/sandbox/user_metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace insightd::sandbox
{
namespace
{

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

std::optional<Instant> unix_instant(const std::string& text)
{
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return Instant{std::chrono::seconds{seconds}};
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

} // namespace

const UserMetric* user_metric(const std::string& name)
{
    const auto found = std::ranges::find(user_metrics, name, &UserMetric::name);
    return found == user_metrics.end() ? nullptr : &*found;
}

Names user_metric_names()
{
    Names names;
    for (const auto& metric : user_metrics)
        names.emplace_back(metric.name);
    return names;
}

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

std::optional<Instant> oldest_served(const Call& call)
{
    const auto& limits = call.faults.days;
    const bool as_total = call.request.param("metric_type") == "total_value";
    const auto limit = as_total ? limits.totals : limits.series;
    return limit ? std::optional{call.now - std::chrono::days{*limit}} : std::nullopt;
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
    if (!call.faults.days.silent && !metric.of_audience)
        if (const auto limit = oldest_served(call);
            limit && window.since < *limit && metric.name != "follower_count")
            return refusal(
                host, 100, std::nullopt,
                fmt::format(
                    "(#100) ({}) data is only available from {} on", metric.name,
                    timestamp(*limit)));
    if (metric.name != "follower_count")
        return std::nullopt;
    if (is_small(call))
        return refusal(
            host, 100, std::nullopt,
            "(#100) (follower_count) metric only supports accounts with at least 100 followers");
    if (window.since < call.now - std::chrono::days{call.faults.days.follower_count})
        return refusal(
            host, 100, std::nullopt,
            fmt::format(
                "(#100) (follower_count) metric only supports querying data for the last {} days "
                "excluding the current day",
                call.faults.days.follower_count));
    return std::nullopt;
}

} // namespace insightd::sandbox
