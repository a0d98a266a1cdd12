#include "storage/public_rows.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::storage
{
namespace
{

/// One that comes again is one row.
constexpr auto insert_mentions = R"(
INSERT INTO store.mention (account_id, media_id, comment_id, pushed_at, received_at)
SELECT account_id, media_id, comment_id, pushed_at, received_at
FROM jsonb_to_recordset($2::jsonb) AS m(account_id bigint, media_id bigint, comment_id bigint,
    pushed_at timestamptz, received_at timestamptz)
WHERE $1::bigint IS NOT NULL
ORDER BY account_id, media_id, comment_id
ON CONFLICT DO NOTHING)";

/// The push may still wait in a spool. Of whom somebody asked to forget nothing is kept but that it
/// was read.
constexpr auto write_readings = R"(
WITH told AS (
    SELECT DISTINCT ON (media_id, comment_id) r.*, EXISTS (
               SELECT 1 FROM store.forgotten_person f
               WHERE f.account_id = $1 AND f.person_key IN (r.author_key, r.name_key)) AS is_forgotten
    FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, comment_id bigint,
        pushed_at timestamptz, observed_at timestamptz, is_gone boolean, published_at timestamptz,
        media_type text, author_key text, name_key text, like_count bigint, comments_count bigint)
    ORDER BY media_id, comment_id, observed_at DESC
), kept AS (
    INSERT INTO store.mention AS m (account_id, media_id, comment_id, pushed_at, received_at, read_at,
        is_gone, published_at, media_type, author_key, name_key)
    SELECT $1, media_id, comment_id, pushed_at, pushed_at, observed_at, is_gone, published_at,
           media_type, CASE WHEN NOT is_forgotten THEN author_key END,
           CASE WHEN NOT is_forgotten THEN name_key END
    FROM told
    ON CONFLICT (account_id, media_id, comment_id) DO UPDATE SET
        read_at = excluded.read_at, is_gone = excluded.is_gone,
        published_at = coalesce(excluded.published_at, m.published_at),
        media_type = coalesce(nullif(excluded.media_type, ''), m.media_type),
        author_key = coalesce(excluded.author_key, m.author_key),
        name_key = coalesce(excluded.name_key, m.name_key)
    WHERE m.read_at IS NULL OR m.read_at < excluded.read_at
)
INSERT INTO store.mention_sample (account_id, media_id, comment_id, observed_at, like_count,
    comments_count)
SELECT $1, media_id, comment_id, observed_at, like_count, comments_count FROM told
WHERE num_nonnulls(like_count, comments_count) > 0 AND NOT is_forgotten
ON CONFLICT DO NOTHING)";

enum Which { pushes, readings };

const std::array statements{
    Statement{"mentions", Nature::observation, insert_mentions},
    Statement{"mention_readings", Nature::observation, write_readings}};

json::object row_of(const model::Mention& mention)
{
    return {
        {"account_id", mention.account_id},
        {"media_id", mention.place.media_id},
        {"comment_id", mention.place.comment_id},
        {"pushed_at", text_of(mention.pushed_at)},
        {"received_at", text_of(mention.received_at)}};
}

json::object row_of(const model::MentionReading& reading)
{
    return {
        {"media_id", reading.place.media_id},
        {"comment_id", reading.place.comment_id},
        {"pushed_at", text_of(reading.pushed_at)},
        {"observed_at", text_of(reading.observed_at)},
        {"is_gone", reading.is_gone},
        {"published_at", value_of(reading.published_at)},
        {"media_type", clean(reading.media_type)},
        {"author_key", value_of(reading.author.key)},
        {"name_key", value_of(reading.author.name_key)},
        {"like_count", value_of(reading.like_count)},
        {"comments_count", value_of(reading.comments_count)}};
}

std::string key_of(const model::MentionPlace& place)
{
    return fmt::format("{} {}", place.media_id, place.comment_id);
}

} // namespace

void add_mentions(Steps& steps, const std::vector<model::Mention>& mentions)
{
    json::array rows;
    for (const auto& mention : mentions)
        rows.push_back(row_of(mention));
    if (!rows.empty())
        steps.add(statements[pushes], rows);
}

void add_mention_readings(Steps& steps, const std::vector<model::MentionReading>& all)
{
    json::array rows;
    json::array texts;
    for (const auto& reading : all) {
        rows.push_back(row_of(reading));
        if (reading.text)
            texts.push_back(public_text_row(
                {"mention", key_of(reading.place), reading.published_at.value_or(reading.pushed_at),
                 reading.observed_at},
                reading.author, *reading.text));
    }
    if (!rows.empty())
        steps.add(statements[readings], rows);
    add_public_texts(steps, texts);
}

std::span<const Statement> mention_statements()
{
    return statements;
}

} // namespace insightd::storage
