#include "daemon/missed_polls.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");
const config::Schedule schedule;

TEST(MissedPolls, ReadingInTimeLeavesNoGap)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::profile, noon);
    EXPECT_FALSE(missed.met(Job::profile, schedule, noon + 59min));
}

TEST(MissedPolls, ReadingThatComesAWholeIntervalLateLeavesAGapFromTheOldestDue)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::profile, noon);
    missed.failed(Job::profile, "transient 2: down");
    missed.fell_due(Job::profile, noon + 30min);
    const auto gap = missed.met(Job::profile, schedule, noon + 2h);
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->collector, "profile");
    EXPECT_EQ(gap->begins_at, noon);
    EXPECT_EQ(gap->ends_at, noon + 2h);
    EXPECT_EQ(gap->reason, "transient 2: down");
    EXPECT_FALSE(missed.met(Job::profile, schedule, noon + 9h)) << "what is met is forgotten";
}

TEST(MissedPolls, WhatATurnLeavesIsDueFromThenOnForTheSameReason)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::media_insights, noon);
    missed.failed(Job::media_insights, "the rate limit");
    EXPECT_FALSE(missed.met_in_part(Job::media_insights, schedule, noon + 30min));
    const auto gap = missed.met(Job::media_insights, schedule, noon + 4h);
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->begins_at, noon + 30min);
    EXPECT_EQ(gap->reason, "the rate limit");
}

TEST(MissedPolls, WhatWasDueBeforeTheStartWasMissedBecauseNothingRan)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::audience, noon - 72h);
    const auto gap = missed.met(Job::audience, schedule, noon);
    ASSERT_TRUE(gap);
    EXPECT_THAT(gap->reason, HasSubstr("not running until 2026-03-01 12:00 UTC"));
}

TEST(MissedPolls, NothingWasExpectedBeforeADaemonLastDidAnythingForTheAccount)
{
    MissedPolls missed;
    missed.begin(noon, noon - 1min);
    missed.fell_due(Job::audience, noon - 90 * 24h); // switched off meanwhile
    EXPECT_FALSE(missed.met(Job::audience, schedule, noon));
}

TEST(MissedPolls, FailingBeforeARestartIsTheReasonThroughIt)
{
    MissedPolls missed;
    missed.begin(noon, noon - 1min);
    missed.resume(Job::profile, noon - 5h, "transient 2: down");
    missed.fell_due(Job::profile, noon - 1min);
    const auto gap = missed.met(Job::profile, schedule, noon + 10min);
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->begins_at, noon - 5h);
    EXPECT_EQ(gap->reason, "transient 2: down");
}

TEST(MissedPolls, PausedAccountSaysWhyForEachOfItsJobs)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::media_list, noon);
    missed.paused("needs_login 190: dead");
    EXPECT_EQ(missed.met(Job::media_list, schedule, noon + 3h)->reason, "needs_login 190: dead");
}

TEST(MissedPolls, StoryListIsAGapOnlyForStoriesThatLivedAndDiedUnseen)
{
    MissedPolls missed;
    missed.begin(noon, std::nullopt);
    missed.fell_due(Job::stories, noon);
    EXPECT_FALSE(missed.met(Job::stories, schedule, noon + 24h));
    missed.fell_due(Job::stories, noon);
    EXPECT_EQ(missed.met(Job::stories, schedule, noon + 30h)->ends_at, noon + 6h);
}

TEST(MissedPolls, DaysAndSingleStoriesHaveLedgersOfTheirOwn)
{
    EXPECT_FALSE(lateness_allowed(Job::account_days, schedule));
    EXPECT_FALSE(lateness_allowed(Job::story_insights, schedule));
}

} // namespace
} // namespace insightd::daemon
