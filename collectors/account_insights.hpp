#pragma once

#include "collectors/collected.hpp"
#include "collectors/days.hpp"
#include "collectors/insights.hpp"
#include "collectors/learning.hpp"
#include "collectors/metric_matrix.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace insightd::collectors
{

/// Days of the account as of `now`: the series (reach, follower_count), then each chosen day's
/// totals and breakdowns in one-day windows. Where days begin and end the series says, else the
/// store. What the series tells anew of days that are final goes into `final_days_again`. A failure
/// keeps the days that were read completely. Source: GET /<user>/insights, v24.0;
/// graph-api.md section 5.
boost::asio::awaitable<Collected> collect_account_days(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account, DayPlan plan,
    model::Instant now);

/// Where lessons on the account's own metrics belong.
MetricTarget target_of(const config::Account& account, std::string version);

/// Whether the account has too few followers for some metrics, or may have.
bool may_be_too_small(std::optional<std::int64_t> followers_count);

/// The calls for one day's `total_value` window: all totals at once, then one for each breakdown.
std::vector<MetricQuery>
choose_day_queries(const config::Account& account, const DayWindow& window);

/// Values of a time series by the end of their day.
struct Series {
    std::set<model::Instant> end_times;
    std::map<model::Instant, model::Readings> by_end_time;
};

/// Reads `values[]{value, end_time}` of every metric in the body.
graph::Outcome<Series> decode_series(const boost::json::value& body);

/// Every answered series, and the reasons of those that are refused for all days.
struct SeriesAnswer {
    Series series;
    std::vector<model::Reading> absent;
    std::vector<std::string> asked;
};

/// The metrics of the account that come as a series.
std::vector<std::string> series_metrics(const config::Account& account);

/// A question for daily numbers of [since, until), which lie at most 30 days apart.
MetricQuery query_for_days(
    const config::Account& account, std::vector<std::string> metrics, model::Instant since,
    model::Instant until);

/// Asks for series of the past; a refused metric is isolated, and nobody learns from it.
boost::asio::awaitable<graph::Outcome<SeriesAnswer>>
ask_series(graph::Client& api, MetricQuery query);

/// The day's part of the series; a metric without a point for the day is absent, not 0.
model::Readings readings_of_day(const SeriesAnswer& answer, model::Instant end_time);

/// The whole day: its part of the series, its totals and its breakdowns.
boost::asio::awaitable<graph::Outcome<model::AccountDay>> collect_day(
    Poll& poll, const config::Account& account, DayWindow window, model::Readings of_series,
    std::optional<std::int64_t> followers_count);

/// An account with fewer than 100 followers gets no answer for some metrics: that is the reason
/// then, whatever the refusal said. Source: graph-api.md section 5.
model::Absence explain(
    const std::string& metric, model::Absence reason, std::optional<std::int64_t> followers_count);

} // namespace insightd::collectors
