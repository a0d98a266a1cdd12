#pragma once

#include "collectors/collected.hpp"
#include "collectors/days.hpp"
#include "collectors/insights.hpp"
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
    graph::Client& api, const config::Account& account, DayPlan plan, model::Instant now);

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

/// An account with fewer than 100 followers gets no answer for some metrics: that is the reason
/// then, whatever the refusal said. Source: graph-api.md section 5.
model::Absence explain(
    const std::string& metric, model::Absence reason, std::optional<std::int64_t> followers_count);

} // namespace insightd::collectors
