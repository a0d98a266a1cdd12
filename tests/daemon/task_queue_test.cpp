#include "daemon/task_queue.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

bool is_of_same_job(const Task& first, const Task& other)
{
    return first.job == other.job;
}

TEST(TaskQueue, CountsWhatWaitsAndWhatIsUnderWay)
{
    TaskQueue queue;
    queue.enqueue({Job::profile, 0, 0});
    queue.enqueue({Job::media_insights, 0, 1});
    queue.enqueue({Job::media_insights, 0, 2});
    EXPECT_EQ(queue.size(), 3U);

    const auto turn = queue.take_turn(1, is_of_same_job);
    EXPECT_EQ(turn.size(), 1U);
    EXPECT_EQ(queue.size(), 3U) << "begun, but not ended";

    queue.end_turn();
    EXPECT_EQ(queue.size(), 2U);
    queue.take_all();
    EXPECT_EQ(queue.size(), 0U);
}

TEST(TaskQueue, GivesWhatIsMoreImportantFirstAndOthersInTheOrderTheyCame)
{
    TaskQueue queue;
    queue.enqueue({Job::media_insights, 0, 2});
    queue.enqueue({Job::profile, 0, 0});
    queue.enqueue({Job::media_insights, 0, 1});
    queue.enqueue({Job::story_insights, 0, 3});
    EXPECT_EQ(queue.take_turn(9, is_of_same_job), (std::vector<Task>{{Job::story_insights, 0, 3}}));
    EXPECT_EQ(queue.take_turn(9, is_of_same_job), (std::vector<Task>{{Job::profile, 0, 0}}));
    const std::vector<Task> posts{{Job::media_insights, 0, 2}, {Job::media_insights, 0, 1}};
    EXPECT_EQ(queue.take_turn(9, is_of_same_job), posts);
    EXPECT_FALSE(queue.has_work());
    EXPECT_TRUE(queue.holds(posts.front())) << "it is under way";
}

} // namespace
} // namespace insightd::daemon
