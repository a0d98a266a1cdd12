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

TEST(DayWindows, DaysThatTheSeriesLeavesOutAreThere)
{
    const auto windows = day_windows(
        {at("2026-03-06T08:00:00Z"), at("2026-03-11T07:00:00Z")}, "UTC",
        at("2026-03-11T06:00:00Z"));
    ASSERT_THAT(windows, SizeIs(6));
    for (std::size_t n = 1; n < windows.size(); ++n)
        EXPECT_EQ(windows[n].begin, windows[n - 1].end) << "over the change of the clock too";
}

TEST(DayWindows, AreADayLongAndThereOnceWhereBoundariesAreOfSeveralZones)
{
    const auto windows = day_windows(
        {at("2026-02-20T05:30:00Z"), at("2026-02-22T23:00:00Z"), at("2026-02-25T08:00:00Z")},
        "Europe/Berlin", at("2026-02-25T07:00:00Z"));
    ASSERT_THAT(windows, SizeIs(6));
    for (std::size_t n = 0; n < windows.size(); ++n) {
        EXPECT_EQ(windows[n].end - windows[n].begin, std::chrono::hours{24});
        EXPECT_EQ(windows[n].day, day("2026-02-19") + std::chrono::days{n});
    }
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

const auto seven_in_the_morning = at("2026-03-10T07:00:00Z");

DayPlan backfill(std::size_t days)
{
    DayPlan plan;
    plan.backfill = days;
    return plan;
}

TEST(ChooseDays, ReadsEveryUnsettledDayNewestFirst)
{
    const auto chosen = choose_days(ten_days(), {}, seven_in_the_morning);
    ASSERT_THAT(chosen, SizeIs(3));
    EXPECT_EQ(chosen[0].day, day("2026-03-09"));
    EXPECT_EQ(chosen[2].day, day("2026-03-07"));
}

TEST(ChooseDays, FillsThePastInBoundedSteps)
{
    const auto chosen = choose_days(ten_days(), backfill(2), seven_in_the_morning);
    ASSERT_THAT(chosen, SizeIs(5));
    EXPECT_EQ(chosen.back().day, day("2026-03-05"));
}

/// Read as final two days after its end, of the day that ended then.
model::FinalDay final_day(const char* name, const char* end)
{
    return {day(name), at(end), at(end) + std::chrono::hours{50}};
}

DayPlan knowing(std::vector<model::FinalDay> days, std::size_t backfilled)
{
    auto plan = backfill(backfilled);
    for (const auto& known : days)
        plan.final_days[known.day] = known;
    return plan;
}

TEST(ChooseDays, LeavesFinalDaysAlone)
{
    const auto plan = knowing(
        {final_day("2026-03-06", "2026-03-07T08:00:00Z"),
         final_day("2026-03-05", "2026-03-06T08:00:00Z")},
        1);
    const auto chosen = choose_days(ten_days(), plan, seven_in_the_morning);
    ASSERT_THAT(chosen, SizeIs(4));
    EXPECT_EQ(chosen.back().day, day("2026-03-04"));
}

TEST(ChooseDays, DayThatWasFinalWithAnotherEndIsReadAgain)
{
    const auto plan = knowing({final_day("2026-03-06", "2026-03-06T23:00:00Z")}, 1);
    const auto chosen = choose_days(ten_days(), plan, seven_in_the_morning);
    EXPECT_EQ(chosen.back().day, day("2026-03-06")) << "its hours were others";
}

TEST(ChooseDays, DayIsUnsettledUntilTheMarginIsOver)
{
    auto plan = backfill(0);
    plan.settling_margin = std::chrono::hours{2};
    const auto end = at("2026-03-07T08:00:00Z");
    const auto last = [&](std::chrono::minutes after) {
        return choose_days(ten_days(), plan, end + after).back().day;
    };
    EXPECT_EQ(last(std::chrono::hours{50} - std::chrono::minutes{1}), day("2026-03-06"));
    EXPECT_EQ(last(std::chrono::hours{50}), day("2026-03-07"));
}

TEST(ChooseDays, FinalDayIsReadOnceMoreAWeekAfterItsEnd)
{
    auto oldest = final_day("2026-02-28", "2026-03-01T08:00:00Z");
    std::vector<model::FinalDay> all;
    for (const auto& window : ten_days())
        all.push_back({window.day, window.end, window.end + std::chrono::hours{50}});
    const auto days_at = [&](const char* now) {
        return choose_days(ten_days(), knowing(all, 7), at(now));
    };
    EXPECT_THAT(days_at("2026-03-08T07:59:00Z"), IsEmpty());
    ASSERT_THAT(days_at("2026-03-08T08:00:00Z"), SizeIs(1));
    EXPECT_EQ(days_at("2026-03-08T08:00:00Z").front().day, oldest.day);
    all.front().checked_at = at("2026-03-08T08:00:00Z");
    EXPECT_THAT(days_at("2026-03-08T08:01:00Z"), IsEmpty()) << "once";
}

} // namespace
} // namespace insightd::collectors
