#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

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
