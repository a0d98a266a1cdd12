#pragma once

#include "collectors/authors.hpp"
#include "collectors/graph/failure.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <vector>

/// Comments and replies as the platform tells them, and the rows that they become: pure.
/// Source: Meta's public specifications IGMedia (edge comments) and IGComment (fields, edge
/// replies); the pages "Comments" and "Instagram (IG) Comment".
namespace insightd::collectors
{

struct ToldComment {
    std::string id;
    model::Instant created_at;
    std::string parent_id; ///< empty: of no other comment, or not told
    ToldAuthor author;
    std::optional<std::int64_t> like_count;
    std::optional<bool> is_hidden;
    std::optional<std::string> text;
    std::vector<ToldComment> replies;         ///< as far as they came along
    std::optional<std::string> replies_after; ///< where the next page of them begins
};

struct ToldComments {
    std::vector<ToldComment> rows;
    std::optional<std::string> after; ///< where the next page begins
};

/// A page of comments, or of replies. One without an id or a time cannot be a row: malformed.
/// `parent` may be an object with an id, `parent_id` a number or text.
/// Source: GET /<media>/comments and GET /<comment>/replies, v24.0.
graph::Outcome<ToldComments> decode_comments(const boost::json::value& body);

/// The row that a comment becomes, without its replies.
model::Comment
comment_row(const ToldComment& told, const std::string& parent_id, const PublicRules& rules);

} // namespace insightd::collectors
