#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

// The ways in which other collectors are known to have counted twice, each asked of our own views.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;

const auto start = at("2026-03-06T12:00:00Z");
constexpr auto every_metric = R"(
defaults:
  schedule: {account_insights: 6h, media_insights: [{until: 730d, every: 6h}], stories: 1h}
  metrics:
    media: [reposts, crossposted_views, facebook_views, total_views, total_likes, total_comments]
    account: [profile_views, website_clicks]
)";

/// One account with posts, reels, albums and stories, every metric, two days.
class DoubleCounting : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        std::vector<sandbox::AccountSpec> one{sandbox::three_accounts().front()};
        simulation = std::make_unique<Simulation>(start, every_metric, std::move(one));
        simulation->run_until(start + std::chrono::days{2});
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static std::string value(const std::string& sql)
    {
        return simulation->value(sql).value_or("NULL");
    }

    static void expect_none(const std::string& rows, const std::string& why)
    {
        EXPECT_EQ(value("SELECT count(*) FROM (" + rows + ") wrong"), "0") << why;
    }

    static std::unique_ptr<Simulation> simulation;
};

std::unique_ptr<Simulation> DoubleCounting::simulation;

// A reporting model added the views of albums, of stories, of "video and photo" and of reels: the
// source filled two of these fields with the same number, and every album and reel counted twice
// (fivetran/dbt_social_media_reporting, issue 31). Here a post has one column of views.
TEST_F(DoubleCounting, ViewsOfAPostAreOneNumberInOneColumn)
{
    EXPECT_EQ(
        value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'insights' AND "
              "table_name = 'media_latest' AND column_name ~ '(^|_)(views|plays|impressions)$'"),
        "4")
        << "views; total_views, crossposted_views and facebook_views are other numbers: the "
           "catalogue's caveats say so";
    expect_none(
        "SELECT media_id FROM insights.media_latest GROUP BY media_id HAVING count(*) > 1",
        "a row for each post");
    expect_none(
        "SELECT 1 FROM insights.metric WHERE subject = 'media' AND status <> 'retired' AND "
        "name ~ '(impressions|plays|carousel_album_|reel_views|video_photo)'",
        "names of the same views that were retired are not asked");
    for (const auto* product : {"FEED", "REELS", "STORY"}) {
        std::int64_t truth = 0;
        for (const auto& row : simulation->rows(fmt::format(
                 "SELECT media_id, (extract(epoch FROM checked_at) * 1000000)::bigint "
                 "FROM insights.media_latest WHERE product_type = '{}' AND views IS NOT NULL",
                 product))) {
            const model::Instant when{std::chrono::microseconds{std::stoll(*row[1])}};
            const auto media = simulation->world.media(std::stoll(*row[0]), when);
            ASSERT_TRUE(media);
            truth += std::get<std::int64_t>(simulation->world.media_metric(*media, "views", when));
        }
        EXPECT_GT(truth, 0);
        EXPECT_EQ(
            value(fmt::format(
                "SELECT sum(views) FROM insights.media_latest WHERE product_type = '{}'", product)),
            std::to_string(truth));
    }
}

// A total of a window was emitted once for each day, or each call, of a series, so that sums over
// rows multiplied it. Here a day has one row, however often and by however many calls it was read.
TEST_F(DoubleCounting, ScalarTotalsNeverBecomeSeveralPoints)
{
    EXPECT_GT(std::stoll(value("SELECT max(revisions) FROM insights.account_daily")), 4);
    expect_none(
        "SELECT 1 FROM insights.account_daily GROUP BY account_id, day HAVING count(*) > 1",
        "a row for each day");
    expect_none(
        "SELECT 1 FROM insights.account_daily GROUP BY account_id, day_end HAVING count(*) > 1",
        "no two names for one day");
    expect_none(
        "SELECT 1 FROM (SELECT day_end - lag(day_end) OVER (ORDER BY day) AS hours "
        "FROM insights.account_daily) d WHERE hours NOT BETWEEN '23 hours' AND '25 hours'",
        "days do not overlap, in the week of the clock change");
    expect_none(
        "SELECT 1 FROM insights.media_daily GROUP BY media_id, day HAVING count(*) > 1",
        "a row for each post and day");
    // Reach by day is in the series, reach of the window beside it: one column has one of them.
    for (const auto& row :
         simulation->rows("SELECT (extract(epoch FROM day_end) * 1000000)::bigint, reach, views, "
                          "(extract(epoch FROM observed_at) * 1000000)::bigint "
                          "FROM insights.account_daily")) {
        const model::Instant end{std::chrono::microseconds{std::stoll(*row[0])}};
        const model::Instant when{std::chrono::microseconds{std::stoll(*row[3])}};
        const auto begin = sandbox::World::day_ends(end - std::chrono::hours{49}, end).rbegin()[1];
        const auto truth = [&](const char* metric) {
            return std::to_string(simulation->world.account_metric(0, metric, begin, end, when));
        };
        EXPECT_EQ(row[1], truth("reach"));
        EXPECT_EQ(row[2], truth("views"));
    }
}

// Connectors that know one dimension per metric kept the first key of a two-dimension split only,
// and the cells fell together or onto one another. Here both are kept, and the cells sum to the
// total.
TEST_F(DoubleCounting, TwoDimensionsAreKeptAndTheirCellsSumToTheTotal)
{
    expect_none(
        "SELECT 1 FROM insights.account_breakdown WHERE NOT is_unattributed AND "
        "array_length(dimension_values, 1) <> array_length(string_to_array(dimension, ','), 1)",
        "a value for each dimension");
    EXPECT_GT(
        std::stoll(value("SELECT count(DISTINCT dimension_values) FROM insights.account_breakdown "
                         "WHERE metric = 'views' AND dimension LIKE '%,%'")),
        4)
        << "products by follow type";
    expect_none(
        "SELECT 1 FROM insights.account_breakdown WHERE NOT is_unattributed "
        "GROUP BY account_id, day, metric, dimension, dimension_values HAVING count(*) > 1",
        "a row for each cell");
    for (const auto* view : {"account_breakdown", "media_breakdown"}) {
        const auto* key = view == std::string{"account_breakdown"} ? "day" : "media_id";
        EXPECT_GT(std::stoll(value(fmt::format("SELECT count(*) FROM insights.{}", view))), 20);
        expect_none(
            fmt::format(
                "SELECT 1 FROM insights.{0} WHERE total IS NOT NULL GROUP BY account_id, {1}, "
                "metric, dimension HAVING sum(value) <> max(total) OR min(total) <> max(total)",
                view, key),
            "cells and the unattributed row sum to the total");
    }
    EXPECT_GT(
        std::stoll(value("SELECT count(*) FROM insights.account_breakdown WHERE metric = 'reach' "
                         "AND is_unattributed AND value < 0")),
        0)
        << "an account that saw a post and a reel is in both cells: said, not hidden";
}

// The same day's views stand in account_daily, and once for each dimension list in
// account_breakdown: whoever picks one list, as its comment says, gets the same number, and never
// twice.
TEST_F(DoubleCounting, EachDimensionListOfADaySumsToTheDaysViews)
{
    EXPECT_EQ(
        value("SELECT count(DISTINCT dimension) FROM insights.account_breakdown "
              "WHERE metric = 'views'"),
        "3");
    expect_none(
        "SELECT 1 FROM insights.account_daily d JOIN (SELECT account_id, day, dimension, "
        "sum(value) AS views FROM insights.account_breakdown WHERE metric = 'views' "
        "GROUP BY 1, 2, 3) b USING (account_id, day) WHERE b.views IS DISTINCT FROM d.views",
        "views of the day are the sum of any one list");
    expect_none(
        "SELECT 1 FROM insights.media_latest l JOIN (SELECT media_id, sum(views) AS views, "
        "sum(likes) AS likes FROM insights.media_daily GROUP BY 1) d USING (media_id) "
        "WHERE (l.views, l.likes) IS DISTINCT FROM (d.views::bigint, d.likes::bigint)",
        "growth sums to the total");
    expect_none(
        "SELECT 1 FROM insights.story_summary s JOIN insights.media_latest l USING (media_id) "
        "WHERE s.views IS DISTINCT FROM l.views OR s.reach IS DISTINCT FROM l.reach",
        "a story's numbers are the same in both views");
}

/// A number that its comment says may be summed, and what the comment says it counts again.
struct Additive {
    std::string view, column, relation, of_view, of_column;
};

std::vector<Additive> additive_numbers(const Simulation& simulation)
{
    std::vector<Additive> numbers;
    for (const auto& row : simulation.rows(
             "SELECT c.relname, a.attname, coalesce(m[2], ''), coalesce(m[3], ''), "
             "coalesce(m[4], '') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, "
             "regexp_matches(col_description(c.oid, a.attnum), 'Additive over [^;.]*(; "
             "(?:contains|a part of) [^:]*: sum one of them)?(?:; (the same as|its days sum to|"
             "counts again|splits) insights[.]([a-z_]+)[.]?([a-z_]+)?: sum one of them)?[.]$') m "
             "WHERE c.relnamespace = 'insights'::regnamespace AND a.attnum > 0"))
        numbers.push_back({*row[0], *row[1], *row[2], *row[3], *row[4]});
    return numbers;
}

/// One name for what the platform names differently in places.
std::string metric_of(const std::string& column)
{
    static const std::map<std::string, std::string> names{
        {"saves", "saved"},
        {"like_count", "likes"},
        {"comments_count", "comments"},
        {"follower_count", "follows"},
        {"profile_views", "profile_visits"}};
    const auto found = names.find(column);
    return found == names.end() ? column : found->second;
}

// Whatever pair of views somebody adds up by what the comments allow: each metric may be summed in
// one place, and every other place that counts it says so and names it.
TEST_F(DoubleCounting, NoPairOfViewsCountsTheSameMetricTwiceByTheirComments)
{
    std::map<std::string, std::vector<std::string>> homes;
    const auto numbers = additive_numbers(*simulation);
    EXPECT_GT(numbers.size(), 60U);
    for (const auto& number : numbers) {
        if (number.relation.empty()) {
            homes[metric_of(number.column)].push_back(number.view + "." + number.column);
            continue;
        }
        if (number.relation == "splits") { // see EachDimensionListOfADaySumsToTheDaysViews
            EXPECT_EQ(number.column, "value");
            continue;
        }
        EXPECT_EQ(metric_of(number.column), metric_of(number.of_column)) << number.view;
        EXPECT_TRUE(std::ranges::any_of(
            numbers,
            [&](const Additive& home) {
                return home.view == number.of_view && home.column == number.of_column &&
                       home.relation.empty();
            }))
            << number.view << '.' << number.column << " names " << number.of_view << '.'
            << number.of_column;
    }
    for (const auto& [metric, views] : homes)
        EXPECT_EQ(views.size(), 1U) << metric << ": " << ::testing::PrintToString(views);
}

// What the comments say of such pairs is so, row by row.
TEST_F(DoubleCounting, PairsThatCountTheSameAgreeAsTheirCommentsSay)
{
    int compared = 0;
    for (const auto& number : additive_numbers(*simulation)) {
        if (number.relation != "the same as" && number.relation != "its days sum to")
            continue;
        expect_none(
            fmt::format(
                "SELECT 1 FROM (SELECT account_id, media_id, sum({0})::numeric AS number FROM "
                "insights.{1} GROUP BY 1, 2) s JOIN insights.{3} h USING (account_id, media_id) "
                "WHERE s.number IS DISTINCT FROM h.{2}",
                number.column, number.view, number.of_column, number.of_view),
            number.view + "." + number.column + ": " + number.relation);
        ++compared;
    }
    EXPECT_GT(compared, 15);
}

// The catalogue and the comments are one mind, also about metrics that are only cells or `extra`.
TEST_F(DoubleCounting, NoMetricThatTheCatalogueForbidsToSumIsAdditiveInAnyView)
{
    const std::map<std::string, std::string> columns{
        {"ig_reels_avg_watch_time", "avg_watch_ms"}, {"online_followers", "followers"}};
    const auto numbers = additive_numbers(*simulation);
    std::size_t found = 0;
    for (const auto& row :
         simulation->rows("SELECT DISTINCT name FROM insights.metric WHERE NOT additive")) {
        const auto renamed = columns.find(*row[0]);
        const auto& column = renamed == columns.end() ? *row[0] : renamed->second;
        for (const auto& number : numbers)
            EXPECT_NE(number.column, column) << number.view;
        ++found;
    }
    EXPECT_GT(found, 5U);
}

TEST_F(DoubleCounting, MetricsWithAColumnAreNotOnceMoreAmongTheOthers)
{
    expect_none(
        "SELECT 1 FROM insights.media_extra_metric e JOIN information_schema.columns c ON "
        "c.table_schema = 'insights' AND c.table_name = 'media_latest' AND "
        "c.column_name = e.metric",
        "media_latest has them");
    expect_none(
        "SELECT 1 FROM insights.account_extra_metric e JOIN information_schema.columns c ON "
        "c.table_schema = 'insights' AND c.table_name = 'account_daily' AND "
        "c.column_name = e.metric",
        "account_daily has them");
    EXPECT_GT(std::stoll(value("SELECT count(reposts) FROM insights.media_latest")), 0);
    EXPECT_GT(std::stoll(value("SELECT count(profile_views) FROM insights.account_daily")), 0);
}

// A chart that shows an absent number as a hole is right only where none stands.
TEST_F(DoubleCounting, AbsenceSaysWhetherTheViewsStillShowTheNumber)
{
    const std::string shown =
        "coalesce(to_jsonb(l) ->> CASE a.metric WHEN 'ig_reels_avg_watch_time' "
        "THEN 'avg_watch_ms' WHEN 'ig_reels_video_view_total_time' THEN "
        "'total_watch_ms' ELSE a.metric END) IS NOT NULL";
    const auto from = " FROM insights.absence a JOIN insights.media_latest l USING (media_id) "
                      "WHERE a.metric NOT LIKE '% by %'";
    expect_none(
        "SELECT 1" + (from + (" AND a.has_earlier_number IS DISTINCT FROM (" + shown + ")")),
        "as media_latest shows it");
    EXPECT_GT(
        std::stoll(value(std::string{"SELECT count(*)"} + from + " AND has_earlier_number")), 10)
        << "stories that ended";
}

// A total read many times stands once for each age, and no age has two.
TEST_F(DoubleCounting, EachPostHasOneRowForEachAge)
{
    expect_none(
        "SELECT 1 FROM insights.media_growth GROUP BY account_id, media_id, age_hours "
        "HAVING count(*) > 1",
        "a row for each post and age");
    expect_none(
        "SELECT 1 FROM insights.media_engagement GROUP BY account_id, media_id HAVING count(*) > 1",
        "a row for each post");
    expect_none(
        "SELECT 1 FROM insights.posting_times GROUP BY account_id, weekday, hour "
        "HAVING count(*) > 1",
        "a row for each hour");
}

} // namespace
} // namespace insightd
