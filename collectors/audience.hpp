#pragma once

#include "collectors/collected.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/metric_matrix.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace insightd::collectors
{

/// One demographic split that the API is asked for.
struct AudienceQuestion {
    std::string metric;    ///< follower_demographics, engaged_audience_demographics, …
    std::string dimension; ///< age, city, country, gender, or two of them with a comma
    std::string timeframe; ///< this_week (7 days) or this_month (30 days)
};

/// Every selected demographic metric × dimension × timeframe.
std::vector<AudienceQuestion> choose_audience(const config::Account& account);

/// Who follows, and who engaged, as of `now`; and followers online by hour for the last days.
/// Source: GET /<user>/insights, v24.0; graph-api.md section 5.
boost::asio::awaitable<Collected> collect_audience(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account,
    std::optional<std::int64_t> followers_count, model::Instant now);

/// Followers online by hour as far back as they are served: 30 days. Nothing where they are refused
/// or not selected: that is collect_audience()'s to tell. Source: graph-api.md section 5.
boost::asio::awaitable<Collected> collect_past_online_followers(
    graph::Client& api, const config::Account& account, model::Instant now);

/// One snapshot. A "timeframe" among the dimension keys is not a dimension and is dropped.
graph::Outcome<model::Demographics> decode_demographics(
    const boost::json::value& body, const AudienceQuestion& question, model::Instant now);

/// Days with 24 values, hour 0 to 23 as the API numbers them; an hour left out stays empty.
graph::Outcome<std::vector<model::OnlineFollowers>> decode_online_followers(
    const boost::json::value& body, const std::string& timezone, model::Instant now);

} // namespace insightd::collectors
