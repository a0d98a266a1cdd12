#include "daemon/scheduling/pace.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::scheduling
{
namespace
{

using insightd::testing::at;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto published = at("2026-03-01T12:00:00Z");
const auto tiers = config::Schedule{}.media_insights;

double hours(model::Instant::duration span)
{
    return std::chrono::duration<double, std::ratio<3600>>{span}.count();
}

/// One post read daily that gains so much a day, and one that gains a hundred times as much.
struct TwoPosts {
    AccountRates account;
    ChangeRate slow;
    ChangeRate fast;
    model::Instant now = published + 24h * 40;
    Pacing pacing;

    TwoPosts()
    {
        pacing.floors = false;
        account.add(slow);
        account.add(fast);
        for (int day = 10; day <= 40; ++day) {
            account.insights_read(slow, published, published + 24h * day, 24 * day);
            account.insights_read(fast, published, published + 24h * day, 2400 * day);
        }
    }

    Plan plan(const ChangeRate& post) const
    {
        return *next_reading(post, published, now, account, tiers, pacing);
    }
};

TEST(NextReading, IsNotHeldUpByAReadingThatAWrongClockStamped)
{
    TwoPosts posts;
    posts.pacing.floors = true;
    auto ahead = posts.fast;
    ahead.read_at += 400 * 86'400;
    ahead.observed_at = ahead.read_at;
    auto now = posts.fast;
    now.read_at = now.observed_at = static_cast<std::uint32_t>(
        std::chrono::floor<std::chrono::seconds>(posts.now).time_since_epoch().count());
    EXPECT_EQ(posts.plan(ahead).due, posts.plan(now).due);
}

TEST(NextReading, OfWhatNeverWasReadIsNow)
{
    const TwoPosts posts;
    const auto plan = posts.plan(ChangeRate{});
    EXPECT_EQ(plan.due, posts.now);
    EXPECT_EQ(plan.reason, Reason::never_read);
}

TEST(NextReading, ComesEarlierByTheRootOfTheRate)
{
    const TwoPosts posts;
    const auto fast = posts.plan(posts.fast);
    const auto slow = posts.plan(posts.slow);
    EXPECT_EQ(fast.reason, Reason::worth_it);
    EXPECT_NEAR(hours(slow.due - posts.now), 10 * hours(fast.due - posts.now), 1)
        << "a hundred times the changes: a tenth of the interval";
}

TEST(NextReading, LetsChangesWaitAsLongAsTheFreshnessSays)
{
    TwoPosts posts;
    const auto mean = [&] {
        const auto fast = hours(posts.plan(posts.fast).due - posts.now);
        const auto slow = hours(posts.plan(posts.slow).due - posts.now);
        return (100 * fast / 2 + slow / 2) / 101;
    };
    posts.pacing.freshness = 30min;
    EXPECT_NEAR(mean(), 0.5, 0.15);
    posts.pacing.freshness = 2h;
    EXPECT_NEAR(mean(), 2, 0.6);
}

TEST(NextReading, IsBroughtForwardByLikesThatMoved)
{
    TwoPosts posts;
    posts.account.list_read(posts.slow, published, posts.now + 10min, 30);
    posts.account.list_read(posts.slow, published, posts.now + 25min, 300);
    posts.now += 25min;
    const auto plan = posts.plan(posts.slow);
    EXPECT_LE(plan.due, posts.now);
    EXPECT_EQ(plan.reason, Reason::moved);
    EXPECT_THAT(described(plan), HasSubstr("likes or comments moved: about"));
}

TEST(NextReading, KeepsTheTiersFloor)
{
    TwoPosts posts;
    posts.pacing.freshness = 24h * 30;
    EXPECT_GT(posts.plan(posts.slow).due, posts.now + 24h);
    posts.pacing.floors = true;
    const auto plan = posts.plan(posts.slow);
    EXPECT_EQ(plan.due, posts.now + 24h) << "daily to 60 days";
    EXPECT_EQ(plan.reason, Reason::tier_floor);
    EXPECT_THAT(described(plan), HasSubstr("earlier by its age tier"));
}

TEST(NextReading, IsNeverDenserThanTheShortestInterval)
{
    TwoPosts posts;
    posts.pacing.freshness = 1s;
    const auto plan = posts.plan(posts.fast);
    EXPECT_EQ(plan.due, posts.now + posts.pacing.shortest);
    EXPECT_EQ(plan.reason, Reason::shortest);
}

TEST(NextReading, StretchesWhenCallsAreScarceButNotTheFloors)
{
    TwoPosts posts;
    const auto usual = hours(posts.plan(posts.fast).due - posts.now);
    posts.pacing.scarcity = 2;
    EXPECT_NEAR(hours(posts.plan(posts.fast).due - posts.now) / usual, 2, 0.1);
    posts.pacing.scarcity = 1e6;
    posts.pacing.floors = true;
    EXPECT_EQ(posts.plan(posts.fast).due, posts.now + 24h);
}

TEST(NextReading, EndsWithTheLastTier)
{
    const TwoPosts posts;
    EXPECT_EQ(
        next_reading(
            posts.slow, published, published + 24h * 731, posts.account, tiers, posts.pacing),
        std::nullopt);
}

TEST(NextReading, IsSaidInWords)
{
    const TwoPosts posts;
    EXPECT_THAT(described(posts.plan(posts.fast)), HasSubstr("changes 88 per hour"));
    EXPECT_THAT(described(posts.plan(posts.fast)), HasSubstr("worth a reading"));
}

} // namespace
} // namespace insightd::scheduling
