#include "daemon/replicas/fair_share.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace insightd::replicas
{
namespace
{

constexpr std::int64_t everything = std::numeric_limits<std::int32_t>::max();

model::Census census(double share, std::int64_t held, std::int64_t wanted_by_others = 0)
{
    model::Census all;
    all.share = share;
    all.held = held;
    all.wanted_by_others = wanted_by_others;
    return all;
}

TEST(FairShare, OneAloneTakesEverything)
{
    EXPECT_EQ(fair_share(census(300, 0)), (model::SharePlan{300, 0}));
}

TEST(FairShare, NewcomerIsGivenItsShareAndNoMore)
{
    EXPECT_EQ(fair_share(census(100, 150, 100)), (model::SharePlan{0, 50, everything}));
    EXPECT_EQ(fair_share(census(100, 150, 10)), (model::SharePlan{0, 10, everything}));
    EXPECT_EQ(fair_share(census(100, 0)), (model::SharePlan{100, 0}));
}

TEST(FairShare, NothingChangesHandsThatNeedNot)
{
    EXPECT_EQ(fair_share(census(3.34, 4)), (model::SharePlan{0, 0}));
    EXPECT_EQ(fair_share(census(3.34, 3)), (model::SharePlan{1, 0})) << "what is free, if any";
    EXPECT_EQ(fair_share(census(100, 300)), (model::SharePlan{0, 0})) << "nobody wants any";
}

TEST(FairShare, WhatOthersLackIsLeftToThem)
{
    EXPECT_EQ(fair_share(census(3.34, 3, 2)), (model::SharePlan{0, 0, everything}))
        << "but for what they cannot take";
}

TEST(FairShare, SumOfFractionsIsRoundedWell)
{
    const double share = 300 * (1.0 / 3);
    EXPECT_EQ(fair_share(census(share, 100)), (model::SharePlan{0, 0}));
    EXPECT_EQ(fair_share(census(99.99999999, 0, 5)).take, 100);
}

TEST(FairShare, LeftoversAreTakenOnceNobodyWantsThem)
{
    auto settled = census(1, 1);
    settled.is_settled = true;
    EXPECT_GT(fair_share(settled).take, 0);
    settled.wanted_by_others = 1;
    EXPECT_EQ(fair_share(settled).take, 0);
}

/// Instances that beat by turns, on one heap of free accounts.
struct Crowd {
    std::int64_t free = 0;
    std::vector<std::int64_t> held;

    std::int64_t wants(std::size_t one) const
    {
        const auto least = total() / std::ssize(held);
        return std::max<std::int64_t>(0, least - held.at(one));
    }
    std::int64_t total() const { return std::accumulate(held.begin(), held.end(), free); }
    void beat(std::size_t one)
    {
        auto seen =
            census(static_cast<double>(total()) / static_cast<double>(held.size()), held.at(one));
        for (std::size_t other = 0; other < held.size(); ++other)
            if (other != one)
                seen.wanted_by_others += wants(other);
        const auto plan = fair_share(seen);
        const auto taken = std::min(plan.take, free);
        held.at(one) += taken - plan.let_go;
        free += plan.let_go - taken;
    }
    void settle()
    {
        for (int round = 0; round < 6; ++round)
            for (std::size_t one = 0; one < held.size(); ++one)
                beat(one);
    }
};

TEST(FairShare, AnyCrowdEndsWithNothingFreeAndNobodyTwoAhead)
{
    for (std::int64_t accounts : {0, 1, 4, 10, 299, 300, 10'000})
        for (std::size_t instances = 1; instances < 8; ++instances) {
            Crowd crowd{accounts, std::vector<std::int64_t>(instances)};
            crowd.settle();
            crowd.held.push_back(0); // a newcomer
            crowd.settle();
            crowd.free += crowd.held.front(); // one dies
            crowd.held.erase(crowd.held.begin());
            crowd.settle();
            EXPECT_EQ(crowd.free, 0) << accounts << " among " << instances;
            const auto [least, most] =
                std::pair{std::ranges::min(crowd.held), std::ranges::max(crowd.held)};
            EXPECT_LE(most - least, 1) << accounts << " among " << instances;
        }
}

} // namespace
} // namespace insightd::replicas
