-- How fast did the newest reels grow, and is the number still moving?
SELECT account, media_id, published_at::timestamp(0), views, reach, likes, avg_watch_ms, checked_at::timestamp(0)
FROM insights.media_latest WHERE product_type = 'REELS' ORDER BY published_at DESC LIMIT 3;

-- Best posts of the month: compared at the same age, so that the older ones have no head start.
SELECT account, media_id, product_type, published_at::date, views, reach, basis, distance_minutes::int
FROM insights.media_growth
WHERE age = '24 h' AND product_type <> 'STORY' AND published_at > now() - interval '1 month'
ORDER BY views DESC NULLS LAST LIMIT 3;

-- Follower growth of the quarter, by month.
SELECT account, date_trunc('month', day)::date AS month, sum(follower_count) AS new_followers,
       count(follower_count) AS days_known, count(*) AS days
FROM insights.account_daily WHERE day >= date_trunc('quarter', now()) GROUP BY 1, 2 ORDER BY 1, 2;

-- Story completion rate: how many viewers stayed?
SELECT account, count(completion_rate) AS stories, round(avg(completion_rate)::numeric, 3) AS completion,
       round(avg(exit_rate)::numeric, 3) AS exits
FROM insights.story_summary WHERE state = 'final' GROUP BY account;

-- Best posting hour, by the account's own clock. Few posts say little.
SELECT account, weekday_name, hour, posts, posts_compared, median_views, round(median_engagement_rate::numeric, 3) AS engagement
FROM insights.posting_times ORDER BY median_views DESC NULLS LAST LIMIT 5;

-- What is missing, and why?
SELECT account, collector, kind, coalesce(day::text, media_id) AS what, begins_at::timestamp(0), state, left(reason, 60) AS reason
FROM insights.data_gaps ORDER BY since DESC LIMIT 5;

-- How many interacted, of those who saw it and of those who followed then?
SELECT account, media_id, product_type, round(engagement_rate_by_reach::numeric, 4) AS by_reach,
       round(engagement_rate_by_followers::numeric, 4) AS by_followers, followers_at_post, avg_watch_ms, is_final
FROM insights.media_engagement WHERE product_type <> 'STORY' AND followers_at_post IS NOT NULL
ORDER BY published_at DESC LIMIT 3;

-- The last days of an account: provisional days are marked. NULL has its reason in "absent".
SELECT account, day, is_final, reach, views, total_interactions, follower_count, absent
FROM insights.account_daily WHERE account = 'metricsaurus' ORDER BY day DESC LIMIT 5;

-- Where views came from, cell by cell, on the newest final day.
SELECT account, day, dimension_value, value, total
FROM insights.account_breakdown b
WHERE metric = 'views' AND dimension = 'media_product_type' AND is_final
  AND day = (SELECT max(day) FROM insights.account_daily d WHERE d.account = b.account AND is_final)
ORDER BY account, value DESC;

-- Stories: how near its end was the last reading, and where did viewers leave?
SELECT account, media_id, minutes_before_expiry::int, reach, exits, taps_forward, replies
FROM insights.story_summary WHERE last_reading_at IS NOT NULL ORDER BY published_at LIMIT 3;

-- Is every collector fresh?
SELECT account, collector, state, last_success_at::timestamp(0), consecutive_failures
FROM insights.collection_health WHERE account = 'metricsaurus';
