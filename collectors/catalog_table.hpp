#pragma once

#include "collectors/catalog.hpp"

#include <array>

/// The lines of the catalogue; included by catalog.cpp alone.
/// Source: graph-api.md sections 4.1 (media) and 5 (account), with the dates given there.
namespace insightd::catalog
{

constexpr auto lifetime = std::string_view{"lifetime"};
constexpr auto daily = std::string_view{"day"};

constexpr Metric
media(std::string_view name, Standing standing, std::uint8_t products, std::string_view title)
{
    Metric metric;
    metric.name = name;
    metric.subject = Subject::media;
    metric.standing = standing;
    metric.products = products;
    metric.period = lifetime;
    metric.additive = true;
    metric.title = title;
    return metric;
}

constexpr Metric
account(std::string_view name, Standing standing, MetricType type, std::string_view title)
{
    Metric metric;
    metric.name = name;
    metric.subject = Subject::account;
    metric.standing = standing;
    metric.period = daily;
    metric.type = type;
    metric.additive = true;
    metric.title = title;
    return metric;
}

/// Refinements, so that a line below says only what is special about its metric.
constexpr Metric by(Metric metric, std::string_view breakdowns)
{
    metric.breakdowns = breakdowns;
    return metric;
}
constexpr Metric only_by(Metric metric, std::string_view breakdowns)
{
    metric.needs_breakdown = true;
    return by(metric, breakdowns);
}
constexpr Metric in(Metric metric, Unit unit)
{
    metric.unit = unit;
    return metric;
}
constexpr Metric unique(Metric metric)
{
    metric.additive = false;
    metric.estimated = true;
    return in(metric, Unit::accounts);
}
constexpr Metric mean(Metric metric)
{
    metric.additive = false;
    return metric;
}
constexpr Metric since(Metric metric, std::string_view first_day)
{
    metric.since = first_day;
    return metric;
}
constexpr Metric on(Metric metric, Hosts hosts)
{
    metric.hosts = hosts;
    return metric;
}
constexpr Metric alone(Metric metric)
{
    metric.ask_alone = true;
    return metric;
}
constexpr Metric from_100_followers(Metric metric)
{
    metric.needs_100_followers = true;
    return metric;
}
constexpr Metric but(Metric metric, std::string_view caveat)
{
    metric.caveat = caveat;
    return metric;
}
constexpr Metric audience(Metric metric)
{
    metric.period = lifetime;
    metric.of_audience = true;
    metric.needs_100_followers = true;
    metric.additive = false;
    return in(only_by(metric, "age city country gender age,gender"), Unit::accounts);
}
constexpr Metric until(Metric metric, std::string_view last_day, std::string_view successor)
{
    metric.until = last_day;
    metric.successor = successor;
    return metric;
}

inline constexpr auto always = Standing::recommended;
inline constexpr auto optional = Standing::optional;
inline constexpr auto retired = Standing::retired;
inline constexpr auto foreign = Standing::foreign;
inline constexpr auto total = MetricType::total_value;
inline constexpr auto everywhere = static_cast<std::uint8_t>(feed | reels | story);
inline constexpr auto posts = static_cast<std::uint8_t>(feed | reels);
inline constexpr auto not_reels = static_cast<std::uint8_t>(feed | story);

// clang-format off
inline constexpr std::array table{
    // media: recommended
    but(unique(media("reach", always, everywhere, "Accounts reached")),
        "unique accounts, estimated: never sum it over posts"),
    since(media("views", always, everywhere, "Views"), "2025-01-21"),
    but(media("likes", always, posts, "Likes"), "organic only"),
    but(media("comments", always, posts, "Comments"), "organic only"),
    but(media("saved", always, posts, "Saves"), "organic only"),
    media("shares", always, everywhere, "Shares"),
    media("total_interactions", always, everywhere, "Interactions"),
    but(media("follows", always, not_reels, "Follows"), "not served for reels"),
    but(media("profile_visits", always, not_reels, "Profile visits"), "not served for reels"),
    but(by(media("profile_activity", always, not_reels, "Profile activity"), "action_type"),
        "only for media published after 2017-10-26"),
    but(media("replies", always, story, "Replies"),
        "0 for creators in Europe and Japan; repliers from there are not counted"),
    by(media("navigation", always, story, "Story navigation"), "story_navigation_action_type"),
    mean(in(media("ig_reels_avg_watch_time", always, reels, "Average watch time"), Unit::milliseconds)),
    in(media("ig_reels_video_view_total_time", always, reels, "Total watch time"), Unit::milliseconds),
    // media: optional
    since(media("reposts", optional, everywhere, "Reposts"), "2025-12-03"),
    but(mean(in(since(media("reels_skip_rate", optional, reels, "Skip rate"), "2025-12-03"), Unit::percent)),
        "percent from 0 to 100, not a fraction"),
    but(alone(since(media("crossposted_views", optional, reels, "Views on Instagram and Facebook"), "2025-12-03")),
        "refused for reels that were not shared to Facebook"),
    but(alone(on(since(media("facebook_views", optional, everywhere, "Views on Facebook"), "2025-12-03"), facebook)),
        "refused for media that was not shared to Facebook; feed and stories since 2026-04-22"),
    but(alone(on(since(media("total_views", optional, everywhere, "Views, boosted ones included"), "2026-04-22"), facebook)),
        "organic and boosted together: do not add it to views"),
    but(alone(on(since(media("total_likes", optional, posts, "Likes, boosted ones included"), "2026-04-22"), facebook)),
        "organic and boosted together: do not add it to likes"),
    but(alone(on(since(media("total_comments", optional, posts, "Comments, boosted ones included"), "2026-04-22"), facebook)),
        "organic and boosted together: do not add it to comments"),
    alone(on(since(media("link_clicks", optional, story, "Link clicks"), "2026-06-22"), facebook)),
    // media: retired
    but(until(media("impressions", retired, not_reels, "Impressions"), "2025-04-21", "views"),
        "only for media created up to 2024-07-01, up to v21"),
    until(media("plays", retired, reels, "Plays"), "2025-04-21", "views"),
    until(media("clips_replays_count", retired, reels, "Replays"), "2025-04-21", "views"),
    until(media("ig_reels_aggregated_all_plays_count", retired, reels, "Plays and replays"), "2025-04-21", "views"),
    until(media("video_views", retired, feed, "Video views"), "2025-01-08", "views"),
    until(media("engagement", retired, feed, "Engagement"), "2024-06-14", "total_interactions"),
    until(media("exits", retired, story, "Exits"), "2024-06-14", "navigation"),
    until(media("taps_forward", retired, story, "Taps forward"), "2024-06-14", "navigation"),
    until(media("taps_back", retired, story, "Taps back"), "2024-06-14", "navigation"),
    until(media("carousel_album_impressions", retired, feed, "Album impressions"), "2024-03-31", "views"),
    until(unique(media("carousel_album_reach", retired, feed, "Album reach")), "2024-03-31", "reach"),
    until(media("carousel_album_engagement", retired, feed, "Album engagement"), "2024-03-31", "total_interactions"),
    until(media("carousel_album_saved", retired, feed, "Album saves"), "2024-03-31", "saved"),
    until(media("carousel_album_video_views", retired, feed, "Album video views"), "2024-03-31", "views"),
    // media: in the API's enumeration for others
    media("content_views", foreign, nowhere, "Content views"),
    media("quotes", foreign, nowhere, "Quotes"),
    media("thread_replies", foreign, nowhere, "Thread replies"),
    media("threads_views", foreign, nowhere, "Threads views"),
    // account: recommended
    but(by(unique(account("reach", always, MetricType::time_series, "Accounts reached")),
           "media_product_type follow_type"),
        "unique accounts, estimated: never sum days"),
    but(from_100_followers(in(account("follower_count", always, MetricType::none, "New followers"), Unit::accounts)),
        "new followers of the day, not the total; the last 30 days without today"),
    by(account("views", always, total, "Views"),
       "media_product_type follow_type media_product_type,follow_type"),
    unique(account("accounts_engaged", always, total, "Accounts engaged")),
    by(account("total_interactions", always, total, "Interactions"), "media_product_type"),
    by(account("likes", always, total, "Likes"), "media_product_type"),
    by(account("comments", always, total, "Comments"), "media_product_type"),
    by(account("saves", always, total, "Saves"), "media_product_type"),
    by(account("shares", always, total, "Shares"), "media_product_type"),
    account("replies", always, total, "Replies"),
    since(account("reposts", always, total, "Reposts"), "2025-12-03"),
    but(from_100_followers(only_by(account("follows_and_unfollows", always, total, "Follows and unfollows"), "follow_type")),
        "the meaning of FOLLOWER and NON_FOLLOWER is not documented: cells as the API names them"),
    by(account("profile_links_taps", always, total, "Taps on profile links"), "contact_button_type"),
    but(in(from_100_followers([] {
            auto metric = account("online_followers", always, MetricType::none, "Followers online by hour");
            metric.period = lifetime;
            metric.additive = false;
            return metric;
        }()), Unit::accounts),
        "24 values; the zone of the hours is not documented, US Pacific by what was seen"),
    but(audience(account("follower_demographics", always, total, "Followers by group")),
        "the 45 largest groups"),
    but(audience(account("engaged_audience_demographics", always, total, "Engaged accounts by group")),
        "the 45 largest groups; needs 100 engagements"),
    // account: optional
    but(audience(account("reached_audience_demographics", optional, total, "Accounts reached by group")),
        "no longer documented; may be refused"),
    but(account("profile_views", optional, total, "Profile views"),
        "removed from the documents 2025-01-08; still answered in 2026, may stop at any time"),
    but(account("website_clicks", optional, total, "Website clicks"),
        "removed from the documents 2025-01-08; still answered in 2026, may stop at any time"),
    // account: retired
    until(account("impressions", retired, MetricType::none, "Impressions"), "2025-04-21", "views"),
    until(account("email_contacts", retired, total, "Email taps"), "2025-06-16", "profile_links_taps"),
    until(account("phone_call_clicks", retired, total, "Call taps"), "2025-06-16", "profile_links_taps"),
    until(account("get_directions_clicks", retired, total, "Direction taps"), "2025-06-16", "profile_links_taps"),
    until(account("text_message_clicks", retired, total, "Text message taps"), "2025-06-16", "profile_links_taps"),
    until(account("audience_city", retired, MetricType::none, "Followers by city"), "2024-06-14", "follower_demographics"),
    until(account("audience_country", retired, MetricType::none, "Followers by country"), "2024-06-14", "follower_demographics"),
    until(account("audience_gender_age", retired, MetricType::none, "Followers by gender and age"), "2024-06-14", "follower_demographics"),
    until(account("audience_locale", retired, MetricType::none, "Followers by locale"), "2024-06-14", "follower_demographics"),
    // account: in the API's enumeration for others
    account("content_views", foreign, MetricType::none, "Content views"),
    account("quotes", foreign, MetricType::none, "Quotes"),
    account("threads_likes", foreign, MetricType::none, "Threads likes"),
    account("threads_replies", foreign, MetricType::none, "Threads replies"),
    account("threads_reposts", foreign, MetricType::none, "Threads reposts"),
    account("threads_views", foreign, MetricType::none, "Threads views"),
    account("threads_clicks", foreign, MetricType::none, "Threads clicks"),
    account("threads_followers", foreign, MetricType::none, "Threads followers"),
    account("threads_follower_demographics", foreign, MetricType::none, "Threads followers by group"),
};
// clang-format on

} // namespace insightd::catalog
