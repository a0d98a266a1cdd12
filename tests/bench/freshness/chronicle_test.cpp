#include "tests/bench/freshness/chronicle.hpp"

#include "tests/bench/simulator/hours.hpp"

#include <gtest/gtest.h>

namespace insightd::simulator
{
namespace
{

constexpr double horizon = 48;

Account some_posts()
{
    return {{}, horizon, 0, {Post{-100, 50'000, 0.04, {}}, Post{10, 20'000, 0.04, {}}}};
}

TEST(Chronicle, GrowsAsTheWorldIsExpectedTo)
{
    const auto account = some_posts();
    const Chronicle chronicle{account, 1};
    ASSERT_EQ(chronicle.count(), 2);
    EXPECT_EQ(chronicle.published_at(1), instant(10));
    EXPECT_EQ(chronicle.counters(1, instant(9)).views, 0);
    const auto& young = account.posts.back();
    const auto expected = account.expected(young, 10, 40);
    EXPECT_NEAR(
        static_cast<double>(chronicle.counters(1, instant(40)).views), expected, 0.05 * expected);
    EXPECT_NEAR(
        static_cast<double>(chronicle.counters(1, instant(40)).interactions), 0.04 * expected,
        0.01 * expected);
}

TEST(Chronicle, NeverCountsBackwards)
{
    const Chronicle chronicle{some_posts(), 1};
    std::int64_t before = 0;
    for (double at = 10; at < horizon; at += 0.01) {
        const auto views = chronicle.counters(1, instant(at)).views;
        EXPECT_GE(views, before);
        before = views;
    }
}

TEST(Chronicle, EveryChangeWaitsForItsReading)
{
    const Chronicle chronicle{some_posts(), 1};
    const auto came =
        chronicle.counters(1, instant(20)).views - chronicle.counters(1, instant(18)).views;
    Tally tally{0.5};
    chronicle.add_read(1, instant(18), instant(20), tally);
    EXPECT_EQ(tally.changes(), static_cast<double>(came));
    EXPECT_NEAR(tally.mean(), 1, 0.05);
}

} // namespace
} // namespace insightd::simulator
