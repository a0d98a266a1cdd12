-- Posts at the same age, rates with their formula, and the hours that do best.

-- Rows are written on change: without this, nobody could tell whether the number before stood until
-- just now, or was not looked at for a day.
ALTER TABLE store.media_sample ADD COLUMN before_held_until timestamptz;
COMMENT ON COLUMN store.media_sample.before_held_until IS
    'When the numbers before were last confirmed by a reading that left no row (timestamptz); NULL: there was none, or it is not known.';

-- As before, without the new column: it is no number of the platform.
CREATE OR REPLACE FUNCTION store.numbers(line jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(n.key || ' ' || n.value, ', ' ORDER BY n.key)
    FROM jsonb_each_text(jsonb_strip_nulls(line)
         - '{account_id,media_id,observed_at,before_held_until,checked_at,day,day_end,is_final,breakdowns,extra,absent}'::text[]
         || coalesce(nullif(line -> 'extra', 'null'), '{}')) n
$$;

-- A total between two readings, `share` of the way from the first to the second; NULL: they are too
-- far apart, and only a number that is the same in both is known. A total that fell did so at one
-- instant: the nearer reading is told, never a number that no reading told.
CREATE FUNCTION store.between(before bigint, after bigint, share double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN share <= 0 OR before = after THEN before
                WHEN after > before THEN before + round(share * (after - before))::bigint
                WHEN after < before AND share < 0.5 THEN before
                WHEN after < before AND share >= 0.5 THEN after END
$$;

-- The ages of media_growth, how far apart readings may be to interpolate between them, and how far
-- past the age a reading is looked for: unchanged numbers leave a row a day.
CREATE FUNCTION store.ages()
RETURNS TABLE (age text, age_hours int, since interval, widest interval, horizon interval)
LANGUAGE sql IMMUTABLE AS $$
    SELECT v.age, v.hours, v.hours * interval '1 hour', v.hours * interval '30 minutes',
           greatest(v.hours * interval '30 minutes', interval '2 days')
    FROM (VALUES ('1 h', 1), ('6 h', 6), ('24 h', 24), ('48 h', 48), ('7 d', 168), ('30 d', 720))
         v(age, hours)
$$;

-- b: the reading at or before the age; n: the next one after it; k: where the age lies between them.
CREATE VIEW insights.media_growth AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.published_at, h.age, h.age_hours, m.published_at + h.since AS age_at,
       k.basis,
       CASE WHEN k.basis NOT LIKE 'no_reading%' THEN k.distance END AS distance_minutes,
       CASE k.basis WHEN 'interpolated' THEN k.gap WHEN 'too_far_apart' THEN k.gap END AS gap_minutes,
       k.basis IN ('read', 'interpolated', 'last_reading')
           AND CASE m.product_type
                   WHEN 'STORY' THEN EXISTS (SELECT 1 FROM store.story l WHERE l.account_id = m.account_id
                                             AND l.media_id = m.media_id AND l.closed_at IS NOT NULL)
                   ELSE s.numbers_at >= m.published_at + h.since + interval '48 hours' + a.settling_margin
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
                store.mark(n.total_watch_ms, b.total_watch_ms, b.total_watch_ms))) END AS marks
FROM store.account a
JOIN store.media m USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
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

-- Followers as the profile told them; a reading a week away says nothing of the time of a post.
CREATE VIEW insights.media_engagement AS
SELECT a.account_id::text AS account_id, a.name AS account, m.media_id::text AS media_id,
       m.product_type, m.media_type, m.published_at, s.numbers_at AS checked_at,
       CASE m.product_type
           WHEN 'STORY' THEN EXISTS (SELECT 1 FROM store.story l WHERE l.account_id = m.account_id
                                     AND l.media_id = m.media_id AND l.closed_at IS NOT NULL)
           ELSE coalesce(s.numbers_at >= m.published_at + interval '48 hours' + a.settling_margin, false)
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

-- Posts of all ages are compared at one age: 48 hours, when most of their views have come.
CREATE VIEW insights.posting_times AS
SELECT p.account_id, p.account, p.weekday, p.weekday_name, p.hour,
       count(*) AS posts, count(p.views) AS posts_compared,
       count(p.views) FILTER (WHERE p.is_final) AS posts_final,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY p.views) AS median_views,
       avg(p.views)::double precision AS mean_views,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY p.reach) AS median_reach,
       avg(p.reach)::double precision AS mean_reach,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY p.engagement_rate) AS median_engagement_rate,
       avg(p.engagement_rate) AS mean_engagement_rate
FROM (SELECT g.account_id, g.account, extract(isodow FROM l.published)::int AS weekday,
             trim(to_char(l.published, 'Day')) AS weekday_name,
             extract(hour FROM l.published)::int AS hour, g.is_final, g.views, g.reach,
             g.total_interactions / nullif(g.reach, 0)::double precision AS engagement_rate
      FROM insights.media_growth g
      JOIN store.account a ON a.account_id::text = g.account_id
      CROSS JOIN LATERAL (SELECT g.published_at AT TIME ZONE a.timezone AS published) l
      WHERE g.age_hours = 48 AND g.product_type <> 'STORY') p
GROUP BY p.account_id, p.account, p.weekday, p.weekday_name, p.hour;

CREATE VIEW insights.follower_daily AS
SELECT d.account_text AS account_id, d.account, d.day, d.followers_count,
       d.followers_count - lag(d.followers_count) OVER w AS gained,
       d.day - lag(d.day) OVER w AS days_covered, d.observed_at
FROM (SELECT DISTINCT ON (a.account_id, a.account_id::text, a.name,
                          (s.observed_at AT TIME ZONE a.timezone)::date)
             a.account_id, a.account_id::text AS account_text, a.name AS account,
             (s.observed_at AT TIME ZONE a.timezone)::date AS day, s.followers_count, s.observed_at
      FROM store.account a JOIN store.account_sample s USING (account_id)
      WHERE s.followers_count IS NOT NULL
      ORDER BY a.account_id, a.account_id::text, a.name,
               (s.observed_at AT TIME ZONE a.timezone)::date, s.observed_at DESC) d
WINDOW w AS (PARTITION BY d.account_id, d.account_text, d.account ORDER BY d.day);

COMMENT ON VIEW insights.media_growth IS
    'Each post at the same ages after publishing: one row per post and age. Compare posts at one age; sum nothing.';
COMMENT ON COLUMN insights.media_growth.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_growth.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_growth.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_growth.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_growth.published_at IS
    'When it was published (timestamptz).';
COMMENT ON COLUMN insights.media_growth.age IS
    'Age of the post: 1 h, 6 h, 24 h, 48 h, 7 d or 30 d; stories up to 24 h.';
COMMENT ON COLUMN insights.media_growth.age_hours IS
    'The same as a number to filter and sort by (hours): 1, 6, 24, 48, 168, 720. Not additive: it names the row.';
COMMENT ON COLUMN insights.media_growth.age_at IS
    'When the post was of that age (timestamptz).';
COMMENT ON COLUMN insights.media_growth.basis IS
    'How the numbers are known: read (readings on both sides say the same, or one lies there), interpolated (linear between the two nearest readings, no farther apart than half the age), last_reading (ended story: its last reading, at most 30 minutes before its end). NULL numbers: no_reading_after (not that old yet, ended or not read since), no_reading_before (first read later; nothing is taken for granted), too_far_apart (readings farther apart than that; only numbers that are the same in both are shown).';
COMMENT ON COLUMN insights.media_growth.distance_minutes IS
    'From the age to the nearest reading that is known (minutes); NULL without readings on both sides. Not additive: a distance.';
COMMENT ON COLUMN insights.media_growth.gap_minutes IS
    'Between the two readings of interpolated and too_far_apart (minutes): the true number lies between theirs; NULL otherwise. Not additive: a distance.';
COMMENT ON COLUMN insights.media_growth.is_final IS
    'True once a reading lies 48 h and the account''s settling_margin past that age (stories: once it is decided how they ended), and the numbers are known.';
COMMENT ON COLUMN insights.media_growth.views IS
    'Times it was seen (count). Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.reach IS
    'Unique accounts that saw it (accounts, estimated). Not additive: an account that saw two posts counts once.';
COMMENT ON COLUMN insights.media_growth.likes IS
    'Likes (count), organic. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.comments IS
    'Comments (count), organic. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.saved IS
    'Saves (count), organic. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.shares IS
    'Shares (count). Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.follows IS
    'Follows from the post (count); not served for reels. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count). Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.profile_visits IS
    'Profile visits from the post (count); not served for reels. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.profile_activity IS
    'Taps on the profile''s links and buttons from the post (count). Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.replies IS
    'Replies (count); 0 for creators in Europe and Japan. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.navigation IS
    'Taps and swipes through the story (count). Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.total_watch_ms IS
    'Total watch time (milliseconds); reels. Not additive: a total at an age; for a total use insights.media_latest.';
COMMENT ON COLUMN insights.media_growth.marks IS
    'Where a total fell between the two readings, by metric (jsonb): correction, or reset (to less than half): the number is that of the nearer reading, not one in between; NULL if none fell. What fell earlier is marked in insights.media_daily.';

COMMENT ON VIEW insights.media_engagement IS
    'Rates of each post and story by its newest lifetime totals, with their formulas. What was counted is in insights.media_latest.';
COMMENT ON COLUMN insights.media_engagement.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_engagement.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_engagement.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_engagement.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_engagement.media_type IS
    'IMAGE, VIDEO or CAROUSEL_ALBUM.';
COMMENT ON COLUMN insights.media_engagement.published_at IS
    'When it was published (timestamptz).';
COMMENT ON COLUMN insights.media_engagement.checked_at IS
    'When the numbers were last answered (timestamptz).';
COMMENT ON COLUMN insights.media_engagement.is_final IS
    'True once read 48 h and the account''s settling_margin past publishing (stories: once it is decided how they ended): until then the first numbers are still coming in. Later it moves slowly, as lifetime totals do.';
COMMENT ON COLUMN insights.media_engagement.engagement_rate_by_reach IS
    'total_interactions / reach (ratio, 0 to 1 as a rule), both of insights.media_latest; NULL where one is absent or reach is 0. Not additive: a rate.';
COMMENT ON COLUMN insights.media_engagement.engagement_rate_by_followers IS
    'total_interactions of insights.media_latest / followers_at_post (ratio, 0 to 1 as a rule); NULL where one is absent or 0 followers. Others than followers interact, too. Not additive: a rate.';
COMMENT ON COLUMN insights.media_engagement.followers_at_post IS
    'Followers when it was published (accounts): the last reading of the profile at or before it, else the first after it, neither more than 7 days away; NULL without. Not additive: the same followers at each post.';
COMMENT ON COLUMN insights.media_engagement.followers_distance_minutes IS
    'From that reading to publishing (minutes); a count that stays leaves a reading a day. Not additive: a distance.';
COMMENT ON COLUMN insights.media_engagement.avg_watch_ms IS
    'Average watch time (milliseconds) as the platform gives it; reels. Not additive: a mean.';
COMMENT ON COLUMN insights.media_engagement.watch_ms_per_account_reached IS
    'total_watch_ms / reach (milliseconds per account), both of insights.media_latest; reels; NULL where one is absent or reach is 0. Not additive: a rate.';
COMMENT ON COLUMN insights.media_engagement.skip_rate IS
    'reels_skip_rate / 100 (ratio, 0 to 1): share of views skipped in the first seconds; optional metric of reels; NULL where it is absent. Not additive: a share.';

COMMENT ON VIEW insights.posting_times IS
    'When it is best to post: posts by weekday and hour of publishing in the account''s time zone, compared at the age of 48 h.';
COMMENT ON COLUMN insights.posting_times.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.posting_times.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.posting_times.weekday IS
    'Weekday of publishing in the account''s time zone (1 Monday to 7 Sunday). Not additive: it names the row.';
COMMENT ON COLUMN insights.posting_times.weekday_name IS
    'The same as a word: Monday to Sunday.';
COMMENT ON COLUMN insights.posting_times.hour IS
    'Hour of publishing in the account''s time zone (0 to 23). Not additive: it names the row.';
COMMENT ON COLUMN insights.posting_times.posts IS
    'Posts and reels published then (count), stories not. Additive over weekdays, hours and accounts.';
COMMENT ON COLUMN insights.posting_times.posts_compared IS
    'Of these, those whose views at 48 h are known (count): what the medians and means rest on; few say little. Additive over weekdays, hours and accounts; a part of posts: sum one of them.';
COMMENT ON COLUMN insights.posting_times.posts_final IS
    'Of those compared, those whose numbers at 48 h are final (count). Additive over weekdays, hours and accounts; a part of posts: sum one of them.';
COMMENT ON COLUMN insights.posting_times.median_views IS
    'Median of their views at 48 h after publishing (count), of insights.media_growth. Not additive: a median.';
COMMENT ON COLUMN insights.posting_times.mean_views IS
    'Mean of the same (count). Not additive: a mean.';
COMMENT ON COLUMN insights.posting_times.median_reach IS
    'Median of their reach at 48 h after publishing (accounts, estimated). Not additive: a median.';
COMMENT ON COLUMN insights.posting_times.mean_reach IS
    'Mean of the same (accounts, estimated). Not additive: a mean.';
COMMENT ON COLUMN insights.posting_times.median_engagement_rate IS
    'Median of total_interactions / reach at 48 h after publishing (ratio, 0 to 1 as a rule). Not additive: a median.';
COMMENT ON COLUMN insights.posting_times.mean_engagement_rate IS
    'Mean of the same over posts, each with the same weight (ratio, 0 to 1 as a rule). Not additive: a mean.';

COMMENT ON VIEW insights.follower_daily IS
    'Followers by day of the account''s time zone, as the profile told them, and what each day gained. Days on which the profile was not read have no row.';
COMMENT ON COLUMN insights.follower_daily.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.follower_daily.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.follower_daily.day IS
    'Day in the account''s time zone (date).';
COMMENT ON COLUMN insights.follower_daily.followers_count IS
    'Followers at the day''s last reading (accounts). Not additive: the same followers on each day, and accounts share followers.';
COMMENT ON COLUMN insights.follower_daily.gained IS
    'Followers gained since the day before that has a row, less those lost (accounts); negative if more were lost; NULL on the first day. Additive over days and accounts; counts again insights.account_daily.follower_count: sum one of them.';
COMMENT ON COLUMN insights.follower_daily.days_covered IS
    'Days since that day (days). Not additive: it describes the row.';
COMMENT ON COLUMN insights.follower_daily.observed_at IS
    'When the platform was asked (timestamptz).';
