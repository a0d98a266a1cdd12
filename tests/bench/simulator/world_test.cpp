#include "tests/bench/simulator/tally.hpp"
#include "tests/bench/simulator/world.hpp"

#include <gtest/gtest.h>

namespace insightd::simulator
{
namespace
{

WorldSettings plain()
{
    WorldSettings world;
    world.bursts_per_post = 0;
    world.rhythm = 0;
    return world;
}

Account one_post(const WorldSettings& world)
{
    return {world, 0, 0, {Post{0, 1000, 0.04, {}}}};
}

TEST(World, GivesHalfOfTheViewsInTheHalfLife)
{
    const auto account = one_post(plain());
    const auto& post = account.posts.front();
    EXPECT_NEAR(account.expected(post, 0, 20), 500, 1);
    EXPECT_NEAR(account.expected(post, 0, 1e9), 1000, 1);
    EXPECT_EQ(account.expected(post, -5, 0), 0) << "not yet published";
}

TEST(World, ABurstComesAndGoes)
{
    auto account = one_post(plain());
    auto& post = account.posts.front();
    const auto quiet = account.expected(post, 500, 506);
    post.bursts.push_back({500, 300});
    EXPECT_NEAR(account.expected(post, 500, 506) - quiet, 300 * 0.632, 1);
    EXPECT_NEAR(
        account.expected(post, 500, 600) - account.expected(post, 500, 506), 300 * 0.368, 40);
}

TEST(World, NightsAreQuieterThanDaysAndTheDayIsWhole)
{
    auto world = plain();
    const auto flat = one_post(world);
    world.rhythm = 0.5;
    const auto account = one_post(world);
    const auto& post = account.posts.front();
    EXPECT_NEAR(account.expected(post, 1200, 1224), flat.expected(post, 1200, 1224), 0.01);
    EXPECT_GT(account.rate(post, 1200), 2.5 * account.rate(post, 1212));
}

TEST(World, IsTheSameUnderOneSeed)
{
    const auto first = make_account({}, 7, 3, 100);
    const auto again = make_account({}, 7, 3, 100);
    const auto other = make_account({}, 8, 3, 100);
    ASSERT_EQ(first.posts.size(), again.posts.size());
    EXPECT_EQ(first.posts.back().views, again.posts.back().views);
    EXPECT_NE(first.posts.front().views, other.posts.front().views);
    EXPECT_NEAR(static_cast<double>(first.posts.size()), 1000, 120);
}

TEST(Tally, KnowsMeanShareAndQuantile)
{
    Tally tally{0.5};
    tally.add(0, 1, 1, 100); // waits from 0 to an hour
    EXPECT_DOUBLE_EQ(tally.mean(), 0.5);
    EXPECT_DOUBLE_EQ(tally.share_within_target(), 0.5);
    tally.add(0, 1, 100, 1);
    EXPECT_NEAR(tally.quantile(0.999), 100, 3);
}

} // namespace
} // namespace insightd::simulator
