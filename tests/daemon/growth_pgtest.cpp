#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>

// Growth, rates and posting times against what was true, with totals that fall and that restart.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T00:00:00Z");
constexpr auto posts_and_stories = R"(
defaults:
  collect: [profile, media, media_insights, stories]
  schedule:
    media_list: 30m
    stories: 1h
    profile: 6h
    media_insights: [{until: 48h, every: 30m}, {until: 7d, every: 3h}, {until: 60d, every: 24h}]
  metrics: {media: [reels_skip_rate]}
)";

std::int64_t integer(const std::optional<std::string>& text)
{
    return std::stoll(text.value());
}

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{integer(microseconds)}};
}

std::chrono::microseconds minutes(const std::optional<std::string>& text)
{
    return std::chrono::microseconds{std::llround(std::stod(text.value_or("0")) * 60e6)};
}

/// 36 days of one account. Of its posts, one is counted anew so that its totals restart between two
/// readings around an age, one is corrected down by a tenth when it hardly grows any more.
class GrowthTruth : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        sandbox::World::Options options;
        options.post_every = 30h;
        options.story_every = 20h;
        auto accounts = sandbox::three_accounts();
        accounts.resize(1);
        simulation = std::make_unique<Simulation>(start, posts_and_stories, accounts, options);
        const auto posts = simulation->world.posts(0, start + 5 * 24h);
        restarted = posts.at(1).id;
        corrected = posts.at(2).id;
        simulation->world.recount(restarted, posts.at(1).published_at + 24h - 1min, 0.2);
        simulation->world.recount(corrected, posts.at(2).published_at + 9 * 24h, 0.9);
        simulation->run_until(start + 30 * 24h);
        simulation->rows(
            "CREATE TABLE final_days AS SELECT account_id, media_id, product_type, day, "
            "days_covered, views, reach, marks FROM insights.media_daily WHERE is_final");
        simulation->run_until(start + 36 * 24h);
    }
    static void TearDownTestSuite() { simulation.reset(); }

    /// As the world told it at that instant, whether or not the post was deleted later.
    static std::int64_t
    truth(std::int64_t id, const std::string& metric, model::Instant published, model::Instant when)
    {
        const auto media = simulation->world.media(id, published);
        return std::get<std::int64_t>(
            simulation->world.media_metric(*media, metric, std::max(when, published)));
    }

    static double number(const std::string& sql)
    {
        return std::stod(simulation->value(sql).value_or("nan"));
    }

    static std::unique_ptr<Simulation> simulation;
    static std::int64_t restarted;
    static std::int64_t corrected;
};

std::unique_ptr<Simulation> GrowthTruth::simulation;
std::int64_t GrowthTruth::restarted = 0;
std::int64_t GrowthTruth::corrected = 0;

constexpr std::array metrics{"views", "reach", "shares", "total_interactions", "likes", "saved"};
constexpr std::size_t of_stories = 4; ///< the first of them are served for stories, too

/// A row of the view.
struct AtAge {
    std::int64_t id;
    model::Instant published, when;
    std::string age, basis, product;
    std::chrono::microseconds distance, gap, widest;
    std::array<std::optional<std::int64_t>, metrics.size()> numbers;
};

std::vector<AtAge> all_ages(const Simulation& simulation)
{
    std::vector<AtAge> ages;
    for (const auto& row : simulation.rows(
             "SELECT media_id, (extract(epoch FROM published_at) * 1000000)::bigint, "
             "(extract(epoch FROM age_at) * 1000000)::bigint, age, basis, product_type, "
             "distance_minutes, gap_minutes, age_hours * 30, views, reach, shares, "
             "total_interactions, likes, saved "
             "FROM insights.media_growth WHERE published_at > '2026-03-01'")) {
        ages.push_back(
            {integer(row[0]),
             instant(row[1]),
             instant(row[2]),
             *row[3],
             *row[4],
             *row[5],
             minutes(row[6]),
             minutes(row[7]),
             minutes(row[8]),
             {}});
        for (std::size_t n = 0; n < metrics.size(); ++n)
            if (row.at(9 + n))
                ages.back().numbers.at(n) = integer(row.at(9 + n));
    }
    return ages;
}

TEST_F(GrowthTruth, EveryNumberIsTrueAtItsAgeWithinTheInterpolationThatIsSaid)
{
    for (const auto& row : all_ages(*simulation)) {
        SCOPED_TRACE(fmt::format("{} at {}: {}", row.id, row.age, row.basis));
        if (row.id == restarted && row.age == "24 h")
            continue; // the next test's
        const auto count = row.product == "STORY" ? of_stories : metrics.size();
        for (std::size_t n = 0; n < count; ++n) {
            const auto told = [&](model::Instant when) {
                return truth(row.id, metrics.at(n), row.published, when);
            };
            const auto& shown = row.numbers.at(n);
            if (row.basis == "read") {
                EXPECT_EQ(shown, told(row.when));
            } else if (row.basis == "last_reading") {
                EXPECT_EQ(shown, told(row.when - row.distance));
            } else if (row.basis == "interpolated") {
                EXPECT_LE(row.gap, row.widest) << "half the age";
                EXPECT_LE(row.distance * 2, row.gap) << "the nearer of the two";
                const auto ends = std::minmax({told(row.when - row.gap), told(row.when + row.gap)});
                EXPECT_LE(ends.first, shown);
                EXPECT_GE(ends.second, shown);
            } else if (row.basis != "too_far_apart") {
                EXPECT_EQ(shown, std::nullopt);
            }
        }
    }
}

TEST_F(GrowthTruth, TotalThatRestartsIsNeverSomethingInBetween)
{
    const auto published = instant(simulation->value(fmt::format(
        "SELECT (extract(epoch FROM published_at) * 1000000)::bigint FROM insights.media_latest "
        "WHERE media_id = '{}'",
        restarted)));
    const auto row = simulation->rows(fmt::format(
        "SELECT views, marks ->> 'views', gap_minutes, distance_minutes FROM insights.media_growth "
        "WHERE media_id = '{}' AND age = '24 h'",
        restarted))[0];
    EXPECT_EQ(row[1], "reset");
    const auto fell = published + 24h - 1min;
    const auto gap = minutes(row[2]);
    const auto distance = minutes(row[3]);
    const auto when = published + 24h;
    // The nearer reading, before or after, is the number; the other end of the gap is the other.
    const auto before = truth(restarted, "views", published, std::min(when - distance, fell - 1s));
    const auto after = truth(restarted, "views", published, when + distance);
    EXPECT_GT(before, 2 * after);
    EXPECT_TRUE(integer(row[0]) == before || integer(row[0]) == after) << *row[0];
    EXPECT_LE(gap, 31min);
    EXPECT_GT(
        number(fmt::format(
            "SELECT count(*) FROM insights.media_daily WHERE media_id = '{}' AND marks ? 'views'",
            restarted)),
        0)
        << "the day that it fell on is marked";
}

TEST_F(GrowthTruth, LineIsNearTheCurve)
{
    double error = 0;
    int compared = 0;
    for (const auto& row : all_ages(*simulation)) {
        const auto told = truth(row.id, "views", row.published, row.when);
        if (row.basis != "interpolated" || row.id == restarted || told < 100)
            continue;
        error += std::abs(1 - static_cast<double>(*row.numbers[0]) / static_cast<double>(told));
        ++compared;
    }
    EXPECT_GT(compared, 60);
    EXPECT_LT(error / compared, 0.02);
}

TEST_F(GrowthTruth, EachAgeIsKnownOfThePostsThatReachedIt)
{
    std::map<std::string, std::set<std::string>> bases;
    for (const auto& row : all_ages(*simulation))
        bases[row.age].insert(row.basis);
    using ::testing::Contains;
    for (const auto* age : {"1 h", "6 h", "24 h", "48 h", "7 d", "30 d"})
        EXPECT_THAT(bases[age], Contains("interpolated")) << age;
    EXPECT_THAT(bases["30 d"], Contains("no_reading_after")) << "most are too young";
    EXPECT_THAT(bases["24 h"], Contains("last_reading")) << "stories";
    EXPECT_EQ(
        number("SELECT count(*) FROM insights.media_growth g JOIN insights.media_latest l USING "
               "(media_id) WHERE g.published_at > '2026-03-01' AND g.age_hours > 1 AND "
               "g.basis NOT IN ('read', 'interpolated') AND g.age_at <= l.checked_at"),
        0)
        << "read every half hour, each three hours, each day: near enough for all ages but the "
           "first";
}

TEST_F(GrowthTruth, DaysStillSumToTheTotalsAfterCorrectionsAndResets)
{
    for (const auto* metric :
         {"views", "reach", "likes", "comments", "saved", "shares", "follows", "total_interactions",
          "profile_visits", "profile_activity", "replies", "navigation", "total_watch_ms"})
        EXPECT_EQ(
            simulation->value(fmt::format(
                "SELECT count(*) FROM insights.media_latest l LEFT JOIN (SELECT media_id, "
                "sum({0})::bigint AS total FROM insights.media_daily GROUP BY 1) d USING "
                "(media_id) WHERE l.{0} IS DISTINCT FROM d.total",
                metric)),
            "0")
            << metric;
    EXPECT_EQ(
        number(fmt::format(
            "SELECT count(DISTINCT media_id) FROM insights.media_daily WHERE marks ->> 'views' IN "
            "('reset', 'correction') AND media_id IN ('{}', '{}')",
            restarted, corrected)),
        2);
}

TEST_F(GrowthTruth, IsFinalTwoDaysAndTheMarginAfterTheAgeAndNotBefore)
{
    EXPECT_EQ(
        number("SELECT count(*) FROM insights.media_growth g JOIN insights.media_latest l USING "
               "(media_id) WHERE g.product_type <> 'STORY' AND g.is_final IS DISTINCT FROM "
               "(g.basis IN ('read', 'interpolated') AND (l.removed_at IS NOT NULL OR "
               "l.checked_at >= g.age_at + interval '50 hours'))"),
        0);
    EXPECT_GT(number("SELECT count(*) FROM insights.media_growth WHERE is_final"), 60);
    EXPECT_GT(
        number("SELECT count(*) FROM insights.media_growth WHERE views IS NOT NULL AND NOT "
               "is_final AND product_type <> 'STORY'"),
        3);
}

TEST_F(GrowthTruth, FinalDaysOfPostsAndStoriesStayAsTheyWere)
{
    EXPECT_EQ(
        number("SELECT count(*) FROM (SELECT * FROM final_days EXCEPT SELECT account_id, media_id, "
               "product_type, day, days_covered, views, reach, marks FROM insights.media_daily "
               "WHERE is_final) changed"),
        0);
    EXPECT_GT(number("SELECT count(*) FROM final_days WHERE product_type = 'STORY'"), 30);
    EXPECT_EQ(
        number("SELECT count(*) FROM insights.media_daily d JOIN insights.story_summary s USING "
               "(media_id) WHERE d.is_final IS DISTINCT FROM (s.state IN ('final', 'webhook')) "
               "AND NOT s.is_highlight"),
        0);
}

// The first row of a post that is older than the daemon counts its past: what is left without it is
// what the world counted since.
TEST_F(GrowthTruth, RowsWithoutTheFirstMarkAreTheGrowthSinceTheFirstReading)
{
    int compared = 0;
    for (const auto& row : simulation->rows(
             "SELECT media_id, (extract(epoch FROM published_at) * 1000000)::bigint, "
             "(SELECT (extract(epoch FROM min(f.observed_at)) * 1000000)::bigint FROM "
             "insights.media_daily f WHERE f.media_id = l.media_id), "
             "(extract(epoch FROM checked_at) * 1000000)::bigint, "
             "(SELECT sum(views)::bigint FROM insights.media_daily d WHERE d.media_id = l.media_id "
             "AND coalesce(marks ->> 'views', '') <> 'first') "
             "FROM insights.media_latest l WHERE published_at < '2026-02-28' AND views IS NOT NULL "
             "AND product_type <> 'STORY'")) {
        const auto told = [&](const std::optional<std::string>& when) {
            return truth(integer(row[0]), "views", instant(row[1]), instant(when));
        };
        EXPECT_EQ(row[4].value_or("0"), std::to_string(told(row[3]) - told(row[2])));
        ++compared;
    }
    EXPECT_GT(compared, 3);
}

TEST_F(GrowthTruth, RatesAreTheirFormulasOverTrueNumbers)
{
    int compared = 0;
    int finals = 0;
    for (const auto& row : simulation->rows(
             "SELECT media_id, (extract(epoch FROM published_at) * 1000000)::bigint, "
             "(extract(epoch FROM checked_at) * 1000000)::bigint, engagement_rate_by_reach, "
             "engagement_rate_by_followers, followers_at_post, followers_distance_minutes, "
             "is_final, product_type, watch_ms_per_account_reached, skip_rate, avg_watch_ms, "
             "(SELECT removed_at FROM insights.media_latest l WHERE l.media_id = e.media_id) "
             "FROM insights.media_engagement e "
             "WHERE published_at > '2026-03-01' AND engagement_rate_by_reach IS NOT NULL")) {
        const auto id = integer(row[0]);
        const auto published = instant(row[1]);
        const auto told = [&](const char* metric) {
            return static_cast<double>(truth(id, metric, published, instant(row[2])));
        };
        EXPECT_DOUBLE_EQ(std::stod(*row[3]), told("total_interactions") / told("reach"));
        const auto followers = integer(row[5]);
        EXPECT_EQ(followers, simulation->world.followers(0, published - minutes(row[6])));
        EXPECT_LE(minutes(row[6]), 30h);
        EXPECT_DOUBLE_EQ(
            std::stod(*row[4]), told("total_interactions") / static_cast<double>(followers));
        if (*row[8] == "REELS") {
            EXPECT_DOUBLE_EQ(
                std::stod(*row[9]), told("ig_reels_video_view_total_time") / told("reach"));
            const auto media = simulation->world.media(id, published);
            EXPECT_DOUBLE_EQ(
                std::stod(*row[10]) * 100, std::get<double>(simulation->world.media_metric(
                                               *media, "reels_skip_rate", instant(row[2]))));
        }
        if (*row[8] != "STORY") {
            EXPECT_EQ(*row[7], row[12] || instant(row[2]) >= published + 50h ? "t" : "f") << id;
        }
        ++compared;
        finals += *row[7] == "t" ? 1 : 0;
    }
    EXPECT_GT(compared, 50);
    EXPECT_GT(finals, 20);
    EXPECT_LT(finals, compared);
}

TEST_F(GrowthTruth, PostingTimesAreTheMeansOfThePostsOfThatHour)
{
    EXPECT_EQ(
        number("SELECT sum(posts) FROM insights.posting_times"),
        number("SELECT count(*) FROM insights.media_latest WHERE product_type <> 'STORY'"));
    // Each post's weekday and hour, reckoned from its instant alone: São Paulo is UTC-3.
    EXPECT_EQ(
        number("SELECT count(*) FROM insights.posting_times t FULL JOIN (SELECT "
               "extract(isodow FROM published_at AT TIME ZONE 'UTC' - interval '3 hours')::int AS "
               "weekday, extract(hour FROM published_at AT TIME ZONE 'UTC' - interval "
               "'3 hours')::int AS hour, avg(views) AS views, count(views) AS posts, "
               "avg(total_interactions::numeric / reach) AS rate "
               "FROM insights.media_growth WHERE age = '48 h' AND product_type <> 'STORY' "
               "GROUP BY 1, 2) g USING (weekday, hour) WHERE g.posts IS DISTINCT FROM "
               "t.posts_compared OR abs(g.views - t.mean_views) > 0.01 OR "
               "abs(g.rate - t.mean_engagement_rate) > 0.000001"),
        0);
    EXPECT_GT(number("SELECT sum(posts_compared) FROM insights.posting_times"), 20);
}

} // namespace
} // namespace insightd
