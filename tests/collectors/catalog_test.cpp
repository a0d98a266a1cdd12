#include "collectors/catalog.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace insightd::catalog
{
namespace
{

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names_selected(
    Subject subject, config::Login login, Products product = nowhere,
    const config::MetricOverrides& overrides = {})
{
    std::vector<std::string> names;
    for (const auto* metric : selected(subject, login, overrides))
        if (product == nowhere || (metric->products & product) != 0)
            names.emplace_back(metric->name);
    return names;
}

TEST(Catalog, NamesEachMetricOfASubjectOnce)
{
    std::set<std::pair<Subject, std::string_view>> seen;
    for (const auto& metric : metrics())
        EXPECT_TRUE(seen.emplace(metric.subject, metric.name).second) << metric.name;
}

TEST(Catalog, RecommendsTheSetsOfTheFieldGuide)
{
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::instagram, feed),
        UnorderedElementsAre(
            "reach", "views", "likes", "comments", "saved", "shares", "total_interactions",
            "follows", "profile_visits", "profile_activity"));
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::instagram, reels),
        UnorderedElementsAre(
            "reach", "views", "likes", "comments", "saved", "shares", "total_interactions",
            "ig_reels_avg_watch_time", "ig_reels_video_view_total_time"));
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::instagram, story),
        UnorderedElementsAre(
            "reach", "views", "shares", "total_interactions", "follows", "profile_visits",
            "profile_activity", "replies", "navigation"));
}

TEST(Catalog, OverridesSwitchMetricsOnAndOff)
{
    config::MetricOverrides overrides;
    overrides.media = {{"reposts", true}, {"reach", false}};
    const auto names = names_selected(Subject::media, config::Login::instagram, feed, overrides);
    EXPECT_THAT(names, Contains("reposts"));
    EXPECT_THAT(names, Not(Contains("reach")));
}

TEST(Catalog, NeverSelectsAMetricThatTheHostDoesNotServe)
{
    config::MetricOverrides overrides;
    overrides.media = {{"total_views", true}};
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::facebook, nowhere, overrides),
        Contains("total_views"));
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::instagram, nowhere, overrides),
        Not(Contains("total_views")));
}

TEST(Catalog, NeverSelectsARetiredMetricEvenIfSwitchedOn)
{
    config::MetricOverrides overrides;
    overrides.media = {{"impressions", true}};
    EXPECT_THAT(
        names_selected(Subject::media, config::Login::instagram, nowhere, overrides),
        Not(Contains("impressions")));
}

TEST(Catalog, EverySuccessorIsAMetricThatCanBeAsked)
{
    for (const auto& metric : metrics()) {
        if (metric.standing != Standing::retired)
            continue;
        const auto* successor = find(metric.subject, metric.successor);
        ASSERT_NE(successor, nullptr) << metric.name;
        EXPECT_EQ(successor->standing, Standing::recommended) << metric.name;
    }
}

TEST(Catalog, ReachIsNeverAdditive)
{
    for (const auto subject : {Subject::media, Subject::account}) {
        EXPECT_FALSE(find(subject, "reach")->additive);
        EXPECT_TRUE(find(subject, "reach")->estimated);
    }
}

TEST(Catalog, WatchTimesAreMilliseconds)
{
    EXPECT_EQ(find(Subject::media, "ig_reels_avg_watch_time")->unit, Unit::milliseconds);
    EXPECT_EQ(find(Subject::media, "ig_reels_video_view_total_time")->unit, Unit::milliseconds);
}

TEST(Catalog, EveryRowForSqlHasATitleAndAUnit)
{
    const auto all = rows();
    ASSERT_EQ(all.size(), metrics().size());
    for (const auto& row : all) {
        EXPECT_FALSE(row.title.empty()) << row.name;
        EXPECT_FALSE(row.unit.empty()) << row.name;
        EXPECT_FALSE(row.status.empty()) << row.name;
    }
}

TEST(Catalog, RowsForSqlCarryDatesAndSuccessors)
{
    const auto all = rows();
    const auto impressions = std::ranges::find(all, "impressions", &model::Metric::name);
    ASSERT_NE(impressions, all.end());
    using namespace std::chrono;
    EXPECT_EQ(impressions->until, sys_days{year{2025} / April / 21});
    EXPECT_EQ(impressions->successor, "views");
    EXPECT_EQ(impressions->status, "retired");
}

TEST(Catalog, VocabularyTellsRetiredFromCurrent)
{
    const auto words = vocabulary();
    const auto plays = std::ranges::find(words, "plays", &config::MetricName::name);
    ASSERT_NE(plays, words.end());
    EXPECT_TRUE(plays->retired);
    EXPECT_EQ(plays->successor, "views");
    const auto views = std::ranges::find(words, "views", &config::MetricName::name);
    ASSERT_NE(views, words.end());
    EXPECT_FALSE(views->retired);
}

TEST(Catalog, AdvertisementsAndOldVideosAreMeasuredLikeFeed)
{
    EXPECT_EQ(product_of("AD"), feed);
    EXPECT_EQ(product_of("IGTV"), feed);
    EXPECT_EQ(product_of("REELS"), reels);
    EXPECT_EQ(product_of("STORY"), story);
}

} // namespace
} // namespace insightd::catalog
