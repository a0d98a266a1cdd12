-- Provisional, final, revised; what was known when; and growth that is no growth.

-- How long after the platform's 48 hours a day of the account is taken for final: configuration.
ALTER TABLE store.account ADD COLUMN settling_margin interval NOT NULL DEFAULT '2 hours';

-- When all numbers of the day were last asked for and answered as the row says: a reading that says the
-- same leaves no row. NULL: not since observed_at. Without it, a row that comes late from the spool
-- would stand for a time at which the row before it was known to be right again.
ALTER TABLE store.account_day ADD COLUMN checked_at timestamptz;

-- The planner takes each JSON function in it for a hundred rows and then compiles the query, a second
-- for milliseconds of work; a function with a setting of its own is planned by itself.
ALTER FUNCTION store.cells(jsonb) ROWS 30 SET jit = off;

-- Splits of the day by metric and dimension list: the newer ones over those known.
CREATE FUNCTION store.merged_splits(known jsonb, newer jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN known IS NULL THEN newer WHEN newer IS NULL THEN known
                ELSE known || (SELECT jsonb_object_agg(n.key, coalesce(known -> n.key, '{}') || n.value)
                               FROM jsonb_each(newer) n) END
$$;

-- What is wrong with taking the step from `known` to `number` for growth; `highest` is the largest
-- number known before. NULL: nothing.
CREATE FUNCTION store.mark(number bigint, known bigint, highest bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN number < known THEN CASE WHEN known - number > number THEN 'reset' ELSE 'correction' END
                WHEN number > known AND known < highest THEN 'recovery' END
$$;

-- As before, in the language that is quicker here: growth and its marks cost no more than growth did.
CREATE OR REPLACE FUNCTION store.newer(known bigint[], numbers bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN ARRAY[
        coalesce(numbers[1], known[1]), coalesce(numbers[2], known[2]), coalesce(numbers[3], known[3]),
        coalesce(numbers[4], known[4]), coalesce(numbers[5], known[5]), coalesce(numbers[6], known[6]),
        coalesce(numbers[7], known[7]), coalesce(numbers[8], known[8]), coalesce(numbers[9], known[9]),
        coalesce(numbers[10], known[10]), coalesce(numbers[11], known[11]), coalesce(numbers[12], known[12]),
        coalesce(numbers[13], known[13])];
END $$;

CREATE OR REPLACE VIEW insights.account_daily AS
SELECT a.account_id::text AS account_id, a.name AS account, d.day, d.day_end, d.is_final, d.observed_at,
       d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments, d.saves,
       d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       store.whole(d.extra ->> 'profile_views') AS profile_views,
       store.whole(d.extra ->> 'website_clicks') AS website_clicks, d.absent,
       k.revisions, k.final_at,
       k.finals > 1 AND (
           SELECT count(DISTINCT ROW(f.day_end, f.reach, f.views, f.accounts_engaged,
                      f.total_interactions, f.likes, f.comments, f.saves, f.shares, f.replies,
                      f.reposts, f.follower_count, f.profile_links_taps, f.breakdowns, f.extra)) > 1
           FROM store.account_day f
           WHERE f.account_id = d.account_id AND f.day = d.day AND f.is_final) AS revised_after_final
FROM store.account a
CROSS JOIN LATERAL (
    SELECT s.day, max(s.observed_at) AS newest, count(*) AS revisions,
           min(s.observed_at) FILTER (WHERE s.is_final) AS final_at,
           count(*) FILTER (WHERE s.is_final) AS finals
    FROM store.account_day s WHERE s.account_id = a.account_id GROUP BY s.day) k
JOIN store.account_day d ON d.account_id = a.account_id AND d.day = k.day AND d.observed_at = k.newest;

CREATE FUNCTION insights.account_daily_as_of(t timestamptz)
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
       k.revisions, k.final_at,
       k.finals > 1 AND (
           SELECT count(DISTINCT ROW(f.day_end, f.reach, f.views, f.accounts_engaged,
                      f.total_interactions, f.likes, f.comments, f.saves, f.shares, f.replies,
                      f.reposts, f.follower_count, f.profile_links_taps, f.breakdowns, f.extra)) > 1
           FROM store.account_day f
           WHERE f.account_id = d.account_id AND f.day = d.day AND f.is_final AND f.observed_at <= t)
FROM store.account a
CROSS JOIN LATERAL (
    SELECT s.day, max(s.observed_at) AS newest, count(*) AS revisions,
           min(s.observed_at) FILTER (WHERE s.is_final) AS final_at,
           count(*) FILTER (WHERE s.is_final) AS finals
    FROM store.account_day s
    WHERE s.account_id = a.account_id AND s.observed_at <= t GROUP BY s.day) k
JOIN store.account_day d ON d.account_id = a.account_id AND d.day = k.day AND d.observed_at = k.newest
$$;

CREATE FUNCTION insights.account_breakdown_as_of(t timestamptz)
RETURNS TABLE (account_id text, account text, day date, metric text, dimension text,
    dimension_values text[], dimension_value text, value numeric, total numeric,
    is_unattributed boolean, is_final boolean, observed_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT a.account_id::text, a.name, d.day, c.metric, c.dimension, c.dimension_values,
       c.dimension_value, c.value, c.total, c.is_unattributed, d.is_final, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (s.day) s.* FROM store.account_day s
                    WHERE s.account_id = a.account_id AND s.observed_at <= t
                    ORDER BY s.day, s.observed_at DESC) d
CROSS JOIN LATERAL store.cells(d.breakdowns) c
$$;

CREATE VIEW insights.account_revision AS
SELECT a.account_id::text AS account_id, a.name AS account, d.day, d.day_end, d.observed_at,
       row_number() OVER (PARTITION BY d.account_id, a.account_id::text, a.name, d.day
                          ORDER BY d.observed_at) AS revision,
       d.is_final, d.reach, d.views, d.accounts_engaged, d.total_interactions, d.likes, d.comments,
       d.saves, d.shares, d.replies, d.reposts, d.follower_count, d.profile_links_taps,
       store.whole(d.extra ->> 'profile_views') AS profile_views,
       store.whole(d.extra ->> 'website_clicks') AS website_clicks, d.absent
FROM store.account a JOIN store.account_day d USING (account_id);

CREATE FUNCTION insights.media_as_of(t timestamptz)
RETURNS TABLE (account_id text, account text, media_id text, product_type text, media_type text,
    published_at timestamptz, expires_at timestamptz, permalink text, observed_at timestamptz,
    views bigint, reach bigint, likes bigint, comments bigint, saved bigint, shares bigint,
    follows bigint, total_interactions bigint, profile_visits bigint, profile_activity bigint,
    replies bigint, navigation bigint, avg_watch_ms bigint, total_watch_ms bigint, reposts bigint,
    reels_skip_rate double precision, crossposted_views bigint, facebook_views bigint,
    total_views bigint, total_likes bigint, total_comments bigint, link_clicks bigint, absent jsonb)
LANGUAGE sql STABLE AS $$
SELECT a.account_id::text, a.name, m.media_id::text, m.product_type, m.media_type, m.published_at,
       m.expires_at, m.permalink, s.observed_at, s.views, s.reach, s.likes, s.comments, s.saved,
       s.shares, s.follows, s.total_interactions, s.profile_visits, s.profile_activity, s.replies,
       s.navigation, s.avg_watch_ms, s.total_watch_ms,
       store.whole(s.extra ->> 'reposts'),
       (s.extra ->> 'reels_skip_rate')::double precision,
       store.whole(s.extra ->> 'crossposted_views'), store.whole(s.extra ->> 'facebook_views'),
       store.whole(s.extra ->> 'total_views'), store.whole(s.extra ->> 'total_likes'),
       store.whole(s.extra ->> 'total_comments'), store.whole(s.extra ->> 'link_clicks'), s.absent
FROM store.account a JOIN store.media m USING (account_id)
CROSS JOIN LATERAL (
    SELECT * FROM store.media_sample r
    WHERE r.account_id = m.account_id AND r.media_id = m.media_id AND r.observed_at <= t
      AND num_nonnulls(r.views, r.reach, r.likes, r.comments, r.saved, r.shares, r.follows,
                       r.total_interactions, r.profile_visits, r.profile_activity, r.replies,
                       r.navigation, r.avg_watch_ms, r.total_watch_ms, r.breakdowns, r.extra) > 0
    ORDER BY r.observed_at DESC LIMIT 1) s
$$;

-- As before, with the margin of the account in is_final, and with marks.
CREATE OR REPLACE VIEW insights.media_daily AS
WITH last_of_day AS (
    SELECT DISTINCT ON (s.account_id, a.account_id::text, a.name, s.media_id, s.media_id::text,
                        (s.observed_at AT TIME ZONE a.timezone)::date)
           s.*, a.account_id::text AS account_text, a.name AS account, a.timezone, a.settling_margin,
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
               OVER before AS known,
           max(views) OVER before AS most_views, max(reach) OVER before AS most_reach,
           max(likes) OVER before AS most_likes, max(comments) OVER before AS most_comments,
           max(saved) OVER before AS most_saved, max(shares) OVER before AS most_shares,
           max(follows) OVER before AS most_follows,
           max(total_interactions) OVER before AS most_total_interactions,
           max(profile_visits) OVER before AS most_profile_visits,
           max(profile_activity) OVER before AS most_profile_activity,
           max(replies) OVER before AS most_replies, max(navigation) OVER before AS most_navigation,
           max(total_watch_ms) OVER before AS most_total_watch_ms
    FROM last_of_day l
    WINDOW w AS (PARTITION BY account_id, account_text, account, media_id, media_text ORDER BY day),
           before AS (PARTITION BY account_id, account_text, account, media_id, media_text ORDER BY day
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT d.account_text AS account_id, d.account, d.media_text AS media_id, m.product_type, d.day,
       d.day - coalesce(d.previous_day, (m.published_at AT TIME ZONE d.timezone)::date - 1)
           AS days_covered,
       coalesce(s.numbers_at >= ((d.day + 1)::timestamp AT TIME ZONE d.timezone) + interval '48 hours'
                                + d.settling_margin, false) AS is_final,
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
       d.total_watch_ms - coalesce(d.known[13], 0) AS total_watch_ms,
       -- Most rows have none: the object is made only where there is something to say.
       CASE WHEN coalesce(
                store.mark(d.views, d.known[1], d.most_views),
                store.mark(d.reach, d.known[2], d.most_reach),
                store.mark(d.likes, d.known[3], d.most_likes),
                store.mark(d.comments, d.known[4], d.most_comments),
                store.mark(d.saved, d.known[5], d.most_saved),
                store.mark(d.shares, d.known[6], d.most_shares),
                store.mark(d.follows, d.known[7], d.most_follows),
                store.mark(d.total_interactions, d.known[8], d.most_total_interactions),
                store.mark(d.profile_visits, d.known[9], d.most_profile_visits),
                store.mark(d.profile_activity, d.known[10], d.most_profile_activity),
                store.mark(d.replies, d.known[11], d.most_replies),
                store.mark(d.navigation, d.known[12], d.most_navigation),
                store.mark(d.total_watch_ms, d.known[13], d.most_total_watch_ms)) IS NOT NULL
            THEN jsonb_strip_nulls(jsonb_build_object(
                'views', store.mark(d.views, d.known[1], d.most_views),
                'reach', store.mark(d.reach, d.known[2], d.most_reach),
                'likes', store.mark(d.likes, d.known[3], d.most_likes),
                'comments', store.mark(d.comments, d.known[4], d.most_comments),
                'saved', store.mark(d.saved, d.known[5], d.most_saved),
                'shares', store.mark(d.shares, d.known[6], d.most_shares),
                'follows', store.mark(d.follows, d.known[7], d.most_follows),
                'total_interactions',
                store.mark(d.total_interactions, d.known[8], d.most_total_interactions),
                'profile_visits', store.mark(d.profile_visits, d.known[9], d.most_profile_visits),
                'profile_activity',
                store.mark(d.profile_activity, d.known[10], d.most_profile_activity),
                'replies', store.mark(d.replies, d.known[11], d.most_replies),
                'navigation', store.mark(d.navigation, d.known[12], d.most_navigation),
                'total_watch_ms',
                store.mark(d.total_watch_ms, d.known[13], d.most_total_watch_ms))) END AS marks
FROM differences d
JOIN store.media m USING (account_id, media_id)
LEFT JOIN store.media_state s USING (account_id, media_id);

COMMENT ON COLUMN insights.account_daily.is_final IS
    'True once read 48 h and the account''s settling_margin past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.account_daily.revisions IS
    'Readings of the day that are stored (count): those that said something new; see insights.account_revision.';
COMMENT ON COLUMN insights.account_daily.final_at IS
    'When the day was first read as final (timestamptz); NULL while provisional.';
COMMENT ON COLUMN insights.account_daily.revised_after_final IS
    'True if the platform changed a number of the day after it was final; the newest is shown.';
COMMENT ON COLUMN insights.account_breakdown.is_final IS
    'True once read 48 h and the account''s settling_margin past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.media_daily.is_final IS
    'True once a reading lies 48 h and the account''s settling_margin past the end of the day.';
COMMENT ON COLUMN insights.media_daily.marks IS
    'Where a difference is not growth, by metric (jsonb): correction (the total fell), reset (it fell to less than half), recovery (it rises from below an earlier total); NULL if all is growth. Differences are left as they are: they sum to the newest total.';

COMMENT ON VIEW insights.account_revision IS
    'Every stored reading of every account day, oldest first: how the numbers of a day came to be. For one number per day use account_daily.';
COMMENT ON COLUMN insights.account_revision.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_revision.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_revision.day IS
    'The day spoken of (date).';
COMMENT ON COLUMN insights.account_revision.day_end IS
    'End of the day as the platform gave it (timestamptz, exclusive).';
COMMENT ON COLUMN insights.account_revision.observed_at IS
    'When the platform was asked (timestamptz).';
COMMENT ON COLUMN insights.account_revision.revision IS
    'The reading''s number among those of its day (count), from 1.';
COMMENT ON COLUMN insights.account_revision.is_final IS
    'True once read 48 h and the account''s settling_margin past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.account_revision.reach IS
    'Unique accounts that saw it (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.account_revision.views IS
    'Times it was seen (count).';
COMMENT ON COLUMN insights.account_revision.accounts_engaged IS
    'Accounts that interacted (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.account_revision.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count).';
COMMENT ON COLUMN insights.account_revision.likes IS
    'Likes (count), organic.';
COMMENT ON COLUMN insights.account_revision.comments IS
    'Comments (count), organic.';
COMMENT ON COLUMN insights.account_revision.saves IS
    'Saves (count).';
COMMENT ON COLUMN insights.account_revision.shares IS
    'Shares (count).';
COMMENT ON COLUMN insights.account_revision.replies IS
    'Replies (count); 0 for creators in Europe and Japan.';
COMMENT ON COLUMN insights.account_revision.reposts IS
    'Reposts (count); served since 2025-12-03.';
COMMENT ON COLUMN insights.account_revision.follower_count IS
    'New followers of the day (accounts), not the total; needs 100 followers.';
COMMENT ON COLUMN insights.account_revision.profile_links_taps IS
    'Taps on the profile''s contact buttons (count).';
COMMENT ON COLUMN insights.account_revision.profile_views IS
    'Profile views (count); optional metric.';
COMMENT ON COLUMN insights.account_revision.website_clicks IS
    'Website clicks (count); optional metric.';
COMMENT ON COLUMN insights.account_revision.absent IS
    'Why a number is NULL, by metric (jsonb), e.g. {"reach": "too_few_viewers"}.';

COMMENT ON FUNCTION insights.account_daily_as_of(timestamptz) IS
    'insights.account_daily as it was known at t: for each day the newest reading observed at or before t.';
COMMENT ON FUNCTION insights.account_breakdown_as_of(timestamptz) IS
    'insights.account_breakdown as it was known at t: the splits of each day''s newest reading observed at or before t.';
COMMENT ON FUNCTION insights.media_as_of(timestamptz) IS
    'Lifetime totals of posts, reels and stories as they were known at t: the newest reading with a number observed at or before t (observed_at). Media without one have no row.';
