#include "tests/sandbox/world.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

// The numbers of the world: how totals grow, settle and split.
namespace insightd::sandbox
{
namespace
{

using Seconds = std::chrono::duration<double>;

double seconds(std::chrono::microseconds span)
{
    return std::chrono::duration_cast<Seconds>(span).count();
}

struct Ratio {
    std::string_view metric;
    double per_reach;
};

/// How often each thing happens for each account reached.
constexpr std::array media_ratios{
    Ratio{"reach", 1.0},
    Ratio{"views", 1.6},
    Ratio{"likes", 0.08},
    Ratio{"comments", 0.012},
    Ratio{"saved", 0.02},
    Ratio{"shares", 0.01},
    Ratio{"follows", 0.004},
    Ratio{"profile_visits", 0.03},
    Ratio{"profile_activity", 0.02},
    Ratio{"replies", 0.01},
    Ratio{"navigation", 1.3},
    Ratio{"reposts", 0.006},
    Ratio{"total_views", 2.0},
    Ratio{"total_likes", 0.1},
    Ratio{"total_comments", 0.015},
    Ratio{"link_clicks", 0.05},
    Ratio{"crossposted_views", 2.2},
    Ratio{"facebook_views", 0.6},
};

/// Each metric's rate for each follower and day.
constexpr std::array account_rates{
    Ratio{"reach", 0.6},
    Ratio{"views", 1.5},
    Ratio{"accounts_engaged", 0.1},
    Ratio{"likes", 0.12},
    Ratio{"comments", 0.02},
    Ratio{"saves", 0.03},
    Ratio{"shares", 0.015},
    Ratio{"replies", 0.01},
    Ratio{"reposts", 0.008},
    Ratio{"follower_count", 0.004},
    Ratio{"follows_and_unfollows", 0.006},
    Ratio{"profile_links_taps", 0.02},
    Ratio{"profile_views", 0.05},
    Ratio{"website_clicks", 0.01},
};

template <std::size_t N> double ratio(const std::array<Ratio, N>& table, std::string_view metric)
{
    const auto found = std::ranges::find(table, metric, &Ratio::metric);
    return found == table.end() ? 0.0 : found->per_reach;
}

using Shares = std::vector<std::pair<std::string, double>>;

const Shares& shares_of(std::string_view dimension)
{
    static const std::map<std::string, Shares, std::less<>> all{
        {"action_type",
         {{"bio_link_clicked", 0.5}, {"email", 0.2}, {"direction", 0.2}, {"text", 0.1}}},
        {"story_navigation_action_type",
         {{"tap_forward", 0.7}, {"tap_back", 0.1}, {"tap_exit", 0.15}, {"swipe_forward", 0.05}}},
        {"media_product_type", {{"POST", 0.4}, {"REEL", 0.35}, {"STORY", 0.25}}},
        {"follow_type", {{"FOLLOWER", 0.6}, {"NON_FOLLOWER", 0.4}}},
        {"contact_button_type", {{"CALL", 0.3}, {"EMAIL", 0.5}, {"DIRECTION", 0.2}}},
        {"age",
         {{"13-17", 0.02},
          {"18-24", 0.22},
          {"25-34", 0.36},
          {"35-44", 0.22},
          {"45-54", 0.11},
          {"55-64", 0.05},
          {"65+", 0.02}}},
        {"gender", {{"F", 0.52}, {"M", 0.41}, {"U", 0.07}}},
        {"country",
         {{"BR", 0.4}, {"US", 0.2}, {"DE", 0.15}, {"FR", 0.1}, {"AR", 0.08}, {"PT", 0.07}}},
    };
    static const Shares none;
    const auto found = all.find(dimension);
    return found == all.end() ? none : found->second;
}

/// Sixty cities, of which the platform serves the largest 45.
const Shares& cities()
{
    static const Shares all = [] {
        Shares made;
        for (int city = 0; city < 60; ++city)
            made.emplace_back(
                "City " + std::to_string(city) + ", Somewhere", 0.1 / (1 + 0.35 * city));
        return made;
    }();
    return all;
}

/// Cells that sum to the total exactly; what rounding leaves goes to the first.
std::vector<Cell> split(std::int64_t total, const Shares& shares)
{
    std::vector<Cell> cells;
    auto left = total;
    for (const auto& [name, share] : shares) {
        const auto part = static_cast<std::int64_t>(static_cast<double>(total) * share);
        cells.push_back({{name}, part});
        left -= part;
    }
    if (!cells.empty())
        cells.front().second += left;
    return cells;
}

std::vector<Cell> without_zeros(std::vector<Cell> cells)
{
    std::erase_if(cells, [](const Cell& cell) { return cell.second == 0; });
    return cells;
}

/// Each cell split again by one more dimension.
std::vector<Cell> split_further(const std::vector<Cell>& cells, const Shares& shares)
{
    std::vector<Cell> finer;
    for (const auto& [values, number] : cells)
        for (auto& [value, part] : split(number, shares)) {
            auto all = values;
            all.push_back(value.front());
            finer.push_back({std::move(all), part});
        }
    return finer;
}

std::vector<Cell> split_by(std::int64_t total, const std::vector<std::string>& dimensions)
{
    std::vector<Cell> cells{{{}, total}};
    for (const auto& dimension : dimensions)
        cells = split_further(cells, dimension == "city" ? cities() : shares_of(dimension));
    return cells;
}

} // namespace

/// Accounts reached by then; of given posts those that their views speak for.
double World::reached(const Media& media, Instant now) const
{
    if (options_.given && !media.is_story())
        return static_cast<double>(options_.given->counters(media.number, now).views) /
               ratio(media_ratios, "views");
    const auto age = std::max(0.0, seconds(now - media.published_at));
    const auto popularity = 0.2 + chance(static_cast<std::uint64_t>(media.id), "popularity");
    // What happened in the last half hour is not counted yet.
    const auto counted_for = std::max(0.0, age - 1'800.0);
    const auto grown = 1.0 - std::exp(-counted_for / (media.is_story() ? 30'000.0 : 90'000.0));
    return static_cast<double>(accounts_[media.account].followers) * popularity * grown *
           kept(media, now);
}

/// In proportion to the accounts reached, but for what is given.
std::int64_t World::counted(const Media& media, std::string_view metric, Instant now) const
{
    if (options_.given && !media.is_story()) {
        constexpr std::int64_t one_comment_in = 8;
        const auto given = options_.given->counters(media.number, now);
        const auto comments = given.interactions / one_comment_in;
        if (metric == "views")
            return given.views;
        if (metric == "likes" || metric == "comments")
            return metric == "comments" ? comments : given.interactions - comments;
    }
    return static_cast<std::int64_t>(reached(media, now) * ratio(media_ratios, metric));
}

Number World::media_metric(const Media& media, std::string_view metric, Instant now) const
{
    const auto key = static_cast<std::uint64_t>(media.id);
    const auto count = [&](std::string_view name) { return counted(media, name, now); };
    if (metric == "total_interactions") {
        if (media.is_story())
            return count("shares") + count("replies");
        return count("likes") + count("comments") + count("saved") + count("shares");
    }
    const auto watched_ms = static_cast<std::int64_t>(3'000 + 9'000 * chance(key, "watched"));
    if (metric == "ig_reels_avg_watch_time")
        return count("views") > 0 ? watched_ms : std::int64_t{0};
    if (metric == "ig_reels_video_view_total_time")
        return watched_ms * count("views");
    if (metric == "reels_skip_rate")
        return std::round((20 + 40 * chance(key, "skipped")) * 10) / 10;
    return count(metric);
}

std::vector<Cell>
World::media_breakdown(const Media& media, std::string_view metric, Instant now) const
{
    const auto total = std::get<std::int64_t>(media_metric(media, metric, now));
    const auto* dimension = metric == "navigation" ? "story_navigation_action_type" : "action_type";
    return without_zeros(split(total, shares_of(dimension)));
}

std::int64_t World::account_metric(
    std::size_t account, std::string_view metric, Instant since, Instant until, Instant now) const
{
    if (metric == "total_interactions")
        return account_metric(account, "likes", since, until, now) +
               account_metric(account, "comments", since, until, now) +
               account_metric(account, "saves", since, until, now) +
               account_metric(account, "shares", since, until, now);
    // More happens in the evening than in the morning.
    const auto happened = [](Instant instant) {
        const auto days = seconds(instant.time_since_epoch()) / 86'400.0;
        return days + 0.05 * std::sin(2 * std::numbers::pi * days);
    };
    const auto end = std::min(until, now);
    if (end <= since)
        return 0;
    const auto late = std::clamp(seconds(now - until) / seconds(options_.settled_after), 0.0, 1.0);
    const bool revised = options_.revised_after && now >= until + *options_.revised_after;
    const auto per_day = static_cast<double>(accounts_[account].followers) *
                         ratio(account_rates, metric) *
                         (0.8 + 0.4 * chance(static_cast<std::uint64_t>(account), metric));
    return static_cast<std::int64_t>(
        per_day * (happened(end) - happened(since)) * (0.95 + 0.05 * late) *
        (revised ? 1.02 : 1.0));
}

std::vector<Cell> World::account_breakdown(
    std::size_t account, std::string_view metric, const std::vector<std::string>& dimensions,
    Instant since, Instant until, Instant now) const
{
    const auto total = account_metric(account, metric, since, until, now);
    if (metric != "reach")
        return without_zeros(split_by(total, dimensions));
    // An account that saw a post and a reel is reached by both: the cells overlap.
    std::vector<Cell> cells;
    for (const auto& [values, part] : split_by(total, dimensions))
        cells.push_back({values, static_cast<std::int64_t>(static_cast<double>(part) * 1.2)});
    return without_zeros(std::move(cells));
}

std::vector<Cell> World::demographics(
    std::size_t account, std::string_view metric, const std::vector<std::string>& dimensions,
    std::string_view timeframe, Instant now) const
{
    const auto base =
        metric == "follower_demographics" ? followers(account, now) : followers(account, now) / 10;
    const auto total = timeframe == "this_week" ? base / 2 : base;
    auto cells = without_zeros(split_by(total, dimensions));
    std::ranges::stable_sort(cells, std::greater{}, &Cell::second);
    constexpr std::size_t largest_groups = 45;
    cells.resize(std::min(cells.size(), largest_groups));
    return cells;
}

std::optional<std::int64_t>
World::online_followers(std::size_t account, Instant day_end, int hour) const
{
    const auto key = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::hours>(day_end).time_since_epoch().count() * 24 + hour);
    // The platform leaves an hour out now and then.
    if (chance(key, "left out") < 0.03)
        return std::nullopt;
    const auto wave = 0.3 + 0.2 * std::sin(2 * std::numbers::pi * (hour - 9) / 24.0);
    return static_cast<std::int64_t>(
        static_cast<double>(accounts_[account].followers) * (wave + 0.05 * chance(key, "online")));
}

} // namespace insightd::sandbox
