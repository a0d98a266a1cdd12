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

} // namespace
} // namespace insightd::daemon
