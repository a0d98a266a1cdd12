#pragma once

namespace insightd::storage
{

/// A year of the account of DatabaseTest: posts with corrections, resets, silence, refusals and
/// pauses; days with revisions before and after they were final; some that never settled; stories.
inline constexpr auto a_year = R"(
SELECT setseed(0.42);
SELECT store.ensure_month(m::date) FROM generate_series('2025-01-01'::date, '2026-03-01', '1 month') m;
INSERT INTO store.account_sample (account_id, observed_at, followers_count)
SELECT 17841400000000001, t + random() * interval '20 min',
       CASE WHEN random() > 0.1 THEN 1000 + extract(epoch FROM t)::bigint / 86400 % 1000 END
FROM generate_series('2025-01-05 00:00+00'::timestamptz, '2026-02-20', '197 min') t
WHERE t NOT BETWEEN '2025-06-01' AND '2025-06-20';
INSERT INTO store.media (account_id, media_id, product_type, published_at, expires_at, facts_at, first_seen_at)
SELECT 17841400000000001, n, CASE WHEN n % 7 = 0 THEN 'STORY' WHEN n % 3 = 0 THEN 'REELS' ELSE 'FEED' END, p,
       CASE WHEN n % 7 = 0 THEN p + interval '24 h' END, p, p
FROM generate_series(1, 20) n
CROSS JOIN LATERAL (SELECT timestamptz '2025-01-03 00:00+00' + n * interval '18 days 5 hours'
                           + random() * interval '1 day' AS p) q;
INSERT INTO store.media_sample (account_id, media_id, observed_at, views, reach, likes, avg_watch_ms,
    total_watch_ms, extra, absent, before_held_until)
SELECT 17841400000000001, media_id, at, CASE WHEN u > 0.04 THEN v END, CASE WHEN u > 0.06 THEN v / 2 END,
       CASE WHEN u > 0.03 THEN v / 9 END, CASE WHEN u > 0.02 THEN 1200 END,
       CASE WHEN u > 0.1 THEN v * 1000 END, CASE WHEN u BETWEEN 0.01 AND 0.03 THEN '{"reposts": 3}'::jsonb END,
       CASE WHEN u < 0.01 THEN '{"views": "too_few_viewers", "reach": "too_few_viewers"}'::jsonb
            WHEN u < 0.04 THEN '{"views": "empty"}'::jsonb END,
       CASE WHEN random() < 0.3 THEN at - interval '1 min' END
FROM store.media
CROSS JOIN (VALUES (interval '20 min', interval '48 h', interval '15 min'),
                   ('48 h', '7 d', '1 h'), ('7 d', '60 d', '13 h'), ('60 d', '1000 d', '7 d')) tier(since, until, every)
CROSS JOIN LATERAL generate_series(published_at + since, least(published_at + until, '2026-02-20'), every) t
CROSS JOIN LATERAL (
    SELECT t + random() * interval '4 min' AS at,
           CASE WHEN media_id % 5 = 0 AND t > published_at + interval '9 d' THEN 0.005 ELSE random() END AS u) r
CROSS JOIN LATERAL (SELECT (10000 * (1 - exp(-extract(epoch FROM at - published_at) / 200000.0))
    * CASE WHEN random() < 0.03 THEN 0.9 WHEN random() < 0.01 THEN 0.3 ELSE 1 END)::bigint AS v) x
WHERE (product_type <> 'STORY' OR at < expires_at)
  AND NOT (media_id = 11 AND at > published_at + interval '9 d');
INSERT INTO store.media_state (account_id, media_id, checked_at, numbers_at, row_at, listed_at, views, absent)
SELECT DISTINCT ON (media_id) 17841400000000001, media_id, observed_at, observed_at, observed_at, observed_at, views,
       CASE WHEN media_id % 5 = 0 THEN '{"views": "too_few_viewers", "reach": "too_few_viewers"}'::jsonb END
FROM store.media_sample ORDER BY media_id, observed_at DESC;
INSERT INTO store.media_count (account_id, media_id, observed_at, like_count)
SELECT 17841400000000001, media_id, t, 1 FROM store.media,
    generate_series(published_at, least(published_at + interval '20 d', '2026-02-20'), '3 h') t;
INSERT INTO store.account_day (account_id, day, observed_at, checked_at, day_end, is_final, reach, views)
SELECT 17841400000000001, d::date, at, at, day_end, is_final, CASE WHEN random() > 0.1 THEN extract(epoch FROM at - d)::bigint END, 5
FROM generate_series('2025-01-05'::timestamp, '2026-02-15', '1 day') d
CROSS JOIN LATERAL (SELECT (d + interval '1 day') AT TIME ZONE 'America/Los_Angeles' AS day_end) e
CROSS JOIN LATERAL (
    SELECT day_end + k * interval '2 h' AS at FROM generate_series(-12, 25) k
    UNION ALL SELECT day_end + interval '7 d' WHERE random() < 0.2) r
CROSS JOIN LATERAL (SELECT at >= day_end + interval '50 h' AS is_final) f
WHERE NOT (is_final AND d BETWEEN '2025-05-01' AND '2025-05-03');
ANALYZE;
)";

} // namespace insightd::storage
