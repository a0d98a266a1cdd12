#include "storage/json_rows.hpp"
#include "storage/public_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// Nothing is stored of whom somebody asked to forget, however long the rows waited.
constexpr auto write_tags = R"(
WITH told AS (
    SELECT DISTINCT ON (media_id) r.*
    FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, observed_at timestamptz,
        published_at timestamptz, media_type text, product_type text, name_key text,
        like_count bigint, comments_count bigint)
    WHERE name_key IS NULL OR name_key NOT IN (
        SELECT person_key FROM store.forgotten_person WHERE account_id = $1)
    ORDER BY media_id, observed_at DESC
), kept AS (
    INSERT INTO store.tagged_media AS t (account_id, media_id, first_seen_at, last_seen_at,
        published_at, media_type, product_type, name_key)
    SELECT $1, media_id, observed_at, observed_at, published_at, media_type, product_type, name_key
    FROM told
    ON CONFLICT (account_id, media_id) DO UPDATE SET
        first_seen_at = least(t.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at),
        published_at = coalesce(excluded.published_at, t.published_at),
        media_type = coalesce(nullif(excluded.media_type, ''), t.media_type),
        product_type = coalesce(nullif(excluded.product_type, ''), t.product_type),
        name_key = coalesce(excluded.name_key, t.name_key)
)
INSERT INTO store.tagged_media_sample (account_id, media_id, observed_at, like_count, comments_count)
SELECT $1, r.media_id, r.observed_at, r.like_count, r.comments_count
FROM told r
LEFT JOIN LATERAL (
    SELECT true AS is_there, s.like_count, s.comments_count FROM store.tagged_media_sample s
    WHERE s.account_id = $1 AND s.media_id = r.media_id AND s.observed_at < r.observed_at
    ORDER BY s.observed_at DESC LIMIT 1) before ON true
WHERE before.is_there IS NULL
      OR (before.like_count, before.comments_count)
         IS DISTINCT FROM (r.like_count, r.comments_count)
ON CONFLICT DO NOTHING)";

const std::array statements{Statement{"tagged_media", Nature::observation, write_tags}};

json::object row_of(const model::TaggedMedia& media)
{
    return {
        {"media_id", media.id},
        {"observed_at", text_of(media.observed_at)},
        {"published_at", value_of(media.published_at)},
        {"media_type", clean(media.media_type)},
        {"product_type", clean(media.product_type)},
        {"name_key", value_of(media.author.name_key)},
        {"like_count", value_of(media.like_count)},
        {"comments_count", value_of(media.comments_count)}};
}

} // namespace

void add_tags(Steps& steps, const std::vector<model::TaggedMedia>& tags)
{
    if (tags.empty())
        return;
    json::array rows;
    json::array texts;
    for (const auto& media : tags) {
        rows.push_back(row_of(media));
        if (media.text)
            texts.push_back(public_text_row(
                {"tag", std::to_string(media.id), media.published_at.value_or(media.observed_at),
                 media.observed_at},
                media.author, *media.text));
    }
    steps.add(statements.front(), rows);
    add_public_texts(steps, texts);
}

std::span<const Statement> tag_statements()
{
    return statements;
}

} // namespace insightd::storage
