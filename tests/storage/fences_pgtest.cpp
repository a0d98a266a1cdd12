#include "storage/write.hpp"
#include "tests/storage/with_instances.hpp"

// What rows may change that were read under a lease, and what a lost one leaves to them.
namespace insightd::storage
{
namespace
{

using FencesTest = LeasesTest;

/// What a fenced instance writes: what it saw arrives, what it decided does not.
TEST_F(FencesTest, LateRowsOfAnEarlierOwnerAreObservationsOnly)
{
    auto one = instance("one", {first});
    const auto old_fence = one.send().held.front().fence;
    auto batch = one_day(noon, false, 5);
    batch.fence = old_fence;
    model::CollectorRun run;
    run.collector = "account_insights";
    run.started_at = noon;
    run.succeeded = true;
    batch.runs.push_back(run);
    age("one", 16);
    auto two = instance("two", {first});
    const auto new_fence = two.send().held.front().fence;

    write(batch);
    EXPECT_EQ(count("store.account_day"), "1");
    EXPECT_EQ(count("store.collection"), "0");
    EXPECT_EQ(database.fenced_off(), 1U);

    batch.fence = new_fence;
    write(batch);
    EXPECT_EQ(count("store.collection"), "1");
    EXPECT_EQ(database.fenced_off(), 1U);
}

/// What was read before the database was reached for the first time.
TEST_F(FencesTest, FenceOfTheNeverTakenHoldsUntilSomebodyTakesTheAccount)
{
    const auto holds = [&] {
        pqxx::connection db{url};
        pqxx::work tx{db};
        return holds_fence(tx, first, std::to_string(model::never_taken));
    };
    EXPECT_TRUE(holds());
    auto one = instance("one", {first});
    one.decides(0, 0);
    one.send();
    EXPECT_TRUE(holds()); // it has a line now, and no owner
    one.decides(1, 0);
    one.send();
    EXPECT_FALSE(holds());
}

TEST_F(FencesTest, WhatIsBeingWrittenIsGivenBackLaterAndHoldsUpNoHeartbeat)
{
    auto one = instance("one", {first, second});
    std::int64_t fence = 0;
    for (const auto& lease : one.send().held)
        if (lease.account_id == first)
            fence = lease.fence;
    pqxx::connection other{url};
    pqxx::work writing{other};
    ASSERT_TRUE(holds_fence(writing, first, std::to_string(fence)));
    one.decides(0, 0);
    one.beat.given_back = {first, second};
    EXPECT_EQ(one.send().given_back, std::vector{second});
    writing.commit();
    EXPECT_EQ(one.send().given_back, std::vector{first});
}

TEST_F(FencesTest, RowsWithoutAFenceAreWrittenWhole)
{
    instance("one").send();
    model::Batch batch;
    model::CollectorRun run;
    run.collector = "profile";
    run.started_at = noon;
    batch.runs.push_back(run);
    write(batch);
    EXPECT_EQ(count("store.collection"), "1");
}

TEST_F(FencesTest, FenceIsTheFirstStepAndStaysWithWaitingRows)
{
    auto batch = one_day(noon, false, 5);
    batch.fence = 12;
    const auto steps = steps_of(batch);
    ASSERT_GE(steps.size(), 2U);
    EXPECT_TRUE(is_fence(steps.front()));
    EXPECT_EQ(steps.front().rows, "12");
    for (const auto& single : model::single_rows(batch))
        EXPECT_EQ(single.fence, 12);
}

/// The taking waits for the transaction that writes state, and the other way round.
TEST_F(FencesTest, AccountIsNotTakenWhileItsStateIsBeingWritten)
{
    auto one = instance("one", {first});
    const auto fence = one.send().held.front().fence;
    pqxx::work writing{one.db};
    ASSERT_TRUE(holds_fence(writing, first, std::to_string(fence)));
    age("one", 16);
    auto two = instance("two", {first});
    EXPECT_TRUE(two.send().held.empty());
    writing.commit();
    EXPECT_EQ(two.send().held.size(), 1U);
}

} // namespace
} // namespace insightd::storage
