#include "collectors/mentions.hpp"

#include "collectors/collected.hpp"
#include "collectors/graph/node.hpp"
#include "collectors/json_access.hpp"

#include <fmt/format.h>

namespace insightd::collectors
{

graph::Outcome<ToldMention>
decode_mention(const boost::json::value& body, const model::MentionPlace& place)
{
    const auto* object = graph::node_of(body);
    const auto* name = place.comment_id == 0 ? "mentioned_media" : "mentioned_comment";
    const auto* found = object != nullptr ? object->if_contains(name) : nullptr;
    if (found == nullptr || !found->is_object())
        return malformed(fmt::format("an answer without `{}`", name));
    ToldMention told;
    told.published_at = instant_in(*found, "timestamp");
    told.media_type = text_in(*found, "media_type").value_or("");
    told.author = author_in(*found);
    told.like_count = integer_in(*found, "like_count");
    told.comments_count = integer_in(*found, "comments_count");
    told.words = text_in(*found, place.comment_id == 0 ? "caption" : "text");
    return told;
}

std::string mention_field(const model::MentionPlace& place, const std::string& fields)
{
    return place.comment_id == 0
               ? fmt::format("mentioned_media.media_id({}){{{}}}", place.media_id, fields)
               : fmt::format("mentioned_comment.comment_id({}){{{}}}", place.comment_id, fields);
}

model::MentionReading mention_row(
    const model::KnownMention& known, const ToldMention& told, const PublicRules& rules,
    model::Instant now)
{
    model::MentionReading row;
    row.place = known.place;
    row.pushed_at = known.pushed_at;
    row.observed_at = now;
    row.published_at = told.published_at;
    row.media_type = told.media_type;
    row.author = rules.author_of(told.author);
    row.like_count = told.like_count;
    row.comments_count = told.comments_count;
    row.text = rules.text_of(told.author, told.words, std::nullopt);
    return row;
}

} // namespace insightd::collectors
