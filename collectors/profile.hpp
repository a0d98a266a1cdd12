#pragma once

#include "collectors/collected.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

namespace insightd::collectors
{

/// The account's facts and its three counters (followers, follows, media), as of `now`.
/// With Instagram Login `/me` is asked, and a token of another account is a failure: its numbers
/// must not be stored under this one. An answer that does not tell whose it is counts as this
/// one's. Field not served: asked again without it. Source: GET /me (graph.instagram.com), GET
/// /<IG_USER_ID> (graph.facebook.com), v24.0.
boost::asio::awaitable<Collected> collect_profile(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now);

/// Reads a user node, flat or wrapped in `data`.
graph::Outcome<model::Profile>
decode_profile(const boost::json::value& body, const config::Account& account, model::Instant now);

} // namespace insightd::collectors
