#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

TEST_F(DatabaseTest, RevisionsOfADayAreKeptAndTheNewestIsShown)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 1h, false, 5));
    write(one_day(noon + 2h, false, 8));
    EXPECT_EQ(count("store.account_day"), "2");
    EXPECT_EQ(query1(url, "SELECT views FROM insights.account_daily"), "8");
    EXPECT_EQ(
        query1(
            url, "SELECT views FROM store.account_day WHERE observed_at <= '2026-03-01T13:30:00Z' "
                 "ORDER BY observed_at DESC LIMIT 1"),
        "5")
        << "as known at half past one";
}

TEST_F(DatabaseTest, ADaySettlesOnceAndIsNotUnsettled)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 45h, true, 5));
    EXPECT_EQ(count("store.account_day"), "2") << "the same number, now final";
    write(one_day(noon + 46h, false, 4));
    EXPECT_EQ(query1(url, "SELECT is_final FROM insights.account_daily"), "t");
    EXPECT_EQ(query1(url, "SELECT views FROM insights.account_daily"), "5");
}

TEST_F(DatabaseTest, OnlineFollowersAre24RowsADay)
{
    model::Batch batch;
    batch.online_followers.push_back({day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon, {}, {}});
    batch.online_followers.back().hours[23] = 9;
    write(std::move(batch));
    EXPECT_EQ(count("insights.online_followers"), "24");
    EXPECT_EQ(query1(url, "SELECT followers FROM insights.online_followers WHERE hour = 23"), "9");
    EXPECT_EQ(
        query1(url, "SELECT followers FROM insights.online_followers WHERE hour = 0"),
        std::nullopt);
}

TEST_F(DatabaseTest, HealthCountsFailuresInARowAndForgetsThemOnSuccess)
{
    const auto run = [&](model::Instant started_at, bool succeeded) {
        model::Batch batch;
        batch.runs.push_back(
            {"profile", started_at, succeeded, succeeded ? "" : "transient", "", 1, {}, {}});
        write(std::move(batch));
    };
    run(noon, false);
    run(noon + 1h, false);
    const auto rows = insightd::testing::run(loop, database.health());
    ASSERT_EQ(rows.size(), 6U) << "every collector has its line";
    const auto profile = std::ranges::find(rows, "profile", &model::Health::collector);
    EXPECT_EQ(profile->state, "failing");
    EXPECT_EQ(profile->consecutive_failures, 2);
    EXPECT_EQ(std::ranges::count(rows, "never_run", &model::Health::state), 5);
    run(noon + 2h, true);
    EXPECT_EQ(query1(url, "SELECT consecutive_failures FROM store.collection"), "0");
}

} // namespace
} // namespace insightd::storage
