#include "storage/json_rows.hpp"
#include "storage/newness.hpp"
#include "storage/rate_columns.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

namespace insightd::storage
{
namespace
{

enum Which { facts, children, counts };

const Series counts_of_post{
    .table = "store.media_count",
    .same = "p.account_id = $1 AND p.media_id = r.media_id",
    .values = {"like_count", "comments_count", "other_counts"},
    .is_first = "s.listed_at IS NULL",
    .confirmed_at = "s.listed_at",
    .row_at = "s.count_row_at"};

/// The list's counters: rows, and the state as confirmed.
std::string counts_statement()
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.count_row_at AS old_row_at, {is_new} AS is_new
    FROM json_to_recordset($2::json) AS r(media_id bigint, observed_at timestamptz,
        like_count bigint, comments_count bigint, other_counts jsonb,
        {types})
    LEFT JOIN store.media_state s ON s.account_id = $1 AND s.media_id = r.media_id
), stored AS (
    INSERT INTO store.media_count (account_id, media_id, observed_at, like_count, comments_count,
        other_counts)
    SELECT $1, media_id, observed_at, like_count, comments_count, other_counts
    FROM judged WHERE is_new ORDER BY media_id
    ON CONFLICT DO NOTHING
)
INSERT INTO store.media_state AS s (account_id, media_id, listed_at, count_row_at, like_count,
    comments_count, other_counts, {columns})
SELECT $1, media_id, observed_at, CASE WHEN is_new THEN observed_at ELSE old_row_at END,
       like_count, comments_count, other_counts, {columns}
FROM judged ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    listed_at = excluded.listed_at, count_row_at = excluded.count_row_at,
    like_count = excluded.like_count, comments_count = excluded.comments_count,
    other_counts = excluded.other_counts, {assigned}
WHERE s.listed_at IS NULL OR s.listed_at < excluded.listed_at)",
        fmt::arg("is_new", is_new(counts_of_post)), fmt::arg("columns", rate_columns),
        fmt::arg("types", rate_types), fmt::arg("assigned", rate_assignments()));
}

const std::array statements{
    Statement{"media_facts", Nature::observation, R"(
INSERT INTO store.media AS m (account_id, media_id, product_type, media_type, published_at,
    expires_at, permalink, shortcode, caption, media_url, thumbnail_url, alt_text, username,
    owner_id, is_comment_enabled, is_shared_to_feed, other, facts_at, first_seen_at)
SELECT $1, media_id, product_type, media_type, published_at, expires_at, permalink, shortcode,
       caption, media_url, thumbnail_url, alt_text, username, owner_id, is_comment_enabled,
       is_shared_to_feed, other, observed_at, observed_at
FROM json_to_recordset($2::json) AS r(media_id bigint, product_type text, media_type text,
    published_at timestamptz, expires_at timestamptz, permalink text, shortcode text, caption text,
    media_url text, thumbnail_url text, alt_text text, username text, owner_id text,
    is_comment_enabled boolean, is_shared_to_feed boolean, other jsonb, observed_at timestamptz)
ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    product_type = excluded.product_type, media_type = excluded.media_type,
    published_at = excluded.published_at,
    expires_at = coalesce(excluded.expires_at, m.expires_at), permalink = excluded.permalink, shortcode = excluded.shortcode, caption = excluded.caption,
    media_url = excluded.media_url, thumbnail_url = excluded.thumbnail_url,
    alt_text = excluded.alt_text, username = excluded.username, owner_id = excluded.owner_id,
    is_comment_enabled = excluded.is_comment_enabled,
    is_shared_to_feed = excluded.is_shared_to_feed, other = excluded.other,
    facts_at = excluded.facts_at
WHERE m.facts_at < excluded.facts_at AND
    (m.product_type, m.media_type, m.published_at, m.permalink, m.shortcode, m.caption, m.media_url,
     m.thumbnail_url, m.alt_text, m.username, m.owner_id, m.is_comment_enabled,
     m.is_shared_to_feed, m.other)
    IS DISTINCT FROM
    (excluded.product_type, excluded.media_type, excluded.published_at, excluded.permalink,
     excluded.shortcode, excluded.caption, excluded.media_url, excluded.thumbnail_url, excluded.alt_text,
     excluded.username, excluded.owner_id, excluded.is_comment_enabled,
     excluded.is_shared_to_feed, excluded.other))"},
    Statement{"media_children", Nature::observation, R"(
INSERT INTO store.media_child AS c (account_id, media_id, child_id, position, media_type, permalink,
    shortcode, media_url, thumbnail_url, alt_text, published_at)
SELECT $1, media_id, child_id, position, media_type, permalink, shortcode, media_url,
       thumbnail_url, alt_text, published_at
FROM json_to_recordset($2::json) AS r(media_id bigint, child_id bigint, position smallint,
    media_type text, permalink text, shortcode text, media_url text, thumbnail_url text,
    alt_text text, published_at timestamptz)
ORDER BY media_id, child_id
ON CONFLICT (account_id, media_id, child_id) DO UPDATE SET
    position = excluded.position, media_type = excluded.media_type, permalink = excluded.permalink,
    shortcode = excluded.shortcode, media_url = excluded.media_url,
    thumbnail_url = excluded.thumbnail_url, alt_text = excluded.alt_text,
    published_at = excluded.published_at
WHERE (c.position, c.media_type, c.permalink, c.shortcode, c.media_url, c.thumbnail_url, c.alt_text)
    IS DISTINCT FROM
    (excluded.position, excluded.media_type, excluded.permalink, excluded.shortcode,
     excluded.media_url, excluded.thumbnail_url, excluded.alt_text))"},
    Statement{"media_counts", Nature::observation, counts_statement()}};

json::object facts_of(const model::Media& media)
{
    return {
        {"media_id", media.id},
        {"product_type", clean(media.product_type)},
        {"media_type",
         media.media_type.empty() ? json::value(nullptr) : json::value(clean(media.media_type))},
        {"published_at", text_of(media.published_at)},
        {"expires_at", value_of(media.expires_at)},
        {"permalink", value_of(media.permalink)},
        {"shortcode", value_of(media.shortcode)},
        {"caption", value_of(media.caption)},
        {"media_url", value_of(media.media_url)},
        {"thumbnail_url", value_of(media.thumbnail_url)},
        {"alt_text", value_of(media.alt_text)},
        {"username", value_of(media.username)},
        {"owner_id", value_of(media.owner_id)},
        {"is_comment_enabled", value_of(media.is_comment_enabled)},
        {"is_shared_to_feed", value_of(media.is_shared_to_feed)},
        {"other", value_of(media.other)},
        {"observed_at", text_of(media.observed_at)}};
}

json::object
child_of(const model::Media& media, const model::MediaChild& child, std::size_t position)
{
    return {
        {"media_id", media.id},
        {"child_id", child.id},
        {"position", position},
        {"media_type", value_of(child.media_type)},
        {"permalink", value_of(child.permalink)},
        {"shortcode", value_of(child.shortcode)},
        {"media_url", value_of(child.media_url)},
        {"thumbnail_url", value_of(child.thumbnail_url)},
        {"alt_text", value_of(child.alt_text)},
        {"published_at", value_of(child.published_at)}};
}

json::object counts_of(const model::Media& media)
{
    json::object other;
    for (const auto& reading : media.other_counters)
        if (const auto* number = std::get_if<model::Number>(&reading.value))
            other[clean(reading.metric)] = value_of(*number);
    json::object row{
        {"media_id", media.id},
        {"observed_at", text_of(media.observed_at)},
        {"like_count", value_of(media.like_count)},
        {"comments_count", value_of(media.comments_count)},
        {"other_counts", other.empty() ? json::value(nullptr) : json::value(std::move(other))}};
    add_rate(row, media.rate);
    return row;
}

/// A media object once, as it was seen last: one statement may touch a row only once.
std::map<model::MediaId, const model::Media*> newest(const std::vector<model::Media>& media)
{
    std::map<model::MediaId, const model::Media*> by_id;
    for (const auto& row : media) {
        auto& known = by_id[row.id];
        if (known == nullptr || known->observed_at <= row.observed_at)
            known = &row;
    }
    return by_id;
}

} // namespace

void add_media(Steps& steps, const std::vector<model::Media>& media)
{
    if (media.empty())
        return;
    json::array facts_rows;
    json::array children_rows;
    json::array counts_rows;
    for (const auto& [id, row] : newest(media)) {
        facts_rows.push_back(facts_of(*row));
        counts_rows.push_back(counts_of(*row));
        for (std::size_t at = 0; at < row->children.size(); ++at)
            children_rows.push_back(child_of(*row, row->children[at], at));
    }
    steps.add(statements[facts], facts_rows);
    steps.add(statements[counts], counts_rows);
    if (!children_rows.empty())
        steps.add(statements[children], children_rows);
}

std::span<const Statement> media_statements()
{
    return statements;
}

} // namespace insightd::storage
