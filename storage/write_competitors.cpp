#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/newness.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::storage
{
namespace
{

const Series counts_of_competitor{
    .table = "store.competitor_sample",
    .same = "p.account_id = $1 AND p.username = r.username",
    .values = {"followers_count", "follows_count", "media_count"},
    .is_first = "s.row_at IS NULL",
    .confirmed_at = "s.asked_at",
    .row_at = "s.row_at"};

/// A refusal leaves what was told before as it is.
std::string competitor_statement()
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at,
           r.refusal = '' AND {is_new} AS is_new
    FROM jsonb_to_record($2::jsonb) AS r(username text, observed_at timestamptz, refusal text,
        competitor_id bigint, name text, followers_count bigint, follows_count bigint,
        media_count bigint)
    LEFT JOIN store.competitor s ON s.account_id = $1 AND s.username = r.username
), stored AS (
    INSERT INTO store.competitor_sample (account_id, username, observed_at, followers_count,
        follows_count, media_count)
    SELECT $1, username, observed_at, followers_count, follows_count, media_count
    FROM judged WHERE is_new
    ON CONFLICT DO NOTHING
)
INSERT INTO store.competitor AS s (account_id, username, asked_at, refusal, refused_since,
    checked_at, row_at, competitor_id, name, followers_count, follows_count, media_count)
SELECT $1, username, observed_at, refusal, CASE WHEN refusal <> '' THEN observed_at END,
       CASE WHEN refusal = '' THEN observed_at END,
       CASE WHEN is_new THEN observed_at ELSE old_row_at END, competitor_id, name,
       followers_count, follows_count, media_count
FROM judged
ON CONFLICT (account_id, username) DO UPDATE SET
    asked_at = excluded.asked_at, refusal = excluded.refusal,
    refused_since = CASE WHEN excluded.refusal <> ''
                         THEN coalesce(s.refused_since, excluded.refused_since) END,
    checked_at = coalesce(excluded.checked_at, s.checked_at),
    row_at = coalesce(excluded.row_at, s.row_at),
    competitor_id = CASE WHEN excluded.refusal = '' THEN excluded.competitor_id ELSE s.competitor_id END,
    name = CASE WHEN excluded.refusal = '' THEN excluded.name ELSE s.name END,
    followers_count = CASE WHEN excluded.refusal = '' THEN excluded.followers_count
                           ELSE s.followers_count END,
    follows_count = CASE WHEN excluded.refusal = '' THEN excluded.follows_count
                         ELSE s.follows_count END,
    media_count = CASE WHEN excluded.refusal = '' THEN excluded.media_count ELSE s.media_count END
WHERE s.asked_at < excluded.asked_at)",
        fmt::arg("is_new", is_new(counts_of_competitor)));
}

const Series counts_of_post{
    .table = "store.competitor_media_sample",
    .same = "p.account_id = $1 AND p.username = r.username AND p.media_id = r.media_id",
    .values = {"like_count", "comments_count", "view_count"},
    .is_first = "s.row_at IS NULL",
    .confirmed_at = "s.checked_at",
    .row_at = "s.row_at"};

std::string posts_statement()
{
    return fmt::format(
        R"(
WITH said AS (
    SELECT DISTINCT ON (p.media_id) h.username, h.observed_at, p.*
    FROM jsonb_to_record($2::jsonb) AS h(username text, observed_at timestamptz, posts jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(h.posts) AS p(media_id bigint, published_at timestamptz,
        media_type text, product_type text, permalink text, like_count bigint,
        comments_count bigint, view_count bigint)
    ORDER BY p.media_id
), judged AS (
    SELECT r.*, s.row_at AS old_row_at, {is_new} AS is_new
    FROM said r LEFT JOIN store.competitor_media s
        ON s.account_id = $1 AND s.username = r.username AND s.media_id = r.media_id
), stored AS (
    INSERT INTO store.competitor_media_sample (account_id, username, media_id, observed_at,
        like_count, comments_count, view_count)
    SELECT $1, username, media_id, observed_at, like_count, comments_count, view_count
    FROM judged WHERE is_new
    ON CONFLICT DO NOTHING
)
INSERT INTO store.competitor_media AS s (account_id, username, media_id, first_seen_at, checked_at,
    row_at, published_at, media_type, product_type, permalink, like_count, comments_count,
    view_count)
SELECT $1, username, media_id, observed_at, observed_at,
       CASE WHEN is_new THEN observed_at ELSE old_row_at END, published_at, media_type,
       product_type, permalink, like_count, comments_count, view_count
FROM judged
ON CONFLICT (account_id, username, media_id) DO UPDATE SET
    checked_at = excluded.checked_at, row_at = excluded.row_at,
    published_at = coalesce(excluded.published_at, s.published_at),
    media_type = coalesce(excluded.media_type, s.media_type),
    product_type = coalesce(excluded.product_type, s.product_type),
    permalink = coalesce(excluded.permalink, s.permalink), like_count = excluded.like_count,
    comments_count = excluded.comments_count, view_count = excluded.view_count
WHERE s.checked_at < excluded.checked_at)",
        fmt::arg("is_new", is_new(counts_of_post)));
}

enum Which { competitor, posts };

const std::array statements{
    Statement{"competitor", Nature::observation, competitor_statement()},
    Statement{"competitor_posts", Nature::observation, posts_statement()}};

json::object row_of(const model::Competitor& read)
{
    return {
        {"username", clean(read.username)},
        {"observed_at", text_of(read.observed_at)},
        {"refusal", clean(read.refusal)},
        {"competitor_id", value_of(read.id)},
        {"name", value_of(read.name)},
        {"followers_count", value_of(read.followers_count)},
        {"follows_count", value_of(read.follows_count)},
        {"media_count", value_of(read.media_count)}};
}

json::object row_of(const model::CompetitorPost& post)
{
    return {
        {"media_id", post.id},
        {"published_at", value_of(post.published_at)},
        {"media_type", value_of(post.media_type)},
        {"product_type", value_of(post.product_type)},
        {"permalink", value_of(post.permalink)},
        {"like_count", value_of(post.like_count)},
        {"comments_count", value_of(post.comments_count)},
        {"view_count", value_of(post.view_count)}};
}

json::object posts_of(const model::Competitor& read)
{
    json::array rows;
    for (const auto& post : read.posts)
        rows.push_back(row_of(post));
    return {
        {"username", clean(read.username)},
        {"observed_at", text_of(read.observed_at)},
        {"posts", std::move(rows)}};
}

} // namespace

void add_competitors(Steps& steps, const std::vector<model::Competitor>& rows)
{
    for (const auto* read : in_time(rows)) {
        steps.add(statements[competitor], row_of(*read));
        if (!read->posts.empty())
            steps.add(statements[posts], posts_of(*read));
    }
}

std::span<const Statement> competitor_statements()
{
    return statements;
}

} // namespace insightd::storage
