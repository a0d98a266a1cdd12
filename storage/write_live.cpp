#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// Every reading is kept: numbers that stay the same have lasted all the same. What a poll does not
/// show has ended, unless a later one showed it; polls may come late.
constexpr auto write_poll = R"(
WITH said AS (
    SELECT DISTINCT ON (b.media_id) r.observed_at, b.*
    FROM jsonb_to_record($2::jsonb) AS r(observed_at timestamptz, broadcasts jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.broadcasts) AS b(media_id bigint,
        started_at timestamptz, media_type text, product_type text, permalink text, viewers bigint,
        like_count bigint, comments_count bigint)
    ORDER BY b.media_id
), kept AS (
    INSERT INTO store.live_sample (account_id, media_id, observed_at, viewers, like_count,
        comments_count)
    SELECT $1, media_id, observed_at, viewers, like_count, comments_count FROM said
    ON CONFLICT DO NOTHING
), ended AS (
    UPDATE store.live_broadcast l SET ended_by = r.observed_at
    FROM jsonb_to_record($2::jsonb) AS r(observed_at timestamptz)
    WHERE l.account_id = $1 AND l.last_seen_at < r.observed_at
      AND (l.ended_by IS NULL OR l.ended_by > r.observed_at)
      AND NOT EXISTS (SELECT FROM said s WHERE s.media_id = l.media_id)
)
INSERT INTO store.live_broadcast AS l (account_id, media_id, started_at, first_seen_at,
    last_seen_at, media_type, product_type, permalink)
SELECT $1, media_id, started_at, observed_at, observed_at, media_type, product_type, permalink
FROM said
ON CONFLICT (account_id, media_id) DO UPDATE SET
    started_at = coalesce(l.started_at, excluded.started_at),
    first_seen_at = least(l.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(l.last_seen_at, excluded.last_seen_at),
    ended_by = CASE WHEN l.ended_by > excluded.last_seen_at THEN l.ended_by END,
    media_type = coalesce(excluded.media_type, l.media_type),
    product_type = coalesce(excluded.product_type, l.product_type),
    permalink = coalesce(excluded.permalink, l.permalink))";

const std::array statements{Statement{"live_poll", Nature::observation, write_poll}};

json::object row_of(const model::LiveReading& live)
{
    return {
        {"media_id", live.id},
        {"started_at", value_of(live.started_at)},
        {"media_type", value_of(live.media_type)},
        {"product_type", value_of(live.product_type)},
        {"permalink", value_of(live.permalink)},
        {"viewers", value_of(live.viewers)},
        {"like_count", value_of(live.like_count)},
        {"comments_count", value_of(live.comments_count)}};
}

} // namespace

void add_live_polls(Steps& steps, const std::vector<model::LivePoll>& polls)
{
    for (const auto* poll : in_time(polls)) {
        json::array broadcasts;
        for (const auto& live : poll->broadcasts)
            broadcasts.push_back(row_of(live));
        steps.add(
            statements.front(), json::object{
                                    {"observed_at", text_of(poll->observed_at)},
                                    {"broadcasts", std::move(broadcasts)}});
    }
}

std::span<const Statement> live_statements()
{
    return statements;
}

} // namespace insightd::storage
