-- How far the past of each account has been fetched: where a backfill goes on after a restart.

CREATE TABLE store.backfill (
    account_id bigint PRIMARY KEY REFERENCES store.account,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    since date,
    first_day_end timestamptz,
    probed_to timestamptz,
    served_from timestamptz,
    oldest_served_day date,
    ended_because text NOT NULL DEFAULT '',
    next_day_end timestamptz,
    days_done bigint NOT NULL DEFAULT 0,
    days_expected bigint,
    media_done bigint NOT NULL DEFAULT 0,
    media_expected bigint,
    eta timestamptz,
    finished_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);
COMMENT ON TABLE store.backfill IS 'How far the past of each account has been fetched.';

CREATE VIEW insights.backfill_status AS
SELECT a.account_id::text AS account_id, a.name AS account,
       CASE WHEN b.account_id IS NULL THEN 'waiting'
            WHEN b.finished_at IS NOT NULL THEN 'finished' ELSE 'running' END AS state,
       b.since, b.oldest_served_day, b.ended_because, b.days_done, b.days_expected, b.media_done,
       b.media_expected,
       round(100.0 * (b.days_done + b.media_done)
             / nullif(b.days_expected + b.media_expected, 0), 1) AS percent,
       b.eta, b.started_at, b.updated_at, b.finished_at, b.last_error
FROM store.account a LEFT JOIN store.backfill b USING (account_id);

COMMENT ON VIEW insights.backfill_status IS 'How far the past of each account has been fetched, and how far back the platform serves it.';
COMMENT ON COLUMN insights.backfill_status.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.backfill_status.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.backfill_status.state IS
    'waiting (not begun, or switched off), running, or finished.';
COMMENT ON COLUMN insights.backfill_status.since IS
    'Oldest day that was asked for (date); NULL: as far back as the platform serves.';
COMMENT ON COLUMN insights.backfill_status.oldest_served_day IS
    'Oldest day that the platform answered when it was asked how far back it goes (date).';
COMMENT ON COLUMN insights.backfill_status.ended_because IS
    'Why there is no older day, in the platform''s own words where it said why; empty until the end is found.';
COMMENT ON COLUMN insights.backfill_status.days_done IS
    'Days of the account that are done: read, or found stored as final (count).';
COMMENT ON COLUMN insights.backfill_status.days_expected IS
    'Days that are served (count); NULL until the end is found.';
COMMENT ON COLUMN insights.backfill_status.media_done IS
    'Listed posts that were read at least once (count).';
COMMENT ON COLUMN insights.backfill_status.media_expected IS
    'Listed posts (count); NULL until the list was read to its end.';
COMMENT ON COLUMN insights.backfill_status.percent IS
    'Days and posts done, of those expected (percent); NULL while it is not known how many.';
COMMENT ON COLUMN insights.backfill_status.eta IS
    'When it will be finished at the configured pace, reckoned at updated_at (timestamptz); NULL: not known, or finished.';
COMMENT ON COLUMN insights.backfill_status.started_at IS
    'When it began (timestamptz).';
COMMENT ON COLUMN insights.backfill_status.updated_at IS
    'When its last piece of work ended (timestamptz).';
COMMENT ON COLUMN insights.backfill_status.finished_at IS
    'When it was finished (timestamptz); NULL until then.';
COMMENT ON COLUMN insights.backfill_status.last_error IS
    'Why its last piece of work failed; empty if it did not.';
