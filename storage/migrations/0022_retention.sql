-- Old readings are thinned: how far, by account. What is kept is decided by storage/retention.cpp.
CREATE TABLE store.retention (
    account_id bigint PRIMARY KEY,
    full_since date,
    month date,
    after_media bigint NOT NULL DEFAULT 0,
    rows_thinned bigint NOT NULL DEFAULT 0,
    thinned_at timestamptz
);
COMMENT ON TABLE store.retention IS
    'How far the readings of each account were thinned: where a pass goes on after a restart.';
COMMENT ON COLUMN store.retention.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.retention.full_since IS
    'First day (date, account''s zone) from which on every reading is stored; NULL: nothing was ever looked at.';
COMMENT ON COLUMN store.retention.month IS
    'First day of the month that is looked at now (date, account''s zone); NULL: no pass is under way.';
COMMENT ON COLUMN store.retention.after_media IS
    'Of that month the posts up to this id are done.';
COMMENT ON COLUMN store.retention.rows_thinned IS 'Rows taken so far (count).';
COMMENT ON COLUMN store.retention.thinned_at IS
    'Last step (timestamptz, clock of the instance that did it).';

-- The account's months that ended before: from its oldest reading on, which is one of the profile or
-- of a post.
CREATE FUNCTION store.months_before(account bigint, before timestamptz)
RETURNS TABLE (month date, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
    SELECT m::date, m AT TIME ZONE a.timezone, (m + interval '1 month') AT TIME ZONE a.timezone
    FROM store.account a
    CROSS JOIN LATERAL (SELECT least(
        (SELECT min(first_seen_at) FROM store.media WHERE account_id = account),
        (SELECT min(observed_at) FROM store.account_sample WHERE account_id = account)) AS at) oldest
    CROSS JOIN LATERAL generate_series(
        date_trunc('month', oldest.at AT TIME ZONE a.timezone),
        date_trunc('month', before AT TIME ZONE a.timezone) - interval '1 month',
        interval '1 month') m
    WHERE a.account_id = account
$$;

CREATE VIEW insights.retention_status AS
SELECT a.account_id::text AS account_id, a.name AS account,
       CASE WHEN k.full_since IS NULL THEN 'full' WHEN k.month IS NOT NULL THEN 'running'
            ELSE 'thinned' END AS state,
       k.full_since::timestamp AT TIME ZONE a.timezone AS full_since,
       coalesce(k.rows_thinned, 0) AS rows_thinned, k.thinned_at
FROM store.account a LEFT JOIN store.retention k USING (account_id);

COMMENT ON VIEW insights.retention_status IS
    'From when on each account''s readings are stored in full, and what was taken of those before.';
COMMENT ON COLUMN insights.retention_status.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.retention_status.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.retention_status.state IS
    'full (every reading is stored), thinned, or running (a pass is under way).';
COMMENT ON COLUMN insights.retention_status.full_since IS
    'From here on every reading is stored (timestamptz, midnight in the account''s zone); of settled days before, the last reading of each, and those that other views need. NULL: all are.';
COMMENT ON COLUMN insights.retention_status.rows_thinned IS
    'Rows taken so far (count). Additive over accounts.';
COMMENT ON COLUMN insights.retention_status.thinned_at IS 'When rows were last looked at (timestamptz).';

COMMENT ON COLUMN insights.account_daily.revisions IS
    'Readings of the day that are stored (count): those that said something new, without those that were thinned (insights.retention_status); see insights.account_revision. Not additive: it counts readings.';
COMMENT ON COLUMN insights.account_revision.revision IS
    'The reading''s number among those of its day that are stored (count), from 1. Not additive: it names the row.';
COMMENT ON VIEW insights.account_revision IS
    'Every stored reading of every account day, oldest first: how the numbers of a day came to be. Of days that were thinned (insights.retention_status): the first reading, the last of each date, and all final ones. For one number per day use account_daily.';
COMMENT ON FUNCTION insights.account_daily_as_of(timestamptz) IS
    'insights.account_daily as it was known at t: for each day the newest reading observed at or before t; exact at midnight in the account''s zone where readings were thinned (insights.retention_status).';
COMMENT ON FUNCTION insights.account_breakdown_as_of(timestamptz) IS
    'insights.account_breakdown as it was known at t: the splits of each day''s newest reading observed at or before t; exact at midnight in the account''s zone where readings were thinned (insights.retention_status).';
COMMENT ON FUNCTION insights.media_as_of(timestamptz) IS
    'Lifetime totals of posts, reels and stories as they were known at t: the newest reading with a number observed at or before t (observed_at); exact at midnight in the account''s zone where readings were thinned (insights.retention_status). Media without one have no row.';
