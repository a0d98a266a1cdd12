-- Followers of hundreds of accounts by day. Columns and rows are what they were.

-- Both readings are sought between bounds: an index is read backwards by the page, as far as it can matter. Nothing
-- of a day lies past the next midnight, which is the second one where midnight comes twice; where it begins is sought
-- three hours wide for the same reason. The day before is a day long as a rule: only after a gap is more looked at.
CREATE OR REPLACE VIEW insights.follower_daily AS
SELECT a.account_id::text AS account_id, a.name AS account, c.day, s.followers_count,
       s.followers_count - p.followers_count AS gained, c.day - p.day AS days_covered, s.observed_at
FROM store.account a
CROSS JOIN LATERAL (
    SELECT (min(r.observed_at) AT TIME ZONE a.timezone)::date - 1 AS first_day,
           (max(r.observed_at) AT TIME ZONE a.timezone)::date + 1 AS last_day
    FROM store.account_sample r WHERE r.account_id = a.account_id) w
CROSS JOIN LATERAL generate_series(0, w.last_day - w.first_day) n
CROSS JOIN LATERAL (SELECT w.first_day + n AS day) c
CROSS JOIN LATERAL (
    SELECT r.followers_count, r.observed_at, (r.observed_at AT TIME ZONE a.timezone)::date AS day
    FROM store.account_sample r
    WHERE r.account_id = a.account_id AND r.followers_count IS NOT NULL
      AND r.observed_at >= c.day::timestamp AT TIME ZONE a.timezone - interval '3 hours'
      AND r.observed_at < (c.day + 1)::timestamp AT TIME ZONE a.timezone
      AND (r.observed_at AT TIME ZONE a.timezone)::date <= c.day
    ORDER BY r.observed_at DESC LIMIT 1) s
LEFT JOIN LATERAL (
    (SELECT r.followers_count, (r.observed_at AT TIME ZONE a.timezone)::date AS day FROM store.account_sample r
     WHERE r.account_id = a.account_id AND r.followers_count IS NOT NULL
       AND r.observed_at >= c.day::timestamp AT TIME ZONE a.timezone - interval '1 day'
       AND r.observed_at < c.day::timestamp AT TIME ZONE a.timezone
       AND (r.observed_at AT TIME ZONE a.timezone)::date < c.day
     ORDER BY r.observed_at DESC LIMIT 1)
    UNION ALL
    (SELECT r.followers_count, (r.observed_at AT TIME ZONE a.timezone)::date AS day FROM store.account_sample r
     WHERE r.account_id = a.account_id AND r.followers_count IS NOT NULL
       AND r.observed_at < c.day::timestamp AT TIME ZONE a.timezone
       AND (r.observed_at AT TIME ZONE a.timezone)::date < c.day
     ORDER BY r.observed_at DESC LIMIT 1)
    LIMIT 1) p ON true
WHERE s.day = c.day;
