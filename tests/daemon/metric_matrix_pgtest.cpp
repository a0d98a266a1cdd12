#include "collectors/media_insights.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include "storage/metric_columns.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// A metric is withdrawn while the daemon runs, in each way the API has, and comes back.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using sandbox::Withdrawal;
using Way = Withdrawal::Way;
using namespace std::chrono_literals;

const auto start = at("2026-03-10T12:00:00Z");
constexpr auto fewer_calls = R"(
defaults:
  schedule:
    stories: 2h
    media_list: 2h
    profile: 6h
    account_insights: 6h
    media_insights: [{until: 48h, every: 2h}, {until: 60d, every: 12h}]
)";

std::vector<sandbox::AccountSpec> one_account()
{
    return {sandbox::three_accounts().front()};
}

std::int64_t integer(const std::optional<std::string>& text)
{
    return std::stoll(text.value());
}

/// Every stored number of a post is the world's, and none is missing but those of the withdrawn.
void expect_nothing_else_lost(const Simulation& simulation, const std::string& withdrawn)
{
    std::string list;
    for (const auto& [metric, column] : storage::media_columns())
        list += fmt::format(", {}", column);
    const auto rows = simulation.rows(
        "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint" + list +
        " FROM store.media_sample");
    ASSERT_GT(rows.size(), 50U);
    for (const auto& row : rows) {
        const model::Instant observed_at{std::chrono::microseconds{integer(row[1])}};
        const auto media = simulation.world.media(integer(row[0]), observed_at);
        if (!media)
            continue;
        for (std::size_t place = 0; place < storage::media_columns().size(); ++place) {
            const std::string metric{storage::media_columns()[place].first};
            if (!row.at(2 + place))
                continue;
            const auto truth = simulation.world.media_metric(*media, metric, observed_at);
            EXPECT_EQ(integer(row[2 + place]), std::get<std::int64_t>(truth)) << metric;
        }
    }
    const auto others = simulation.rows(fmt::format(
        "SELECT s.what, e.key, e.value, count(*) FROM (SELECT media_id::text AS what, absent FROM "
        "store.media_sample UNION ALL SELECT day::text, absent FROM store.account_day) s, "
        "jsonb_each_text(s.absent) e WHERE e.key NOT LIKE '{0}%' AND e.key <> 'follower_count' "
        "AND e.value NOT IN ('too_few_viewers', 'before_conversion', 'gone', 'suspect', 'expired') "
        "GROUP BY 1, 2, 3",
        withdrawn));
    for (const auto& row : others)
        ADD_FAILURE() << *row[0] << " " << *row[1] << " " << *row[2] << " " << *row[3];
    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        "0");
}

std::vector<Withdrawal> withdrawn(const std::string& metric, Way way)
{
    return {{metric, way, true, std::nullopt}, {metric, way, false, std::nullopt}};
}

/// A story that ended while the metric was withdrawn is never asked again.
const std::string of_what_lives = "AND (product_type IS NULL OR product_type <> 'STORY')";

std::string open_lessons(const Simulation& simulation, const std::string& condition = {})
{
    return simulation
        .value(
            "SELECT coalesce(string_agg(concat_ws('/', subject, product_type, media_type, "
            "metric, breakdown, media_id, state, refusals, last_refused_at), E'\\n' ORDER BY 1), "
            "'') FROM insights.metric_matrix WHERE state IN ('refused', 'suspect') "
            "AND metric = 'shares' " +
            condition)
        .value();
}

class Withdrawn : public ::testing::TestWithParam<Way>
{
};

TEST_P(Withdrawn, CostsNoOtherValueAndIsRememberedAndComesBack)
{
    const auto way = GetParam();
    Simulation control{start, fewer_calls, one_account()};
    control.run_until(start + 30h);
    const auto usual_calls = control.api.calls();

    Simulation simulation{start, fewer_calls, one_account()};
    simulation.run_until(start + 6h);
    simulation.faults.withdrawn = withdrawn("shares", way);
    simulation.run_until(start + 30h);
    expect_nothing_else_lost(simulation, "shares");
    EXPECT_NE(
        simulation.value("SELECT count(*) FROM insights.absence WHERE metric = 'shares'"), "0");

    // At most ⌈log2 9⌉ + 1 for each object that met the refusal, and a repetition for a suspect.
    const auto taught = integer(simulation.value(
        "SELECT count(*) FROM store.metric_lesson WHERE metric = 'shares' AND object_id <> 0"));
    const auto extra = simulation.api.calls() - usual_calls;
    const auto of_each = way == Way::listed ? 1 : 5 + 3 + 3;
    EXPECT_LE(extra, (taught + 8) * of_each) << taught;
    if (way == Way::missing) {
        EXPECT_EQ(extra, 0);
    }

    const auto lessons = open_lessons(simulation);
    EXPECT_EQ(lessons.empty(), way == Way::missing);
    simulation.begin(); // as after a crash
    simulation.run_until(start + 30h + 10min);
    EXPECT_EQ(open_lessons(simulation), lessons) << "remembered, and not asked again";

    simulation.faults.withdrawn.clear();
    simulation.run_until(start + 30h + 50h);
    expect_nothing_else_lost(simulation, "shares");
    EXPECT_EQ(open_lessons(simulation, of_what_lives), "") << "back by itself";
    EXPECT_EQ(
        simulation.value(
            "SELECT count(*) FROM insights.media_latest WHERE shares IS NULL AND "
            "views IS NOT NULL AND product_type <> 'STORY' AND absent ->> 'views' IS NULL"),
        "0");
    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.account_daily WHERE shares IS NULL AND "
                         "NOT is_final"),
        "0");
}

std::string name_of_way(const ::testing::TestParamInfo<Way>& parameter)
{
    static constexpr std::array names{"Listed", "Missing", "AllBlank", "UnknownError"};
    return names.at(static_cast<std::size_t>(parameter.param));
}

INSTANTIATE_TEST_SUITE_P(
    EveryWay, Withdrawn,
    ::testing::Values(Way::listed, Way::missing, Way::all_blank, Way::unknown_error), name_of_way);

TEST(NewMetrics, AreCollectedWithoutANewRelease)
{
    Simulation simulation{
        start,
        std::string{fewer_calls} + "  metrics: {media: {brand_new: {try: true, products: [FEED]}, "
                                   "not_yet: {try: true}}}\n",
        one_account()};
    simulation.faults.new_media_metrics = {"brand_new", "nobody_knows"};
    simulation.run_until(start + 14h);
    const auto rows = simulation.rows(
        "SELECT media_id, value, (extract(epoch FROM checked_at) * 1000000)::bigint, product_type "
        "FROM insights.media_extra_metric WHERE metric = 'brand_new'");
    ASSERT_GT(rows.size(), 3U);
    for (const auto& row : rows) {
        const model::Instant checked_at{std::chrono::microseconds{integer(row[2])}};
        const auto media = simulation.world.media(integer(row[0]), checked_at);
        const auto truth = simulation.world.media_metric(*media, "brand_new", checked_at);
        EXPECT_EQ(integer(row[1]), std::get<std::int64_t>(truth));
        EXPECT_EQ(*row[3], "FEED");
    }
    EXPECT_EQ(
        simulation.value("SELECT string_agg(name, ' ' ORDER BY name) FROM insights.metric "
                         "WHERE status = 'configured'"),
        "brand_new not_yet");
    EXPECT_EQ(
        simulation.value("SELECT metric FROM insights.metric_matrix WHERE state = "
                         "'offered_unknown'"),
        "nobody_knows")
        << "the refusal of not_yet printed it";
    expect_nothing_else_lost(simulation, "not_yet");
}

TEST(Absences, OnePostWithoutPermissionIsAbsentAndTheOthersAreCollected)
{
    Simulation simulation{start, fewer_calls, one_account()};
    const auto post = simulation.world.posts(0, start).at(2).id;
    simulation.faults.forbidden_media = {post};
    simulation.run_until(start + 1h);
    EXPECT_EQ(
        simulation.value(fmt::format(
            "SELECT string_agg(DISTINCT reason, ',') FROM insights.absence WHERE media_id = '{}'",
            post)),
        "no_permission");
    EXPECT_NE(
        simulation.value("SELECT count(*) FROM insights.media_latest WHERE views IS NOT NULL"),
        "0");
    simulation.faults.forbidden_media.clear();
    simulation.run_until(start + 14h);
    EXPECT_EQ(
        simulation.value(
            fmt::format("SELECT count(*) FROM insights.absence WHERE media_id = '{}'", post)),
        "0")
        << "a value came";
}

TEST(Absences, PermissionThatIsMissingEverywhereIsAFailure)
{
    Simulation simulation{start, fewer_calls, one_account()};
    for (const auto& media : simulation.world.posts(0, start))
        simulation.faults.forbidden_media.push_back(media.id);
    for (const auto& media : simulation.world.stories(0, start))
        simulation.faults.forbidden_media.push_back(media.id);
    simulation.run_until(start);
    EXPECT_EQ(
        simulation.value("SELECT error_class FROM insights.collection_health WHERE collector = "
                         "'media_insights'"),
        "no_permission");
    EXPECT_EQ(simulation.value("SELECT count(*) FROM store.media_sample"), "0");
}

TEST(Absences, ReasonsOfADayArise)
{
    Simulation simulation{
        start, std::string{fewer_calls} + "  metrics: {media: [crossposted_views]}\n"};
    simulation.run_until(start + 20h);
    const auto reasons =
        simulation.rows("SELECT reason FROM insights.absence UNION "
                        "SELECT e.value FROM store.media_sample, jsonb_each_text(absent) e");
    std::set<std::string> found;
    for (const auto& row : reasons)
        found.insert(*row[0]);
    for (const auto* reason :
         {"empty", "too_few_viewers", "before_conversion", "under_100_followers", "not_crossposted",
          "expired"})
        EXPECT_TRUE(found.contains(reason)) << reason;
}

} // namespace
} // namespace insightd
