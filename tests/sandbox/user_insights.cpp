#include "tests/sandbox/user_metrics.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

// /<user>/insights: the answers.
namespace insightd::sandbox
{
namespace
{

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

/// Where days end at the moment: the platform's sources disagree, and it may change its mind.
std::string day_zone(const Call& call)
{
    if (!call.faults.moved_days)
        return call.world.day_zone(call.account);
    const auto& account = call.world.accounts()[call.account];
    return account.local_days ? "America/Los_Angeles" : account.timezone;
}

bool is_left_out(const Call& call, Instant day_end)
{
    const auto every = call.faults.series_leaves_out;
    const auto day = std::chrono::floor<std::chrono::days>(day_end).time_since_epoch().count();
    return call.faults.empty_series || (every > 0 && day % every == 0);
}

json::object series_entry(const Call& call, const UserMetric& metric, const Window& window)
{
    auto entry = user_entry(call, metric);
    json::array values;
    const auto zone = day_zone(call);
    auto begin = window.since;
    const auto oldest = oldest_served(call);
    for (const auto end : World::day_ends(window.since, std::min(window.until, call.now), zone)) {
        const bool is_today = end > call.now;
        const auto whole_day = World::day_ends(end - std::chrono::hours{49}, end, zone);
        begin = whole_day[whole_day.size() - 2];
        if (is_left_out(call, end))
            continue;
        if (!(is_today && metric.name == "follower_count") && begin < call.now &&
            !(oldest && begin < *oldest))
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
    for (const auto end : World::day_ends(window.since, window.until, day_zone(call))) {
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
    const auto oldest = oldest_served(call);
    if ((holds_only_cells && breakdown.empty()) || (oldest && window.since < *oldest))
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
    if (auto refused = refuse_withdrawn(call, names, user_metric_names(), false))
        return *refused;
    json::array data;
    for (std::size_t at = 0; at < names.size(); ++at) {
        const auto* metric = user_metric(names[at]);
        if (metric == nullptr)
            return unknown_metric(call.request, at, user_metric_names());
        if (auto refused = refuse_user_metric(call, *metric, *window))
            return *refused;
        // A small account gets no data, and no error that says so.
        if (!(metric->from_100_followers && is_small(call)) &&
            withdrawal_of(call, names[at], false) == nullptr)
            data.push_back(entry_of(call, *metric, *window));
    }
    return answer_of(json::object{{"data", std::move(data)}});
}

} // namespace insightd::sandbox
