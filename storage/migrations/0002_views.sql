-- The contract with BI: plain names, ids as text because browsers round beyond 2^53.

-- One row per cell of a breakdown column, and one for what its cells leave of the total.
CREATE FUNCTION store.cells(breakdowns jsonb)
RETURNS TABLE (metric text, dimension text, dimension_values text[], dimension_value text,
               value numeric, total numeric, is_unattributed boolean)
LANGUAGE sql IMMUTABLE AS $$
    SELECT m.key, d.key, v.list, array_to_string(v.list, ','), (c.cell ->> 1)::numeric,
           (d.value ->> 'total')::numeric, false
    FROM jsonb_each(breakdowns) m, jsonb_each(m.value) d,
         jsonb_array_elements(d.value -> 'cells') c(cell),
         LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(c.cell -> 0)) AS list) v
    UNION ALL
    SELECT m.key, d.key, NULL, NULL, (d.value ->> 'unattributed')::numeric,
           (d.value ->> 'total')::numeric, true
    FROM jsonb_each(breakdowns) m, jsonb_each(m.value) d
    WHERE (d.value ->> 'unattributed')::numeric <> 0
$$;

-- A count that the platform sent with a fraction, or as 1.2E1, is still a count.
CREATE FUNCTION store.whole(number text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT round(number::numeric)::bigint
$$;

-- Each of thirteen numbers as it was last known: the newest that is not NULL.
CREATE FUNCTION store.newer(known bigint[], numbers bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[
        coalesce(numbers[1], known[1]), coalesce(numbers[2], known[2]), coalesce(numbers[3], known[3]),
        coalesce(numbers[4], known[4]), coalesce(numbers[5], known[5]), coalesce(numbers[6], known[6]),
        coalesce(numbers[7], known[7]), coalesce(numbers[8], known[8]), coalesce(numbers[9], known[9]),
        coalesce(numbers[10], known[10]), coalesce(numbers[11], known[11]), coalesce(numbers[12], known[12]),
        coalesce(numbers[13], known[13])]
$$;
CREATE AGGREGATE store.last_known(bigint[]) (sfunc = store.newer, stype = bigint[]);

CREATE VIEW insights.account_latest AS
SELECT s.account_id::text AS account_id, a.name AS account, a.login, a.timezone,
       s.username, s.name, s.biography, s.website, s.profile_picture_url, s.account_type,
       s.followers_count, s.follows_count, s.media_count, s.checked_at, s.row_at AS changed_at
FROM store.account_state s JOIN store.account a USING (account_id);

CREATE VIEW insights.account_daily AS
SELECT DISTINCT ON (d.account_id, a.account_id::text, a.name, d.day)
       a.account_id::text AS account_id, a.name AS account, d.day, d.day_end, d.is_final, d.observed_at,
       d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments, d.saves,
       d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       store.whole(d.extra ->> 'profile_views') AS profile_views,
       store.whole(d.extra ->> 'website_clicks') AS website_clicks, d.absent
FROM store.account_day d JOIN store.account a USING (account_id)
ORDER BY d.account_id, a.account_id::text, a.name, d.day, d.observed_at DESC;

CREATE VIEW insights.account_breakdown AS
SELECT a.account_id::text AS account_id, a.name AS account, d.day, c.metric, c.dimension,
       c.dimension_values, c.dimension_value, c.value, c.total, c.is_unattributed, d.is_final,
       d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (day) * FROM store.account_day
                    WHERE account_id = a.account_id ORDER BY day, observed_at DESC) d
CROSS JOIN LATERAL store.cells(d.breakdowns) c;

CREATE VIEW insights.media_latest AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.media_type, m.published_at, m.expires_at, m.permalink, m.caption,
       m.shortcode, m.media_url, m.thumbnail_url, m.alt_text, m.is_comment_enabled,
       m.is_shared_to_feed,
       s.views, s.reach, s.likes, s.comments, s.saved, s.shares, s.follows, s.total_interactions,
       s.profile_visits, s.profile_activity, s.replies, s.navigation, s.avg_watch_ms,
       s.total_watch_ms,
       store.whole(s.extra ->> 'reposts') AS reposts,
       (s.extra ->> 'reels_skip_rate')::double precision AS reels_skip_rate,
       store.whole(s.extra ->> 'crossposted_views') AS crossposted_views,
       store.whole(s.extra ->> 'facebook_views') AS facebook_views,
       store.whole(s.extra ->> 'total_views') AS total_views,
       store.whole(s.extra ->> 'total_likes') AS total_likes,
       store.whole(s.extra ->> 'total_comments') AS total_comments,
       store.whole(s.extra ->> 'link_clicks') AS link_clicks,
       s.absent, s.numbers_at AS checked_at, s.checked_at AS asked_at, s.row_at AS changed_at,
       s.like_count, s.comments_count, s.listed_at,
       (SELECT count(*) FROM store.media_child c
        WHERE c.account_id = m.account_id AND c.media_id = m.media_id) AS children
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id);

-- Growth by local day. Differences are taken to the last number that was known before: a poll without
-- an answer, or a metric that was refused for a while, delays growth and never loses it.
CREATE VIEW insights.media_daily AS
WITH last_of_day AS (
    SELECT DISTINCT ON (s.account_id, a.account_id::text, a.name, s.media_id, s.media_id::text,
                        (s.observed_at AT TIME ZONE a.timezone)::date)
           s.*, a.account_id::text AS account_text, a.name AS account, a.timezone,
           s.media_id::text AS media_text, (s.observed_at AT TIME ZONE a.timezone)::date AS day
    FROM store.account a JOIN store.media_sample s USING (account_id)
    WHERE num_nonnulls(s.views, s.reach, s.likes, s.comments, s.saved, s.shares, s.follows,
                       s.total_interactions, s.profile_visits, s.profile_activity, s.replies,
                       s.navigation, s.total_watch_ms) > 0
    ORDER BY s.account_id, a.account_id::text, a.name, s.media_id, s.media_id::text,
             (s.observed_at AT TIME ZONE a.timezone)::date, s.observed_at DESC
), differences AS (
    SELECT l.*, lag(day) OVER w AS previous_day,
           store.last_known(ARRAY[
               views, reach, likes, comments, saved, shares, follows, total_interactions,
               profile_visits, profile_activity, replies, navigation, total_watch_ms])
               OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known
    FROM last_of_day l
    WINDOW w AS (PARTITION BY account_id, account_text, account, media_id, media_text ORDER BY day)
)
SELECT d.account_text AS account_id, d.account, d.media_text AS media_id, m.product_type, d.day,
       d.day - coalesce(d.previous_day, (m.published_at AT TIME ZONE d.timezone)::date - 1)
           AS days_covered,
       coalesce(s.numbers_at >= ((d.day + 1)::timestamp AT TIME ZONE d.timezone) + interval '48 hours',
                false) AS is_final,
       d.observed_at,
       d.views - coalesce(d.known[1], 0) AS views,
       d.reach - coalesce(d.known[2], 0) AS reach,
       d.likes - coalesce(d.known[3], 0) AS likes,
       d.comments - coalesce(d.known[4], 0) AS comments,
       d.saved - coalesce(d.known[5], 0) AS saved,
       d.shares - coalesce(d.known[6], 0) AS shares,
       d.follows - coalesce(d.known[7], 0) AS follows,
       d.total_interactions - coalesce(d.known[8], 0) AS total_interactions,
       d.profile_visits - coalesce(d.known[9], 0) AS profile_visits,
       d.profile_activity - coalesce(d.known[10], 0) AS profile_activity,
       d.replies - coalesce(d.known[11], 0) AS replies,
       d.navigation - coalesce(d.known[12], 0) AS navigation,
       d.total_watch_ms - coalesce(d.known[13], 0) AS total_watch_ms
FROM differences d
JOIN store.media m USING (account_id, media_id)
LEFT JOIN store.media_state s USING (account_id, media_id);

CREATE VIEW insights.media_breakdown AS
SELECT s.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       m.product_type, c.metric, c.dimension, c.dimension_values, c.dimension_value, c.value,
       c.total, c.is_unattributed, s.numbers_at AS checked_at
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL store.cells(s.breakdowns) c;

CREATE VIEW insights.story_summary AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.media_type, m.published_at, m.expires_at, s.numbers_at AS last_reading_at,
       extract(epoch FROM m.expires_at - s.numbers_at) / 60 AS minutes_before_expiry,
       s.checked_at AS asked_at,
       s.views, s.reach, s.shares, s.follows, s.total_interactions, s.profile_visits,
       s.profile_activity, s.replies, s.navigation,
       store.whole(n.cells ->> 'tap_forward') AS taps_forward,
       store.whole(n.cells ->> 'tap_back') AS taps_back,
       store.whole(n.cells ->> 'tap_exit') AS exits,
       store.whole(n.cells ->> 'swipe_forward') AS swipes_forward,
       s.absent
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(c.dimension_value, c.value) AS cells FROM store.cells(s.breakdowns) c
    WHERE c.metric = 'navigation' AND NOT c.is_unattributed) n ON true
WHERE m.product_type = 'STORY';

CREATE VIEW insights.audience_demographics AS
SELECT d.account_id::text AS account_id, a.name AS account, d.snapshot_on, d.metric, d.timeframe,
       d.dimension, v.list AS dimension_values, array_to_string(v.list, ',') AS dimension_value,
       store.whole(c.cell ->> 1) AS accounts, d.absent, d.observed_at
FROM store.demographic_snapshot d
JOIN store.account a USING (account_id)
LEFT JOIN LATERAL jsonb_array_elements(d.data) c(cell) ON true
LEFT JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(c.cell -> 0)) AS list
                   WHERE c.cell IS NOT NULL) v ON true;

CREATE VIEW insights.online_followers AS
SELECT a.account_id::text AS account_id, a.name AS account, o.day, h.hour - 1 AS hour,
       o.hours[h.hour] AS followers, o.absent, o.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (day) * FROM store.online_followers
                    WHERE account_id = a.account_id ORDER BY day, observed_at DESC) o
CROSS JOIN generate_series(1, 24) h(hour);

CREATE VIEW insights.metric AS
SELECT subject, name, title, unit, status, additive, estimated, product_types, hosts, period,
       metric_type, breakdowns, since, until, successor, caveat
FROM store.metric;

CREATE VIEW insights.collection_health AS
SELECT a.account_id::text AS account_id, a.name AS account, k.collector,
       CASE WHEN NOT k.collector = ANY(a.collects) THEN 'off'
            WHEN c.started_at IS NULL THEN 'never_run'
            WHEN c.consecutive_failures > 0 THEN 'failing' ELSE 'ok' END AS state,
       c.started_at AS last_started_at, c.last_success_at, c.next_due_at,
       coalesce(c.consecutive_failures, 0) AS consecutive_failures,
       coalesce(c.error_class, '') AS error_class, coalesce(c.error, '') AS error,
       coalesce(c.calls, 0) AS calls, c.budget_percent,
       (SELECT count(*) FROM store.media m
        WHERE m.account_id = a.account_id AND m.expires_at > c.started_at) AS stories_open
FROM store.account a
CROSS JOIN (VALUES ('profile'), ('media'), ('media_insights'), ('stories'), ('account_insights'),
                   ('audience')) k(collector)
LEFT JOIN store.collection c USING (account_id, collector);
