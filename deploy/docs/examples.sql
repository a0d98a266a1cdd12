-- How fast did the newest reels grow, and is the number still moving?
SELECT account, media_id, published_at::timestamp(0), views, reach, likes, avg_watch_ms, checked_at::timestamp(0)
FROM insights.media_latest WHERE product_type = 'REELS' ORDER BY published_at DESC LIMIT 3;

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
