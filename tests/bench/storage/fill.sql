-- Fills the schema as daemons would have left it at bench.until: {accounts} accounts with {posts} posts and
-- {stories} stories each over {days} days, read by the default age tiers. Nothing is a constant: accounts and
-- posts are heavy-tailed, totals saturate, some fall, some are absent for a while.
SELECT setseed(0.5);
SET jit = off;
CREATE SCHEMA bench;

-- step
CREATE TABLE bench.setting AS
SELECT '2026-11-01T00:00:00Z'::timestamptz AS until, {days} AS days;

-- step
INSERT INTO store.account (account_id, name, login, timezone, collects)
SELECT 17841400000000000 + n, 'account_' || n, (ARRAY['instagram', 'facebook'])[1 + n % 2],
       (ARRAY['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Tokyo', 'UTC', 'America/New_York'])[1 + n % 5],
       '{{profile,media,media_insights,stories,account_insights,audience}}'
FROM generate_series(1, {accounts}) n;

-- step
-- A normal variate out of twelve uniform ones.
CREATE FUNCTION bench.normal() RETURNS double precision LANGUAGE sql VOLATILE AS $$
    SELECT sum(random()) - 6 FROM generate_series(1, 12)
$$;

-- step
-- A split as the platform answers it.
CREATE FUNCTION bench.split(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('{{"follow_type": {{"total": %s, "unattributed": 0, "cells": [[["FOLLOWER"], %s], '
                  '[["NON_FOLLOWER"], %s]]}}}}', number, number / 3, number - number / 3)
$$;

-- step
CREATE TABLE bench.account AS
SELECT account_id, exp(7 + 1.5 * bench.normal()) AS followers FROM store.account;

-- step
-- What each post will come to, and how: shares of its views, half-lives, when something falls or is absent.
CREATE TABLE bench.post AS
SELECT p.account_id, 17900000000000000 + row_number() OVER (ORDER BY p.published_at) AS media_id,
       p.product_type, p.published_at, p.until, p.views,
       0.4 + 0.5 * random() AS reach, 0.01 + 0.08 * random() AS likes, 0.02 * random() AS comments,
       0.01 * random() AS saved, 0.01 * random() AS shares, 0.005 * random() AS follows,
       0.02 * random() AS visits, 10 + 20 * random() AS half_life,
       CASE WHEN random() < 0.3 THEN 300 * random() ^ 2 END AS falls_at,
       CASE WHEN random() < 0.01 THEN 100 * random() END AS reset_at,
       CASE WHEN random() < 0.05 THEN 24 * random() WHEN random() < 0.05 THEN 20000 END AS reach_from,
       CASE WHEN random() < 0.05 THEN 200 * random() END AS silent_at
FROM (SELECT a.account_id, k.product_type, s.until AS until, a.followers * exp(bench.normal()) AS views,
             s.until - (s.days * random()) * interval '1 day' AS published_at
      FROM bench.setting s, bench.account a, generate_series(1, {posts} + {stories}) n,
           LATERAL (SELECT CASE WHEN n > {posts} THEN 'STORY' WHEN n % 10 < 7 THEN 'FEED' ELSE 'REELS' END
                    AS product_type) k) p;

-- step
-- Ages in hours at which a post is read: the default tiers, and a story's.
CREATE FUNCTION bench.ages(product_type text) RETURNS SETOF double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT h / 6.0::double precision FROM generate_series(1, 138) h WHERE product_type = 'STORY'
    UNION ALL SELECT 23 + h / 12.0 FROM generate_series(1, 11) h WHERE product_type = 'STORY'
    UNION ALL SELECT h / 4.0 FROM generate_series(1, 192) h WHERE product_type <> 'STORY'
    UNION ALL SELECT h FROM generate_series(49, 168) h WHERE product_type <> 'STORY'
    UNION ALL SELECT 24 * h FROM generate_series(8, 60) h WHERE product_type <> 'STORY'
    UNION ALL SELECT 24 * h FROM generate_series(67, 730, 7) h WHERE product_type <> 'STORY'
$$;

-- step
-- Every poll, with what it answered; is_row: something changed, or a day passed, as the daemon judges it.
CREATE UNLOGGED TABLE bench.poll AS
SELECT l.*, CASE WHEN NOT lag(is_row) OVER w AND num_nonnulls(l.views, l.likes) > 0 THEN lag(observed_at) OVER w END
       AS before_held_until
FROM (
    SELECT p.account_id, p.media_id, t.observed_at, p.product_type, k.*,
           coalesce(ROW(k.*) IS DISTINCT FROM lag(ROW(k.*)) OVER w
                    OR floor(h.age / 24) <> lag(floor(h.age / 24)) OVER w, true) AS is_row
    FROM bench.post p
    CROSS JOIN LATERAL bench.ages(p.product_type) h(age)
    CROSS JOIN LATERAL (SELECT p.published_at + h.age * interval '1 hour' AS observed_at) t
    CROSS JOIN LATERAL (
        SELECT a.views * (1 - (1 + h.age / p.half_life) ^ -1.5)
               * CASE WHEN h.age > p.reset_at THEN 0.2 ELSE 1 END AS seen,
               a.views * (1 - (1 + h.age / p.half_life * 0.7) ^ -1.4) AS late,
               CASE WHEN h.age > p.falls_at THEN 0.97 ELSE 1 END AS kept
        FROM (SELECT CASE WHEN h.age BETWEEN p.silent_at AND p.silent_at + 1 THEN NULL ELSE p.views END AS views) a
        OFFSET 0) g
    CROSS JOIN LATERAL (
        SELECT floor(g.seen)::bigint AS views,
               CASE WHEN h.age > coalesce(p.reach_from, 0) THEN floor(g.seen * p.reach)::bigint END AS reach,
               floor(g.late * p.likes * g.kept)::bigint AS likes,
               CASE WHEN p.product_type <> 'STORY' THEN floor(g.late * p.comments)::bigint END AS comments,
               CASE WHEN p.product_type <> 'STORY' THEN floor(g.late * p.saved * g.kept)::bigint END AS saved,
               floor(g.late * p.shares)::bigint AS shares,
               CASE WHEN p.product_type <> 'REELS' THEN floor(g.late * p.follows)::bigint END AS follows,
               floor(g.late * (p.likes * g.kept + p.comments + p.saved + p.shares))::bigint AS total_interactions,
               CASE WHEN p.product_type <> 'REELS' THEN floor(g.late * p.visits)::bigint END AS profile_visits,
               CASE WHEN p.product_type <> 'REELS' THEN floor(g.late * p.visits / 5)::bigint END AS profile_activity,
               CASE WHEN p.product_type = 'STORY' THEN floor(g.late * p.comments)::bigint END AS replies,
               CASE WHEN p.product_type = 'STORY' THEN floor(g.seen * 1.4)::bigint END AS navigation,
               CASE WHEN p.product_type = 'REELS' THEN floor(6000 + 2000 * p.reach + 100 * g.late / p.views)::bigint
                    END AS avg_watch_ms,
               CASE WHEN p.product_type = 'REELS' THEN floor(g.seen * (6000 + 2000 * p.reach))::bigint END
                   AS total_watch_ms,
               CASE WHEN g.seen IS NULL THEN '{{"views": "call_failed"}}'::jsonb
                    WHEN h.age <= p.reach_from THEN '{{"reach": "too_few_viewers"}}' END AS absent) k
    WHERE t.observed_at < p.until
    WINDOW w AS (PARTITION BY p.media_id ORDER BY h.age)) l
WINDOW w AS (PARTITION BY media_id ORDER BY observed_at);
ANALYZE bench.poll;

-- step
INSERT INTO store.media (account_id, media_id, product_type, media_type, published_at, expires_at, permalink,
    caption, username, facts_at, first_seen_at)
SELECT account_id, media_id, product_type, CASE product_type WHEN 'FEED' THEN 'IMAGE' ELSE 'VIDEO' END, published_at,
       CASE product_type WHEN 'STORY' THEN published_at + interval '1 day' END,
       'https://www.instagram.com/p/' || media_id, repeat('A caption of the usual length. ', 6),
       'user_' || account_id, published_at, published_at
FROM bench.post ORDER BY published_at;

-- step
-- In the order of time, month by month, as it comes in.
DO $$
DECLARE
    first timestamptz;
BEGIN
    FOR first IN SELECT generate_series(date_trunc('month', until - (days + 1) * interval '1 day'), until,
                                        interval '1 month') FROM bench.setting
    LOOP
        PERFORM store.ensure_month(first::date);
        INSERT INTO store.media_sample (account_id, media_id, observed_at, before_held_until, views, reach,
            likes, comments, saved, shares, follows, total_interactions, profile_visits, profile_activity,
            replies, navigation, avg_watch_ms, total_watch_ms, absent)
        SELECT account_id, media_id, observed_at, before_held_until, views, reach, likes, comments, saved, shares,
               follows, total_interactions, profile_visits, profile_activity, replies, navigation, avg_watch_ms,
               total_watch_ms, absent
        FROM bench.poll
        WHERE is_row AND observed_at >= first AND observed_at < first + interval '1 month'
        ORDER BY observed_at, account_id, media_id;
    END LOOP;
END $$;

-- step
INSERT INTO store.media_state (account_id, media_id, checked_at, numbers_at, row_at, views, reach, likes, comments,
    saved, shares, follows, total_interactions, profile_visits, profile_activity, replies, navigation,
    avg_watch_ms, total_watch_ms, absent, listed_at, count_row_at, like_count, comments_count, breakdowns)
SELECT DISTINCT ON (p.account_id, p.media_id) p.account_id, p.media_id, p.observed_at, p.observed_at,
       max(p.observed_at) FILTER (WHERE p.is_row) OVER (PARTITION BY p.account_id, p.media_id), p.views, p.reach,
       p.likes, p.comments, p.saved, p.shares, p.follows, p.total_interactions, p.profile_visits,
       p.profile_activity, p.replies, p.navigation, p.avg_watch_ms, p.total_watch_ms, p.absent, s.until, s.until,
       p.likes, p.comments, format('{{"views": %s}}', bench.split(p.views))::jsonb
FROM bench.poll p, bench.setting s
WHERE p.views IS NOT NULL
ORDER BY p.account_id, p.media_id, p.observed_at DESC;

-- step
-- The account itself: its profile hourly, days hourly until they are settled, two settled ones again, and the
-- audience each day.
INSERT INTO store.account_state (account_id, checked_at, row_at, username, name, account_type, followers_count,
    follows_count, media_count)
SELECT a.account_id, s.until, s.until, 'user_' || a.account_id, 'User', 'BUSINESS', floor(a.followers), 100, {posts}
FROM bench.account a, bench.setting s;

-- step
INSERT INTO store.account_sample (account_id, observed_at, followers_count, follows_count, media_count)
SELECT a.account_id, t,
       floor(a.followers * (1 - 0.3 * extract(epoch FROM s.until - t) / (s.days * 86400))), 100, {posts}
FROM bench.setting s, bench.account a,
     generate_series(s.until - s.days * interval '1 day', s.until, interval '1 hour') t
ORDER BY t.t, a.account_id;

-- step
DO $$
DECLARE
    first timestamptz;
BEGIN
    FOR first IN SELECT generate_series(until - days * interval '1 day', until, interval '10 days') FROM bench.setting
    LOOP
        INSERT INTO store.account_day (account_id, day, observed_at, checked_at, day_end, is_final, reach, views,
            accounts_engaged, total_interactions, likes, comments, saves, shares, replies, reposts, follower_count,
            profile_links_taps, breakdowns, absent)
        SELECT a.account_id, d.day, t.at, t.at + interval '1 hour', d.day + interval '1 day', r.hour >= 74,
               n.views / 2, n.views, n.views / 20, n.views / 25, n.views / 30, n.views / 900, n.views / 800,
               n.views / 700, 0, n.views / 2000, n.views / 1000, n.views / 1500,
               format('{{"views": %s, "reach": %s, "likes": %s}}', bench.split(n.views), bench.split(n.views / 2),
                      bench.split(n.views / 30))::jsonb,
               CASE WHEN n.views < 100 THEN '{{"follower_count": "under_100_followers"}}'::jsonb END
        FROM bench.setting s
        CROSS JOIN generate_series(first, first + interval '9 days', interval '1 day') d(day)
        CROSS JOIN bench.account a
        CROSS JOIN (SELECT generate_series(1, 24) UNION ALL SELECT unnest(ARRAY[27, 31, 40, 48, 60, 74, 220])) r(hour)
        CROSS JOIN LATERAL (SELECT d.day + r.hour * interval '1 hour' AS at) t
        CROSS JOIN LATERAL (
            SELECT floor(a.followers * (0.4 + 0.2 * sin(hashtext(a.account_id::text || d.day) % 100))
                         * least(1, r.hour / 24.0 + 0.01) * (1 + r.hour / 5000.0))::bigint AS views OFFSET 0) n
        WHERE t.at < s.until
        ORDER BY d.day, r.hour, a.account_id;
    END LOOP;
END $$;

-- step
INSERT INTO store.demographic_snapshot (account_id, metric, dimension, timeframe, snapshot_on, observed_at, data)
SELECT a.account_id, k.metric, k.dimension, 'this_month', t::date, t, k.cells
FROM bench.setting s, bench.account a,
     generate_series(s.until - s.days * interval '1 day', s.until, interval '1 day') t,
     LATERAL (
         SELECT m.metric, v.dimension, jsonb_agg(jsonb_build_array(jsonb_build_array(v.dimension || c),
                                                                   floor(a.followers / (c + 1)))) AS cells
         FROM (VALUES ('follower_demographics'), ('engaged_audience_demographics')) m(metric),
              (VALUES ('age', 7), ('gender', 3), ('country', 45), ('city', 45)) v(dimension, cells),
              generate_series(1, v.cells) c
         GROUP BY m.metric, v.dimension) k
ORDER BY t.t, a.account_id;

-- step
INSERT INTO store.online_followers (account_id, day, observed_at, day_end, hours)
SELECT a.account_id, t::date, t + interval '26 hours', t + interval '1 day',
       ARRAY(SELECT floor(a.followers * (0.2 + h / 60.0))::bigint FROM generate_series(1, 24) h)
FROM bench.setting s, bench.account a,
     generate_series(s.until - s.days * interval '1 day', s.until - interval '2 days', interval '1 day') t
ORDER BY t.t, a.account_id;

-- step
INSERT INTO store.story (account_id, media_id, known_at, found_at, published_at, expires_at, window_from,
    last_answer_at, last_numbers_at, provenance, state, closed_at)
SELECT account_id, media_id, published_at + interval '1 day', published_at, published_at,
       published_at + interval '1 day', published_at + interval '1425 minutes', published_at + interval '1435 minutes',
       published_at + interval '1435 minutes', 'poll',
       CASE WHEN published_at + interval '1 day' < until THEN 'final' ELSE 'open' END,
       CASE WHEN published_at + interval '1 day' < until THEN published_at + interval '1 day' END
FROM bench.post WHERE product_type = 'STORY';

-- step
INSERT INTO store.collection (account_id, collector, started_at, last_success_at, first_started_at, calls)
SELECT a.account_id, c, s.until, s.until, s.until - s.days * interval '1 day', 10
FROM bench.setting s, store.account a, unnest(a.collects) c;

-- step
-- What the same polls leave with a batch connector: each answer as it came, in the order of time.
CREATE TABLE bench.raw (
    account_id bigint, media_id bigint, fetched_at timestamptz, data jsonb,
    PRIMARY KEY (account_id, media_id, fetched_at));

-- step
INSERT INTO bench.raw
SELECT account_id, media_id, observed_at, jsonb_strip_nulls(jsonb_build_object(
           'id', media_id::text, 'business_account_id', account_id::text,
           'views', views, 'reach', reach, 'likes', likes, 'comments', comments, 'saved', saved, 'shares', shares,
           'follows', follows, 'total_interactions', total_interactions, 'profile_visits', profile_visits,
           'profile_activity', profile_activity, 'replies', replies, 'navigation', navigation,
           'ig_reels_avg_watch_time', avg_watch_ms, 'ig_reels_video_view_total_time', total_watch_ms))
FROM bench.poll WHERE views IS NOT NULL
ORDER BY observed_at, account_id, media_id;

-- step
CREATE TABLE bench.counted AS
SELECT count(*) AS polls, sum(num_nonnulls(views, reach, likes, comments, saved, shares, follows,
           total_interactions, profile_visits, profile_activity, replies, navigation, avg_watch_ms,
           total_watch_ms)) AS logical_values
FROM bench.poll;

-- step
DROP TABLE bench.poll;
