#pragma once

#include "collectors/public_media.hpp"

#include <boost/json/value.hpp>

/// Where the account is mentioned, as the platform tells it: pure.
/// Source: Meta's public specification IGUser (fields mentioned_media, mentioned_comment); the
/// pages "Mentioned Media" and "Mentioned Comment". Facebook Login only.
namespace insightd::collectors
{

/// One of the two, with the words of either under the same name.
struct ToldMention {
    std::optional<model::Instant> published_at;
    std::string media_type; ///< of a media object; empty if not told
    ToldAuthor author;
    std::optional<std::int64_t> like_count, comments_count; ///< the latter of a media object only
    std::optional<std::string> words;
};

/// The answer to mentioned_media, or to mentioned_comment if the place is a comment. Without that
/// member it is malformed. Counts come as numbers or as decimal text.
/// Source: GET /<user>?fields=mentioned_media.media_id(…){…}, v24.0.
graph::Outcome<ToldMention>
decode_mention(const boost::json::value& body, const model::MentionPlace& place);

/// "mentioned_comment.comment_id(17870913679156914){id,timestamp}"
std::string mention_field(const model::MentionPlace& place, const std::string& fields);

/// The row that it becomes.
model::MentionReading mention_row(
    const model::KnownMention& known, const ToldMention& told, const PublicRules& rules,
    model::Instant now);

} // namespace insightd::collectors
