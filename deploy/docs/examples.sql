-- How fast did the newest reels grow, and is the number still moving?
SELECT account, media_id, published_at::timestamp(0), views, reach, likes, avg_watch_ms, checked_at::timestamp(0)
FROM insights.media_latest WHERE product_type = 'REELS' ORDER BY published_at DESC LIMIT 3;

-- Best posts of the month: compared at the same age, so that the older ones have no head start. Deleted ones say so.
SELECT account, media_id, product_type, presence, published_at::date, views, reach, basis, distance_minutes::int
FROM insights.media_growth
WHERE age = '24 h' AND product_type <> 'STORY' AND published_at > now() - interval '1 month'
ORDER BY views DESC NULLS LAST LIMIT 3;

-- Follower growth of the quarter, by month: net, and known from the first day on that is shown. (New followers of `account_daily` are gross.)
SELECT account, date_trunc('month', day)::date AS month, sum(gained)::bigint AS net_growth,
       min(day) FILTER (WHERE gained IS NOT NULL) AS first_day_known, max(day) AS last_day_known
FROM insights.follower_daily WHERE day >= date_trunc('quarter', now()) GROUP BY 1, 2 ORDER BY 1, 2;

-- Story completion rate: which share of views stayed to the end? Each story weighs by its views.
SELECT account, count(*) AS stories, sum(views)::bigint AS views,
       round((sum(completion_rate * views) / nullif(sum(views), 0))::numeric, 3) AS completion,
       round((sum(exit_rate * views) / nullif(sum(views), 0))::numeric, 3) AS exits
FROM insights.story_summary
WHERE state IN ('final', 'webhook') AND completion_rate IS NOT NULL GROUP BY account ORDER BY account;

-- Best posting hours, by the account's own clock: spans of four hours with three posts or more, for fewer say nothing.
SELECT account, hour / 4 * 4 AS from_hour, sum(posts_compared)::bigint AS posts,
       round((sum(mean_views * posts_compared) / sum(posts_compared))::numeric) AS mean_views
FROM insights.posting_times WHERE posts_compared > 0 GROUP BY 1, 2 HAVING sum(posts_compared) >= 3
ORDER BY mean_views DESC LIMIT 5;

-- What is missing, and why? Stories that began and ended while nobody looked are none of kind story: they lie in the spans of kind reading.
SELECT account, kind, reason_kind, state, count(*) AS gaps, min(begins_at)::timestamp(0) AS first, max(ends_at)::timestamp(0) AS last
FROM insights.data_gaps GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3;

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
