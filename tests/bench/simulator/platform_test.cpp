#include "tests/bench/simulator/platform.hpp"

#include "tests/bench/simulator/hours.hpp"

#include <gtest/gtest.h>

namespace insightd::simulator
{
namespace
{

constexpr double few_views = 0;

TEST(Platform, WithoutLimitsSaysNothing)
{
    Platform platform{{}, 1};
    const auto ending = platform.answer(0, few_views, beginning);
    EXPECT_TRUE(ending.was_answered);
    EXPECT_FALSE(ending.failure);
    EXPECT_FALSE(ending.usage.percent());
}

TEST(Platform, CountsAllAccountsAgainstTheApp)
{
    Platform platform{{10, {}}, 2};
    for (int call = 0; call < 10; ++call)
        EXPECT_FALSE(platform.answer(0, few_views, beginning).failure);
    const auto half = platform.answer(1, few_views, beginning);
    EXPECT_EQ(half.usage.app_percent, 55);
    for (int call = 0; call < 9; ++call)
        EXPECT_FALSE(platform.answer(1, few_views, beginning).failure);
    const auto full = platform.answer(1, few_views, beginning);
    EXPECT_EQ(full.failure, graph::FailureClass::app_throttled);
    EXPECT_FALSE(full.regain_after) << "the app's refusal does not say how long";
}

TEST(Platform, GrantsAnAccountByItsViewsAndSaysWhenItGoesOn)
{
    Platform platform{{{}, 0.1}, 2};
    for (int call = 0; call < 5; ++call)
        EXPECT_FALSE(platform.answer(0, 50, beginning).failure);
    const auto refused = platform.answer(0, 50, beginning);
    EXPECT_EQ(refused.failure, graph::FailureClass::account_throttled);
    EXPECT_GT(refused.regain_after, std::chrono::minutes{0});
    EXPECT_FALSE(platform.answer(1, 50, beginning).failure) << "the other account has its own";
    EXPECT_EQ(
        platform.answer(1, few_views, beginning).failure, graph::FailureClass::account_throttled)
        << "ten views count at least: one call";
}

} // namespace
} // namespace insightd::simulator
