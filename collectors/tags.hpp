#pragma once

#include "collectors/collected.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/public_media.hpp"

#include <boost/asio/awaitable.hpp>

namespace insightd::collectors
{

/// One page of media in which the account is tagged.
struct TaggedPage {
    std::vector<PublicMedia> rows;
    std::optional<std::string> after; ///< where the next page begins, if there may be one
};

/// This list names cursors and, unlike others, no next page: it ends with a page without rows, or
/// without a cursor. Source: Meta's page "Tags", section Pagination; GET /<user>/tags, v24.0.
graph::Outcome<TaggedPage> decode_tags(const boost::json::value& body);

/// The row that it becomes.
model::TaggedMedia
tagged_row(const PublicMedia& told, const PublicRules& rules, model::Instant now);

/// How much of the list to read.
enum class TagsDepth {
    newest, ///< the first page
    whole,  ///< to the end, as far as the pages of one poll go
};

/// Media in which the account is tagged, as of `now`. What is missing from the list is not deleted:
/// it is simply not in the rows. Rows before a failure are kept. A call that fails is not made
/// again: the schedule does that.
boost::asio::awaitable<Collected> collect_tags(
    graph::Client& api, const config::Account& account, const model::Pseudonyms& names,
    TagsDepth depth, RefusedFields& refused, model::Instant now);

} // namespace insightd::collectors
