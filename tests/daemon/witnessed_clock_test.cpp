#include "daemon/witnessed_clock.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;
using std::chrono::microseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using News = WitnessedClock::News;
using Trust = WitnessedClock::Trust;

constexpr model::Instant noon{std::chrono::hours{490'000}};
constexpr auto quickly = 100ms;

class WitnessedClockTest : public ::testing::Test
{
protected:
    /// Time passes as everybody feels it.
    void pass(microseconds span)
    {
        machine += span;
        passed += span;
    }

    std::chrono::sys_seconds platform(microseconds ahead = 0s) const
    {
        return std::chrono::floor<std::chrono::seconds>(noon + passed + ahead);
    }

    void start(Trust trust = Trust::at_once, double speed = 1)
    {
        clock.emplace(
            WitnessedClock::Sources{[this] { return machine; }, [this] { return passed; }, speed},
            trust, [this](News what, microseconds ahead) { news.emplace_back(what, ahead); });
    }

    model::Instant machine = noon;
    microseconds passed = 0s;
    std::vector<std::pair<News, microseconds>> news;
    std::optional<WitnessedClock> clock;
};

TEST_F(WitnessedClockTest, FollowsTheMachineWhileNobodySetsIt)
{
    start();
    pass(3h);
    machine += 4min; // NTP may
    EXPECT_EQ(clock->now(), machine);
    machine -= 4min;
    EXPECT_EQ(clock->now(), machine);
    EXPECT_EQ(clock->machine_ahead(), 0s);
    EXPECT_THAT(news, IsEmpty());
}

TEST_F(WitnessedClockTest, GoesOnAsItWentWhenTheMachineIsSet)
{
    for (const auto step : {microseconds{24h}, microseconds{-24h}, microseconds{1h}}) {
        machine = noon;
        passed = 0s;
        news.clear();
        start();
        pass(1h);
        clock->now();
        machine += step;
        pass(30s);
        EXPECT_EQ(clock->now(), noon + 1h + 30s);
        EXPECT_EQ(clock->machine_ahead(), step);
        EXPECT_THAT(news, ElementsAre(Pair(News::jumped, step)));
    }
}

TEST_F(WitnessedClockTest, FollowsAgainWhenTheMachineIsSetRight)
{
    start();
    machine += 24h;
    clock->now();
    pass(1min);
    machine -= 24h;
    EXPECT_EQ(clock->now(), noon + 1min);
    EXPECT_THAT(news, ElementsAre(Pair(News::jumped, 24h), Pair(News::right, 0s)));
}

/// A machine that slept without counting it, or that was wrong before.
TEST_F(WitnessedClockTest, FollowsAJumpThatThePlatformConfirms)
{
    start();
    clock->testify(platform(), quickly);
    machine += 24h;
    EXPECT_EQ(clock->now(), noon);
    clock->testify(platform(24h), quickly);
    EXPECT_EQ(clock->now(), noon + 24h);
    EXPECT_EQ(clock->machine_ahead(), 0s);
    EXPECT_THAT(news, ElementsAre(Pair(News::jumped, 24h), Pair(News::right, 0s)));
}

TEST_F(WitnessedClockTest, SaysOnceThatTheMachineIsWrongWhenThePlatformContradictsTheJump)
{
    start();
    machine += 24h;
    for (int answer = 0; answer < 5; ++answer)
        clock->testify(platform(), quickly);
    EXPECT_EQ(clock->now(), noon);
    EXPECT_THAT(news, ElementsAre(Pair(News::jumped, 24h), Pair(News::wrong, 24h)));
}

TEST_F(WitnessedClockTest, TakesThePlatformsTimeAfterTheFirstAnswerOfALife)
{
    machine += 24h;
    start();
    EXPECT_EQ(clock->now(), noon + 24h);
    clock->testify(platform(), quickly);
    EXPECT_LE(clock->now() - noon, 1s);
    EXPECT_THAT(news, ElementsAre(Pair(News::wrong, ::testing::_)));
    pass(5h);
    EXPECT_LE(clock->now() - noon - 5h, 1s);
}

TEST_F(WitnessedClockTest, BelievesThreeThatAgreeAgainstATimeThatWasConfirmed)
{
    start();
    clock->testify(platform(), quickly);
    clock->testify(platform(2h), quickly);
    clock->testify(platform(7h), quickly); // no two of them
    clock->testify(platform(2h), quickly);
    clock->testify(platform(2h), quickly);
    EXPECT_EQ(clock->now(), noon);
    clock->testify(platform(2h), quickly);
    EXPECT_LE(clock->now() - noon - 2h, 1s);
    EXPECT_THAT(news, ElementsAre(Pair(News::wrong, ::testing::_)));
}

TEST_F(WitnessedClockTest, ADateOfTheTimeUnderWayIsNoContradiction)
{
    start();
    for (int answer = 0; answer < 5; ++answer)
        clock->testify(platform(-30min), 30min);
    EXPECT_EQ(clock->now(), noon);
    EXPECT_THAT(news, IsEmpty());
}

TEST_F(WitnessedClockTest, ASimulationDoesNotBelieveAPlatformOfAnotherTime)
{
    start(Trust::once_it_agreed, 1000);
    for (int answer = 0; answer < 5; ++answer)
        clock->testify(platform(-1000h), quickly);
    EXPECT_EQ(clock->now(), noon);
    EXPECT_THAT(news, IsEmpty());
    clock->testify(platform(), quickly);
    for (int answer = 0; answer < 5; ++answer)
        clock->testify(platform(-1000h), quickly);
    EXPECT_LE(clock->now() - noon + 1000h, 2min);
}

TEST_F(WitnessedClockTest, WaitsByTheTimeThatIsShown)
{
    start(Trust::at_once, 60);
    machine += 24h;
    EXPECT_EQ(clock->real_time_until(noon + 1h), 1min);
}

} // namespace
} // namespace insightd::daemon
