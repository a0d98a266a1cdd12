#pragma once

#include "collectors/collected.hpp"
#include "collectors/days.hpp"
#include "collectors/insights.hpp"
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

/// What is already known when account days are to be read.
struct DayPlan {
    std::set<model::Day> final_days;             ///< stored and settled: not asked again
    std::size_t backfill = 0;                    ///< settled days to read in this pass, at most
    std::optional<model::Instant> known_day_end; ///< newest stored: days go on from it if the
                                                 ///< series has none
    std::optional<std::int64_t> followers_count; ///< explains refusals below 100 followers
};

/// Days of the account as of `now`: the series (reach, follower_count), then each chosen day's
/// totals and breakdowns in one-day windows. Where days begin and end the series says, else the
/// store. A failure keeps the days that were read completely. Source: GET /<user>/insights, v24.0;
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

/// An account with fewer than 100 followers gets no answer for some metrics: that is the reason
/// then, whatever the refusal said. Source: graph-api.md section 5.
model::Absence explain(
    const std::string& metric, model::Absence reason, std::optional<std::int64_t> followers_count);

} // namespace insightd::collectors
