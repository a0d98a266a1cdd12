#include "tests/soak/clock/governed.hpp"
#include "tests/soak/pace.hpp"
#include "tests/support/private_postgres.hpp"

#include <gtest/gtest.h>

namespace insightd::soak
{
namespace
{

TEST(Pace, TimeSlowsDownWhileWorkWaitsAndSpeedsUpToTheMachinesAfterwards)
{
    EXPECT_LT(next_rate(1, 300, 100), 1);
    EXPECT_LT(next_rate(1, 1'000, 100), next_rate(1, 300, 100));
    EXPECT_GT(next_rate(0.5, 100, 100), 0.5);
    EXPECT_EQ(next_rate(1, 0, 100), 1);

    double rate = 1;
    for (int look = 0; look < 1'000; ++look)
        rate = next_rate(rate, 1'000'000, 100);
    EXPECT_GT(rate, 0) << "it would never speed up again";
}

TEST(GovernedTime, PassesAtItsRate)
{
    GovernedTime time;
    time.since = 1'000'000;
    time.then = 500'000;
    time.millionths = 250'000;
    EXPECT_EQ(time.at(1'000'000), 500'000);
    EXPECT_EQ(time.at(5'000'000), 1'500'000);
}

TEST(GovernedClock, NeverGoesBackWhenItsRateChanges)
{
    const testing::ScratchFolder folder;
    GovernedClock clock{folder.path() / "clock"};
    auto before = clock.now();
    for (const auto rate : {1.0, 0.1, 0.0, 0.5, 1.0}) {
        clock.set_rate(rate);
        const auto now = clock.now();
        EXPECT_GE(now, before);
        before = now;
    }
}

} // namespace
} // namespace insightd::soak
