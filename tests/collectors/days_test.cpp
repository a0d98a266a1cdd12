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

TEST(DayWindows, AreADayLongWhereBoundariesAreOfSeveralZones)
{
    const auto windows = day_windows(
        {at("2026-02-20T05:30:00Z"), at("2026-02-22T23:00:00Z"), at("2026-02-25T08:00:00Z")},
        "Europe/Berlin", at("2026-02-25T07:00:00Z"));
    ASSERT_THAT(windows, SizeIs(3));
    for (const auto& window : windows)
        EXPECT_EQ(window.end - window.begin, std::chrono::hours{24});
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

TEST(DayWindows, DayUnderWayEndsAtItsOwnMidnightWhereTheClockChanges)
{
    const auto windows =
        day_windows({at("2026-03-08T08:00:00Z")}, "UTC", at("2026-03-08T12:00:00Z"));
    EXPECT_EQ(windows.back().end, at("2026-03-09T07:00:00Z"));
    EXPECT_EQ(windows.back().day, day("2026-03-08"));
}

/// A known day, how it goes on, and what that makes of the day under way.
struct Rhythm {
    const char *timezone, *known_end, *now, *day, *begin, *end, *oldest_begin;
};

class WithoutSeries : public ::testing::TestWithParam<Rhythm>
{
};

TEST_P(WithoutSeries, DaysGoOnAsTheStoreKnowsThem)
{
    const auto& line = GetParam();
    const auto windows = day_windows({}, line.timezone, at(line.now), at(line.known_end));
    ASSERT_THAT(windows, SizeIs(29)) << "28 days back, and the one under way";
    EXPECT_EQ(windows.back().day, day(line.day));
    EXPECT_EQ(windows.back().begin, at(line.begin));
    EXPECT_EQ(windows.back().end, at(line.end));
    EXPECT_EQ(windows.front().begin, at(line.oldest_begin));
    for (std::size_t n = 1; n < windows.size(); ++n) {
        EXPECT_EQ(windows[n].begin, windows[n - 1].end);
        EXPECT_EQ(windows[n].day, windows[n - 1].day + std::chrono::days{1});
    }
}

INSTANTIATE_TEST_SUITE_P(
    Zones, WithoutSeries,
    ::testing::Values(
        // The account's own midnights, in winter, over the change to summer time, and back.
        Rhythm{
            "Europe/Berlin", "2026-01-14T23:00:00Z", "2026-01-20T12:00:00Z", "2026-01-20",
            "2026-01-19T23:00:00Z", "2026-01-20T23:00:00Z", "2025-12-22T23:00:00Z"},
        Rhythm{
            "Europe/Berlin", "2026-03-25T23:00:00Z", "2026-04-01T12:00:00Z", "2026-04-01",
            "2026-03-31T22:00:00Z", "2026-04-01T22:00:00Z", "2026-03-03T23:00:00Z"},
        Rhythm{
            "Europe/Berlin", "2026-10-20T22:00:00Z", "2026-10-25T22:30:00Z", "2026-10-25",
            "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-09-26T22:00:00Z"},
        // Pacific midnights of an account elsewhere, over the change in the US.
        Rhythm{
            "Europe/Berlin", "2026-03-05T08:00:00Z", "2026-03-08T12:00:00Z", "2026-03-08",
            "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", "2026-02-08T08:00:00Z"},
        // The ends of the world, with a known end ahead of now, and one of a year ago.
        Rhythm{
            "Pacific/Kiritimati", "2026-03-02T10:00:00Z", "2026-03-01T12:00:00Z", "2026-03-02",
            "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-02-01T10:00:00Z"},
        Rhythm{
            "Pacific/Kiritimati", "2025-02-20T10:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01",
            "2026-02-28T10:00:00Z", "2026-03-01T10:00:00Z", "2026-01-31T10:00:00Z"},
        Rhythm{
            "Pacific/Pago_Pago", "2026-02-27T11:00:00Z", "2026-03-01T10:00:00Z", "2026-02-28",
            "2026-02-28T11:00:00Z", "2026-03-01T11:00:00Z", "2026-01-31T11:00:00Z"},
        // No zone's midnight: 24 hours each.
        Rhythm{
            "UTC", "2026-03-06T05:30:00Z", "2026-03-10T12:00:00Z", "2026-03-10",
            "2026-03-10T05:30:00Z", "2026-03-11T05:30:00Z", "2026-02-10T05:30:00Z"},
        // A midnight that the clock skips: the day begins at one o'clock.
        Rhythm{
            "America/Havana", "2026-03-06T05:00:00Z", "2026-03-08T12:00:00Z", "2026-03-08",
            "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "2026-02-08T05:00:00Z"}));

TEST(DayWindows, BoundariesOfTheSeriesCountMoreThanAKnownDay)
{
    const std::set<model::Instant> series{at("2026-02-28T08:00:00Z")};
    const auto now = at("2026-02-28T12:00:00Z");
    EXPECT_EQ(
        day_windows(series, "Europe/Berlin", now, at("2026-02-27T23:00:00Z")),
        day_windows(series, "Europe/Berlin", now));
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
