#pragma once

#include "collectors/collected.hpp"
#include "collectors/insights.hpp"
#include "collectors/metric_matrix.hpp"
#include "config/config.hpp"
#include "storage/model/history.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace insightd::collectors
{

/// The calls that read one media object's insights: the set of its product type, each breakdown of
/// its own, and each metric that may fail its neighbours alone.
/// Source: graph-api.md section 4.1.
std::vector<MetricQuery> choose_media_queries(
    const model::KnownMedia& media, config::Login login, const config::MetricOverrides& overrides);

/// Lifetime insights of one post, reel or story as one sample of `now`. A number that cannot exist
/// becomes an absence with its reason, never 0. Watch times in milliseconds. What the matrix has a
/// lesson against is not asked for, and absent with the lesson's reason.
/// Source: GET /<media>/insights, v24.0.
boost::asio::awaitable<Collected> collect_media_insights(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account,
    model::KnownMedia media, model::Instant now);

/// Where lessons on the media object belong.
MetricTarget
target_of(const model::KnownMedia& media, const config::Account& account, std::string version);

/// The sample of an object of which nothing may be read: every metric absent, for one reason.
model::MediaSample absent_sample(
    const model::KnownMedia& media, const config::Account& account, model::Absence reason,
    model::Instant now);

} // namespace insightd::collectors
