-- The gap ledger: what should exist and does not.
CREATE TABLE store.gap (
    account_id bigint NOT NULL,
    collector text NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (account_id, collector, begins_at)
);
COMMENT ON TABLE store.gap IS
    'Spans in which readings that were due were not made: the platform tells totals as they stand, so these cannot be read later.';
COMMENT ON COLUMN store.gap.begins_at IS 'When the first missed reading was due (timestamptz).';
COMMENT ON COLUMN store.gap.ends_at IS 'When reading went on (timestamptz).';

ALTER TABLE store.collection ADD COLUMN first_started_at timestamptz;
ALTER TABLE store.collection ADD COLUMN failing_since timestamptz;
UPDATE store.collection SET first_started_at = coalesce(last_success_at, started_at);
COMMENT ON COLUMN store.collection.first_started_at IS
    'First run (timestamptz): from here on the collector''s numbers are expected.';
COMMENT ON COLUMN store.collection.failing_since IS
    'First of the failures in a row (timestamptz); NULL while runs succeed.';

-- Days that should be there: from the first run on, each that ended a day or more before the newest
-- run, of whatever account, by the account's calendar.
CREATE FUNCTION store.expected_days(account bigint)
RETURNS TABLE (day date, as_of timestamptz) LANGUAGE sql STABLE AS $$
    SELECT d::date, k.as_of
    FROM (SELECT max(started_at) AS as_of FROM store.collection WHERE account_id = account) k,
         (SELECT (c.first_started_at AT TIME ZONE a.timezone)::date AS since, a.timezone
          FROM store.account a JOIN store.collection c USING (account_id)
          WHERE account_id = account AND c.collector = 'account_insights'
            AND 'account_insights' = ANY(a.collects)) f,
         generate_series(f.since::timestamp,
                         ((k.as_of AT TIME ZONE f.timezone)::date - 2)::timestamp, interval '1 day') d
$$;

CREATE VIEW insights.data_gaps AS
WITH gap AS (
    SELECT account_id, collector, 'reading'::text AS kind, NULL::date AS day, NULL::bigint AS media_id,
           begins_at, ends_at, 'unrecoverable'::text AS state, reason, ends_at AS since
    FROM store.gap
    UNION ALL
    SELECT c.account_id, c.collector, 'reading', NULL, NULL, c.failing_since, NULL, 'open', c.error,
           c.failing_since
    FROM store.collection c JOIN store.account a USING (account_id)
    WHERE c.failing_since <= c.started_at - interval '30 minutes'
      AND (c.collector = ANY(a.collects))
    UNION ALL
    SELECT a.account_id, 'account_insights', 'day', e.day, NULL,
           e.day::timestamp AT TIME ZONE a.timezone, (e.day + 1)::timestamp AT TIME ZONE a.timezone,
           CASE WHEN s.is_over THEN 'unrecoverable' ELSE 'open' END,
           CASE WHEN s.is_over THEN 'not read in time: ' || b.ended_because
                ELSE 'not read yet' END,
           (e.day + 2)::timestamp AT TIME ZONE a.timezone
    FROM store.account a CROSS JOIN LATERAL store.expected_days(a.account_id) e
    LEFT JOIN store.backfill b USING (account_id)
    -- Only the platform can say that a day is lost; that nobody asked for it does not lose it.
    CROSS JOIN LATERAL (
        SELECT coalesce(b.ended_because LIKE 'the platform%'
                        AND (b.oldest_served_day IS NULL OR e.day < b.oldest_served_day), false)
               AS is_over) s
    WHERE NOT EXISTS (SELECT 1 FROM store.account_day d
                      WHERE d.account_id = a.account_id AND d.day = e.day)
    UNION ALL
    SELECT a.account_id, 'account_insights', 'day', n.day, NULL,
           n.day_end - interval '1 day', n.day_end, 'open', 'not read since it settled',
           n.day_end + interval '72 hours'
    FROM store.account a
    CROSS JOIN LATERAL (SELECT max(started_at) AS as_of FROM store.collection
                        WHERE account_id = a.account_id) k
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (d.day) d.day, d.day_end, d.is_final FROM store.account_day d
        WHERE d.account_id = a.account_id ORDER BY d.day, d.observed_at DESC) n
    WHERE NOT n.is_final AND n.day_end + interval '72 hours' + a.settling_margin < k.as_of
    UNION ALL
    SELECT account_id, 'stories', 'story', NULL, media_id, coalesce(last_numbers_at, published_at),
           expires_at, 'unrecoverable', reason, closed_at
    FROM store.story WHERE state = 'missed'
    UNION ALL
    SELECT account_id, collector, 'loss', NULL, NULL, coalesce(first_at, lost_at), last_at,
           'unrecoverable', format('%s rows were collected and lost: %s', coalesce(rows::text, 'unknown'), reason),
           lost_at
    FROM store.loss
)
SELECT g.account_id::text AS account_id, a.name AS account, g.collector, g.kind, g.day,
       g.media_id::text AS media_id, g.begins_at, g.ends_at, g.state, g.reason, g.since
FROM gap g LEFT JOIN store.account a USING (account_id);

COMMENT ON VIEW insights.data_gaps IS
    'What should exist, by the schedule and since the account is known, and does not. What was read after all is not in it.';
COMMENT ON COLUMN insights.data_gaps.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.data_gaps.account IS
    'Name of the account in the configuration; NULL where nobody can tell whose rows were lost.';
COMMENT ON COLUMN insights.data_gaps.collector IS
    'Whose numbers are missing: profile, media, media_insights, stories, account_insights, audience.';
COMMENT ON COLUMN insights.data_gaps.kind IS
    'reading (polls that were not made in a span), day (a day of the account), story (one that was missed), loss (rows that were collected and lost before the database had them).';
COMMENT ON COLUMN insights.data_gaps.day IS
    'The day that is missing or not settled (date); NULL for other kinds.';
COMMENT ON COLUMN insights.data_gaps.media_id IS
    'The story or post (text); NULL where the gap is not of one.';
COMMENT ON COLUMN insights.data_gaps.begins_at IS
    'Begin of the span that has no numbers (timestamptz).';
COMMENT ON COLUMN insights.data_gaps.ends_at IS
    'End of that span (timestamptz, exclusive); NULL while it lasts.';
COMMENT ON COLUMN insights.data_gaps.state IS
    'open (will be read as soon as it can be), unrecoverable (the platform does not tell it any more).';
COMMENT ON COLUMN insights.data_gaps.reason IS
    'Why it is missing, in words.';
COMMENT ON COLUMN insights.data_gaps.since IS
    'Since when it counts as missing (timestamptz).';
