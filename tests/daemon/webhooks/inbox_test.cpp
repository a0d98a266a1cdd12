#include "daemon/webhooks/inbox.hpp"
#include "tests/daemon/webhooks/store_of_pushes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

namespace insightd::webhooks
{
namespace
{

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InboxTest : public ::testing::Test
{
protected:
    void deliver(std::vector<model::MediaId> stories)
    {
        std::vector<model::StoryPush> pushes;
        for (const auto id : stories) {
            pushes.emplace_back();
            pushes.back().media_id = id;
        }
        boost::asio::co_spawn(
            loop, inbox.keep(std::move(pushes)), [this](std::exception_ptr error, Kept kept) {
                ASSERT_FALSE(error);
                outcomes.push_back(kept.where);
            });
    }

    void run()
    {
        loop.restart();
        loop.poll();
    }

    boost::asio::io_context loop{1};
    StoreOfPushes store{loop};
    Inbox inbox{loop.get_executor(), store};
    std::vector<Kept::Where> outcomes;
};

TEST_F(InboxTest, WhatComesWhileOthersAreWrittenIsWrittenTogether)
{
    store.is_shut = true;
    deliver({1});
    run();
    for (const model::MediaId id : {2, 3, 4})
        deliver({id});
    run();
    EXPECT_THAT(store.writes, ElementsAre(1));
    EXPECT_THAT(outcomes, IsEmpty()) << "nobody is told before it is durable";
    store.open();
    run();
    EXPECT_THAT(store.writes, ElementsAre(1, 3));
    EXPECT_THAT(store.stored, ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(outcomes, SizeIs(4));
    EXPECT_THAT(outcomes, Each(Kept::Where::durable));
    deliver({5});
    run();
    EXPECT_THAT(store.stored, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(InboxTest, StoreThatIsAwayIsToldToAllWhoWait)
{
    store.is_away = true;
    deliver({1});
    deliver({2});
    run();
    EXPECT_THAT(outcomes, ElementsAre(Kept::Where::nowhere, Kept::Where::nowhere));
    store.is_away = false;
    deliver({1});
    run();
    EXPECT_THAT(store.stored, ElementsAre(1));
}

TEST_F(InboxTest, WhatTheStoreRefusesHoldsNobodyElseUp)
{
    store.refused = 2;
    deliver({1});
    deliver({2});
    deliver({3});
    run();
    EXPECT_THAT(
        outcomes, ElementsAre(Kept::Where::durable, Kept::Where::refused, Kept::Where::durable));
    EXPECT_THAT(store.stored, ElementsAre(1, 3));
}

} // namespace
} // namespace insightd::webhooks
