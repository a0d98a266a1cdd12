#include "storage/in_time.hpp"
#include "storage/public_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// The comments of a post and their watermark stand or fall together, and nothing is stored of whom
/// somebody asked to forget. A comment that a reading of all of them lacks is marked, never
/// removed; one that comes again is not marked any more. A reading that is older than the last, or
/// the same again, marks nothing.
constexpr auto write_reading = R"(
WITH forgotten AS (
    SELECT person_key FROM store.forgotten_person WHERE account_id = $1
), said AS (
    SELECT r.*, NOT EXISTS (
               SELECT 1 FROM store.comment_reading k
               WHERE k.account_id = $1 AND k.media_id = r.media_id AND k.read_at >= r.read_at)
               AS is_news
    FROM jsonb_to_record($2::jsonb) AS r(media_id bigint, read_at timestamptz,
        comments_count bigint, count_reached bigint, newest_key text, newest_at timestamptz,
        is_entire boolean, is_deep boolean, comments jsonb)
), told AS (
    SELECT DISTINCT ON (c.comment_key) s.media_id, s.read_at, c.*
    FROM said s CROSS JOIN LATERAL jsonb_to_recordset(s.comments) AS c(comment_key text,
        parent_key text, created_at timestamptz, is_own boolean, author_key text, name_key text,
        like_count bigint, is_hidden boolean)
    ORDER BY c.comment_key
), kept AS (
    INSERT INTO store.comment AS c (account_id, comment_key, media_id, parent_key, created_at,
        first_seen_at, read_at, is_own, author_key, name_key, like_count, is_hidden)
    SELECT $1, comment_key, media_id, parent_key, created_at, read_at, read_at, is_own, author_key,
           name_key, like_count, is_hidden
    FROM told
    WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE person_key IN (author_key, name_key))
    ON CONFLICT (account_id, comment_key) DO UPDATE SET
        read_at = excluded.read_at, unseen_since = NULL,
        parent_key = coalesce(excluded.parent_key, c.parent_key),
        author_key = coalesce(excluded.author_key, c.author_key),
        name_key = coalesce(excluded.name_key, c.name_key),
        like_count = coalesce(excluded.like_count, c.like_count),
        is_hidden = coalesce(excluded.is_hidden, c.is_hidden)
    WHERE c.read_at < excluded.read_at
          AND (c.unseen_since IS NULL OR c.unseen_since < excluded.read_at)
          AND (c.unseen_since, c.parent_key, c.author_key, c.name_key, c.like_count, c.is_hidden)
              IS DISTINCT FROM (NULL::timestamptz, excluded.parent_key, excluded.author_key,
                                excluded.name_key, excluded.like_count, excluded.is_hidden)
), missed AS (
    UPDATE store.comment c SET unseen_since = s.read_at
    FROM said s
    WHERE s.is_entire AND s.is_news AND c.account_id = $1 AND c.media_id = s.media_id
          AND c.unseen_since IS NULL
          AND NOT EXISTS (SELECT 1 FROM told t WHERE t.comment_key = c.comment_key)
)
INSERT INTO store.comment_reading AS k (account_id, media_id, read_at, deep_at, comments_count,
    count_reached, newest_key, newest_at)
SELECT $1, media_id, read_at, CASE WHEN is_deep THEN read_at END, comments_count, count_reached,
       newest_key, newest_at
FROM said
ON CONFLICT (account_id, media_id) DO UPDATE SET
    read_at = excluded.read_at, deep_at = coalesce(excluded.deep_at, k.deep_at),
    comments_count = excluded.comments_count, count_reached = excluded.count_reached,
    newest_key = excluded.newest_key, newest_at = excluded.newest_at
WHERE k.read_at < excluded.read_at)";

const std::array statements{Statement{"comment_reading", Nature::observation, write_reading}};

json::value key_or_null(const std::string& key)
{
    return key.empty() ? json::value(nullptr) : json::value(clean(key));
}

json::object row_of(const model::Comment& comment)
{
    return {{"comment_key", clean(comment.key)},
            {"parent_key", key_or_null(comment.parent_key)},
            {"created_at", text_of(comment.created_at)},
            {"is_own", comment.is_own},
            {"author_key", value_of(comment.author.key)},
            {"name_key", value_of(comment.author.name_key)},
            {"like_count", value_of(comment.like_count)},
            {"is_hidden", value_of(comment.is_hidden)}};
}

json::object row_of(const model::CommentReading& reading)
{
    json::array comments;
    for (const auto& comment : reading.comments)
        comments.push_back(row_of(comment));
    return {
        {"media_id", reading.media_id},
        {"read_at", text_of(reading.observed_at)},
        {"comments_count", reading.comments_count},
        {"count_reached", reading.count_reached},
        {"newest_key", clean(reading.newest_key)},
        {"newest_at", value_of(reading.newest_at)},
        {"is_entire", reading.is_entire},
        {"is_deep", reading.is_deep},
        {"comments", std::move(comments)}};
}

json::array texts_of(const model::CommentReading& reading)
{
    json::array rows;
    for (const auto& comment : reading.comments)
        if (comment.text)
            rows.push_back(public_text_row(
                {"comment", comment.key, comment.created_at, reading.observed_at}, comment.author,
                *comment.text));
    return rows;
}

} // namespace

void add_comments(Steps& steps, const std::vector<model::CommentReading>& readings)
{
    for (const auto* reading : in_time(readings)) {
        steps.add(statements.front(), row_of(*reading));
        add_public_texts(steps, texts_of(*reading));
    }
}

std::span<const Statement> comment_statements()
{
    return statements;
}

} // namespace insightd::storage
