#include "daemon/replicas/ownership.hpp"

#include <gmock/gmock.h>

namespace insightd::replicas
{
namespace
{

using Standing = Ownership::Standing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class OwnershipTest : public ::testing::Test
{
protected:
    Moment now = 1h;
    Ownership mine{{1, 2, 3}, [this] { return now; }};
};

TEST_F(OwnershipTest, EverythingIsPermittedUntilTheDatabaseWasReached)
{
    EXPECT_EQ(mine.standing(), Standing::everything);
    EXPECT_TRUE(mine.may_call(2, false));
    EXPECT_EQ(mine.fence(2), std::nullopt);
    mine.unanswered();
    now += 24h;
    EXPECT_TRUE(mine.may_call(2, false));
}

TEST_F(OwnershipTest, UntilTheDatabaseWasReachedRowsAreWrittenUnderTheLeasesOfAnEarlierLife)
{
    EXPECT_EQ(mine.fence_of_rows(2), model::never_taken);
    mine.remembers({{{2, 7}}, false});
    EXPECT_TRUE(mine.may_call(3, false)) << "it was alone";
    EXPECT_EQ(mine.fence_of_rows(2), 7);
    EXPECT_EQ(mine.fence_of_rows(3), model::never_taken);
    mine.answered(now, {{3, 9}}, false);
    EXPECT_EQ(mine.fence_of_rows(2), model::never_taken) << "it is another's";
    EXPECT_EQ(mine.fence_of_rows(3), 9);
}

TEST_F(OwnershipTest, WhoHadPeersAsksOnlyForStoriesOfItsEarlierLifeUntilTheDatabaseWasReached)
{
    mine.remembers({{{2, 7}}, true});
    EXPECT_EQ(mine.standing(), Standing::irreplaceable);
    EXPECT_TRUE(mine.may_call(2, true));
    EXPECT_FALSE(mine.may_call(2, false));
    EXPECT_FALSE(mine.may_call(3, true)) << "it is another's";
    mine.answered(now, {{2, 7}}, false);
    EXPECT_TRUE(mine.may_call(2, false));
}

TEST_F(OwnershipTest, FirstAnswerSaysWhatIsNot)
{
    const auto change = mine.answered(now, {{2, 7}}, false);
    EXPECT_THAT(change.taken, ElementsAre(2));
    EXPECT_THAT(change.lost, ElementsAre(1, 3));
    EXPECT_TRUE(mine.may_call(2, false));
    EXPECT_FALSE(mine.may_call(1, false));
    EXPECT_FALSE(mine.may_call(1, true));
    EXPECT_EQ(mine.fence(2), 7);
}

TEST_F(OwnershipTest, HoldsLessThanTheDatabaseGivesAndFromTheBeginningOfTheHeartbeat)
{
    const auto began = now;
    now += 2s; // the answer was slow
    mine.answered(began, {{1, 5}}, false);
    now = began + Ownership::holds - 1ms;
    EXPECT_TRUE(mine.may_call(1, false));
    now = began + Ownership::holds;
    EXPECT_EQ(mine.standing(), Standing::nothing);
    EXPECT_FALSE(mine.may_call(1, true)) << "stopped for a while: a heartbeat has to tell first";
    EXPECT_LT(Ownership::holds, 15s);
}

TEST_F(OwnershipTest, TakenAnewIsLostAndTaken)
{
    mine.answered(now, {{1, 5}, {2, 6}}, false);
    const auto change = mine.answered(now, {{1, 9}, {2, 6}, {3, 10}}, false);
    EXPECT_THAT(change.lost, ElementsAre(1));
    EXPECT_THAT(change.taken, ElementsAre(1, 3));
    EXPECT_EQ(mine.fence(1), 9);
}

TEST_F(OwnershipTest, AloneItGoesOnWithoutTheDatabase)
{
    mine.answered(now, {{1, 5}}, true);
    for (int beat = 0; beat < 100; ++beat) {
        now += 5s;
        mine.unanswered();
        EXPECT_TRUE(mine.may_call(1, false));
    }
    now += 1min; // stopped: somebody may have come meanwhile
    EXPECT_FALSE(mine.may_call(1, false));
    mine.unanswered();
    EXPECT_FALSE(mine.may_call(1, false)) << "its connection may have died, not the database";
    now += 13s;
    mine.unanswered();
    EXPECT_TRUE(mine.may_call(1, false)) << "the database is away indeed";
}

TEST_F(OwnershipTest, WithPeersOnlyTheIrreplaceableGoesOnWithoutTheDatabase)
{
    mine.answered(now, {{1, 5}}, false);
    mine.unanswered();
    EXPECT_EQ(mine.standing(), Standing::irreplaceable);
    EXPECT_FALSE(mine.may_call(1, false));
    EXPECT_TRUE(mine.may_call(1, true));
    EXPECT_FALSE(mine.may_call(2, true)) << "it was another's";
    const auto change = mine.answered(now, {{1, 5}}, false);
    EXPECT_THAT(change.lost, IsEmpty());
    EXPECT_TRUE(mine.may_call(1, false));
}

} // namespace
} // namespace insightd::replicas
