#pragma once

#include "collectors/collected.hpp"
#include "collectors/fields.hpp"
#include "collectors/graph/client.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <chrono>

namespace insightd::collectors
{

/// A story lives this long after it was published. Source: graph-api.md section 3.2.
inline constexpr std::chrono::hours story_life{24};

/// How much of the media list to read.
enum class ListDepth {
    newest, ///< the first page: new posts, and the counters of the latest hundred
    whole,  ///< to the end: up to the 10,000 newest
};

/// Posts and reels with their album children, newest first, as of `now`.
/// What is missing from the list is not deleted: it is simply not in the rows. A failure keeps the
/// rows that were read before it.
/// Source: GET /<user>/media, v24.0.
boost::asio::awaitable<Collected> collect_media(
    graph::Client& api, const config::Account& account, ListDepth depth, RefusedFields& refused,
    model::Instant now);

/// Stories that are alive, as of `now`; each expires 24 hours after it was published.
/// Source: GET /<user>/stories, v24.0.
boost::asio::awaitable<Collected> collect_story_list(
    graph::Client& api, const config::Account& account, RefusedFields& refused, model::Instant now);

/// Which list a media object was found in: the fallback for a missing media_product_type.
enum class MediaList { media, stories };

/// One media object. Without an id or a timestamp it cannot be a row: malformed.
/// Product type where missing: STORY in the stories list, REELS for a video under /reel/, else
/// FEED. Source: graph-api.md section 3.3.
graph::Outcome<model::Media>
decode_media(const boost::json::value& node, MediaList list, model::Instant now);

} // namespace insightd::collectors
