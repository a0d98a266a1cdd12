#pragma once

#include "collectors/collected.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

namespace insightd::collectors
{

/// How many posts the account published through the API in the window that ends at `now`, of how
/// many it may. One call, made once: who asks beside all else tries again later. A field that is
/// not served is asked for no more. Both hosts; needs the permission to publish content.
/// Source: GET /<IG_USER>/content_publishing_limit, Meta's page ig-user/content_publishing_limit
/// (2024-07-23) and the specification ContentPublishingLimitResponse of its public SDK.
boost::asio::awaitable<Collected> collect_publishing_limit(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now);

/// `quota_usage` in posts, `config` with `quota_total` in posts and `quota_duration` in seconds,
/// flat or in `data`; what is missing is nothing, and an empty list tells nothing at all.
graph::Outcome<model::PublishingLimit>
decode_publishing_limit(const boost::json::value& body, model::Instant now);

} // namespace insightd::collectors
