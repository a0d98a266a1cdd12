-- What somebody who read the contract for the first time took for something else.

-- ---- days of posts ------------------------------------------------------------------------------

-- The mark of a step, where the number may also be the first one of its metric: `is_late` says that it then counts
-- what was before the day.
-- The words of the one without is_late stand here again: readers may run what a view names, but not what that would name.
CREATE FUNCTION store.mark(number bigint, known bigint, highest bigint, is_late boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN is_late AND known IS NULL AND number <> 0 THEN 'first'
                WHEN number < known THEN CASE WHEN known - number > number THEN 'reset' ELSE 'correction' END
                WHEN number > known AND known < highest THEN 'recovery' END
$$;

-- As before; an hour before midnight is near enough to the day for what was published then.
CREATE OR REPLACE VIEW insights.media_daily AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id, m.product_type, d.day,
       d.day - coalesce(d.previous_day, (m.published_at AT TIME ZONE a.timezone)::date - 1) AS days_covered,
       e.is_over OR coalesce(s.numbers_at >= ((d.day + 1)::timestamp AT TIME ZONE a.timezone) + interval '48 hours'
                                             + a.settling_margin, false) AS is_final,
       d.observed_at,
       d.views - coalesce(k.known[1], 0) AS views,
       d.reach - coalesce(k.known[2], 0) AS reach,
       d.likes - coalesce(k.known[3], 0) AS likes,
       d.comments - coalesce(k.known[4], 0) AS comments,
       d.saved - coalesce(k.known[5], 0) AS saved,
       d.shares - coalesce(k.known[6], 0) AS shares,
       d.follows - coalesce(k.known[7], 0) AS follows,
       d.total_interactions - coalesce(k.known[8], 0) AS total_interactions,
       d.profile_visits - coalesce(k.known[9], 0) AS profile_visits,
       d.profile_activity - coalesce(k.known[10], 0) AS profile_activity,
       d.replies - coalesce(k.known[11], 0) AS replies,
       d.navigation - coalesce(k.known[12], 0) AS navigation,
       d.total_watch_ms - coalesce(k.known[13], 0) AS total_watch_ms,
       -- Most rows have none: the object is made only where there is something to say.
       CASE WHEN coalesce(
                store.mark(d.views, k.known[1], d.most_views, k.is_late),
                store.mark(d.reach, k.known[2], d.most_reach, k.is_late),
                store.mark(d.likes, k.known[3], d.most_likes, k.is_late),
                store.mark(d.comments, k.known[4], d.most_comments, k.is_late),
                store.mark(d.saved, k.known[5], d.most_saved, k.is_late),
                store.mark(d.shares, k.known[6], d.most_shares, k.is_late),
                store.mark(d.follows, k.known[7], d.most_follows, k.is_late),
                store.mark(d.total_interactions, k.known[8], d.most_total_interactions, k.is_late),
                store.mark(d.profile_visits, k.known[9], d.most_profile_visits, k.is_late),
                store.mark(d.profile_activity, k.known[10], d.most_profile_activity, k.is_late),
                store.mark(d.replies, k.known[11], d.most_replies, k.is_late),
                store.mark(d.navigation, k.known[12], d.most_navigation, k.is_late),
                store.mark(d.total_watch_ms, k.known[13], d.most_total_watch_ms, k.is_late)) IS NOT NULL
            THEN jsonb_strip_nulls(jsonb_build_object(
                'views', store.mark(d.views, k.known[1], d.most_views, k.is_late),
                'reach', store.mark(d.reach, k.known[2], d.most_reach, k.is_late),
                'likes', store.mark(d.likes, k.known[3], d.most_likes, k.is_late),
                'comments', store.mark(d.comments, k.known[4], d.most_comments, k.is_late),
                'saved', store.mark(d.saved, k.known[5], d.most_saved, k.is_late),
                'shares', store.mark(d.shares, k.known[6], d.most_shares, k.is_late),
                'follows', store.mark(d.follows, k.known[7], d.most_follows, k.is_late),
                'total_interactions',
                store.mark(d.total_interactions, k.known[8], d.most_total_interactions, k.is_late),
                'profile_visits', store.mark(d.profile_visits, k.known[9], d.most_profile_visits, k.is_late),
                'profile_activity',
                store.mark(d.profile_activity, k.known[10], d.most_profile_activity, k.is_late),
                'replies', store.mark(d.replies, k.known[11], d.most_replies, k.is_late),
                'navigation', store.mark(d.navigation, k.known[12], d.most_navigation, k.is_late),
                'total_watch_ms', store.mark(d.total_watch_ms, k.known[13], d.most_total_watch_ms, k.is_late))) END AS marks
FROM store.account a
JOIN store.media m USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
-- No reading will come that settles them: a story that was read to its end, and a post that is gone.
CROSS JOIN LATERAL (
    SELECT m.removed_at IS NOT NULL
           OR CASE m.product_type WHEN 'STORY' THEN EXISTS (
                  SELECT 1 FROM store.story l
                  WHERE l.account_id = m.account_id AND l.media_id = m.media_id
                        AND l.state IN ('final', 'webhook') AND NOT l.is_highlight) ELSE false END AS is_over
    OFFSET 0) e
CROSS JOIN LATERAL (SELECT (m.published_at AT TIME ZONE a.timezone)::date AS first_day) f
CROSS JOIN LATERAL (
    SELECT l.*, n.numbers, lag(l.day) OVER w AS previous_day, lag(n.numbers) OVER w AS previous,
           max(l.views) OVER before AS most_views,
           max(l.reach) OVER before AS most_reach,
           max(l.likes) OVER before AS most_likes,
           max(l.comments) OVER before AS most_comments,
           max(l.saved) OVER before AS most_saved,
           max(l.shares) OVER before AS most_shares,
           max(l.follows) OVER before AS most_follows,
           max(l.total_interactions) OVER before AS most_total_interactions,
           max(l.profile_visits) OVER before AS most_profile_visits,
           max(l.profile_activity) OVER before AS most_profile_activity,
           max(l.replies) OVER before AS most_replies,
           max(l.navigation) OVER before AS most_navigation,
           max(l.total_watch_ms) OVER before AS most_total_watch_ms
    FROM (
        SELECT DISTINCT ON (k.day) k.*
        FROM (SELECT f.first_day + n AS from_day, f.first_day + n + 1 AS to_day, 1 AS rows
              FROM generate_series(0, 7) n
              UNION ALL VALUES ('-infinity'::date, f.first_day, NULL::int), (f.first_day + 8, 'infinity', NULL)) g
        CROSS JOIN LATERAL (
            SELECT o.day, r.observed_at, r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                   r.total_interactions, r.profile_visits, r.profile_activity, r.replies, r.navigation,
                   r.total_watch_ms
            FROM store.media_sample r
            CROSS JOIN LATERAL (SELECT (r.observed_at AT TIME ZONE a.timezone)::date AS day) o
            WHERE r.account_id = m.account_id AND r.media_id = m.media_id
              AND r.observed_at >= g.from_day::timestamp AT TIME ZONE a.timezone - interval '3 hours'
              AND r.observed_at < g.to_day::timestamp AT TIME ZONE a.timezone + interval '3 hours'
              AND o.day >= g.from_day AND o.day < g.to_day
              AND coalesce(r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                           r.total_interactions, r.profile_visits, r.profile_activity, r.replies,
                           r.navigation, r.total_watch_ms) IS NOT NULL
            ORDER BY r.observed_at DESC LIMIT g.rows) k
        ORDER BY k.day, k.observed_at DESC) l
    CROSS JOIN LATERAL (
        SELECT ARRAY[l.views, l.reach, l.likes, l.comments, l.saved, l.shares, l.follows,
                     l.total_interactions, l.profile_visits, l.profile_activity, l.replies, l.navigation,
                     l.total_watch_ms] AS numbers) n
    WINDOW w AS (ORDER BY l.day), before AS (ORDER BY l.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) d
CROSS JOIN LATERAL ( -- reckoned once for all columns
    SELECT CASE WHEN d.previous_day IS NOT NULL AND (
                    d.previous[1] IS NULL AND d.views IS NOT NULL
                    OR d.previous[2] IS NULL AND d.reach IS NOT NULL
                    OR d.previous[3] IS NULL AND d.likes IS NOT NULL
                    OR d.previous[4] IS NULL AND d.comments IS NOT NULL
                    OR d.previous[5] IS NULL AND d.saved IS NOT NULL
                    OR d.previous[6] IS NULL AND d.shares IS NOT NULL
                    OR d.previous[7] IS NULL AND d.follows IS NOT NULL
                    OR d.previous[8] IS NULL AND d.total_interactions IS NOT NULL
                    OR d.previous[9] IS NULL AND d.profile_visits IS NOT NULL
                    OR d.previous[10] IS NULL AND d.profile_activity IS NOT NULL
                    OR d.previous[11] IS NULL AND d.replies IS NOT NULL
                    OR d.previous[12] IS NULL AND d.navigation IS NOT NULL
                    OR d.previous[13] IS NULL AND d.total_watch_ms IS NOT NULL)
                THEN store.known_before(m.account_id, m.media_id, a.timezone, d.day, d.numbers)
                ELSE d.previous END AS known,
           m.published_at < d.day::timestamp AT TIME ZONE a.timezone - interval '1 hour' AS is_late
    OFFSET 0) k;

-- ---- posts ---------------------------------------------------------------------------------------

-- As before; what is gone will not be read again, and is said to be gone.
CREATE OR REPLACE VIEW insights.media_growth AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.published_at, h.age, h.age_hours, m.published_at + h.since AS age_at,
       k.basis,
       CASE WHEN k.basis NOT LIKE 'no_reading%' THEN k.distance END AS distance_minutes,
       CASE k.basis WHEN 'interpolated' THEN k.gap WHEN 'too_far_apart' THEN k.gap END AS gap_minutes,
       k.basis IN ('read', 'interpolated', 'last_reading')
           AND CASE m.product_type
                   WHEN 'STORY' THEN EXISTS (SELECT 1 FROM store.story l WHERE l.account_id = m.account_id
                                             AND l.media_id = m.media_id AND l.closed_at IS NOT NULL)
                   ELSE m.removed_at IS NOT NULL
                        OR s.numbers_at >= m.published_at + h.since + interval '48 hours' + a.settling_margin
               END AS is_final,
       store.between(b.views, n.views, k.share) AS views,
       store.between(b.reach, n.reach, k.share) AS reach,
       store.between(b.likes, n.likes, k.share) AS likes,
       store.between(b.comments, n.comments, k.share) AS comments,
       store.between(b.saved, n.saved, k.share) AS saved,
       store.between(b.shares, n.shares, k.share) AS shares,
       store.between(b.follows, n.follows, k.share) AS follows,
       store.between(b.total_interactions, n.total_interactions, k.share) AS total_interactions,
       store.between(b.profile_visits, n.profile_visits, k.share) AS profile_visits,
       store.between(b.profile_activity, n.profile_activity, k.share) AS profile_activity,
       store.between(b.replies, n.replies, k.share) AS replies,
       store.between(b.navigation, n.navigation, k.share) AS navigation,
       store.between(b.total_watch_ms, n.total_watch_ms, k.share) AS total_watch_ms,
       CASE WHEN k.basis = 'interpolated' AND (
                n.views < b.views OR n.reach < b.reach
                OR n.likes < b.likes OR n.comments < b.comments
                OR n.saved < b.saved OR n.shares < b.shares
                OR n.follows < b.follows OR n.total_interactions < b.total_interactions
                OR n.profile_visits < b.profile_visits OR n.profile_activity < b.profile_activity
                OR n.replies < b.replies OR n.navigation < b.navigation
                OR n.total_watch_ms < b.total_watch_ms)
            THEN jsonb_strip_nulls(jsonb_build_object(
                'views', store.mark(n.views, b.views, b.views),
                'reach', store.mark(n.reach, b.reach, b.reach),
                'likes', store.mark(n.likes, b.likes, b.likes),
                'comments', store.mark(n.comments, b.comments, b.comments),
                'saved', store.mark(n.saved, b.saved, b.saved),
                'shares', store.mark(n.shares, b.shares, b.shares),
                'follows', store.mark(n.follows, b.follows, b.follows),
                'total_interactions',
                store.mark(n.total_interactions, b.total_interactions, b.total_interactions),
                'profile_visits', store.mark(n.profile_visits, b.profile_visits, b.profile_visits),
                'profile_activity', store.mark(n.profile_activity, b.profile_activity, b.profile_activity),
                'replies', store.mark(n.replies, b.replies, b.replies),
                'navigation', store.mark(n.navigation, b.navigation, b.navigation),
                'total_watch_ms',
                store.mark(n.total_watch_ms, b.total_watch_ms, b.total_watch_ms))) END AS marks,
       CASE WHEN m.product_type <> 'STORY' THEN coalesce(p.state, 'listed') END AS presence
FROM store.account a
JOIN store.media m USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN store.media_presence p USING (account_id, media_id)
CROSS JOIN store.ages() h
LEFT JOIN LATERAL (
    SELECT * FROM store.media_sample r
    WHERE r.account_id = m.account_id AND r.media_id = m.media_id
      AND r.observed_at >= m.published_at AND r.observed_at <= m.published_at + h.since
      AND num_nonnulls(r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                       r.total_interactions, r.profile_visits, r.profile_activity, r.replies,
                       r.navigation, r.total_watch_ms) > 0
    ORDER BY r.observed_at DESC LIMIT 1) b ON true
LEFT JOIN LATERAL (
    SELECT * FROM store.media_sample r
    WHERE r.account_id = m.account_id AND r.media_id = m.media_id
      AND r.observed_at > m.published_at + h.since
      AND r.observed_at <= m.published_at + h.since + h.horizon
      AND num_nonnulls(r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                       r.total_interactions, r.profile_visits, r.profile_activity, r.replies,
                       r.navigation, r.total_watch_ms) > 0
    ORDER BY r.observed_at LIMIT 1) n ON true
CROSS JOIN LATERAL (
    SELECT m.published_at + h.since AS at,
           -- Until when the numbers of b are known to have stood: by n, else by the state, if b is its row.
           greatest(b.observed_at,
                    CASE WHEN n.observed_at IS NOT NULL THEN n.before_held_until
                         WHEN s.numbers_at <= m.published_at + h.since + h.horizon THEN s.numbers_at
                    END) AS held_until) t
CROSS JOIN LATERAL (
    SELECT CASE WHEN b.observed_at IS NOT NULL AND t.held_until >= t.at THEN 'read'
                WHEN m.product_type = 'STORY' AND t.at >= m.expires_at
                     AND t.held_until >= t.at - interval '30 minutes' AND n.observed_at IS NULL
                    THEN 'last_reading'
                WHEN coalesce(s.numbers_at < t.at, true) THEN 'no_reading_after'
                WHEN b.observed_at IS NULL THEN 'no_reading_before'
                WHEN n.observed_at - t.held_until <= h.widest THEN 'interpolated'
                ELSE 'too_far_apart' END AS basis,
           extract(epoch FROM n.observed_at - t.held_until)::double precision / 60 AS gap,
           extract(epoch FROM least(t.at - b.observed_at, greatest(t.at - t.held_until, t.held_until - t.at),
                                    n.observed_at - t.at))::double precision / 60 AS distance) c
CROSS JOIN LATERAL (
    SELECT c.basis, c.gap, c.distance,
           CASE c.basis WHEN 'read' THEN 0 WHEN 'last_reading' THEN 0
                WHEN 'interpolated' THEN extract(epoch FROM t.at - t.held_until)::double precision
                                         / 60 / c.gap END AS share
    OFFSET 0) k -- reckoned once for all columns
WHERE m.product_type <> 'STORY' OR h.age_hours <= 24;

-- As before, but a story that was missed is not final: its numbers end before it did.
CREATE OR REPLACE VIEW insights.media_engagement AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.media_type, m.published_at, s.numbers_at AS checked_at,
       CASE m.product_type
           WHEN 'STORY' THEN EXISTS (SELECT 1 FROM store.story l WHERE l.account_id = m.account_id
                                     AND l.media_id = m.media_id AND l.state IN ('final', 'webhook'))
           ELSE m.removed_at IS NOT NULL
                OR coalesce(s.numbers_at >= m.published_at + interval '48 hours' + a.settling_margin, false)
       END AS is_final,
       s.total_interactions / nullif(s.reach, 0)::double precision AS engagement_rate_by_reach,
       s.total_interactions / nullif(f.followers_count, 0)::double precision
           AS engagement_rate_by_followers,
       f.followers_count AS followers_at_post,
       abs(extract(epoch FROM m.published_at - f.observed_at))::double precision / 60
           AS followers_distance_minutes,
       s.avg_watch_ms,
       s.total_watch_ms / nullif(s.reach, 0)::double precision AS watch_ms_per_account_reached,
       (s.extra ->> 'reels_skip_rate')::double precision / 100 AS skip_rate
FROM store.account a
JOIN store.media m USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN LATERAL (
    SELECT * FROM (
        (SELECT r.observed_at, r.followers_count FROM store.account_sample r
         WHERE r.account_id = m.account_id AND r.followers_count IS NOT NULL
           AND r.observed_at <= m.published_at AND r.observed_at >= m.published_at - interval '7 days'
         ORDER BY r.observed_at DESC LIMIT 1)
        UNION ALL
        (SELECT r.observed_at, r.followers_count FROM store.account_sample r
         WHERE r.account_id = m.account_id AND r.followers_count IS NOT NULL
           AND r.observed_at > m.published_at AND r.observed_at <= m.published_at + interval '7 days'
         ORDER BY r.observed_at LIMIT 1)) around
    ORDER BY observed_at LIMIT 1) f ON true;

-- As before. A post is not asked any more once it is proven to be gone, so that its last answer was a suspicion.
CREATE OR REPLACE VIEW insights.media_latest AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
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
       CASE WHEN m.removed_at IS NULL THEN s.absent
            ELSE replace(s.absent::text, '"suspect"', '"gone"')::jsonb END AS absent,
       s.numbers_at AS checked_at, s.checked_at AS asked_at, s.row_at AS changed_at,
       s.like_count, s.comments_count, s.listed_at,
       (SELECT count(*) FROM store.media_child c
        WHERE c.account_id = m.account_id AND c.media_id = m.media_id) AS children,
       CASE WHEN m.product_type <> 'STORY' THEN coalesce(p.state, 'listed') END AS presence,
       CASE WHEN m.product_type <> 'STORY' THEN coalesce(p.since, m.first_seen_at) END
           AS presence_since,
       (m.username <> u.username AND coalesce(m.owner_id <> m.account_id::text, true))
           AS is_collaboration,
       m.removed_at, p.returned_at
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN store.media_presence p USING (account_id, media_id)
LEFT JOIN store.account_state u ON u.account_id = m.account_id;

-- ---- what is missing -----------------------------------------------------------------------------

-- Whether a row of readings has the number, or the split ("views by follow_type"), by the API's name.
CREATE FUNCTION store.has_number(line jsonb, metric text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(line ->> CASE metric WHEN 'ig_reels_avg_watch_time' THEN 'avg_watch_ms'
                                         WHEN 'ig_reels_video_view_total_time' THEN 'total_watch_ms'
                                         ELSE metric END,
                    line -> 'extra' ->> metric,
                    line #>> ARRAY['breakdowns', split_part(metric, ' by ', 1), split_part(metric, ' by ', 2)])
           IS NOT NULL
$$;

CREATE OR REPLACE VIEW insights.absence AS
SELECT a.account_id::text AS account_id, a.name AS account, 'media' AS subject,
       s.media_id::text AS media_id, NULL::date AS day, e.key AS metric, NULL::text AS timeframe,
       CASE WHEN m.removed_at IS NOT NULL AND e.value = 'suspect' THEN 'gone' ELSE e.value END AS reason,
       store.absent_since(s.account_id, s.media_id, e.key) AS since, s.checked_at AS observed_at,
       store.has_number(n.line, e.key) AS has_earlier_number
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL (SELECT to_jsonb(s) AS line OFFSET 0) n
CROSS JOIN LATERAL jsonb_each_text(s.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'account_day', NULL, k.day, e.key, NULL, e.value, NULL,
       d.observed_at, store.has_number(n.line, e.key)
FROM store.account a
CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                    WHERE s.account_id = a.account_id GROUP BY s.day) k
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
CROSS JOIN LATERAL (SELECT to_jsonb(d) AS line OFFSET 0) n
CROSS JOIN LATERAL jsonb_each_text(d.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'audience', NULL, d.snapshot_on,
       d.metric || ' by ' || d.dimension, d.timeframe, d.absent, NULL, d.observed_at,
       false
FROM store.account a
CROSS JOIN LATERAL (SELECT metric, dimension, timeframe, max(snapshot_on) AS newest
                    FROM store.demographic_snapshot WHERE account_id = a.account_id
                    GROUP BY metric, dimension, timeframe) k
JOIN store.demographic_snapshot d
    ON d.account_id = a.account_id AND d.metric = k.metric AND d.dimension = k.dimension
       AND d.timeframe = k.timeframe AND d.snapshot_on = k.newest
WHERE d.absent IS NOT NULL
UNION ALL
SELECT a.account_id::text, a.name, 'online_followers', NULL, o.day, 'online_followers', NULL,
       o.absent, NULL, o.observed_at, false
FROM store.account a
CROSS JOIN LATERAL (SELECT * FROM store.online_followers WHERE account_id = a.account_id
                    ORDER BY day DESC, observed_at DESC LIMIT 1) o
WHERE o.absent IS NOT NULL;

-- The class of a gap's reason, by the names that the story ledger has for them. Failures begin with their class:
-- "needs_login 190/463: …".
CREATE FUNCTION store.kind_of_reason(reason text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN reason LIKE 'insightd was not running%' THEN 'not_running'
                WHEN reason LIKE 'the readings took too long%' THEN 'too_slow'
                WHEN reason LIKE 'the rate limit was left%' THEN 'held_back'
                WHEN reason LIKE 'the platform refused too many calls%'
                     OR reason LIKE 'the platform says when%' THEN 'throttled'
                ELSE CASE substring(reason FROM '^([a-z_]+)[ :]')
                         WHEN 'app_throttled' THEN 'throttled' WHEN 'account_throttled' THEN 'throttled'
                         WHEN 'held_back' THEN 'held_back' WHEN 'needs_login' THEN 'token_dead'
                         WHEN 'blocked' THEN 'account_paused' WHEN 'no_permission' THEN 'no_permission'
                         WHEN 'object_gone' THEN 'refused' WHEN 'rows_refused' THEN 'rows_lost'
                         ELSE 'api_failing' END END
$$;

CREATE OR REPLACE VIEW insights.data_gaps AS
WITH gap AS (
    SELECT g.account_id, a.name, g.collector, 'reading'::text AS kind, NULL::date AS day,
           NULL::bigint AS media_id, g.begins_at, g.ends_at, 'unrecoverable'::text AS state, g.reason,
           g.ends_at AS since, store.kind_of_reason(g.reason) AS reason_kind
    FROM store.gap g LEFT JOIN store.account a USING (account_id)
    UNION ALL
    SELECT a.account_id, a.name, c.collector, 'reading', NULL, NULL, c.failing_since, NULL, 'open', c.error,
           c.failing_since, store.kind_of_reason(c.error_class || ': ' || c.error)
    FROM store.collection c JOIN store.account a USING (account_id)
    WHERE c.failing_since <= c.started_at - interval '30 minutes'
      AND (c.collector = ANY(a.collects))
    UNION ALL
    SELECT a.account_id, a.name, 'account_insights', 'day', e.day, NULL,
           e.day::timestamp AT TIME ZONE a.timezone, (e.day + 1)::timestamp AT TIME ZONE a.timezone,
           CASE WHEN s.is_over THEN 'unrecoverable' ELSE 'open' END,
           CASE WHEN s.is_over THEN 'not read in time: ' || b.ended_because
                ELSE 'not read yet' END,
           (e.day + 2)::timestamp AT TIME ZONE a.timezone,
           CASE WHEN s.is_over THEN 'not_served' ELSE 'not_read_yet' END
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
    SELECT a.account_id, a.name, 'account_insights', 'day', n.day, NULL,
           n.day_end - interval '1 day', n.day_end, 'open', 'not read since it settled',
           n.day_end + interval '72 hours', 'not_read_yet'
    FROM store.account a
    CROSS JOIN LATERAL (SELECT max(started_at) AS as_of FROM store.collection
                        WHERE account_id = a.account_id) k
    CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                        WHERE s.account_id = a.account_id GROUP BY s.day) r
    CROSS JOIN LATERAL (SELECT * FROM store.account_day
                        WHERE account_id = a.account_id AND day = r.day AND observed_at = r.newest OFFSET 0) n
    WHERE NOT n.is_final AND n.day_end + interval '72 hours' + a.settling_margin < k.as_of
    UNION ALL
    SELECT s.account_id, a.name, 'stories', 'story', NULL, s.media_id,
           coalesce(s.last_numbers_at, s.published_at), s.expires_at, 'unrecoverable', s.reason, s.closed_at,
           s.reason_kind
    FROM store.story s LEFT JOIN store.account a USING (account_id)
    WHERE s.state = 'missed'
    UNION ALL
    SELECT l.account_id, a.name, l.collector, 'loss', NULL, NULL, coalesce(l.first_at, l.lost_at), l.last_at,
           'unrecoverable',
           format('%s rows were collected and lost: %s', coalesce(l.rows::text, 'unknown'), l.reason),
           l.lost_at, 'rows_lost'
    FROM store.loss l LEFT JOIN store.account a USING (account_id)
)
SELECT g.account_id::text AS account_id, g.name AS account, g.collector, g.kind, g.day,
       g.media_id::text AS media_id, g.begins_at, g.ends_at, g.state, g.reason, g.since, g.reason_kind
FROM gap g;

-- ---- words ---------------------------------------------------------------------------------------

COMMENT ON COLUMN insights.account_daily.follower_count IS
    'New followers of the day (accounts), gross: who left is not taken off. Not the total, and not the growth, which is insights.follower_daily; needs 100 followers. Additive over days and accounts; counts again insights.media_latest.follows: sum one of them.';
COMMENT ON COLUMN insights.account_revision.follower_count IS
    'New followers of the day (accounts), gross: who left is not taken off. Not the total, and not the growth; needs 100 followers. Not additive: a day has several readings; for sums use insights.account_daily.follower_count.';
COMMENT ON COLUMN insights.account_daily.profile_views IS
    'Profile views (count); optional metric. Additive over days and accounts; counts again insights.media_latest.profile_visits: sum one of them.';
COMMENT ON COLUMN insights.account_daily.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count). Additive over days and accounts; contains likes, comments, saves, shares and replies: sum one of them; counts again insights.media_latest.total_interactions: sum one of them.';
COMMENT ON COLUMN insights.media_daily.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count). Additive over days, posts and accounts; contains likes, comments, saved, shares and replies: sum one of them; its days sum to insights.media_latest.total_interactions: sum one of them.';
COMMENT ON COLUMN insights.story_summary.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count). Additive over stories and accounts; contains shares and replies: sum one of them; the same as insights.media_latest.total_interactions: sum one of them.';

COMMENT ON VIEW insights.follower_daily IS
    'Followers by day of the account''s time zone, as the profile told them, and what each day gained, net. A day without a row: the profile was not read, or said what it had said before (a count that stays leaves a row every 24 h); the next row covers it, see days_covered.';
COMMENT ON COLUMN insights.follower_daily.gained IS
    'Followers won since the day before that has a row, less those lost (accounts): net growth, negative if more left; NULL on the first day. insights.account_daily.follower_count is another number: it is gross. Additive over days and accounts.';
COMMENT ON COLUMN insights.follower_daily.followers_count IS
    'Followers at the end of the day, as far as it was read (accounts). Not additive: the same followers on each day, and accounts share followers.';
COMMENT ON COLUMN insights.follower_daily.observed_at IS
    'The reading that first said so (timestamptz); later ones of the day that said the same leave no row.';

COMMENT ON COLUMN insights.account_breakdown.value IS
    'The cell''s number, in the metric''s unit; insights.metric says which metrics may be summed. Additive over days and accounts within one such metric and one dimension list, never for reach; splits insights.account_daily: sum one of them.';

COMMENT ON COLUMN insights.media_daily.is_final IS
    'True once a reading lies 48 h and the account''s settling_margin past the end of the day; of a story that was read to its end, and of a post that is gone, at once: nothing will follow. Missed stories stay false, highlights are read on like posts.';
COMMENT ON COLUMN insights.media_daily.marks IS
    'Where a difference is not the growth of its day, by metric (jsonb): first (the metric''s first number, of a post published more than an hour before the day began: it counts what was before, too), correction (the total fell), reset (it fell to less than half), recovery (it rises from below an earlier total); NULL if all is growth. Differences are left as they are: they sum to the newest total.';
COMMENT ON COLUMN insights.media_growth.is_final IS
    'True once a reading lies 48 h and the account''s settling_margin past that age, or the post is gone (stories: once it is decided how they ended), and the numbers are known.';
COMMENT ON COLUMN insights.media_growth.presence IS
    'Posts: listed; hidden (it left the list but answers); suspect (refused or missing, not proven); gone (deleted): insights.media_latest.presence. NULL for stories.';
COMMENT ON COLUMN insights.media_engagement.is_final IS
    'True once read 48 h and the account''s settling_margin past publishing, or gone: until then the first numbers are still coming in. Later it moves slowly, as lifetime totals do. Stories: true if they were read to their end (insights.story_summary.state final or webhook), false while open and for missed ones, whose numbers end earlier.';

COMMENT ON VIEW insights.absence IS
    'Every number that was asked for and not answered at the last reading, with the reason: one row per post and metric, day and metric, or split of the audience. Where an earlier reading had the number, that one still stands in its view, and has_earlier_number is true: such a row is no hole in a chart.';
COMMENT ON COLUMN insights.absence.has_earlier_number IS
    'Whether the number stands all the same, as an earlier reading told it: a story that ended, a post that is gone, a metric that is not served any more. False: its view shows NULL.';

COMMENT ON COLUMN insights.data_gaps.reason IS
    'Why it is missing, in words; one incident may have several wordings: group by reason_kind.';
COMMENT ON COLUMN insights.data_gaps.reason_kind IS
    'The class of the reason: not_running, api_failing, throttled, held_back (the rate limit was nearly used up), token_dead, account_paused, no_permission, too_slow, rows_lost, not_read_yet, not_served (days: the platform tells them no more); and those of insights.story_summary.reason_kind.';
COMMENT ON COLUMN insights.story_summary.reason_kind IS
    'Missed stories: the class of the reason: api_failing, throttled, held_back, token_dead, account_paused, no_permission, refused, no_numbers, not_running, rows_lost, found_late, not_asked, not_recorded; NULL for others.';
