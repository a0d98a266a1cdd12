#include "storage/metric_columns.hpp"

#include <algorithm>
#include <array>

namespace insightd::storage
{
namespace
{

constexpr std::array<MetricColumn, 14> media{{
    {"views", "views"},
    {"reach", "reach"},
    {"likes", "likes"},
    {"comments", "comments"},
    {"saved", "saved"},
    {"shares", "shares"},
    {"follows", "follows"},
    {"total_interactions", "total_interactions"},
    {"profile_visits", "profile_visits"},
    {"profile_activity", "profile_activity"},
    {"replies", "replies"},
    {"navigation", "navigation"},
    {"ig_reels_avg_watch_time", "avg_watch_ms"},
    {"ig_reels_video_view_total_time", "total_watch_ms"},
}};

constexpr std::array<MetricColumn, 12> days{{
    {"reach", "reach"},
    {"views", "views"},
    {"accounts_engaged", "accounts_engaged"},
    {"total_interactions", "total_interactions"},
    {"likes", "likes"},
    {"comments", "comments"},
    {"saves", "saves"},
    {"shares", "shares"},
    {"replies", "replies"},
    {"reposts", "reposts"},
    {"follower_count", "follower_count"},
    {"profile_links_taps", "profile_links_taps"},
}};

} // namespace

std::span<const MetricColumn> media_columns()
{
    return media;
}
std::span<const MetricColumn> day_columns()
{
    return days;
}

std::string_view column_of(std::span<const MetricColumn> columns, std::string_view metric)
{
    const auto found = std::ranges::find(columns, metric, &MetricColumn::first);
    return found == columns.end() ? std::string_view{} : found->second;
}

} // namespace insightd::storage
