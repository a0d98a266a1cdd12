#include "daemon/budget/meter.hpp"

#include <gtest/gtest.h>

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

const model::Instant start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

TEST(RollingCount, ForgetsWhatLeftTheWindowAndNothingEarlier)
{
    RollingCount count{1h, 1min};
    EXPECT_EQ(count.total(start), 0);
    count.add(start);
    count.add(start + 30min, 5);
    EXPECT_EQ(count.total(start + 59min), 6);
    EXPECT_EQ(count.total(start + 61min), 5);
    EXPECT_EQ(count.total(start + 91min), 0);
    count.add(start + 30 * 24h);
    EXPECT_EQ(count.total(start + 30 * 24h), 1);
}

TEST(RollingCount, ClockThatGoesBackLosesNothing)
{
    RollingCount count{1h, 1min};
    count.add(start + 30min);
    count.add(start);
    EXPECT_EQ(count.total(start), 2);
    EXPECT_EQ(count.total(start + 89min), 2);
}

TEST(RollingCount, SaysWhatWillLeaveWhen)
{
    RollingCount count{4min, 1min};
    count.add(start, 3);
    count.add(start + 2min, 2);
    EXPECT_EQ(count.leaving(start + 3min), (std::vector<std::int64_t>{0, 3, 3, 5}));
}

/// Calls that are answered at once.
void call(Meter& meter, int times, model::Instant now)
{
    for (int time = 0; time < times; ++time) {
        meter.count(Work::lists, now);
        meter.arrived();
    }
}

TEST(Meter, KnowsNothingUntilAHeaderSaysSomething)
{
    Meter meter{1h, 1min};
    call(meter, 100, start);
    EXPECT_EQ(meter.percent(start), std::nullopt) << "absent is not 0";
    meter.read(0, start);
    EXPECT_EQ(meter.percent(start), 0);
}

TEST(Meter, CarriesAFigureOnByItsOwnCalls)
{
    Meter meter{1h, 1min};
    meter.read(0, start);
    call(meter, 20, start);
    meter.read(10, start);
    ASSERT_TRUE(meter.limit());
    EXPECT_NEAR(*meter.limit(), 200, 1);
    call(meter, 20, start + 10min);
    EXPECT_NEAR(*meter.percent(start + 10min), 20, 0.5) << "no header since";
    EXPECT_NEAR(*meter.percent(start + 62min), 10, 0.5) << "the first have left the window";
    EXPECT_NEAR(*meter.percent(start + 3h), 0, 0.1);
}

TEST(Meter, CountsWhatIsUnderWayOnTop)
{
    Meter meter{1h, 1min};
    meter.read(0, start);
    call(meter, 50, start);
    for (int time = 0; time < 10; ++time)
        meter.count(Work::lists, start);
    meter.arrived();
    meter.read(51, start);
    EXPECT_NEAR(*meter.percent(start), 60, 1);
}

TEST(Meter, FigureOfOthersFadesOverTheWindow)
{
    Meter meter{1h, 1min};
    meter.read(80, start);
    EXPECT_NEAR(*meter.percent(start + 30min), 40, 1) << "an old header says little";
    EXPECT_EQ(meter.percent(start + 1h), std::nullopt);
}

TEST(Meter, UseOfOthersDoesNotMakeTheLimitSmallerThanItsOwnCalls)
{
    Meter meter{1h, 1min};
    meter.read(0, start);
    call(meter, 100, start);
    meter.read(20, start); // 500
    call(meter, 5, start + 1min);
    meter.read(60, start + 1min); // others
    EXPECT_GT(*meter.limit(), 150);
    EXPECT_NEAR(*meter.percent(start + 1min), 60, 1);
}

TEST(Meter, PeakTellsWhatTheWindowCannotTake)
{
    Meter meter{1h, 1min};
    meter.read(0, start);
    call(meter, 50, start);
    meter.read(50, start); // a limit of 100
    EXPECT_NEAR(meter.peak(0, start), 50, 1);
    EXPECT_NEAR(meter.peak(30.0 / 3600, start), 80, 2) << "half an hour's calls leave only then";
    EXPECT_NEAR(meter.peak(30.0 / 3600, start + 50min), 55, 2) << "they leave soon";
}

TEST(Meter, PaceIsTheMeanOfTheLastQuarter)
{
    Meter meter{1h, 1min};
    for (int minute = 0; minute < 120; ++minute)
        call(meter, 6, start + std::chrono::minutes{minute});
    EXPECT_NEAR(meter.pace(Work::lists, start + 2h), 0.1, 0.01);
    EXPECT_LT(meter.pace(Work::lists, start + 3h), 0.005);
    EXPECT_EQ(meter.pace(Work::stories, start + 2h), 0);
}

} // namespace
} // namespace insightd::budget
