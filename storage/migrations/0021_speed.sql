-- Views that reach their rows through an index: one account, 90 days, among hundreds of accounts. Columns and
-- rows are what they were.

-- Conditions come as text. With an index the planner also knows that an id is one account.
CREATE INDEX ON store.account ((account_id::text));

-- The numbers of a post as last known before a day, by the last reading of each day, as far back as it takes to
-- know each of `numbers`: what media_daily asks where one comes back that the reading before did not have.
-- Readings are taken one by one from the index, newest first; sorted, all of them would be read each time.
CREATE FUNCTION store.known_before(of_account bigint, of_media bigint, zone text, day date, numbers bigint[])
RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
DECLARE
    reading record;
    oldest date := day;
    known bigint[] := '{}';
BEGIN
    FOR reading IN
        SELECT (r.observed_at AT TIME ZONE zone)::date AS day,
               ARRAY[r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                     r.total_interactions, r.profile_visits, r.profile_activity, r.replies, r.navigation,
                     r.total_watch_ms] AS numbers
        FROM store.media_sample r
        WHERE r.account_id = of_account AND r.media_id = of_media
          AND r.observed_at < (day + 1)::timestamp AT TIME ZONE zone
          AND coalesce(r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                       r.total_interactions, r.profile_visits, r.profile_activity, r.replies, r.navigation,
                       r.total_watch_ms) IS NOT NULL
        ORDER BY r.observed_at DESC
    LOOP
        CONTINUE WHEN reading.day >= oldest;
        oldest := reading.day;
        known := store.newer(reading.numbers, known);
        EXIT WHEN NOT EXISTS (SELECT FROM unnest(numbers, known) n(number, before)
                              WHERE n.number IS NOT NULL AND n.before IS NULL);
    END LOOP;
    RETURN known;
END $$;

-- Post by post: a post's readings lie side by side in the index. Most of them are of its first days, where only the
-- last one of each day is looked up; where days begin is sought three hours wide, because an hour may come twice.
-- What was known before is the row before, as a rule.
CREATE OR REPLACE VIEW insights.media_daily AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id, m.product_type, d.day,
       d.day - coalesce(d.previous_day, (m.published_at AT TIME ZONE a.timezone)::date - 1) AS days_covered,
       coalesce(s.numbers_at >= ((d.day + 1)::timestamp AT TIME ZONE a.timezone) + interval '48 hours'
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
                store.mark(d.views, k.known[1], d.most_views),
                store.mark(d.reach, k.known[2], d.most_reach),
                store.mark(d.likes, k.known[3], d.most_likes),
                store.mark(d.comments, k.known[4], d.most_comments),
                store.mark(d.saved, k.known[5], d.most_saved),
                store.mark(d.shares, k.known[6], d.most_shares),
                store.mark(d.follows, k.known[7], d.most_follows),
                store.mark(d.total_interactions, k.known[8], d.most_total_interactions),
                store.mark(d.profile_visits, k.known[9], d.most_profile_visits),
                store.mark(d.profile_activity, k.known[10], d.most_profile_activity),
                store.mark(d.replies, k.known[11], d.most_replies),
                store.mark(d.navigation, k.known[12], d.most_navigation),
                store.mark(d.total_watch_ms, k.known[13], d.most_total_watch_ms)) IS NOT NULL
            THEN jsonb_strip_nulls(jsonb_build_object(
                'views', store.mark(d.views, k.known[1], d.most_views),
                'reach', store.mark(d.reach, k.known[2], d.most_reach),
                'likes', store.mark(d.likes, k.known[3], d.most_likes),
                'comments', store.mark(d.comments, k.known[4], d.most_comments),
                'saved', store.mark(d.saved, k.known[5], d.most_saved),
                'shares', store.mark(d.shares, k.known[6], d.most_shares),
                'follows', store.mark(d.follows, k.known[7], d.most_follows),
                'total_interactions',
                store.mark(d.total_interactions, k.known[8], d.most_total_interactions),
                'profile_visits', store.mark(d.profile_visits, k.known[9], d.most_profile_visits),
                'profile_activity',
                store.mark(d.profile_activity, k.known[10], d.most_profile_activity),
                'replies', store.mark(d.replies, k.known[11], d.most_replies),
                'navigation', store.mark(d.navigation, k.known[12], d.most_navigation),
                'total_watch_ms', store.mark(d.total_watch_ms, k.known[13], d.most_total_watch_ms))) END AS marks
FROM store.account a
JOIN store.media m USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
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
                ELSE d.previous END AS known
    OFFSET 0) k;

-- Since when a post answers without a metric: the first reading after the last one that had it.
CREATE FUNCTION store.absent_since(of_account bigint, of_media bigint, metric text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(m.observed_at) FROM store.media_sample m
    WHERE m.account_id = of_account AND m.media_id = of_media
          AND m.observed_at > coalesce(
              (SELECT max(p.observed_at) FROM store.media_sample p
               WHERE p.account_id = of_account AND p.media_id = of_media
                     AND p.absent ->> metric IS NULL), '-infinity')
$$;

-- Days and their newest rows are found in indexes alone, and a condition on the day is part of the search. OFFSET 0:
-- each is looked up, where the planner would rather read the whole table for several accounts.
CREATE INDEX ON store.account_day (account_id, day, observed_at) WHERE is_final;

CREATE OR REPLACE VIEW insights.account_daily AS
SELECT a.account_id::text AS account_id, a.name AS account, k.day, d.day_end, d.is_final, d.observed_at,
       d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments, d.saves,
       d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       store.whole(d.extra ->> 'profile_views') AS profile_views,
       store.whole(d.extra ->> 'website_clicks') AS website_clicks, d.absent,
       k.revisions, f.final_at,
       f.finals > 1 AND (
           SELECT count(DISTINCT ROW(r.day_end, r.reach, r.views, r.accounts_engaged,
                      r.total_interactions, r.likes, r.comments, r.saves, r.shares, r.replies,
                      r.reposts, r.follower_count, r.profile_links_taps, r.breakdowns, r.extra)) > 1
           FROM store.account_day r
           WHERE r.account_id = d.account_id AND r.day = d.day AND r.is_final) AS revised_after_final
FROM store.account a
CROSS JOIN LATERAL (
    SELECT s.day, max(s.observed_at) AS newest, count(*) AS revisions
    FROM store.account_day s WHERE s.account_id = a.account_id GROUP BY s.day) k
CROSS JOIN LATERAL (
    SELECT min(s.observed_at) AS final_at, count(*) AS finals
    FROM store.account_day s
    WHERE s.account_id = a.account_id AND s.day = k.day AND s.is_final) f
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d;

CREATE OR REPLACE VIEW insights.account_breakdown AS
SELECT a.account_id::text AS account_id, a.name AS account, k.day, c.metric, c.dimension,
       c.dimension_values, c.dimension_value, c.value, c.total, c.is_unattributed, d.is_final,
       d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                    WHERE s.account_id = a.account_id GROUP BY s.day) k
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
CROSS JOIN LATERAL store.cells(d.breakdowns) c;

CREATE OR REPLACE VIEW insights.account_extra_metric AS
SELECT a.account_id::text AS account_id, a.name AS account, k.day, e.key AS metric,
       (e.value #>> '{}')::numeric AS value, d.is_final, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                    WHERE s.account_id = a.account_id GROUP BY s.day) k
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
CROSS JOIN LATERAL jsonb_each(d.extra) e
WHERE jsonb_typeof(e.value) = 'number' AND e.key NOT IN ('profile_views', 'website_clicks');

CREATE OR REPLACE VIEW insights.absence AS
SELECT a.account_id::text AS account_id, a.name AS account, 'media' AS subject,
       s.media_id::text AS media_id, NULL::date AS day, e.key AS metric, NULL::text AS timeframe,
       e.value AS reason, store.absent_since(s.account_id, s.media_id, e.key) AS since,
       s.checked_at AS observed_at
FROM store.media_state s
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL jsonb_each_text(s.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'account_day', NULL, k.day, e.key, NULL, e.value, NULL,
       d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                    WHERE s.account_id = a.account_id GROUP BY s.day) k
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
CROSS JOIN LATERAL jsonb_each_text(d.absent) e
UNION ALL
SELECT a.account_id::text, a.name, 'audience', NULL, d.snapshot_on,
       d.metric || ' by ' || d.dimension, d.timeframe, d.absent, NULL, d.observed_at
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
       o.absent, NULL, o.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT * FROM store.online_followers WHERE account_id = a.account_id
                    ORDER BY day DESC, observed_at DESC LIMIT 1) o
WHERE o.absent IS NOT NULL;

-- Each part knows the account's name: a condition on it limits all of them.
CREATE OR REPLACE VIEW insights.data_gaps AS
WITH gap AS (
    SELECT g.account_id, a.name, g.collector, 'reading'::text AS kind, NULL::date AS day,
           NULL::bigint AS media_id, g.begins_at, g.ends_at, 'unrecoverable'::text AS state, g.reason,
           g.ends_at AS since
    FROM store.gap g LEFT JOIN store.account a USING (account_id)
    UNION ALL
    SELECT a.account_id, a.name, c.collector, 'reading', NULL, NULL, c.failing_since, NULL, 'open', c.error,
           c.failing_since
    FROM store.collection c JOIN store.account a USING (account_id)
    WHERE c.failing_since <= c.started_at - interval '30 minutes'
      AND (c.collector = ANY(a.collects))
    UNION ALL
    SELECT a.account_id, a.name, 'account_insights', 'day', e.day, NULL,
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
    SELECT a.account_id, a.name, 'account_insights', 'day', n.day, NULL,
           n.day_end - interval '1 day', n.day_end, 'open', 'not read since it settled',
           n.day_end + interval '72 hours'
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
           coalesce(s.last_numbers_at, s.published_at), s.expires_at, 'unrecoverable', s.reason, s.closed_at
    FROM store.story s LEFT JOIN store.account a USING (account_id)
    WHERE s.state = 'missed'
    UNION ALL
    SELECT l.account_id, a.name, l.collector, 'loss', NULL, NULL, coalesce(l.first_at, l.lost_at), l.last_at,
           'unrecoverable',
           format('%s rows were collected and lost: %s', coalesce(l.rows::text, 'unknown'), l.reason),
           l.lost_at
    FROM store.loss l LEFT JOIN store.account a USING (account_id)
)
SELECT g.account_id::text AS account_id, g.name AS account, g.collector, g.kind, g.day,
       g.media_id::text AS media_id, g.begins_at, g.ends_at, g.state, g.reason, g.since
FROM gap g;

-- Filtered by the account's own id, not by a text made of each row's.
CREATE OR REPLACE VIEW insights.media_breakdown AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, c.metric, c.dimension, c.dimension_values, c.dimension_value, c.value,
       c.total, c.is_unattributed, s.numbers_at AS checked_at
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL store.cells(s.breakdowns) c;

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
       s.absent, s.numbers_at AS checked_at, s.checked_at AS asked_at, s.row_at AS changed_at,
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

CREATE OR REPLACE VIEW insights.story_summary AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.media_type, m.published_at, m.expires_at, s.numbers_at AS last_reading_at,
       extract(epoch FROM m.expires_at - s.numbers_at) / 60 AS minutes_before_expiry,
       s.checked_at AS asked_at,
       s.views, s.reach, s.shares, s.follows, s.total_interactions, s.profile_visits,
       s.profile_activity, s.replies, s.navigation,
       store.whole(n.cells ->> 'tap_forward') AS taps_forward,
       store.whole(n.cells ->> 'tap_back') AS taps_back,
       store.whole(n.cells ->> 'tap_exit') AS exits,
       store.whole(n.cells ->> 'swipe_forward') AS swipes_forward,
       s.absent,
       l.state, nullif(l.reason, '') AS reason, nullif(l.reason_kind, '') AS reason_kind,
       extract(epoch FROM s.numbers_at - m.published_at) / 60 AS last_seen_age,
       l.provenance, l.is_highlight, l.closed_at,
       r.exits / nullif(s.views, 0)::double precision AS exit_rate,
       1 - (r.exits + r.swipes) / nullif(s.views, 0)::double precision AS completion_rate,
       extract(epoch FROM l.found_at - m.published_at) / 60 AS found_after
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
LEFT JOIN store.story l USING (account_id, media_id)
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(c.dimension_value, c.value) AS cells FROM store.cells(s.breakdowns) c
    WHERE c.metric = 'navigation' AND NOT c.is_unattributed) n ON true
LEFT JOIN LATERAL (
    SELECT coalesce((n.cells ->> 'tap_exit')::numeric, w.rest) AS exits,
           coalesce((n.cells ->> 'swipe_forward')::numeric, w.rest) AS swipes
    FROM (SELECT CASE WHEN (s.breakdowns #>> '{navigation,story_navigation_action_type,unattributed}')::numeric = 0
                      THEN 0 END AS rest) w) r ON true
WHERE m.product_type = 'STORY';

CREATE OR REPLACE VIEW insights.media_pace AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.published_at, s.change_per_hour AS changes_per_hour,
       s.change_unread AS changes_unread, s.change_evidence AS changes_seen,
       s.change_at AS judged_at, s.checked_at AS read_at, s.listed_at
FROM store.media m
JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
WHERE m.removed_at IS NULL AND m.product_type <> 'STORY';

CREATE OR REPLACE VIEW insights.audience_demographics AS
SELECT a.account_id::text AS account_id, a.name AS account, d.snapshot_on, d.metric, d.timeframe,
       d.dimension, v.list AS dimension_values, array_to_string(v.list, ',') AS dimension_value,
       store.whole(c.cell ->> 1) AS accounts, d.absent, d.observed_at
FROM store.demographic_snapshot d
JOIN store.account a USING (account_id)
LEFT JOIN LATERAL jsonb_array_elements(d.data) c(cell) ON true
LEFT JOIN LATERAL (SELECT CASE jsonb_array_length(c.cell -> 0)
                              WHEN 1 THEN ARRAY[c.cell -> 0 ->> 0]
                              ELSE ARRAY(SELECT jsonb_array_elements_text(c.cell -> 0)) END AS list
                   WHERE c.cell IS NOT NULL) v ON true;

-- Day by day, each with the last count of the day and the last one before it: days that nobody asks for are not read.
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
      AND r.observed_at < (c.day + 1)::timestamp AT TIME ZONE a.timezone + interval '3 hours'
      AND (r.observed_at AT TIME ZONE a.timezone)::date <= c.day
    ORDER BY r.observed_at DESC LIMIT 1) s
LEFT JOIN LATERAL (
    SELECT r.followers_count, (r.observed_at AT TIME ZONE a.timezone)::date AS day FROM store.account_sample r
    WHERE r.account_id = a.account_id AND r.followers_count IS NOT NULL
      AND r.observed_at < c.day::timestamp AT TIME ZONE a.timezone + interval '3 hours'
      AND (r.observed_at AT TIME ZONE a.timezone)::date < c.day
    ORDER BY r.observed_at DESC LIMIT 1) p ON true
WHERE s.day = c.day;

-- As of a time, in the same way.
CREATE OR REPLACE FUNCTION store.account_breakdown_as_of(t timestamptz)
RETURNS TABLE (account_id text, account text, day date, metric text, dimension text,
    dimension_values text[], dimension_value text, value numeric, total numeric,
    is_unattributed boolean, is_final boolean, observed_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT a.account_id::text, a.name, d.day, c.metric, c.dimension, c.dimension_values,
       c.dimension_value, c.value, c.total, c.is_unattributed, d.is_final, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT s.day, max(s.observed_at) AS newest FROM store.account_day s
                    WHERE s.account_id = a.account_id AND s.observed_at <= t GROUP BY s.day) k
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
CROSS JOIN LATERAL store.cells(d.breakdowns) c
$$;

CREATE OR REPLACE FUNCTION store.account_daily_as_of(t timestamptz)
RETURNS TABLE (account_id text, account text, day date, day_end timestamptz, is_final boolean,
    observed_at timestamptz, reach bigint, views bigint, accounts_engaged bigint,
    total_interactions bigint, likes bigint, comments bigint, saves bigint, shares bigint,
    replies bigint, reposts bigint, follower_count bigint, profile_links_taps bigint,
    profile_views bigint, website_clicks bigint, absent jsonb, revisions bigint,
    final_at timestamptz, revised_after_final boolean)
LANGUAGE sql STABLE AS $$
SELECT a.account_id::text, a.name, d.day, d.day_end, d.is_final, d.observed_at,
       d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments, d.saves,
       d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       store.whole(d.extra ->> 'profile_views'), store.whole(d.extra ->> 'website_clicks'), d.absent,
       k.revisions, f.final_at,
       f.finals > 1 AND (
           SELECT count(DISTINCT ROW(r.day_end, r.reach, r.views, r.accounts_engaged,
                      r.total_interactions, r.likes, r.comments, r.saves, r.shares, r.replies,
                      r.reposts, r.follower_count, r.profile_links_taps, r.breakdowns, r.extra)) > 1
           FROM store.account_day r
           WHERE r.account_id = d.account_id AND r.day = d.day AND r.is_final AND r.observed_at <= t)
FROM store.account a
CROSS JOIN LATERAL (
    SELECT s.day, max(s.observed_at) AS newest, count(*) AS revisions
    FROM store.account_day s WHERE s.account_id = a.account_id AND s.observed_at <= t GROUP BY s.day) k
CROSS JOIN LATERAL (
    SELECT min(s.observed_at) AS final_at, count(*) AS finals
    FROM store.account_day s
    WHERE s.account_id = a.account_id AND s.day = k.day AND s.is_final AND s.observed_at <= t) f
CROSS JOIN LATERAL (SELECT * FROM store.account_day
                    WHERE account_id = a.account_id AND day = k.day AND observed_at = k.newest OFFSET 0) d
$$;
