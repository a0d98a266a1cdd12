#include "collectors/comments.hpp"
#include "collectors/mentions.hpp"
#include "collectors/tags.hpp"
#include "tests/fuzz/answer.hpp"
#include "tests/support/plain_names.hpp"

// What others show and write: tags, comments, mentions.

namespace insightd::fuzz
{
namespace
{

void decode_tags(
    const boost::json::value& body, const collectors::PublicRules& rules, model::Batch& batch)
{
    if (const auto page = collectors::decode_tags(body))
        for (const auto& media : page->rows)
            batch.tags.push_back(collectors::tagged_row(media, rules, now));
}

void decode_mentions(
    const boost::json::value& body, const collectors::PublicRules& rules, model::Batch& batch)
{
    for (const std::int64_t comment : {0, 5})
        if (const auto told = collectors::decode_mention(body, {17, comment}))
            batch.mention_readings.push_back(
                collectors::mention_row({{17, comment}, {}, {}, false}, *told, rules, now));
}

void decode_comments(
    const boost::json::value& body, const collectors::PublicRules& rules, model::Batch& batch)
{
    const auto page = collectors::decode_comments(body);
    if (!page)
        return;
    model::CommentReading reading;
    for (const auto& comment : page->rows)
        reading.comments.push_back(collectors::comment_row(comment, comment.parent_id, rules));
    batch.comments.push_back(std::move(reading));
}

} // namespace

void decode(const boost::json::value& body)
{
    const testing::PlainNames names;
    config::PublicEdge settings;
    settings.mode = config::ConversationMode::text;
    const collectors::PublicRules rules{1, settings, names};
    model::Batch batch;
    decode_tags(body, rules, batch);
    decode_mentions(body, rules, batch);
    decode_comments(body, rules, batch);
    store(batch);
}

} // namespace insightd::fuzz
