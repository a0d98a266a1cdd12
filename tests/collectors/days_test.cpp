#include "collectors/days.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(DayEndingAt, MidnightOfTheAccountsZoneEndsItsOwnDay)
{
    EXPECT_EQ(day_ending_at(at("2026-03-02T03:00:00Z"), "America/Sao_Paulo"), day("2026-03-01"));
    EXPECT_EQ(day_ending_at(at("2026-03-01T15:00:00Z"), "Asia/Tokyo"), day("2026-03-01"));
}

TEST(DayEndingAt, PacificMidnightEndsThePacificDayInSummerAndWinter)
{
    EXPECT_EQ(day_ending_at(at("2026-07-02T07:00:00Z"), "Europe/Berlin"), day("2026-07-01"));
    EXPECT_EQ(day_ending_at(at("2026-01-02T08:00:00Z"), "Europe/Berlin"), day("2026-01-01"));
}

TEST(DayEndingAt, AnyOtherBoundaryBelongsToTheDayOfItsMiddle)
{
    EXPECT_EQ(day_ending_at(at("2026-03-02T05:30:00Z"), "UTC"), day("2026-03-01"));
}

TEST(DayWindows, FollowTheApisBoundariesAndAddTheDayUnderWay)
{
    const auto windows = day_windows(
        {at("2026-02-27T08:00:00Z"), at("2026-02-28T08:00:00Z")}, "UTC",
        at("2026-02-28T12:00:00Z"));
    EXPECT_THAT(
        windows,
        ElementsAre(
            DayWindow{day("2026-02-26"), at("2026-02-26T08:00:00Z"), at("2026-02-27T08:00:00Z")},
            DayWindow{day("2026-02-27"), at("2026-02-27T08:00:00Z"), at("2026-02-28T08:00:00Z")},
            DayWindow{day("2026-02-28"), at("2026-02-28T08:00:00Z"), at("2026-03-01T08:00:00Z")}));
}

TEST(DayWindows, DayOfTheClockChangeHas23Hours)
{
    const auto windows = day_windows(
        {at("2026-03-08T08:00:00Z"), at("2026-03-09T07:00:00Z")}, "UTC",
        at("2026-03-09T06:00:00Z"));
    ASSERT_THAT(windows, SizeIs(2));
    EXPECT_EQ(windows.back().end - windows.back().begin, std::chrono::hours{23});
}

TEST(DayWindows, GapInTheSeriesIsNotOneLongDay)
{
    const auto windows = day_windows(
        {at("2026-02-20T08:00:00Z"), at("2026-02-25T08:00:00Z")}, "UTC",
        at("2026-02-25T07:00:00Z"));
    EXPECT_EQ(windows.back().begin, at("2026-02-24T08:00:00Z"));
}

TEST(DayWindows, BoundaryAheadOfNowIsTheDayUnderWay)
{
    const auto windows =
        day_windows({at("2026-03-01T15:00:00Z")}, "Asia/Tokyo", at("2026-03-01T09:00:00Z"));
    ASSERT_THAT(windows, SizeIs(1));
    EXPECT_EQ(windows.back().day, day("2026-03-01"));
}

TEST(DayWindows, WithoutBoundariesArePacificDays)
{
    const auto windows = day_windows({}, "Europe/Berlin", at("2026-01-15T12:00:00Z"));
    ASSERT_FALSE(windows.empty());
    EXPECT_EQ(windows.back().begin, at("2026-01-15T08:00:00Z"));
    EXPECT_EQ(windows.back().end, at("2026-01-16T08:00:00Z"));
    EXPECT_THAT(windows, SizeIs(29));
}

std::vector<DayWindow> ten_days()
{
    std::set<model::Instant> ends;
    for (int n = 0; n < 10; ++n)
        ends.insert(at("2026-03-01T08:00:00Z") + std::chrono::days{n});
    return day_windows(ends, "UTC", at("2026-03-10T07:00:00Z"));
}

TEST(ChooseDays, ReadsEveryUnsettledDayNewestFirst)
{
    const auto chosen = choose_days(ten_days(), {}, at("2026-03-10T07:00:00Z"), 0);
    ASSERT_THAT(chosen, SizeIs(3));
    EXPECT_EQ(chosen[0].day, day("2026-03-09"));
    EXPECT_EQ(chosen[2].day, day("2026-03-07"));
}

TEST(ChooseDays, FillsThePastInBoundedSteps)
{
    const auto chosen = choose_days(ten_days(), {}, at("2026-03-10T07:00:00Z"), 2);
    ASSERT_THAT(chosen, SizeIs(5));
    EXPECT_EQ(chosen.back().day, day("2026-03-05"));
}

TEST(ChooseDays, LeavesFinalDaysAlone)
{
    const auto chosen = choose_days(
        ten_days(), {day("2026-03-06"), day("2026-03-05")}, at("2026-03-10T07:00:00Z"), 1);
    ASSERT_THAT(chosen, SizeIs(4));
    EXPECT_EQ(chosen.back().day, day("2026-03-04"));
}

} // namespace
} // namespace insightd::collectors
