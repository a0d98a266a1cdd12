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

CREATE VIEW insights.account_latest AS
SELECT s.account_id::text AS account_id, a.name AS account, a.login, a.timezone,
       s.username, s.name, s.biography, s.website, s.profile_picture_url, s.account_type,
       s.followers_count, s.follows_count, s.media_count, s.checked_at, s.row_at AS changed_at
FROM store.account_state s JOIN store.account a USING (account_id);

CREATE VIEW insights.account_daily AS
SELECT DISTINCT ON (d.account_id, d.day)
       d.account_id::text AS account_id, a.name AS account, d.day, d.day_end, d.is_final, d.observed_at,
       d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments, d.saves,
       d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       (d.extra ->> 'profile_views')::bigint AS profile_views,
       (d.extra ->> 'website_clicks')::bigint AS website_clicks, d.absent
FROM store.account_day d JOIN store.account a USING (account_id)
ORDER BY d.account_id, d.day, d.observed_at DESC;

CREATE VIEW insights.account_breakdown AS
SELECT d.account_id::text AS account_id, a.name AS account, d.day, c.metric, c.dimension,
       c.dimension_values, c.dimension_value, c.value, c.total, c.is_unattributed, d.is_final,
       d.observed_at
FROM (SELECT DISTINCT ON (account_id, day) * FROM store.account_day
      ORDER BY account_id, day, observed_at DESC) d
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL store.cells(d.breakdowns) c;

CREATE VIEW insights.media_latest AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.media_type, m.published_at, m.expires_at, m.permalink, m.caption,
       m.shortcode, m.media_url, m.thumbnail_url, m.alt_text, m.is_comment_enabled,
       m.is_shared_to_feed,
       s.views, s.reach, s.likes, s.comments, s.saved, s.shares, s.follows, s.total_interactions,
       s.profile_visits, s.profile_activity, s.replies, s.navigation, s.avg_watch_ms,
       s.total_watch_ms,
       (s.extra ->> 'reposts')::bigint AS reposts,
       (s.extra ->> 'reels_skip_rate')::double precision AS reels_skip_rate,
       (s.extra ->> 'crossposted_views')::bigint AS crossposted_views,
       (s.extra ->> 'facebook_views')::bigint AS facebook_views,
       (s.extra ->> 'total_views')::bigint AS total_views,
       (s.extra ->> 'total_likes')::bigint AS total_likes,
       (s.extra ->> 'total_comments')::bigint AS total_comments,
       (s.extra ->> 'link_clicks')::bigint AS link_clicks,
       s.absent, s.checked_at, s.row_at AS changed_at,
       s.like_count, s.comments_count, s.listed_at,
       (SELECT count(*) FROM store.media_child c
        WHERE c.account_id = m.account_id AND c.media_id = m.media_id) AS children
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id);

CREATE VIEW insights.media_daily AS
WITH last_of_day AS (
    SELECT DISTINCT ON (s.account_id, s.media_id, (s.observed_at AT TIME ZONE a.timezone)::date)
           s.*, a.name AS account, a.timezone, (s.observed_at AT TIME ZONE a.timezone)::date AS day
    FROM store.media_sample s JOIN store.account a USING (account_id)
    ORDER BY s.account_id, s.media_id, (s.observed_at AT TIME ZONE a.timezone)::date,
             s.observed_at DESC
), with_previous AS (
    SELECT l.*, lag(day) OVER w AS previous_day,
           lag(views) OVER w AS p_views, lag(reach) OVER w AS p_reach, lag(likes) OVER w AS p_likes,
           lag(comments) OVER w AS p_comments, lag(saved) OVER w AS p_saved,
           lag(shares) OVER w AS p_shares, lag(follows) OVER w AS p_follows,
           lag(total_interactions) OVER w AS p_total_interactions,
           lag(profile_visits) OVER w AS p_profile_visits,
           lag(profile_activity) OVER w AS p_profile_activity, lag(replies) OVER w AS p_replies,
           lag(navigation) OVER w AS p_navigation, lag(total_watch_ms) OVER w AS p_total_watch_ms
    FROM last_of_day l
    WINDOW w AS (PARTITION BY account_id, media_id ORDER BY day)
), based AS (
    -- Without an earlier reading everything since publication is new; a NULL among readings is
    -- unknown, and so is the difference to it.
    SELECT w.*, CASE WHEN previous_day IS NULL THEN 0 END AS nothing FROM with_previous w
)
SELECT b.account_id::text AS account_id, b.account, b.media_id::text AS media_id, m.product_type,
       b.day,
       b.day - coalesce(b.previous_day, (m.published_at AT TIME ZONE b.timezone)::date - 1)
           AS days_covered,
       coalesce(s.checked_at >= ((b.day + 1)::timestamp AT TIME ZONE b.timezone) + interval '48 hours',
                false) AS is_final,
       b.observed_at,
       b.views - coalesce(p_views, nothing) AS views,
       b.reach - coalesce(p_reach, nothing) AS reach,
       b.likes - coalesce(p_likes, nothing) AS likes,
       b.comments - coalesce(p_comments, nothing) AS comments,
       b.saved - coalesce(p_saved, nothing) AS saved,
       b.shares - coalesce(p_shares, nothing) AS shares,
       b.follows - coalesce(p_follows, nothing) AS follows,
       b.total_interactions - coalesce(p_total_interactions, nothing) AS total_interactions,
       b.profile_visits - coalesce(p_profile_visits, nothing) AS profile_visits,
       b.profile_activity - coalesce(p_profile_activity, nothing) AS profile_activity,
       b.replies - coalesce(p_replies, nothing) AS replies,
       b.navigation - coalesce(p_navigation, nothing) AS navigation,
       b.total_watch_ms - coalesce(p_total_watch_ms, nothing) AS total_watch_ms
FROM based b
JOIN store.media m USING (account_id, media_id)
LEFT JOIN store.media_state s USING (account_id, media_id);

CREATE VIEW insights.media_breakdown AS
SELECT s.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       m.product_type, c.metric, c.dimension, c.dimension_values, c.dimension_value, c.value,
       c.total, c.is_unattributed, s.checked_at
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL store.cells(s.breakdowns) c;

CREATE VIEW insights.story_summary AS
SELECT m.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.media_type, m.published_at, m.expires_at, s.checked_at AS last_reading_at,
       extract(epoch FROM m.expires_at - s.checked_at) / 60 AS minutes_before_expiry,
       s.views, s.reach, s.shares, s.follows, s.total_interactions, s.profile_visits,
       s.profile_activity, s.replies, s.navigation,
       (n.cells ->> 'tap_forward')::bigint AS taps_forward,
       (n.cells ->> 'tap_back')::bigint AS taps_back,
       (n.cells ->> 'tap_exit')::bigint AS exits,
       (n.cells ->> 'swipe_forward')::bigint AS swipes_forward,
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
       (c.cell ->> 1)::bigint AS accounts, d.absent, d.observed_at
FROM store.demographic_snapshot d
JOIN store.account a USING (account_id)
LEFT JOIN LATERAL jsonb_array_elements(d.data) c(cell) ON true
LEFT JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(c.cell -> 0)) AS list
                   WHERE c.cell IS NOT NULL) v ON true;

CREATE VIEW insights.online_followers AS
SELECT o.account_id::text AS account_id, a.name AS account, o.day, h.hour - 1 AS hour,
       o.hours[h.hour] AS followers, o.absent, o.observed_at
FROM (SELECT DISTINCT ON (account_id, day) * FROM store.online_followers
      ORDER BY account_id, day, observed_at DESC) o
JOIN store.account a USING (account_id)
CROSS JOIN generate_series(1, 24) h(hour);

CREATE VIEW insights.metric AS
SELECT subject, name, title, unit, status, additive, estimated, product_types, hosts, period,
       metric_type, breakdowns, since, until, successor, caveat
FROM store.metric;

CREATE VIEW insights.collection_health AS
SELECT a.account_id::text AS account_id, a.name AS account, k.collector,
       CASE WHEN c.started_at IS NULL THEN 'never_run'
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
