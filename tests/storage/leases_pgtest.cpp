#include "tests/storage/with_instances.hpp"

#include <thread>

namespace insightd::storage
{
namespace
{

TEST_F(LeasesTest, OneAloneHasEverythingAtOnce)
{
    auto one = instance("one");
    const auto answer = one.send();
    EXPECT_EQ(answer.held.size(), 3U);
    EXPECT_DOUBLE_EQ(answer.share, 3);
    EXPECT_EQ(answer.wants, 0);
    EXPECT_THAT(answer.instances, ElementsAre(::testing::StartsWith("one#")));
    EXPECT_EQ(
        query1(url, "SELECT accounts_owned FROM insights.instance_status WHERE pid = 7"), "3");
}

TEST_F(LeasesTest, RenewalKeepsTheFencesAndChangesOneRow)
{
    auto one = instance("one");
    auto before = one.send().held;
    const auto xmin = query1(url, "SELECT string_agg(xmin::text, ',') FROM store.lease");
    auto after = one.send().held;
    std::ranges::sort(before, {}, &model::Lease::account_id);
    std::ranges::sort(after, {}, &model::Lease::account_id);
    EXPECT_EQ(before, after);
    EXPECT_EQ(query1(url, "SELECT string_agg(xmin::text, ',') FROM store.lease"), xmin);
}

TEST_F(LeasesTest, OtherAccountsAreSaidInAHeartbeatAndTheOthersCountAnew)
{
    auto one = instance("one", {first, second});
    auto two = instance("two", {first, second, third});
    one.send();
    two.send();
    const auto before = two.send();
    EXPECT_DOUBLE_EQ(before.share, 2);
    one.beat.who.accounts = {first, second, third, third + 1};
    one.beat.says_accounts = true;
    const auto answer = one.send();
    EXPECT_DOUBLE_EQ(answer.share, 2.5);
    EXPECT_THAT(
        answer.held, ::testing::Contains(::testing::Field(&model::Lease::account_id, third + 1)))
        << "one that nobody knew of";
    const auto after = two.send();
    EXPECT_NE(after.instances, before.instances);
    EXPECT_DOUBLE_EQ(after.share, 1.5);
}

TEST_F(LeasesTest, OneThatIsConfiguredNoMoreIsHeldUntilItIsGivenBack)
{
    auto one = instance("one", {first, second});
    one.send();
    one.beat.who.accounts = {first};
    one.beat.says_accounts = true;
    one.beat.leaving = {second};
    EXPECT_EQ(one.send().held.size(), 2U);
    one.beat.says_accounts = false;
    one.beat.leaving.clear();
    one.beat.given_back = {second};
    const auto answer = one.send();
    EXPECT_THAT(answer.given_back, ElementsAre(second));
    EXPECT_EQ(answer.held.size(), 1U) << "and is not taken again";
}

TEST_F(LeasesTest, NobodyTakesFromOneThatLives)
{
    auto one = instance("one");
    one.send();
    age("one", 14);
    auto two = instance("two");
    const auto answer = two.send();
    EXPECT_TRUE(answer.held.empty());
    EXPECT_DOUBLE_EQ(answer.share, 1.5);
    EXPECT_EQ(answer.wants, 1);
    EXPECT_FALSE(one.send().was_removed);
}

TEST_F(LeasesTest, DeadOneIsRemovedAndItsAccountsHaveNewFences)
{
    auto one = instance("one");
    const auto before = one.send().held;
    age("one", 16);
    auto two = instance("two");
    const auto after = two.send().held;
    ASSERT_EQ(after.size(), 3U);
    for (const auto& lease : after)
        for (const auto& old : before)
            EXPECT_GT(lease.fence, old.fence);
    const auto answer = one.send();
    EXPECT_TRUE(answer.was_removed);
    EXPECT_TRUE(answer.held.empty());
}

TEST_F(LeasesTest, LateHeartbeatOfOneThatNobodyMissedKeepsEverything)
{
    auto one = instance("one");
    const auto before = one.send().held;
    age("one", 3'600);
    const auto answer = one.send();
    EXPECT_FALSE(answer.was_removed);
    EXPECT_EQ(answer.held.size(), before.size());
    EXPECT_EQ(query1(url, "SELECT max(fence)::text FROM store.lease"), "3");
}

TEST_F(LeasesTest, OutageOfTheDatabaseMovesNothing)
{
    auto one = instance("one");
    const auto before = one.send().held;
    auto two = instance("two");
    two.send();
    age("one", 60); // neither could reach it
    age("two", 60);
    EXPECT_EQ(two.send().held.size(), 0U) << "it cannot know that the other is dead";
    const auto answer = one.send();
    EXPECT_FALSE(answer.was_removed);
    EXPECT_THAT(answer.held, ::testing::UnorderedElementsAreArray(before));

    age("one", 16); // and now it is
    EXPECT_EQ(two.send().held.size(), 3U);
}

/// What the predecessor spooled is still good.
TEST_F(LeasesTest, SuccessorInTheSameHomeKeepsItsFencesAndDoesNotWait)
{
    auto one = instance("one");
    one.beat.who.home = "here:1";
    const auto before = one.send().held;
    auto two = instance("two", {first, second});
    two.beat.who.home = "here:1";
    const auto after = two.send().held;
    EXPECT_EQ(after.size(), 2U) << "those that are still configured";
    EXPECT_THAT(before, ::testing::IsSupersetOf(after));
    EXPECT_TRUE(one.send().was_removed);
    auto three = instance("three");
    EXPECT_EQ(three.send().held.size(), 1U) << "what is not, is free";
}

TEST_F(LeasesTest, ClaimsHoldWhereNobodyTookTheAccountSince)
{
    auto one = instance("one");
    const auto before = one.send().held;
    pqxx::work tx{one.db};
    leave(tx, "one", {});
    tx.commit();
    auto two = instance("two", {first});
    two.send();

    auto again = instance("again");
    again.beat.takes = false;
    again.beat.who.claims = before;
    const auto claimed = again.send().held;
    EXPECT_EQ(claimed.size(), 2U) << "the first is another's by now";
    EXPECT_THAT(before, ::testing::IsSupersetOf(claimed)) << "under the fences that it had";
}

TEST_F(LeasesTest, WhatNobodyEverTookIsHeldByItsFirstClaimUnderNoFence)
{
    auto one = instance("one", {first});
    one.beat.takes = false;
    one.beat.who.claims = {{first, model::never_taken}};
    EXPECT_THAT(one.send().held, ElementsAre(model::Lease{first, model::never_taken}));
    auto two = instance("two", {first});
    two.beat.who.claims = one.beat.who.claims;
    EXPECT_TRUE(two.send().held.empty());
}

TEST_F(LeasesTest, WhoTakesNothingLacksNothingAndGivesNothingUp)
{
    auto one = instance("one");
    one.send();
    auto two = instance("two");
    two.beat.takes = false;
    EXPECT_EQ(two.send().wants, 0);
    one.decides(0, 1'000);
    EXPECT_TRUE(one.send().to_let_go.empty()) << "nobody lacks any";
    two.beat.takes = true;
    EXPECT_EQ(two.send().wants, 1);
    one.beat.takes = false;
    EXPECT_TRUE(one.send().to_let_go.empty());
}

TEST_F(LeasesTest, WhatOthersLackCountsOnlyForThoseWhoHaveItConfigured)
{
    auto one = instance("one", {first, second});
    one.send();
    instance("two", {third}).send();
    query(url, "UPDATE store.instance SET wants = 2 WHERE instance_id = 'two'");
    one.decides(0, 0);
    one.send();
    EXPECT_EQ(Instance::census.wanted_by_others, 0);
    instance("three", {second, third}).send();
    query(url, "UPDATE store.instance SET wants = 1 WHERE instance_id = 'three'");
    one.send();
    EXPECT_EQ(Instance::census.wanted_by_others, 1);
}

/// "two" lacks an account and can only ever have the third.
TEST_F(LeasesTest, WhatNoneOfThoseWhoLackSomeCanTakeIsNotLeftToThem)
{
    auto one = instance("one", {first, second, third});
    one.decides(0, 0);
    one.send();
    auto two = instance("two", {third});
    two.decides(0, 0);
    two.send();
    query(url, "UPDATE store.instance SET wants = 1 WHERE instance_id = 'two'");
    one.beat.decide = [](const model::Census&) { return model::SharePlan{0, 0, 1'000}; };
    const auto held = one.send().held;
    ASSERT_EQ(held.size(), 2U);
    EXPECT_NE(held.at(0).account_id, third);
    EXPECT_NE(held.at(1).account_id, third);
}

TEST_F(LeasesTest, WhoLeavesFreesEverythingAtOnce)
{
    auto one = instance("one");
    one.send();
    {
        pqxx::work tx{one.db};
        leave(tx, "one", {});
        tx.commit();
    }
    auto two = instance("two");
    EXPECT_EQ(two.send().held.size(), 3U);
}

TEST_F(LeasesTest, WhatOthersLackIsLetGoThenGivenBackThenTheirs)
{
    auto one = instance("one");
    one.send();
    auto two = instance("two");
    EXPECT_EQ(two.send().wants, 1);
    one.decides(0, 1);
    const auto chosen = one.send().to_let_go;
    EXPECT_EQ(Instance::census.wanted_by_others, 1);
    ASSERT_EQ(chosen.size(), 1U);
    one.decides(0, 0);
    one.beat.leaving = chosen;
    EXPECT_EQ(one.send().held.size(), 3U) << "its turn has not ended";
    EXPECT_EQ(Instance::census.held, 2);
    EXPECT_TRUE(two.send().held.empty());
    one.beat.leaving.clear();
    one.beat.given_back = chosen;
    EXPECT_EQ(one.send().held.size(), 2U);
    const auto held = two.send().held;
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held.front().account_id, chosen.front());
}

TEST_F(LeasesTest, OnlyWhatTheOthersHaveConfiguredIsTakenOrLetGo)
{
    auto one = instance("one", {first, second});
    one.send();
    auto two = instance("two", {second, third});
    const auto answer = two.send();
    ASSERT_EQ(answer.held.size(), 1U);
    EXPECT_EQ(answer.held.front().account_id, third);
    EXPECT_DOUBLE_EQ(answer.share, 1.5);
    query(url, "UPDATE store.instance SET wants = 2 WHERE instance_id = 'two'");
    one.decides(0, 2);
    EXPECT_THAT(one.send().to_let_go, ElementsAre(second));
}

TEST_F(LeasesTest, TakersAtTheSameTimeNeverHaveTheSame)
{
    std::vector<model::AccountId> many;
    for (int index = 0; index < 500; ++index)
        many.push_back(first + index);
    std::vector<std::unique_ptr<Instance>> all;
    for (int index = 0; index < 6; ++index)
        all.push_back(std::make_unique<Instance>(url, "i" + std::to_string(index), many));
    std::vector<std::thread> threads;
    for (auto& one : all) {
        one->beat.decide = [](const model::Census& census) {
            return model::SharePlan{100 - census.held, 0};
        };
        threads.emplace_back([&one] {
            for (int beat = 0; beat < 20; ++beat)
                one->send();
        });
    }
    for (auto& thread : threads)
        thread.join();
    std::map<model::AccountId, int> owners;
    for (auto& one : all)
        for (const auto& lease : one->send().held)
            ++owners[lease.account_id];
    EXPECT_EQ(owners.size(), 500U) << "nothing is left";
    for (const auto& [id, count] : owners)
        EXPECT_EQ(count, 1) << id;
}

/// A taker that looked before another took, and locks after it.
TEST_F(LeasesTest, OldSnapshotTakesNothingThatWasTakenSince)
{
    auto one = instance("one");
    one.decides(0, 0);
    one.send();
    pqxx::connection other{url};
    pqxx::work holder{other};
    holder.exec("UPDATE store.lease SET fence = 77, instance_id = 'newborn'");
    auto two = instance("two");
    EXPECT_TRUE(two.send().held.empty()) << "locked: skipped, not waited for";
    holder.commit();
}

TEST_F(LeasesTest, OwnersAreThoseThatLive)
{
    auto one = instance("one");
    one.send();
    pqxx::work tx{one.db};
    const auto owners = read_owners(tx, {first});
    ASSERT_EQ(owners.size(), 1U);
    EXPECT_EQ(owners.front().account, "shop");
    EXPECT_EQ(owners.front().host, "here");
    tx.exec("UPDATE store.instance SET heartbeat_at = heartbeat_at - interval '16 s'");
    EXPECT_TRUE(read_owners(tx, {first}).empty());
}

TEST_F(LeasesTest, WhoLeavesKeepsWhatItCouldNotStoreForItsSuccessor)
{
    auto one = instance("one", {first, second});
    one.beat.who.home = "here:1";
    const auto held = one.send().held;
    pqxx::work tx{one.db};
    leave(tx, "one", {second});
    tx.commit();

    auto other = instance("other", {first, second});
    const auto taken = other.send().held;
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken.front().account_id, first);

    auto successor = instance("successor", {first, second});
    successor.beat.who.home = "here:1";
    const auto inherited = successor.send().held;
    ASSERT_EQ(inherited.size(), 1U);
    EXPECT_THAT(held, ::testing::Contains(inherited.front()));
    EXPECT_EQ(inherited.front().account_id, second);
}

TEST_F(LeasesTest, DeadOnesAreNamedNowhereThoughNobodyIsLeftToRemoveThem)
{
    instance("one", {first}).send();
    age("one", 16);
    EXPECT_EQ(count("insights.instance_status"), "0");
    EXPECT_EQ(query1(url, "SELECT count(instance_id) FROM insights.account_owner"), "0");
}

} // namespace
} // namespace insightd::storage
