#include "daemon/scheduler.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

TEST(Scheduler, GivesOutWhatIsDueAndNothingElse)
{
    Scheduler scheduler;
    scheduler.add({Job::profile, 1, 0}, noon);
    scheduler.add({Job::profile, 2, 0}, noon + 1s);
    EXPECT_THAT(scheduler.take_due(noon - 1us), IsEmpty());
    EXPECT_THAT(scheduler.take_due(noon), ElementsAre(Task{Job::profile, 1, 0}));
    EXPECT_EQ(scheduler.next_due(), noon + 1s);
    EXPECT_EQ(scheduler.size(), 1U);
}

TEST(Scheduler, PutsTheLongestOverdueFirst)
{
    Scheduler scheduler;
    scheduler.add({Job::media_insights, 1, 5}, noon);
    scheduler.add({Job::media_insights, 1, 6}, noon - 1h);
    EXPECT_THAT(
        scheduler.take_due(noon),
        ElementsAre(Task{Job::media_insights, 1, 6}, Task{Job::media_insights, 1, 5}));
}

TEST(Scheduler, PutsStoriesFirstAmongEquals)
{
    Scheduler scheduler;
    scheduler.add({Job::media_insights, 1, 5}, noon);
    scheduler.add({Job::audience, 1, 0}, noon);
    scheduler.add({Job::story_insights, 1, 9}, noon);
    scheduler.add({Job::stories, 1, 0}, noon);
    const auto due = scheduler.take_due(noon);
    EXPECT_EQ(due.front().job, Job::story_insights);
    EXPECT_EQ(due.back().job, Job::media_insights);
}

TEST(Scheduler, IsEmptyWithoutTasks)
{
    Scheduler scheduler;
    EXPECT_EQ(scheduler.next_due(), std::nullopt);
    EXPECT_THAT(scheduler.take_due(noon), IsEmpty());
}

} // namespace
} // namespace insightd::daemon
