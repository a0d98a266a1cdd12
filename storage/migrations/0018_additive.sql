-- Every number says whether it may be summed, and which of two that count the same is to be summed.
-- The words are a vocabulary: tests and people read them.

-- Metrics with a column of their own elsewhere were in these views once more.
CREATE OR REPLACE VIEW insights.media_extra_metric AS
SELECT a.account_id::text AS account_id, a.name AS account, s.media_id::text AS media_id,
       m.product_type, e.key AS metric, (e.value #>> '{}')::numeric AS value,
       s.numbers_at AS checked_at
FROM store.media_state s
JOIN store.media m USING (account_id, media_id)
JOIN store.account a USING (account_id)
CROSS JOIN LATERAL jsonb_each(s.extra) e
WHERE jsonb_typeof(e.value) = 'number'
      AND e.key NOT IN ('reposts', 'reels_skip_rate', 'crossposted_views', 'facebook_views',
                        'total_views', 'total_likes', 'total_comments', 'link_clicks');

CREATE OR REPLACE VIEW insights.account_extra_metric AS
SELECT a.account_id::text AS account_id, a.name AS account, d.day, e.key AS metric,
       (e.value #>> '{}')::numeric AS value, d.is_final, d.observed_at
FROM store.account a
CROSS JOIN LATERAL (SELECT DISTINCT ON (day) * FROM store.account_day
                    WHERE account_id = a.account_id ORDER BY day, observed_at DESC) d
CROSS JOIN LATERAL jsonb_each(d.extra) e
WHERE jsonb_typeof(e.value) = 'number' AND e.key NOT IN ('profile_views', 'website_clicks');

-- The words that comments had for it before go; {} is the column's name.
DO $$
DECLARE
    line record;
    said text;
BEGIN
    FOR line IN
        SELECT rule.view_name, c.column_name, replace(rule.words, '{}', c.column_name) AS words
        FROM (VALUES
            ('account_latest', 'followers_count',
             'Not additive: accounts share followers.'),
            ('account_latest', 'follows_count',
             'Not additive: accounts may follow the same ones.'),
            ('account_latest', 'media_count',
             'Additive over accounts.'),
            ('account_daily', 'views likes comments shares replies reposts total_interactions',
             'Additive over days and accounts; counts again insights.media_latest.{}: sum one of them.'),
            ('account_daily', 'saves',
             'Additive over days and accounts; counts again insights.media_latest.saved: sum one of them.'),
            ('account_daily', 'follower_count profile_links_taps profile_views website_clicks',
             'Additive over days and accounts.'),
            ('account_daily', 'reach accounts_engaged',
             'Not additive: an account that was there on two days counts once.'),
            ('account_daily', 'revisions',
             'Not additive: it counts readings.'),
            ('account_revision', 'reach accounts_engaged',
             'Not additive: an account that was there on two days counts once.'),
            ('account_revision', 'views likes comments saves shares replies reposts total_interactions' ||
             ' follower_count profile_links_taps profile_views website_clicks',
             'Not additive: a day has several readings; for sums use insights.account_daily.{}.'),
            ('account_revision', 'revision',
             'Not additive: it names the row.'),
            ('account_breakdown', 'value total',
             'Not additive: each dimension list splits the same total anew, and cells of reach overlap; the sum is insights.account_daily.'),
            ('account_extra_metric', 'value',
             'Not additive: metrics that insightd does not know may count one another.'),
            ('media_latest', 'views likes comments saved shares follows profile_visits profile_activity replies' ||
             ' navigation total_watch_ms reposts link_clicks children',
             'Additive over posts and accounts.'),
            ('media_latest', 'total_interactions',
             'Additive over posts and accounts; contains likes, comments, saved, shares and replies: sum one of them.'),
            ('media_latest', 'total_views',
             'Additive over posts and accounts; contains views: sum one of them.'),
            ('media_latest', 'total_likes',
             'Additive over posts and accounts; contains likes: sum one of them.'),
            ('media_latest', 'total_comments',
             'Additive over posts and accounts; contains comments: sum one of them.'),
            ('media_latest', 'crossposted_views',
             'Additive over posts and accounts; contains views and facebook_views: sum one of them.'),
            ('media_latest', 'facebook_views',
             'Additive over posts and accounts; a part of crossposted_views: sum one of them.'),
            ('media_latest', 'like_count',
             'Additive over posts and accounts; counts again insights.media_latest.likes: sum one of them.'),
            ('media_latest', 'comments_count',
             'Additive over posts and accounts; counts again insights.media_latest.comments: sum one of them.'),
            ('media_latest', 'reach',
             'Not additive: an account that saw two posts counts once.'),
            ('media_latest', 'avg_watch_ms',
             'Not additive: a mean.'),
            ('media_latest', 'reels_skip_rate',
             'Not additive: a share.'),
            ('media_daily', 'views likes comments saved shares follows total_interactions profile_visits' ||
             ' profile_activity replies navigation total_watch_ms',
             'Additive over days, posts and accounts; its days sum to insights.media_latest.{}: sum one of them.'),
            ('media_daily', 'reach',
             'Not additive: an account that saw two posts counts once; the days of one post sum to its reach.'),
            ('media_daily', 'days_covered',
             'Not additive: it describes the row.'),
            ('media_breakdown', 'value total',
             'Not additive: each dimension list splits the same total anew; the sum is insights.media_latest.'),
            ('media_extra_metric', 'value',
             'Not additive: metrics that insightd does not know may count one another.'),
            ('media_pace', 'changes_per_hour changes_unread changes_seen',
             'Not additive: an estimate for one post.'),
            ('story_summary', 'views shares follows total_interactions profile_visits profile_activity replies' ||
             ' navigation',
             'Additive over stories and accounts; the same as insights.media_latest.{}: sum one of them.'),
            ('story_summary', 'taps_forward taps_back exits swipes_forward',
             'Additive over stories and accounts; a part of navigation: sum one of them.'),
            ('story_summary', 'reach',
             'Not additive: an account that saw two stories counts once.'),
            ('story_summary', 'exit_rate completion_rate',
             'Not additive: a share.'),
            ('story_summary', 'minutes_before_expiry last_seen_age found_after',
             'Not additive: a distance.'),
            ('audience_demographics', 'accounts',
             'Not additive: each dimension splits the same accounts anew, and each date tells them again.'),
            ('online_followers', 'hour',
             'Not additive: it names the row.'),
            ('online_followers', 'followers',
             'Not additive: a follower is online in several hours.'),
            ('collection_health', 'consecutive_failures calls budget_percent',
             'Not additive: it describes the last run.'),
            ('collection_health', 'stories_open',
             'Not additive: each collector of the account says the same.'),
            ('token_status', 'age_days days_left refresh_failures',
             'Not additive: it describes one token.'),
            ('backfill_status', 'days_done days_expected media_done media_expected',
             'Additive over accounts.'),
            ('backfill_status', 'percent',
             'Not additive: a share.'),
            ('metric_matrix', 'refusals',
             'Not additive: it describes one lesson.'),
            ('instance_status', 'pid',
             'Not additive: it names the process.'),
            ('account_owner', 'pid',
             'Not additive: it names the process.'),
            ('instance_status', 'accounts_configured',
             'Not additive: instances share accounts.'),
            ('instance_status', 'accounts_owned',
             'Additive over instances.')
        ) rule(view_name, columns, words)
        CROSS JOIN LATERAL regexp_split_to_table(rule.columns, ' ') c(column_name)
    LOOP
        said := (SELECT col_description(to_regclass('insights.' || line.view_name), a.attnum)
                 FROM pg_attribute a
                 WHERE a.attrelid = to_regclass('insights.' || line.view_name)
                       AND a.attname = line.column_name);
        said := regexp_replace(said, '(; not additive.*|: do not add to views)?\.$', '. ');
        EXECUTE format('COMMENT ON COLUMN insights.%I.%I IS %L', line.view_name, line.column_name,
                       said || line.words);
    END LOOP;
END $$;

COMMENT ON COLUMN insights.audience_demographics.dimension_value IS
    'The same joined with commas; NULL where there is no group.';
COMMENT ON COLUMN insights.account_extra_metric.is_final IS
    'True once read 48 h and the account''s settling_margin past the end of the day; a number may still change before.';
