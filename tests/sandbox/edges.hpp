#pragma once

#include "tests/sandbox/fields.hpp"

/// Tags, comments and mentions of the world's crowd. Source: Meta's public specifications IGUser,
/// IGMedia and IGComment, and its pages "Tags", "Comments", "Mentioned Media", "Mentioned Comment".
namespace insightd::sandbox
{

/// Media in which the account is tagged: cursors, and no `next`.
Response tag_list(const Call& call);

/// Comments on a post, newest first.
Response comment_list(const Call& call, const Media& media);

/// Replies to a comment of the account's posts; nothing if the node is none.
std::optional<Response> comment_answer(const Call& call, std::int64_t id, const std::string& edge);

/// The field mentioned_media or mentioned_comment of the account, with its expansion; nothing for
/// another field.
std::optional<NodeOutcome> mentioned(const Call& call, const std::string& field);

} // namespace insightd::sandbox
