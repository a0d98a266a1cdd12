-- The small edges: how much of its quota for publishing an account has used; competitors as
-- everybody may see them; broadcasts while they live.

CREATE TABLE store.publishing_limit_state (
    account_id bigint PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    row_at timestamptz NOT NULL,
    quota_usage bigint, quota_total bigint, quota_seconds bigint
);
COMMENT ON TABLE store.publishing_limit_state IS 'The newest reading of each account''s quota for publishing.';
COMMENT ON COLUMN store.publishing_limit_state.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.publishing_limit_state.checked_at IS 'When it was asked for last (timestamptz).';
COMMENT ON COLUMN store.publishing_limit_state.row_at IS 'observed_at of the row that says the same (timestamptz).';
COMMENT ON COLUMN store.publishing_limit_state.quota_usage IS 'As in store.publishing_limit.';
COMMENT ON COLUMN store.publishing_limit_state.quota_total IS 'As in store.publishing_limit.';
COMMENT ON COLUMN store.publishing_limit_state.quota_seconds IS 'As in store.publishing_limit.';

CREATE TABLE store.publishing_limit (
    account_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    quota_usage bigint, quota_total bigint, quota_seconds bigint,
    PRIMARY KEY (account_id, observed_at)
);
COMMENT ON TABLE store.publishing_limit IS
    'The quota for publishing as a series: a row where something changed, and one a day.';
COMMENT ON COLUMN store.publishing_limit.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.publishing_limit.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN store.publishing_limit.quota_usage IS
    'Posts published through the API in the window before it (count); NULL if not told.';
COMMENT ON COLUMN store.publishing_limit.quota_total IS 'Posts that a window may have (count); NULL if not told.';
COMMENT ON COLUMN store.publishing_limit.quota_seconds IS 'Length of the window (seconds); NULL if not told.';

CREATE VIEW insights.publishing_limit AS
SELECT a.account_id::text AS account_id, a.name AS account, p.observed_at,
       coalesce(lead(p.observed_at) OVER w, s.checked_at) AS held_until,
       p.observed_at = s.row_at AS is_newest, p.quota_usage, p.quota_total,
       p.quota_total - p.quota_usage AS quota_left,
       p.quota_seconds / 3600::double precision AS quota_hours
FROM store.account a
JOIN store.publishing_limit p USING (account_id)
JOIN store.publishing_limit_state s USING (account_id)
WINDOW w AS (PARTITION BY p.account_id ORDER BY p.observed_at);

COMMENT ON VIEW insights.publishing_limit IS
    'How many posts an account published through the API, of how many it may: a row where something changed, and one a day.';
COMMENT ON COLUMN insights.publishing_limit.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.publishing_limit.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.publishing_limit.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN insights.publishing_limit.held_until IS
    'Until when the same was said (timestamptz): the next row, or the last reading.';
COMMENT ON COLUMN insights.publishing_limit.is_newest IS 'Whether it is the account''s newest row.';
COMMENT ON COLUMN insights.publishing_limit.quota_usage IS
    'Posts published through the API in the window before it (count); NULL if not told. Not additive: windows overlap.';
COMMENT ON COLUMN insights.publishing_limit.quota_total IS
    'Posts that a window may have (count); NULL if not told. Not additive: a limit.';
COMMENT ON COLUMN insights.publishing_limit.quota_left IS
    'quota_total less quota_usage (count); NULL where one is not told. Not additive: windows overlap.';
COMMENT ON COLUMN insights.publishing_limit.quota_hours IS
    'Length of the window (hours); NULL if not told. Not additive: a length.';

-- ---- competitors ----------------------------------------------------------------------------------

CREATE TABLE store.competitor (
    account_id bigint NOT NULL,
    username text NOT NULL,
    asked_at timestamptz NOT NULL,
    refusal text NOT NULL,
    refused_since timestamptz,
    checked_at timestamptz,
    row_at timestamptz,
    competitor_id bigint,
    name text,
    followers_count bigint, follows_count bigint, media_count bigint,
    PRIMARY KEY (account_id, username)
);
COMMENT ON TABLE store.competitor IS 'Each competitor that an account names, as it was told last.';
COMMENT ON COLUMN store.competitor.account_id IS 'Professional account id of the account that names it.';
COMMENT ON COLUMN store.competitor.username IS 'Username in the configuration, lower case.';
COMMENT ON COLUMN store.competitor.asked_at IS 'When the platform was asked last (timestamptz).';
COMMENT ON COLUMN store.competitor.refusal IS 'Why it told nothing then; empty if it did.';
COMMENT ON COLUMN store.competitor.refused_since IS 'Since when it tells nothing (timestamptz); NULL if it does.';
COMMENT ON COLUMN store.competitor.checked_at IS 'When the numbers were told last (timestamptz); NULL if never.';
COMMENT ON COLUMN store.competitor.row_at IS 'observed_at of the row that says the same (timestamptz).';
COMMENT ON COLUMN store.competitor.competitor_id IS 'Its professional account id.';
COMMENT ON COLUMN store.competitor.name IS 'Display name.';
COMMENT ON COLUMN store.competitor.followers_count IS 'Followers (accounts).';
COMMENT ON COLUMN store.competitor.follows_count IS 'Accounts followed (accounts).';
COMMENT ON COLUMN store.competitor.media_count IS 'Posts as the platform counts them (count).';

CREATE TABLE store.competitor_sample (
    account_id bigint NOT NULL,
    username text NOT NULL,
    observed_at timestamptz NOT NULL,
    followers_count bigint, follows_count bigint, media_count bigint,
    PRIMARY KEY (account_id, username, observed_at)
);
COMMENT ON TABLE store.competitor_sample IS
    'Counters of competitors as a series: a row where something changed, and one a day.';
COMMENT ON COLUMN store.competitor_sample.account_id IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_sample.username IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_sample.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN store.competitor_sample.followers_count IS 'Followers (accounts).';
COMMENT ON COLUMN store.competitor_sample.follows_count IS 'Accounts followed (accounts).';
COMMENT ON COLUMN store.competitor_sample.media_count IS 'Posts as the platform counts them (count).';

CREATE TABLE store.competitor_media (
    account_id bigint NOT NULL,
    username text NOT NULL,
    media_id bigint NOT NULL,
    first_seen_at timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    row_at timestamptz NOT NULL,
    published_at timestamptz,
    media_type text, product_type text, permalink text,
    like_count bigint, comments_count bigint, view_count bigint,
    PRIMARY KEY (account_id, username, media_id)
);
COMMENT ON TABLE store.competitor_media IS 'Posts that were among the newest of a competitor, as they were told last.';
COMMENT ON COLUMN store.competitor_media.account_id IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_media.username IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_media.media_id IS 'Media id.';
COMMENT ON COLUMN store.competitor_media.first_seen_at IS 'When it was told first (timestamptz).';
COMMENT ON COLUMN store.competitor_media.checked_at IS 'When it was told last (timestamptz).';
COMMENT ON COLUMN store.competitor_media.row_at IS 'observed_at of the row that says the same (timestamptz).';
COMMENT ON COLUMN store.competitor_media.published_at IS 'When it was published (timestamptz).';
COMMENT ON COLUMN store.competitor_media.media_type IS 'IMAGE, VIDEO or CAROUSEL_ALBUM.';
COMMENT ON COLUMN store.competitor_media.product_type IS 'FEED, REELS or AD.';
COMMENT ON COLUMN store.competitor_media.permalink IS 'Address of the post.';
COMMENT ON COLUMN store.competitor_media.like_count IS 'Likes (count); NULL where the owner hides them.';
COMMENT ON COLUMN store.competitor_media.comments_count IS 'Comments (count).';
COMMENT ON COLUMN store.competitor_media.view_count IS 'Views (count); NULL where the platform does not tell.';

CREATE TABLE store.competitor_media_sample (
    account_id bigint NOT NULL,
    username text NOT NULL,
    media_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    like_count bigint, comments_count bigint, view_count bigint,
    PRIMARY KEY (account_id, username, media_id, observed_at)
);
COMMENT ON TABLE store.competitor_media_sample IS
    'Counters of competitors'' posts as a series: a row where something changed, and one a day while the post is among the newest.';
COMMENT ON COLUMN store.competitor_media_sample.account_id IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_media_sample.username IS 'As in store.competitor.';
COMMENT ON COLUMN store.competitor_media_sample.media_id IS 'Media id.';
COMMENT ON COLUMN store.competitor_media_sample.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN store.competitor_media_sample.like_count IS 'Likes (count); NULL where the owner hides them.';
COMMENT ON COLUMN store.competitor_media_sample.comments_count IS 'Comments (count).';
COMMENT ON COLUMN store.competitor_media_sample.view_count IS 'Views (count); NULL where the platform does not tell.';

CREATE VIEW insights.competitor_latest AS
SELECT a.account_id::text AS account_id, a.name AS account, c.username AS competitor,
       c.competitor_id::text AS competitor_id, c.name,
       CASE WHEN c.refusal = '' THEN 'ok' ELSE 'unavailable' END AS state,
       nullif(c.refusal, '') AS refusal, c.refused_since, c.followers_count, c.follows_count,
       c.media_count, c.checked_at, c.row_at AS changed_at
FROM store.account a
JOIN store.competitor c USING (account_id);

COMMENT ON VIEW insights.competitor_latest IS
    'Each competitor as the platform told it last, for each account that names it.';
COMMENT ON COLUMN insights.competitor_latest.account_id IS
    'Professional account id (1784…) of the account that names it, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_latest.account IS 'Name of that account in the configuration.';
COMMENT ON COLUMN insights.competitor_latest.competitor IS 'Username of the competitor.';
COMMENT ON COLUMN insights.competitor_latest.competitor_id IS
    'Its professional account id, text because it exceeds 2^53: it stays when the name changes.';
COMMENT ON COLUMN insights.competitor_latest.name IS 'Display name.';
COMMENT ON COLUMN insights.competitor_latest.state IS
    'ok, or unavailable: the platform told nothing when it was asked last; the numbers are older then.';
COMMENT ON COLUMN insights.competitor_latest.refusal IS 'Why it told nothing; NULL if it did.';
COMMENT ON COLUMN insights.competitor_latest.refused_since IS 'Since when (timestamptz); NULL if it told something.';
COMMENT ON COLUMN insights.competitor_latest.followers_count IS
    'Followers (accounts). Not additive: accounts share followers.';
COMMENT ON COLUMN insights.competitor_latest.follows_count IS
    'Accounts followed (accounts). Not additive: accounts may follow the same ones.';
COMMENT ON COLUMN insights.competitor_latest.media_count IS
    'Posts as the platform counts them (count). Not additive: several accounts may name the same competitor.';
COMMENT ON COLUMN insights.competitor_latest.checked_at IS 'When the numbers were told last (timestamptz); NULL if never.';
COMMENT ON COLUMN insights.competitor_latest.changed_at IS
    'When a number last changed, or was re-stated after 24 h (timestamptz).';

CREATE VIEW insights.competitor_daily AS
SELECT d.account_text AS account_id, d.account, d.username AS competitor, d.day, d.followers_count,
       d.followers_count - lag(d.followers_count) OVER w AS gained,
       d.day - lag(d.day) OVER w AS days_covered, d.follows_count, d.media_count, d.observed_at
FROM (SELECT DISTINCT ON (a.account_id, a.account_id::text, a.name, s.username,
                          (s.observed_at AT TIME ZONE a.timezone)::date)
             a.account_id, a.account_id::text AS account_text, a.name AS account, s.username,
             (s.observed_at AT TIME ZONE a.timezone)::date AS day, s.followers_count,
             s.follows_count, s.media_count, s.observed_at
      FROM store.account a JOIN store.competitor_sample s USING (account_id)
      ORDER BY a.account_id, a.account_id::text, a.name, s.username,
               (s.observed_at AT TIME ZONE a.timezone)::date, s.observed_at DESC) d
WINDOW w AS (PARTITION BY d.account_id, d.account_text, d.account, d.username ORDER BY d.day);

COMMENT ON VIEW insights.competitor_daily IS
    'Counters of each competitor by day of the account''s time zone, and what each day gained. Days on which it was not told have no row.';
COMMENT ON COLUMN insights.competitor_daily.account_id IS
    'Professional account id (1784…) of the account that names it, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_daily.account IS 'Name of that account in the configuration.';
COMMENT ON COLUMN insights.competitor_daily.competitor IS 'Username of the competitor.';
COMMENT ON COLUMN insights.competitor_daily.day IS 'Day in the account''s time zone (date).';
COMMENT ON COLUMN insights.competitor_daily.followers_count IS
    'Followers at the day''s last reading (accounts). Not additive: the same followers on each day, and accounts share followers.';
COMMENT ON COLUMN insights.competitor_daily.gained IS
    'Followers gained since the day before that has a row, less those lost (accounts); NULL on the first day. Not additive: several accounts may name the same competitor.';
COMMENT ON COLUMN insights.competitor_daily.days_covered IS
    'Days since that day (days). Not additive: it describes the row.';
COMMENT ON COLUMN insights.competitor_daily.follows_count IS
    'Accounts followed (accounts). Not additive: the same ones on each day.';
COMMENT ON COLUMN insights.competitor_daily.media_count IS
    'Posts as the platform counts them (count). Not additive: the same ones on each day.';
COMMENT ON COLUMN insights.competitor_daily.observed_at IS 'When the platform was asked (timestamptz).';

CREATE VIEW insights.competitor_media_latest AS
SELECT a.account_id::text AS account_id, a.name AS account, m.username AS competitor,
       m.media_id::text AS media_id, m.product_type, m.media_type, m.published_at, m.permalink,
       m.like_count, m.comments_count, m.view_count, m.first_seen_at, m.checked_at
FROM store.account a
JOIN store.competitor_media m USING (account_id);

COMMENT ON VIEW insights.competitor_media_latest IS
    'Posts of competitors by their newest numbers: those that were among the newest 25 since insightd looks.';
COMMENT ON COLUMN insights.competitor_media_latest.account_id IS
    'Professional account id (1784…) of the account that names the competitor, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_media_latest.account IS 'Name of that account in the configuration.';
COMMENT ON COLUMN insights.competitor_media_latest.competitor IS 'Username of the competitor.';
COMMENT ON COLUMN insights.competitor_media_latest.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_media_latest.product_type IS 'FEED, REELS or AD.';
COMMENT ON COLUMN insights.competitor_media_latest.media_type IS 'IMAGE, VIDEO or CAROUSEL_ALBUM.';
COMMENT ON COLUMN insights.competitor_media_latest.published_at IS 'When it was published (timestamptz).';
COMMENT ON COLUMN insights.competitor_media_latest.permalink IS 'Address of the post.';
COMMENT ON COLUMN insights.competitor_media_latest.like_count IS
    'Likes (count); NULL where the owner hides them. Not additive: several accounts may name the same competitor.';
COMMENT ON COLUMN insights.competitor_media_latest.comments_count IS
    'Comments (count). Not additive: several accounts may name the same competitor.';
COMMENT ON COLUMN insights.competitor_media_latest.view_count IS
    'Views (count); NULL where the platform does not tell. Not additive: several accounts may name the same competitor.';
COMMENT ON COLUMN insights.competitor_media_latest.first_seen_at IS 'When it was told first (timestamptz).';
COMMENT ON COLUMN insights.competitor_media_latest.checked_at IS
    'When the numbers were told last (timestamptz): later ones may be unknown, for it is not among the newest any more.';

CREATE VIEW insights.competitor_media_daily AS
SELECT DISTINCT ON (a.account_id, s.username, s.media_id, (s.observed_at AT TIME ZONE a.timezone)::date)
       a.account_id::text AS account_id, a.name AS account, s.username AS competitor,
       s.media_id::text AS media_id, (s.observed_at AT TIME ZONE a.timezone)::date AS day,
       s.like_count, s.comments_count, s.view_count, s.observed_at
FROM store.account a
JOIN store.competitor_media_sample s USING (account_id)
ORDER BY a.account_id, s.username, s.media_id, (s.observed_at AT TIME ZONE a.timezone)::date,
         s.observed_at DESC;

COMMENT ON VIEW insights.competitor_media_daily IS
    'Counters of competitors'' posts by day of the account''s time zone: totals at the day''s last reading.';
COMMENT ON COLUMN insights.competitor_media_daily.account_id IS
    'Professional account id (1784…) of the account that names the competitor, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_media_daily.account IS 'Name of that account in the configuration.';
COMMENT ON COLUMN insights.competitor_media_daily.competitor IS 'Username of the competitor.';
COMMENT ON COLUMN insights.competitor_media_daily.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.competitor_media_daily.day IS 'Day in the account''s time zone (date).';
COMMENT ON COLUMN insights.competitor_media_daily.like_count IS
    'Likes so far (count); NULL where the owner hides them. Not additive: totals at each day.';
COMMENT ON COLUMN insights.competitor_media_daily.comments_count IS
    'Comments so far (count). Not additive: totals at each day.';
COMMENT ON COLUMN insights.competitor_media_daily.view_count IS
    'Views so far (count); NULL where the platform does not tell. Not additive: totals at each day.';
COMMENT ON COLUMN insights.competitor_media_daily.observed_at IS 'When the platform was asked (timestamptz).';

-- ---- broadcasts -----------------------------------------------------------------------------------

CREATE TABLE store.live_broadcast (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    started_at timestamptz,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    ended_by timestamptz,
    media_type text, product_type text, permalink text,
    PRIMARY KEY (account_id, media_id)
);
COMMENT ON TABLE store.live_broadcast IS 'Live broadcasts that were seen while they lived.';
COMMENT ON COLUMN store.live_broadcast.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.live_broadcast.media_id IS 'Media id.';
COMMENT ON COLUMN store.live_broadcast.started_at IS 'The platform''s time of it (timestamptz); NULL if not told.';
COMMENT ON COLUMN store.live_broadcast.first_seen_at IS 'First poll that showed it (timestamptz).';
COMMENT ON COLUMN store.live_broadcast.last_seen_at IS 'Last poll that showed it (timestamptz).';
COMMENT ON COLUMN store.live_broadcast.ended_by IS
    'First poll after that, which did not show it (timestamptz); NULL: it lives, or nobody has looked since.';
COMMENT ON COLUMN store.live_broadcast.media_type IS 'BROADCAST in the platform''s example.';
COMMENT ON COLUMN store.live_broadcast.product_type IS 'LIVE in the platform''s example.';
COMMENT ON COLUMN store.live_broadcast.permalink IS 'Address, if told.';

CREATE TABLE store.live_sample (
    account_id bigint NOT NULL,
    media_id bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    viewers bigint, like_count bigint, comments_count bigint,
    PRIMARY KEY (account_id, media_id, observed_at)
);
COMMENT ON TABLE store.live_sample IS 'Every reading of a broadcast.';
COMMENT ON COLUMN store.live_sample.account_id IS 'Professional account id.';
COMMENT ON COLUMN store.live_sample.media_id IS 'Media id.';
COMMENT ON COLUMN store.live_sample.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN store.live_sample.viewers IS 'Viewers at that instant (accounts); NULL if not told.';
COMMENT ON COLUMN store.live_sample.like_count IS 'Likes so far (count); NULL if not told.';
COMMENT ON COLUMN store.live_sample.comments_count IS 'Comments so far (count); NULL if not told.';

CREATE VIEW insights.live_broadcasts AS
SELECT a.account_id::text AS account_id, a.name AS account, l.media_id::text AS media_id,
       l.product_type, l.media_type, l.permalink, l.started_at, l.first_seen_at, l.last_seen_at,
       l.ended_by, l.ended_by IS NULL AS is_live,
       extract(epoch FROM l.last_seen_at - coalesce(l.started_at, l.first_seen_at))::double precision
           / 60 AS minutes_seen,
       r.readings, r.peak_viewers, r.mean_viewers, n.like_count, n.comments_count
FROM store.account a
JOIN store.live_broadcast l USING (account_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS readings, max(s.viewers) AS peak_viewers,
           avg(s.viewers)::double precision AS mean_viewers
    FROM store.live_sample s
    WHERE s.account_id = l.account_id AND s.media_id = l.media_id) r
LEFT JOIN LATERAL (
    SELECT s.like_count, s.comments_count FROM store.live_sample s
    WHERE s.account_id = l.account_id AND s.media_id = l.media_id
    ORDER BY s.observed_at DESC LIMIT 1) n ON true;

COMMENT ON VIEW insights.live_broadcasts IS
    'Live broadcasts that were seen while they lived: the platform tells nothing of them afterwards.';
COMMENT ON COLUMN insights.live_broadcasts.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.live_broadcasts.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.live_broadcasts.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.live_broadcasts.product_type IS 'LIVE, as the platform names it.';
COMMENT ON COLUMN insights.live_broadcasts.media_type IS 'BROADCAST, as the platform names it.';
COMMENT ON COLUMN insights.live_broadcasts.permalink IS 'Address; NULL if not told.';
COMMENT ON COLUMN insights.live_broadcasts.started_at IS
    'The platform''s time of it (timestamptz): its begin, as far as is known; NULL if not told.';
COMMENT ON COLUMN insights.live_broadcasts.first_seen_at IS 'First poll that showed it (timestamptz).';
COMMENT ON COLUMN insights.live_broadcasts.last_seen_at IS 'Last poll that showed it (timestamptz).';
COMMENT ON COLUMN insights.live_broadcasts.ended_by IS
    'First poll after that, which did not show it (timestamptz): it ended between the two; NULL: it lives, or nobody has looked since.';
COMMENT ON COLUMN insights.live_broadcasts.is_live IS 'Whether it lived when it was looked at last.';
COMMENT ON COLUMN insights.live_broadcasts.minutes_seen IS
    'From its begin, else the first poll, to the last one that showed it (minutes). Not additive: broadcasts differ in what was not seen.';
COMMENT ON COLUMN insights.live_broadcasts.readings IS
    'Polls that showed it (count). Not additive: it depends on how often somebody looked.';
COMMENT ON COLUMN insights.live_broadcasts.peak_viewers IS
    'Most viewers of any reading (accounts); NULL if not told. Not additive: a viewer may see several broadcasts.';
COMMENT ON COLUMN insights.live_broadcasts.mean_viewers IS
    'Mean of its readings (accounts); NULL if not told. Not additive: a mean.';
COMMENT ON COLUMN insights.live_broadcasts.like_count IS
    'Likes at its last reading (count); NULL if not told. Not additive: likes that came later are missing.';
COMMENT ON COLUMN insights.live_broadcasts.comments_count IS
    'Comments at its last reading (count); NULL if not told. Not additive: comments that came later are missing.';

CREATE VIEW insights.live_viewers AS
SELECT a.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       s.observed_at,
       extract(epoch FROM s.observed_at - coalesce(l.started_at, l.first_seen_at))::double precision
           / 60 AS minute,
       s.viewers, s.like_count, s.comments_count
FROM store.account a
JOIN store.live_broadcast l USING (account_id)
JOIN store.live_sample s USING (account_id, media_id);

COMMENT ON VIEW insights.live_viewers IS 'Every reading of a live broadcast.';
COMMENT ON COLUMN insights.live_viewers.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.live_viewers.account IS 'Name of the account in the configuration.';
COMMENT ON COLUMN insights.live_viewers.media_id IS 'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.live_viewers.observed_at IS 'When the platform was asked (timestamptz).';
COMMENT ON COLUMN insights.live_viewers.minute IS
    'Since its begin, else the first poll that showed it (minutes). Not additive: it names the row.';
COMMENT ON COLUMN insights.live_viewers.viewers IS
    'Viewers at that instant (accounts); NULL if not told. Not additive: the same viewers in each reading.';
COMMENT ON COLUMN insights.live_viewers.like_count IS
    'Likes so far (count); NULL if not told. Not additive: totals at each reading.';
COMMENT ON COLUMN insights.live_viewers.comments_count IS
    'Comments so far (count); NULL if not told. Not additive: totals at each reading.';

COMMENT ON COLUMN insights.data_gaps.collector IS
    'Whose numbers are missing: that of insights.collection_health.';
