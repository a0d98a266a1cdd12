-- Facts. Keyed by account first: one account per transaction, and ready to be distributed by it.

CREATE TABLE store.account (
    account_id bigint PRIMARY KEY,
    name text NOT NULL,
    login text NOT NULL,
    timezone text NOT NULL DEFAULT 'UTC',
    collects text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE store.account_state (
    account_id bigint PRIMARY KEY REFERENCES store.account,
    checked_at timestamptz NOT NULL,
    row_at timestamptz NOT NULL,
    username text, name text, biography text, website text, profile_picture_url text,
    account_type text,
    followers_count bigint, follows_count bigint, media_count bigint,
    other jsonb
);

CREATE TABLE store.account_sample (
    account_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    followers_count bigint, follows_count bigint, media_count bigint,
    PRIMARY KEY (account_id, observed_at)
);

CREATE TABLE store.media (
    account_id bigint NOT NULL REFERENCES store.account,
    media_id bigint NOT NULL,
    product_type text NOT NULL,
    media_type text,
    published_at timestamptz NOT NULL,
    expires_at timestamptz,
    permalink text, shortcode text, caption text, media_url text, thumbnail_url text, alt_text text,
    username text, owner_id text,
    is_comment_enabled boolean, is_shared_to_feed boolean,
    other jsonb,
    facts_at timestamptz NOT NULL,
    first_seen_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (account_id, media_id)
);
CREATE INDEX ON store.media (account_id, published_at);
CREATE INDEX ON store.media ((media_id::text));

CREATE TABLE store.media_child (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    child_id bigint NOT NULL,
    position smallint NOT NULL,
    media_type text, permalink text, shortcode text, media_url text, thumbnail_url text,
    alt_text text,
    published_at timestamptz,
    PRIMARY KEY (account_id, media_id, child_id)
);

-- One wide row per poll that changed something, or that confirmed the numbers after 24 hours.
CREATE TABLE store.media_sample (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    views bigint, reach bigint, likes bigint, comments bigint, saved bigint, shares bigint,
    follows bigint, total_interactions bigint, profile_visits bigint, profile_activity bigint,
    replies bigint, navigation bigint, avg_watch_ms bigint, total_watch_ms bigint,
    breakdowns jsonb, extra jsonb, absent jsonb,
    PRIMARY KEY (account_id, media_id, observed_at)
) PARTITION BY RANGE (observed_at);
CREATE INDEX ON store.media_sample USING brin (observed_at);
CREATE TABLE store.media_sample_rest PARTITION OF store.media_sample DEFAULT;

-- The numbers as last confirmed, beside those of the media list. A poll that answers no number at all
-- (gone, expired, too few viewers) leaves the last numbers and their time as they are: checked_at goes
-- on, numbers_at does not, and `absent` says why.
CREATE TABLE store.media_state (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    checked_at timestamptz,
    numbers_at timestamptz,
    row_at timestamptz,
    views bigint, reach bigint, likes bigint, comments bigint, saved bigint, shares bigint,
    follows bigint, total_interactions bigint, profile_visits bigint, profile_activity bigint,
    replies bigint, navigation bigint, avg_watch_ms bigint, total_watch_ms bigint,
    breakdowns jsonb, extra jsonb, absent jsonb,
    listed_at timestamptz,
    count_row_at timestamptz,
    like_count bigint, comments_count bigint, other_counts jsonb,
    PRIMARY KEY (account_id, media_id)
) WITH (fillfactor = 70);

CREATE TABLE store.media_count (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    like_count bigint, comments_count bigint, other_counts jsonb,
    PRIMARY KEY (account_id, media_id, observed_at)
);

-- Bitemporal: `day` is what the row speaks of, `observed_at` when it was known.
CREATE TABLE store.account_day (
    account_id bigint NOT NULL,
    day date NOT NULL,
    observed_at timestamptz NOT NULL,
    day_end timestamptz NOT NULL,
    is_final boolean NOT NULL,
    reach bigint, views bigint, accounts_engaged bigint, total_interactions bigint, likes bigint,
    comments bigint, saves bigint, shares bigint, replies bigint, reposts bigint,
    follower_count bigint, profile_links_taps bigint,
    breakdowns jsonb, extra jsonb, absent jsonb,
    PRIMARY KEY (account_id, day, observed_at)
);

CREATE TABLE store.demographic_snapshot (
    account_id bigint NOT NULL,
    metric text NOT NULL,
    dimension text NOT NULL,
    timeframe text NOT NULL,
    snapshot_on date NOT NULL,
    observed_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    absent text,
    PRIMARY KEY (account_id, metric, dimension, timeframe, snapshot_on)
);

CREATE TABLE store.online_followers (
    account_id bigint NOT NULL,
    day date NOT NULL,
    observed_at timestamptz NOT NULL,
    day_end timestamptz NOT NULL,
    hours bigint[] NOT NULL,
    absent text,
    PRIMARY KEY (account_id, day, observed_at)
);

CREATE TABLE store.collection (
    account_id bigint NOT NULL,
    collector text NOT NULL,
    started_at timestamptz NOT NULL,
    last_success_at timestamptz,
    consecutive_failures bigint NOT NULL DEFAULT 0,
    error_class text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    calls bigint NOT NULL DEFAULT 0,
    budget_percent integer,
    next_due_at timestamptz,
    PRIMARY KEY (account_id, collector)
);

CREATE TABLE store.metric (
    subject text NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    unit text NOT NULL,
    status text NOT NULL,
    additive boolean NOT NULL,
    estimated boolean NOT NULL,
    product_types text[] NOT NULL,
    hosts text[] NOT NULL,
    period text NOT NULL,
    metric_type text NOT NULL,
    breakdowns text[] NOT NULL,
    since date, until date,
    successor text, caveat text,
    PRIMARY KEY (subject, name)
);

-- Makes the month's partition of the samples, unless it is there.
CREATE FUNCTION store.ensure_month(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    name text := 'media_sample_' || to_char(date_trunc('month', month), 'YYYYMM');
BEGIN
    IF to_regclass('store.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('insightd.ensure_month'));
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS store.%I PARTITION OF store.media_sample FOR VALUES FROM (%L) TO (%L)',
        name, first::timestamp AT TIME ZONE 'UTC',
        (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
END $$;
