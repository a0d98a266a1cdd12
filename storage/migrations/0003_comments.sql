-- What every view and column means, where BI tools show it: unit included.

COMMENT ON VIEW insights.account_latest IS 'The account as the last profile reading knew it: facts and the three counters.';
COMMENT ON COLUMN insights.account_latest.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_latest.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_latest.login IS
    'Login kind: instagram or facebook.';
COMMENT ON COLUMN insights.account_latest.timezone IS
    'Time zone for local days (IANA name), from the configuration.';
COMMENT ON COLUMN insights.account_latest.username IS
    'The account''s user name.';
COMMENT ON COLUMN insights.account_latest.name IS
    'Display name.';
COMMENT ON COLUMN insights.account_latest.biography IS
    'Biography.';
COMMENT ON COLUMN insights.account_latest.website IS
    'Website.';
COMMENT ON COLUMN insights.account_latest.profile_picture_url IS
    'Picture, without its signature.';
COMMENT ON COLUMN insights.account_latest.account_type IS
    'BUSINESS or MEDIA_CREATOR; Instagram Login only.';
COMMENT ON COLUMN insights.account_latest.followers_count IS
    'Followers (accounts).';
COMMENT ON COLUMN insights.account_latest.follows_count IS
    'Accounts followed (accounts).';
COMMENT ON COLUMN insights.account_latest.media_count IS
    'Posts as the platform counts them (count); may differ from the list.';
COMMENT ON COLUMN insights.account_latest.checked_at IS
    'When the numbers were last asked for and confirmed (timestamptz).';
COMMENT ON COLUMN insights.account_latest.changed_at IS
    'When a number last changed, or was re-stated after 24 h (timestamptz).';

COMMENT ON VIEW insights.account_daily IS 'One row per account and day: the newest reading of each day. Never sum reach over days.';
COMMENT ON COLUMN insights.account_daily.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_daily.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_daily.day IS
    'The day spoken of (date).';
COMMENT ON COLUMN insights.account_daily.day_end IS
    'End of the day as the platform gave it (timestamptz, exclusive).';
COMMENT ON COLUMN insights.account_daily.is_final IS
    'True once read 48 h or more past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.account_daily.observed_at IS
    'When the platform was asked (timestamptz).';
COMMENT ON COLUMN insights.account_daily.reach IS
    'Unique accounts that saw it (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.account_daily.views IS
    'Times it was seen (count).';
COMMENT ON COLUMN insights.account_daily.accounts_engaged IS
    'Accounts that interacted (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.account_daily.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count).';
COMMENT ON COLUMN insights.account_daily.likes IS
    'Likes (count), organic.';
COMMENT ON COLUMN insights.account_daily.comments IS
    'Comments (count), organic.';
COMMENT ON COLUMN insights.account_daily.saves IS
    'Saves (count).';
COMMENT ON COLUMN insights.account_daily.shares IS
    'Shares (count).';
COMMENT ON COLUMN insights.account_daily.replies IS
    'Replies (count); 0 for creators in Europe and Japan.';
COMMENT ON COLUMN insights.account_daily.reposts IS
    'Reposts (count); served since 2025-12-03.';
COMMENT ON COLUMN insights.account_daily.follower_count IS
    'New followers of the day (accounts), not the total; needs 100 followers.';
COMMENT ON COLUMN insights.account_daily.profile_links_taps IS
    'Taps on the profile''s contact buttons (count).';
COMMENT ON COLUMN insights.account_daily.profile_views IS
    'Profile views (count); optional metric.';
COMMENT ON COLUMN insights.account_daily.website_clicks IS
    'Website clicks (count); optional metric.';
COMMENT ON COLUMN insights.account_daily.absent IS
    'Why a number is NULL, by metric (jsonb), e.g. {"reach": "too_few_viewers"}.';

COMMENT ON VIEW insights.account_breakdown IS 'The splits of each account day, one row per cell; what the cells leave of the total is a row of its own.';
COMMENT ON COLUMN insights.account_breakdown.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.account_breakdown.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.account_breakdown.day IS
    'The day spoken of (date).';
COMMENT ON COLUMN insights.account_breakdown.metric IS
    'The API''s name of the metric; see insights.metric.';
COMMENT ON COLUMN insights.account_breakdown.dimension IS
    'The dimension of the split, or several with a comma.';
COMMENT ON COLUMN insights.account_breakdown.dimension_values IS
    'The cell''s value for each dimension (text[]).';
COMMENT ON COLUMN insights.account_breakdown.dimension_value IS
    'The same joined with commas; NULL on the unattributed row.';
COMMENT ON COLUMN insights.account_breakdown.value IS
    'The cell''s number, in the metric''s unit.';
COMMENT ON COLUMN insights.account_breakdown.total IS
    'The metric''s total, in its unit; NULL where the platform gives none.';
COMMENT ON COLUMN insights.account_breakdown.is_unattributed IS
    'True on the row that holds total minus all cells; negative where cells overlap.';
COMMENT ON COLUMN insights.account_breakdown.is_final IS
    'True once read 48 h or more past the end of the day; a number may still change before.';
COMMENT ON COLUMN insights.account_breakdown.observed_at IS
    'When the platform was asked (timestamptz).';

COMMENT ON VIEW insights.media_latest IS 'Posts, reels and stories with their facts and their newest lifetime totals.';
COMMENT ON COLUMN insights.media_latest.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_latest.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_latest.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_latest.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_latest.media_type IS
    'IMAGE, VIDEO or CAROUSEL_ALBUM.';
COMMENT ON COLUMN insights.media_latest.published_at IS
    'When it was published (timestamptz).';
COMMENT ON COLUMN insights.media_latest.expires_at IS
    'Stories: 24 h after publication (timestamptz); NULL for others.';
COMMENT ON COLUMN insights.media_latest.permalink IS
    'Link to the post.';
COMMENT ON COLUMN insights.media_latest.caption IS
    'Caption of the post.';
COMMENT ON COLUMN insights.media_latest.shortcode IS
    'Short code of the link.';
COMMENT ON COLUMN insights.media_latest.media_url IS
    'Picture or video, without its signature: for comparing, not for fetching.';
COMMENT ON COLUMN insights.media_latest.thumbnail_url IS
    'Preview of a video, without its signature.';
COMMENT ON COLUMN insights.media_latest.alt_text IS
    'Alternative text.';
COMMENT ON COLUMN insights.media_latest.is_comment_enabled IS
    'Whether comments are open.';
COMMENT ON COLUMN insights.media_latest.is_shared_to_feed IS
    'Reels: whether shown in the feed too.';
COMMENT ON COLUMN insights.media_latest.views IS
    'Times it was seen (count).';
COMMENT ON COLUMN insights.media_latest.reach IS
    'Unique accounts that saw it (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.media_latest.likes IS
    'Likes (count), organic.';
COMMENT ON COLUMN insights.media_latest.comments IS
    'Comments (count), organic.';
COMMENT ON COLUMN insights.media_latest.saved IS
    'Saves (count), organic.';
COMMENT ON COLUMN insights.media_latest.shares IS
    'Shares (count).';
COMMENT ON COLUMN insights.media_latest.follows IS
    'Follows from the post (count); not served for reels.';
COMMENT ON COLUMN insights.media_latest.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count).';
COMMENT ON COLUMN insights.media_latest.profile_visits IS
    'Profile visits from the post (count); not served for reels.';
COMMENT ON COLUMN insights.media_latest.profile_activity IS
    'Taps on the profile''s links and buttons from the post (count).';
COMMENT ON COLUMN insights.media_latest.replies IS
    'Replies (count); 0 for creators in Europe and Japan.';
COMMENT ON COLUMN insights.media_latest.navigation IS
    'Taps and swipes through the story (count).';
COMMENT ON COLUMN insights.media_latest.avg_watch_ms IS
    'Average watch time (milliseconds); reels.';
COMMENT ON COLUMN insights.media_latest.total_watch_ms IS
    'Total watch time (milliseconds); reels.';
COMMENT ON COLUMN insights.media_latest.reposts IS
    'Reposts (count); served since 2025-12-03.';
COMMENT ON COLUMN insights.media_latest.reels_skip_rate IS
    'Share of views skipped in the first seconds (percent, 0 to 100); optional metric.';
COMMENT ON COLUMN insights.media_latest.crossposted_views IS
    'Views on Instagram and Facebook (count); optional metric.';
COMMENT ON COLUMN insights.media_latest.facebook_views IS
    'Views on Facebook (count); optional metric.';
COMMENT ON COLUMN insights.media_latest.total_views IS
    'Views, boosted ones included (count): do not add to views.';
COMMENT ON COLUMN insights.media_latest.total_likes IS
    'Likes, boosted ones included (count).';
COMMENT ON COLUMN insights.media_latest.total_comments IS
    'Comments, boosted ones included (count).';
COMMENT ON COLUMN insights.media_latest.link_clicks IS
    'Link clicks of a story (count); optional metric.';
COMMENT ON COLUMN insights.media_latest.absent IS
    'Why a number is NULL, by metric (jsonb), e.g. {"reach": "too_few_viewers"}; or, with "gone", why the last numbers are not confirmed any more. "views by follow_type" is a split that was refused.';
COMMENT ON COLUMN insights.media_latest.checked_at IS
    'When the numbers were last answered (timestamptz).';
COMMENT ON COLUMN insights.media_latest.asked_at IS
    'When they were last asked for (timestamptz); later than checked_at if no number was answered since: "absent" says why.';
COMMENT ON COLUMN insights.media_latest.changed_at IS
    'When a number last changed, or was re-stated after 24 h (timestamptz).';
COMMENT ON COLUMN insights.media_latest.like_count IS
    'Likes as the media list counts them (count).';
COMMENT ON COLUMN insights.media_latest.comments_count IS
    'Comments as the media list counts them (count).';
COMMENT ON COLUMN insights.media_latest.listed_at IS
    'When the media list last showed it (timestamptz).';
COMMENT ON COLUMN insights.media_latest.children IS
    'Pictures and videos of an album (count).';

COMMENT ON VIEW insights.media_daily IS 'What a post gained per day of the account''s time zone: differences of lifetime totals to the last number known before. Days without a number have no row.';
COMMENT ON COLUMN insights.media_daily.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_daily.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_daily.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_daily.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_daily.day IS
    'Day in the account''s time zone (date).';
COMMENT ON COLUMN insights.media_daily.days_covered IS
    'Days since the reading before (days): a difference over several days stands on its last one. A metric that was absent there covers more.';
COMMENT ON COLUMN insights.media_daily.is_final IS
    'True once a reading lies 48 h past the end of the day.';
COMMENT ON COLUMN insights.media_daily.observed_at IS
    'When the platform was asked (timestamptz).';
COMMENT ON COLUMN insights.media_daily.views IS
    'Times it was seen (count).';
COMMENT ON COLUMN insights.media_daily.reach IS
    'Growth of lifetime reach (accounts, estimated); not additive over posts.';
COMMENT ON COLUMN insights.media_daily.likes IS
    'Likes (count), organic.';
COMMENT ON COLUMN insights.media_daily.comments IS
    'Comments (count), organic.';
COMMENT ON COLUMN insights.media_daily.saved IS
    'Saves (count), organic.';
COMMENT ON COLUMN insights.media_daily.shares IS
    'Shares (count).';
COMMENT ON COLUMN insights.media_daily.follows IS
    'Follows from the post (count); not served for reels.';
COMMENT ON COLUMN insights.media_daily.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count).';
COMMENT ON COLUMN insights.media_daily.profile_visits IS
    'Profile visits from the post (count); not served for reels.';
COMMENT ON COLUMN insights.media_daily.profile_activity IS
    'Taps on the profile''s links and buttons from the post (count).';
COMMENT ON COLUMN insights.media_daily.replies IS
    'Replies (count); 0 for creators in Europe and Japan.';
COMMENT ON COLUMN insights.media_daily.navigation IS
    'Taps and swipes through the story (count).';
COMMENT ON COLUMN insights.media_daily.total_watch_ms IS
    'Growth of total watch time (milliseconds).';

COMMENT ON VIEW insights.media_breakdown IS 'The newest splits of each post''s metrics, one row per cell.';
COMMENT ON COLUMN insights.media_breakdown.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_breakdown.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.media_breakdown.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.media_breakdown.product_type IS
    'FEED, REELS, STORY or AD.';
COMMENT ON COLUMN insights.media_breakdown.metric IS
    'The API''s name of the metric; see insights.metric.';
COMMENT ON COLUMN insights.media_breakdown.dimension IS
    'The dimension of the split, or several with a comma.';
COMMENT ON COLUMN insights.media_breakdown.dimension_values IS
    'The cell''s value for each dimension (text[]).';
COMMENT ON COLUMN insights.media_breakdown.dimension_value IS
    'The same joined with commas; NULL on the unattributed row.';
COMMENT ON COLUMN insights.media_breakdown.value IS
    'The cell''s number, in the metric''s unit.';
COMMENT ON COLUMN insights.media_breakdown.total IS
    'The metric''s total, in its unit; NULL where the platform gives none.';
COMMENT ON COLUMN insights.media_breakdown.is_unattributed IS
    'True on the row that holds total minus all cells; negative where cells overlap.';
COMMENT ON COLUMN insights.media_breakdown.checked_at IS
    'When the numbers were last answered (timestamptz).';

COMMENT ON VIEW insights.story_summary IS 'Each story with its last reading and how near its end that was.';
COMMENT ON COLUMN insights.story_summary.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.story_summary.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.story_summary.media_id IS
    'Media id, text because it exceeds 2^53.';
COMMENT ON COLUMN insights.story_summary.media_type IS
    'IMAGE, VIDEO or CAROUSEL_ALBUM.';
COMMENT ON COLUMN insights.story_summary.published_at IS
    'When it was published (timestamptz).';
COMMENT ON COLUMN insights.story_summary.expires_at IS
    'Stories: 24 h after publication (timestamptz); NULL for others.';
COMMENT ON COLUMN insights.story_summary.asked_at IS
    'When the story was last asked for (timestamptz); later than last_reading_at if no number was answered since.';
COMMENT ON COLUMN insights.story_summary.last_reading_at IS
    'When its numbers were last read (timestamptz).';
COMMENT ON COLUMN insights.story_summary.minutes_before_expiry IS
    'How long before its end that was (minutes).';
COMMENT ON COLUMN insights.story_summary.views IS
    'Times it was seen (count).';
COMMENT ON COLUMN insights.story_summary.reach IS
    'Unique accounts that saw it (accounts, estimated); not additive.';
COMMENT ON COLUMN insights.story_summary.shares IS
    'Shares (count).';
COMMENT ON COLUMN insights.story_summary.follows IS
    'Follows from the post (count); not served for reels.';
COMMENT ON COLUMN insights.story_summary.total_interactions IS
    'Likes, comments, saves, shares and the like, less their undoing (count).';
COMMENT ON COLUMN insights.story_summary.profile_visits IS
    'Profile visits from the post (count); not served for reels.';
COMMENT ON COLUMN insights.story_summary.profile_activity IS
    'Taps on the profile''s links and buttons from the post (count).';
COMMENT ON COLUMN insights.story_summary.replies IS
    'Replies (count); 0 for creators in Europe and Japan.';
COMMENT ON COLUMN insights.story_summary.navigation IS
    'Taps and swipes through the story (count).';
COMMENT ON COLUMN insights.story_summary.taps_forward IS
    'Taps to the next picture (count).';
COMMENT ON COLUMN insights.story_summary.taps_back IS
    'Taps back (count).';
COMMENT ON COLUMN insights.story_summary.exits IS
    'Taps out of the story (count).';
COMMENT ON COLUMN insights.story_summary.swipes_forward IS
    'Swipes to the next account''s story (count).';
COMMENT ON COLUMN insights.story_summary.absent IS
    'Why a number is NULL, by metric (jsonb), e.g. {"reach": "too_few_viewers"}; or, with "gone", why the last numbers are not confirmed any more.';

COMMENT ON VIEW insights.audience_demographics IS 'Followers and engaged accounts by group, one row per snapshot and group.';
COMMENT ON COLUMN insights.audience_demographics.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.audience_demographics.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.audience_demographics.snapshot_on IS
    'UTC date of the snapshot.';
COMMENT ON COLUMN insights.audience_demographics.metric IS
    'follower_demographics, engaged_audience_demographics and the like.';
COMMENT ON COLUMN insights.audience_demographics.timeframe IS
    'this_week (last 7 days) or this_month (last 30 days).';
COMMENT ON COLUMN insights.audience_demographics.dimension IS
    'age, city, country, gender, or two with a comma.';
COMMENT ON COLUMN insights.audience_demographics.dimension_values IS
    'The cell''s value for each dimension (text[]).';
COMMENT ON COLUMN insights.audience_demographics.dimension_value IS
    'The same joined with commas; NULL on the unattributed row.';
COMMENT ON COLUMN insights.audience_demographics.accounts IS
    'Accounts in the group (accounts); the 45 largest groups are served.';
COMMENT ON COLUMN insights.audience_demographics.absent IS
    'Why there is no group (text); NULL if there are.';
COMMENT ON COLUMN insights.audience_demographics.observed_at IS
    'When the platform was asked (timestamptz).';

COMMENT ON VIEW insights.online_followers IS 'Followers online by hour of the day, 24 rows per day.';
COMMENT ON COLUMN insights.online_followers.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.online_followers.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.online_followers.day IS
    'The day spoken of (date).';
COMMENT ON COLUMN insights.online_followers.hour IS
    'Hour 0 to 23 as the platform numbers them; its zone is not documented.';
COMMENT ON COLUMN insights.online_followers.followers IS
    'Followers online (accounts); NULL where the hour was left out.';
COMMENT ON COLUMN insights.online_followers.absent IS
    'Why the day has no numbers (text); NULL if it has.';
COMMENT ON COLUMN insights.online_followers.observed_at IS
    'When the platform was asked (timestamptz).';

COMMENT ON VIEW insights.metric IS 'The metric catalogue: what each number means, its unit, and what to beware of.';
COMMENT ON COLUMN insights.metric.subject IS
    'media or account.';
COMMENT ON COLUMN insights.metric.name IS
    'The API''s name.';
COMMENT ON COLUMN insights.metric.title IS
    'Name for people.';
COMMENT ON COLUMN insights.metric.unit IS
    'count, accounts, milliseconds or percent.';
COMMENT ON COLUMN insights.metric.status IS
    'recommended (asked), optional (asked when switched on), retired (refused) or foreign (never asked).';
COMMENT ON COLUMN insights.metric.additive IS
    'Whether it may be summed over days and posts.';
COMMENT ON COLUMN insights.metric.estimated IS
    'Whether the platform calls it an estimate.';
COMMENT ON COLUMN insights.metric.product_types IS
    'Which media it is served for (text[]); empty for accounts.';
COMMENT ON COLUMN insights.metric.hosts IS
    'instagram and facebook: which host serves it (text[]).';
COMMENT ON COLUMN insights.metric.period IS
    'lifetime or day.';
COMMENT ON COLUMN insights.metric.metric_type IS
    'time_series or total_value, for account metrics.';
COMMENT ON COLUMN insights.metric.breakdowns IS
    'Dimension lists it can be split by (text[]).';
COMMENT ON COLUMN insights.metric.since IS
    'First day it is served (date).';
COMMENT ON COLUMN insights.metric.until IS
    'Last day it was served (date).';
COMMENT ON COLUMN insights.metric.successor IS
    'What to ask instead of a retired metric.';
COMMENT ON COLUMN insights.metric.caveat IS
    'What a careful reader must know.';

COMMENT ON VIEW insights.collection_health IS 'How fresh each account is, collector by collector.';
COMMENT ON COLUMN insights.collection_health.account_id IS
    'Professional account id (1784…), text because it exceeds 2^53.';
COMMENT ON COLUMN insights.collection_health.account IS
    'Name of the account in the configuration.';
COMMENT ON COLUMN insights.collection_health.collector IS
    'profile, media, media_insights, stories, account_insights or audience.';
COMMENT ON COLUMN insights.collection_health.state IS
    'ok, failing, never_run, or off where the configuration switches the collector off.';
COMMENT ON COLUMN insights.collection_health.last_started_at IS
    'Start of the last run (timestamptz).';
COMMENT ON COLUMN insights.collection_health.last_success_at IS
    'Start of the last run that succeeded (timestamptz).';
COMMENT ON COLUMN insights.collection_health.next_due_at IS
    'When it is due next (timestamptz).';
COMMENT ON COLUMN insights.collection_health.consecutive_failures IS
    'Failed runs in a row (count).';
COMMENT ON COLUMN insights.collection_health.error_class IS
    'Kind of the last failure; empty when ok.';
COMMENT ON COLUMN insights.collection_health.error IS
    'What happened last; empty when ok.';
COMMENT ON COLUMN insights.collection_health.calls IS
    'HTTP calls of the last run (count).';
COMMENT ON COLUMN insights.collection_health.budget_percent IS
    'Highest usage the platform reported (percent of the limit).';
COMMENT ON COLUMN insights.collection_health.stories_open IS
    'Stories alive at the last run (count).';
