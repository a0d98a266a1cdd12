#include "daemon/replicas/replica.hpp"
#include "storage/database.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <memory>

namespace insightd::replicas
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::migrated_database;
using insightd::testing::query;
using insightd::testing::run;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr model::AccountId first = 17841400000000001;

std::vector<model::AccountId> some_accounts(std::int64_t count)
{
    std::vector<model::AccountId> all;
    for (std::int64_t index = 0; index < count; ++index)
        all.push_back(first + index);
    return all;
}

/// An instance whose worker only notes what it is told.
struct Member {
    Member(
        boost::asio::io_context& loop, const std::string& url, const std::string& name, Moment& now)
        : heart{url, 5s}, replica{loop.get_executor(), heart, who(name), [&now] { return now; }}
    {
        Replica::Worker worker;
        worker.take_over = [this](auto accounts, auto is_still_ours) {
            return take_over(std::move(accounts), std::move(is_still_ours));
        };
        worker.let_go = [this](const auto& accounts) {
            for (const auto account : accounts)
                working.erase(account);
        };
        worker.is_at_rest = [this](auto account) { return !busy.contains(account); };
        worker.is_stored = [this](auto account) { return !unstored.contains(account); };
        worker.look_again = [] {};
        worker.blocks = [this] { return blocks; };
        worker.heed = [this](const auto& told) { heard = told; };
        worker.say = [this](const News& news) { said.push_back(news.event); };
        replica.works_through(std::move(worker));
    }

    static model::Newcomer who(const std::string& name)
    {
        model::Newcomer newcomer;
        newcomer.instance_id = name;
        newcomer.accounts = some_accounts(4);
        return newcomer;
    }

    boost::asio::awaitable<void> take_over(
        std::vector<model::AccountId> accounts, std::function<bool(model::AccountId)> is_still_ours)
    {
        for (const auto account : accounts)
            if (is_still_ours(account))
                working.insert(account);
        co_return;
    }

    storage::Heart heart;
    Replica replica;
    std::set<model::AccountId> working, busy, unstored;
    std::vector<model::Block> blocks, heard;
    std::vector<std::string> said;
};

class ReplicaTest : public ::testing::Test
{
protected:
    ReplicaTest()
    {
        storage::Database database{url};
        run(loop, database.prepare({}, {}));
    }

    Member& member(const std::string& name)
    {
        members.push_back(std::make_unique<Member>(loop, url, name, now));
        return *members.back();
    }

    void beat(Member& one)
    {
        run(loop, one.replica.beat());
        run(loop, one.replica.take_over());
    }

    boost::asio::io_context loop{1};
    std::string url = migrated_database();
    Moment now = 1h;
    std::vector<std::unique_ptr<Member>> members;
};

TEST_F(ReplicaTest, OneThatIsConfiguredNoMoreIsGivenBackOnceItIsAtRestAndStored)
{
    auto& one = member("one");
    beat(one);
    ASSERT_THAT(one.working, SizeIs(4));
    one.busy = {first};
    one.unstored = {first + 1};
    one.replica.configured({first + 2, first + 3});
    EXPECT_THAT(one.working, ElementsAre(first + 2, first + 3)) << "at once";
    beat(one);
    EXPECT_EQ(one.replica.ownership().held(), 4U) << "what is under way ends under its lease";
    one.busy.clear();
    beat(one);
    EXPECT_EQ(one.replica.ownership().held(), 3U);
    one.unstored.clear();
    beat(one);
    beat(one);
    EXPECT_EQ(one.replica.ownership().held(), 2U);
    EXPECT_THAT(one.working, ElementsAre(first + 2, first + 3));
}

TEST_F(ReplicaTest, OneThatIsConfiguredLaterIsTakenLikeAnyThatIsFree)
{
    auto& one = member("one");
    beat(one);
    auto accounts = some_accounts(6);
    one.replica.configured(accounts);
    beat(one);
    EXPECT_THAT(one.working, SizeIs(6));
    beat(one);
    EXPECT_THAT(one.working, SizeIs(6));
    EXPECT_EQ(one.replica.ownership().held(), 6U);
}

TEST_F(ReplicaTest, OneThatComesBackBeforeItWasGivenBackIsTakenAnew)
{
    auto& one = member("one");
    beat(one);
    const auto fence = one.replica.ownership().fence(first);
    one.busy = {first};
    one.replica.configured({first + 1, first + 2, first + 3});
    one.replica.configured(some_accounts(4));
    beat(one);
    EXPECT_THAT(one.working, SizeIs(3));
    one.busy.clear();
    beat(one);
    beat(one);
    EXPECT_THAT(one.working, SizeIs(4));
    EXPECT_NE(one.replica.ownership().fence(first), fence);
}

TEST_F(ReplicaTest, WhatIsConfiguredWhileTheDatabaseIsAwayIsSaidOnceItIsBack)
{
    auto& one = member("one");
    beat(one);
    allow_connections(url, false);
    one.replica.configured({first + 3, first + 4});
    beat(one);
    EXPECT_THAT(one.working, ElementsAre(first + 3));
    allow_connections(url, true);
    beat(one);
    beat(one);
    EXPECT_THAT(one.working, ElementsAre(first + 3, first + 4));
    EXPECT_EQ(one.replica.ownership().held(), 2U);
}

TEST_F(ReplicaTest, WhatIsConfiguredBeforeTheFirstHeartbeatIsAllThereIs)
{
    auto& one = member("one");
    one.replica.configured({first, first + 7});
    beat(one);
    EXPECT_THAT(one.working, ElementsAre(first, first + 7));
}

TEST_F(ReplicaTest, BlockOfOneIsHeardByTheOthersAtTheirNextHeartbeat)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(two);
    EXPECT_THAT(two.heard, IsEmpty());
    one.blocks = {{0, "instagram app 12", model::Instant{100s}}, {first, {}, model::Instant{200s}}};
    beat(one);
    beat(two);
    EXPECT_THAT(two.heard, ::testing::UnorderedElementsAreArray(one.blocks));
}

TEST_F(ReplicaTest, OneAloneBeginsWithEverything)
{
    auto& one = member("one");
    beat(one);
    EXPECT_THAT(one.working, SizeIs(4));
    EXPECT_TRUE(one.replica.ownership().is_alone());
}

TEST_F(ReplicaTest, SurplusGoesToTheNewcomerOnceItIsAtRest)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    one.busy = {first, first + 1, first + 2, first + 3};
    beat(one);
    EXPECT_THAT(one.working, SizeIs(2)) << "told at once";
    for (const auto account : some_accounts(4))
        EXPECT_TRUE(one.replica.ownership().may_call(account, false)) << "its turn may end";
    beat(one);
    beat(two);
    EXPECT_THAT(two.working, IsEmpty());
    one.busy.clear();
    beat(one);
    beat(two);
    EXPECT_THAT(one.working, SizeIs(2));
    EXPECT_THAT(two.working, SizeIs(2));
    for (const auto account : two.working)
        EXPECT_FALSE(one.replica.ownership().may_call(account, false));
}

TEST_F(ReplicaTest, WhatIsNotStoredYetIsNotGivenBack)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    one.unstored = {first, first + 1, first + 2, first + 3};
    beat(one);
    beat(one);
    beat(two);
    EXPECT_THAT(two.working, IsEmpty());
    one.unstored.clear();
    beat(one);
    beat(two);
    EXPECT_THAT(two.working, SizeIs(2));
}

TEST_F(ReplicaTest, OneThatWasMissedHasNothingAndComesBackAsAnother)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    query(url, "UPDATE store.instance SET heartbeat_at = heartbeat_at - interval '16 s'");
    now += 16s;
    EXPECT_FALSE(one.replica.ownership().may_call(first, false)) << "nobody told it yet";
    beat(two);
    EXPECT_THAT(two.working, SizeIs(4));
    beat(one);
    EXPECT_THAT(one.working, IsEmpty());
    EXPECT_FALSE(one.replica.ownership().may_call(first, false));
    beat(one);
    beat(two);
    beat(two);
    beat(one);
    EXPECT_THAT(one.working, SizeIs(2)) << "its share, under another name";
    EXPECT_THAT(two.working, SizeIs(2));
}

TEST_F(ReplicaTest, TakenBackWhileAnEarlierTurnIsUnderWayWaitsForItsEnd)
{
    auto& one = member("one");
    beat(one);
    query(url, "DELETE FROM store.instance");
    one.busy = {first};
    beat(one);
    EXPECT_THAT(one.working, IsEmpty());
    beat(one);
    EXPECT_THAT(one.working, SizeIs(3));
    one.busy.clear();
    beat(one);
    EXPECT_THAT(one.working, SizeIs(4));
}

TEST_F(ReplicaTest, WhoLeavesIsSucceededAtOnce)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    one.replica.take_no_more();
    run(loop, one.replica.leave());
    beat(two);
    EXPECT_THAT(two.working, SizeIs(4));
    beat(one);
    EXPECT_EQ(query(url, "SELECT 1 FROM store.instance").size(), 1U) << "it does not come back";
}

TEST_F(ReplicaTest, WhoLeavesWithRowsThatWaitKeepsTheirAccountUntilItIsMissed)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    one.unstored = {first};
    one.replica.take_no_more();
    run(loop, one.replica.leave());
    beat(two);
    EXPECT_THAT(two.working, SizeIs(3));
    query(
        url, "UPDATE store.instance SET heartbeat_at = heartbeat_at - interval '16 s' "
             "WHERE instance_id LIKE 'one%'");
    beat(two);
    EXPECT_THAT(two.working, SizeIs(4));
}

TEST_F(ReplicaTest, WhoLeavesWithRowsOfOneThatIsConfiguredNoMoreKeepsItUntilItIsMissed)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    one.unstored = {first};
    one.replica.configured({first + 1, first + 2, first + 3});
    run(loop, one.replica.leave());
    beat(two);
    EXPECT_FALSE(two.working.contains(first));
    EXPECT_THAT(two.working, SizeIs(3));
}

TEST_F(ReplicaTest, WhoIsTheLastOneLeftExpectsTheOthersBackForADay)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    EXPECT_FALSE(one.replica.memory().had_peers);
    beat(two);
    beat(one);
    run(loop, two.replica.leave());
    beat(one);
    EXPECT_TRUE(one.replica.ownership().is_alone());
    EXPECT_TRUE(one.replica.memory().had_peers);

    auto& again = member("one again");
    again.replica.remembers(one.replica.memory());
    now += 23h;
    EXPECT_TRUE(again.replica.memory().had_peers);
    now += 1h;
    EXPECT_FALSE(again.replica.memory().had_peers);
}

TEST_F(ReplicaTest, WhoIsTheLastOneLeftKeepsNothingOfWhatItGaveBack)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(two);
    beat(one);
    run(loop, two.replica.leave());
    beat(one);
    ASSERT_THAT(one.working, SizeIs(4));
    run(loop, one.replica.leave());
    EXPECT_THAT(one.replica.memory().leases, IsEmpty());
}

TEST_F(ReplicaTest, WhoHasRowsToDeliverFirstKeepsWhatItHadAndTakesItsShareAfterwards)
{
    auto& before = member("before");
    beat(before);
    const auto memory = before.replica.memory();
    run(loop, before.replica.leave());
    auto& other = member("other");
    other.replica.take_no_more();
    other.working = {first};
    query(
        url, "UPDATE store.lease SET instance_id = 'other', fence = nextval('store.fence') "
             "WHERE account_id = " +
                 std::to_string(first));
    beat(other);

    auto& again = member("again");
    again.working = {first, first + 1, first + 2, first + 3}; // stories, on what it remembers
    again.replica.remembers(memory);
    again.replica.take_no_more();
    run(loop, again.replica.beat());
    EXPECT_THAT(again.working, SizeIs(3)) << "of the fourth it is told at once";
    for (const auto& lease : memory.leases)
        EXPECT_EQ(
            again.replica.ownership().fence(lease.account_id).value_or(lease.fence), lease.fence);
    run(loop, other.replica.leave());
    run(loop, again.replica.beat());
    EXPECT_FALSE(again.replica.ownership().fence(first)) << "free, and not taken yet";
    again.replica.take_again();
    beat(again);
    EXPECT_THAT(again.working, SizeIs(4));
}

TEST_F(ReplicaTest, UnansweredHeartbeatsAreSaidOnceAndSoIsTheirEnd)
{
    auto& one = member("one");
    beat(one);
    one.said.clear();
    allow_connections(url, false);
    beat(one);
    beat(one);
    EXPECT_THAT(one.said, ElementsAre("heartbeat_unanswered"));
    allow_connections(url, true);
    beat(one);
    beat(one);
    EXPECT_THAT(one.said, ElementsAre("heartbeat_unanswered", "heartbeat_answered"));
}

TEST_F(ReplicaTest, DatabaseThatIsAwayLeavesOnlyTheIrreplaceableToAPeer)
{
    auto& one = member("one");
    auto& two = member("two");
    beat(one);
    beat(two);
    beat(one);
    beat(one);
    beat(two);
    allow_connections(url, false);
    run(loop, one.replica.beat());
    const auto account = *one.working.begin();
    EXPECT_TRUE(one.replica.ownership().may_call(account, true));
    EXPECT_FALSE(one.replica.ownership().may_call(account, false));
    allow_connections(url, true);
    beat(one);
    EXPECT_TRUE(one.replica.ownership().may_call(account, false));
    EXPECT_THAT(one.working, SizeIs(2));
}

} // namespace
} // namespace insightd::replicas
