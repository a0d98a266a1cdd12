#include "daemon/scheduling/cadence.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

#include <set>

namespace insightd::scheduling
{
namespace
{

using insightd::testing::at;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

TEST(NextOnGrid, LiesWithinOneStep)
{
    for (std::uint64_t key = 0; key < 1'000; ++key) {
        const auto next = next_on_grid(noon, 15min, key);
        EXPECT_GT(next, noon);
        EXPECT_LE(next, noon + 15min);
    }
}

TEST(NextOnGrid, IsTheSameAtEveryStartAndStaysOnTheGrid)
{
    const auto first = next_on_grid(noon, 1h, 42);
    EXPECT_EQ(next_on_grid(noon, 1h, 42), first);
    EXPECT_EQ(next_on_grid(first, 1h, 42), first + 1h);
}

TEST(NextOnGrid, SpreadsAccountsOverTheStep)
{
    std::set<model::Instant> minutes;
    for (std::uint64_t account = 17841400000000000; account < 17841400000000500; ++account)
        minutes.insert(std::chrono::floor<std::chrono::minutes>(next_on_grid(noon, 1h, account)));
    EXPECT_GT(minutes.size(), 55U) << "no thundering herd";
}

TEST(NextOnGrid, WorksBefore1970)
{
    const auto long_ago = at("1969-12-31T12:00:00Z");
    EXPECT_GT(next_on_grid(long_ago, 1h, 7), long_ago);
    EXPECT_LE(next_on_grid(long_ago, 1h, 7), long_ago + 1h);
}

TEST(NextPostReading, FollowsTheTiersOfAge)
{
    const std::vector<config::AgeTier> tiers{{48h, 15min}, {7 * 24h, 1h}};
    EXPECT_LE(next_post_reading(tiers, noon - 1h, noon, 1), noon + 15min);
    EXPECT_EQ(next_post_reading(tiers, noon - 72h, noon, 1), next_on_grid(noon, 1h, 1));
    EXPECT_EQ(next_post_reading(tiers, noon - 8 * 24h, noon, 1), std::nullopt);
}

} // namespace
} // namespace insightd::scheduling
