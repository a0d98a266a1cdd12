#include "collectors/catalog.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include "storage/metric_columns.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <set>

// Every stored number is the world's own at the instant it was asked for.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Row;
using insightd::testing::Simulation;

const auto start = at("2026-03-06T12:00:00Z"); // two days before the clocks change in the US
constexpr auto every_metric = R"(
defaults:
  metrics:
    media: [reposts, reels_skip_rate, crossposted_views, facebook_views, total_views, total_likes, total_comments, link_clicks]
    account: [profile_views, website_clicks, reached_audience_demographics]
)";

std::int64_t integer(const std::optional<std::string>& text)
{
    return std::stoll(text.value());
}

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{integer(microseconds)}};
}

/// One simulation for all comparisons: three accounts, three days, every metric that is served.
class Truth : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        simulation = std::make_unique<Simulation>(start, every_metric);
        simulation->run_until(start + std::chrono::days{3});
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static std::size_t account_index(const std::optional<std::string>& id)
    {
        const auto& accounts = simulation->world.accounts();
        const auto found = std::ranges::find(accounts, integer(id), &sandbox::AccountSpec::user_id);
        return static_cast<std::size_t>(found - accounts.begin());
    }

    static std::unique_ptr<Simulation> simulation;
};

std::unique_ptr<Simulation> Truth::simulation;

/// The stored numbers of one row by the API's names: columns and `extra` together.
std::map<std::string, double> numbers_of(
    const Row& row, std::size_t first_column, std::span<const storage::MetricColumn> columns,
    const std::optional<std::string>& extra)
{
    std::map<std::string, double> numbers;
    for (std::size_t at = 0; at < columns.size(); ++at)
        if (row.at(first_column + at))
            numbers[std::string{columns[at].first}] = std::stod(*row.at(first_column + at));
    const auto others = boost::json::parse(extra.value_or("{}"));
    for (const auto& [name, value] : others.as_object())
        numbers[std::string{name}] = value.to_number<double>();
    return numbers;
}

std::string column_list(std::span<const storage::MetricColumn> columns)
{
    std::string list;
    for (const auto& [metric, column] : columns)
        list += fmt::format("{}, ", column);
    return list;
}

/// Stored cells are in the order of their dimension values, the world's in the platform's.
std::vector<sandbox::Cell> sorted(std::vector<sandbox::Cell> cells)
{
    std::ranges::sort(cells);
    return cells;
}

std::vector<sandbox::Cell> cells_of(const boost::json::value& split)
{
    std::vector<sandbox::Cell> cells;
    for (const auto& cell : split.at("cells").as_array()) {
        std::vector<std::string> values;
        for (const auto& value : cell.at(0).as_array())
            values.emplace_back(value.as_string());
        cells.emplace_back(std::move(values), cell.at(1).as_int64());
    }
    return cells;
}

std::vector<std::string> dimensions_of(std::string_view list)
{
    std::vector<std::string> dimensions;
    std::istringstream in{std::string{list}};
    for (std::string one; std::getline(in, one, ',');)
        dimensions.push_back(one);
    return dimensions;
}

TEST_F(Truth, EveryViewHasRowsOfEachAccount)
{
    for (const auto* view :
         {"account_latest", "account_daily", "account_breakdown", "media_latest", "media_daily",
          "media_breakdown", "story_summary", "audience_demographics", "online_followers",
          "collection_health"})
        EXPECT_EQ(
            simulation->value(fmt::format("SELECT count(DISTINCT account) FROM insights.{}", view)),
            "3")
            << view;
    EXPECT_EQ(
        simulation->value("SELECT count(*) FROM insights.metric"),
        std::to_string(catalog::metrics().size()));
}

TEST_F(Truth, MediaSamplesAreTheWorldsNumbers)
{
    const auto columns = storage::media_columns();
    const auto rows = simulation->rows(
        "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, " +
        column_list(columns) + "extra, breakdowns FROM store.media_sample");
    ASSERT_GT(rows.size(), 500U);
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& row : rows) {
        const auto observed_at = instant(row[1]);
        const auto media = simulation->world.media(integer(row[0]), observed_at);
        const auto numbers = numbers_of(row, 2, columns, row[2 + columns.size()]);
        if (!media) {
            EXPECT_TRUE(numbers.empty()) << "numbers of a deleted post";
            continue;
        }
        for (const auto& [metric, number] : numbers) {
            const auto truth = simulation->world.media_metric(*media, metric, observed_at);
            EXPECT_DOUBLE_EQ(
                number, std::visit([](auto v) { return static_cast<double>(v); }, truth))
                << *row[0] << " " << metric;
            seen.emplace(media->product_type(), metric);
        }
        const auto breakdowns = boost::json::parse(row.back().value_or("{}"));
        for (const auto& [metric, splits] : breakdowns.as_object())
            for (const auto& [dimension, split] : splits.as_object()) {
                EXPECT_EQ(
                    cells_of(split),
                    sorted(simulation->world.media_breakdown(*media, metric, observed_at)));
                seen.emplace(media->product_type(), std::string{metric} + " by");
            }
    }
    for (const auto& metric : catalog::metrics()) {
        if (metric.subject != catalog::Subject::media ||
            (metric.standing != catalog::Standing::recommended &&
             metric.standing != catalog::Standing::optional))
            continue;
        for (const auto* product : {"FEED", "REELS", "STORY"}) {
            if ((metric.products & catalog::product_of(product)) == 0)
                continue;
            EXPECT_TRUE(seen.contains({product, std::string{metric.name}}))
                << product << " " << metric.name;
            if (!metric.breakdowns.empty()) {
                EXPECT_TRUE(seen.contains({product, std::string{metric.name} + " by"}))
                    << product << " " << metric.name << " by " << metric.breakdowns;
            }
        }
    }
}

TEST_F(Truth, AccountDaysAreTheWorldsNumbers)
{
    const auto columns = storage::day_columns();
    const auto rows = simulation->rows(
        "SELECT account_id, (extract(epoch FROM observed_at) * 1000000)::bigint, "
        "(extract(epoch FROM day_end) * 1000000)::bigint, " +
        column_list(columns) + "extra, breakdowns FROM store.account_day");
    ASSERT_GT(rows.size(), 100U);
    std::set<std::string> seen;
    for (const auto& row : rows) {
        const auto account = account_index(row[0]);
        const auto observed_at = instant(row[1]);
        const auto end = instant(row[2]);
        const auto ends = sandbox::World::day_ends(end - std::chrono::hours{49}, end);
        const auto begin = ends[ends.size() - 2];
        ASSERT_EQ(ends.back(), end) << "a day ends at midnight US Pacific, summer and winter";
        for (const auto& [metric, number] : numbers_of(row, 3, columns, row[3 + columns.size()])) {
            EXPECT_EQ(
                static_cast<std::int64_t>(number),
                simulation->world.account_metric(account, metric, begin, end, observed_at))
                << metric;
            seen.insert(metric);
        }
        const auto breakdowns = boost::json::parse(row.back().value_or("{}"));
        for (const auto& [metric, splits] : breakdowns.as_object())
            for (const auto& [dimension, split] : splits.as_object()) {
                EXPECT_EQ(
                    cells_of(split),
                    sorted(simulation->world.account_breakdown(
                        account, metric, dimensions_of(dimension), begin, end, observed_at)))
                    << std::string{metric} << " by " << std::string{dimension};
                seen.insert(
                    fmt::format("{} by {}", std::string_view{metric}, std::string_view{dimension}));
            }
    }
    for (const auto& metric : catalog::metrics()) {
        if (metric.subject != catalog::Subject::account || metric.period != "day" ||
            (metric.standing != catalog::Standing::recommended &&
             metric.standing != catalog::Standing::optional))
            continue;
        if (!metric.needs_breakdown) {
            EXPECT_TRUE(seen.contains(std::string{metric.name})) << metric.name;
        }
        std::istringstream lists{std::string{metric.breakdowns}};
        for (std::string list; lists >> list;)
            EXPECT_TRUE(seen.contains(fmt::format("{} by {}", metric.name, list)))
                << metric.name << " by " << list;
    }
}

TEST_F(Truth, DemographicsAreTheWorldsNumbers)
{
    const auto rows = simulation->rows("SELECT account_id, (extract(epoch FROM observed_at) * "
                                       "1000000)::bigint, metric, dimension, "
                                       "timeframe, data, absent FROM store.demographic_snapshot");
    ASSERT_GT(rows.size(), 3U * 2 * 5 * 2);
    for (const auto& row : rows) {
        const auto account = account_index(row[0]);
        const auto truth = sorted(simulation->world.demographics(
            account, *row[2], dimensions_of(*row[3]), *row[4], instant(row[1])));
        const auto stored = cells_of(boost::json::object{{"cells", boost::json::parse(*row[5])}});
        if (account == 2) {
            EXPECT_TRUE(stored.empty());
            EXPECT_EQ(row[6], "under_100_followers");
        } else {
            EXPECT_EQ(stored, truth) << *row[2] << " " << *row[3];
            EXPECT_FALSE(row[6]);
        }
    }
}

TEST_F(Truth, OnlineFollowersAreTheWorldsNumbers)
{
    const auto rows =
        simulation->rows("SELECT account_id, (extract(epoch FROM day_end) * 1000000)::bigint, "
                         "hour, hours[hour + 1], "
                         "absent FROM store.online_followers, generate_series(0, 23) hour");
    ASSERT_GT(rows.size(), 24U * 6);
    for (const auto& row : rows) {
        const auto account = account_index(row[0]);
        if (account == 2) {
            EXPECT_EQ(row[4], "under_100_followers");
            continue;
        }
        const auto truth = simulation->world.online_followers(
            account, instant(row[1]), static_cast<int>(integer(row[2])));
        EXPECT_EQ(row[3] ? std::optional{integer(row[3])} : std::nullopt, truth);
    }
}

TEST_F(Truth, ProfileAndListCountersAreTheWorldsNumbers)
{
    for (const auto& row : simulation->rows(
             "SELECT account_id, (extract(epoch FROM observed_at) * 1000000)::bigint, "
             "followers_count, follows_count, media_count FROM store.account_sample")) {
        const auto account = account_index(row[0]);
        const auto observed_at = instant(row[1]);
        EXPECT_EQ(integer(row[2]), simulation->world.followers(account, observed_at));
        EXPECT_EQ(integer(row[3]), simulation->world.follows(account));
        EXPECT_EQ(integer(row[4]), simulation->world.media_count(account, observed_at));
    }
    const auto counts = simulation->rows(
        "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, like_count, "
        "comments_count FROM store.media_count");
    ASSERT_GT(counts.size(), 100U);
    for (const auto& row : counts) {
        const auto media = simulation->world.media(integer(row[0]), instant(row[1]));
        ASSERT_TRUE(media);
        EXPECT_EQ(
            sandbox::Number{integer(row[2])},
            simulation->world.media_metric(*media, "likes", instant(row[1])));
        EXPECT_EQ(
            sandbox::Number{integer(row[3])},
            simulation->world.media_metric(*media, "comments", instant(row[1])));
    }
}

TEST_F(Truth, EveryPostAndStoryOfTheWorldIsStored)
{
    for (std::size_t account = 0; account < 3; ++account) {
        const auto id = simulation->world.accounts()[account].user_id;
        std::set<std::string> stored;
        for (const auto& row : simulation->rows(
                 fmt::format("SELECT media_id FROM store.media WHERE account_id = {}", id)))
            stored.insert(*row[0]);
        for (const auto& media : simulation->world.posts(account, simulation->clock.now()))
            if (media.published_at < simulation->clock.now() - std::chrono::minutes{20}) {
                EXPECT_TRUE(stored.contains(std::to_string(media.id))) << media.id;
            }
    }
    EXPECT_GT(integer(simulation->value("SELECT count(*) FROM store.media_child")), 20);
}

TEST_F(Truth, EachStoryHasItsLastReadingInItsLastMinutes)
{
    const auto rows = simulation->rows(fmt::format(
        "SELECT media_id, minutes_before_expiry FROM insights.story_summary "
        "WHERE expires_at < '{}' AND published_at > '{}'",
        "2026-03-09T12:00:00Z", "2026-03-06T12:00:00Z"));
    ASSERT_GT(rows.size(), 6U);
    for (const auto& row : rows) {
        EXPECT_LE(std::stod(row[1].value()), 15) << *row[0];
        EXPECT_GT(std::stod(row[1].value()), 0) << *row[0];
    }
}

TEST_F(Truth, AbsencesHaveTheirReasons)
{
    const auto count = [&](const std::string& condition) {
        return integer(
            simulation->value("SELECT count(*) FROM store.media_sample WHERE " + condition));
    };
    EXPECT_GT(count("absent ->> 'reach' = 'before_conversion' AND reach IS NULL"), 0);
    EXPECT_GT(count("absent ->> 'reach' = 'too_few_viewers' AND reach IS NULL"), 0);
    EXPECT_GT(count("absent ->> 'crossposted_views' = 'not_crossposted' AND views IS NOT NULL"), 0);
    EXPECT_GT(
        integer(simulation->value("SELECT count(*) FROM store.account_day WHERE views IS NOT NULL "
                                  "AND absent ->> 'follower_count' = 'under_100_followers'")),
        0);
}

TEST_F(Truth, DaysBecomeFinalOnceAndAreThenLeftAlone)
{
    EXPECT_EQ(
        simulation->value("SELECT count(*) FROM (SELECT 1 FROM store.account_day WHERE is_final "
                          "GROUP BY account_id, day HAVING count(*) > 1) twice"),
        "0");
    EXPECT_EQ(
        simulation->value("SELECT count(*) FROM store.account_day WHERE is_final "
                          "AND observed_at < day_end + interval '50 hours'"),
        "0");
    EXPECT_GT(
        integer(simulation->value("SELECT count(*) FROM store.account_day WHERE is_final")), 60);
}

TEST_F(Truth, DailyGrowthSumsUpToTheLatestTotal)
{
    EXPECT_EQ(
        simulation->value(
            "SELECT count(*) FROM insights.media_latest l JOIN (SELECT media_id, sum(views) AS "
            "views "
            "FROM insights.media_daily GROUP BY media_id) d USING (media_id) "
            "WHERE l.views IS NOT NULL AND d.views IS NOT NULL AND l.views <> d.views"),
        "0");
}

} // namespace
} // namespace insightd
