#include "daemon/webhooks/rate.hpp"

#include <gtest/gtest.h>

namespace insightd::webhooks
{
namespace
{

using namespace std::chrono_literals;

TEST(Rate, TakesASecondsWorthAtOnceAndThenAsMuchAsTimeGives)
{
    Rate rate{10};
    for (int count = 0; count < 10; ++count)
        EXPECT_TRUE(rate.takes(1h));
    EXPECT_FALSE(rate.takes(1h));
    EXPECT_FALSE(rate.takes(1h + 50ms));
    EXPECT_TRUE(rate.takes(1h + 110ms));
    EXPECT_FALSE(rate.takes(1h + 110ms));
}

TEST(Rate, SavesNoMoreThanASecond)
{
    Rate rate{2};
    EXPECT_TRUE(rate.takes(1h));
    EXPECT_TRUE(rate.takes(10h));
    EXPECT_TRUE(rate.takes(10h));
    EXPECT_FALSE(rate.takes(10h));
}

} // namespace
} // namespace insightd::webhooks
