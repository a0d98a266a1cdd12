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

model::Backfill backfill_at(model::Instant instant, std::int64_t days_done)
{
    model::Backfill row;
    row.started_at = noon;
    row.updated_at = instant;
    row.since = day("2025-12-31");
    row.first_day_end = noon - 48h;
    row.probed_to = noon - 2000h;
    row.served_from = noon - 1000h;
    row.oldest_served_day = day("2026-01-18");
    row.ended_because = "the platform refuses older days: \"no\"";
    row.next_day_end = noon - 96h;
    row.days_done = days_done;
    row.days_expected = 40;
    row.media_done = 1;
    row.media_expected = 60;
    row.last_error = "transient";
    return row;
}

TEST_F(DatabaseTest, BackfillIsReadAsItWasWrittenAndTheNewestStands)
{
    model::Batch batch;
    batch.backfills = {backfill_at(noon + 1h, 9), backfill_at(noon, 3)}; // the second one is late
    write(batch);
    write(batch);
    const auto history = insightd::testing::run(loop, database.history({account})).front();
    EXPECT_EQ(history.backfill, backfill_at(noon + 1h, 9));
    EXPECT_EQ(query1(url, "SELECT percent FROM insights.backfill_status"), "10.0");
    EXPECT_EQ(query1(url, "SELECT state FROM insights.backfill_status"), "running");
}

TEST_F(DatabaseTest, SettledDaysAreRememberedWhileABackfillNeedsThem)
{
    write(one_day(noon + 48h, true, 5));
    const auto settled = [&] {
        return insightd::testing::run(loop, database.history({account})).front().settled_days;
    };
    EXPECT_THAT(settled(), ElementsAre(day("2026-02-28")));
    model::Batch batch;
    batch.backfills = {backfill_at(noon, 40)};
    batch.backfills.back().finished_at = noon;
    write(std::move(batch));
    EXPECT_THAT(settled(), ::testing::IsEmpty());
}

} // namespace
} // namespace insightd::storage
