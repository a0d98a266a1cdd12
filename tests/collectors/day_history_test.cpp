#include "collectors/day_history.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

// Where served days end, found against hosts that end in every way the sources leave open.
namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using std::chrono::days;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const auto from = at("2026-02-26T08:00:00Z"); // midnight US Pacific, in winter
const auto far_back = from - days{3000};

/// A host that serves days that begin at or after an instant, and how it says no.
struct Host {
    model::Instant oldest;
    bool refuses = false; ///< whatever begins earlier
    bool has_series = true;

    Look look_at(const std::vector<DayWindow>& stretch)
    {
        ++looks;
        Look look;
        if (refuses && has_series && stretch.back().begin < oldest)
            look.refused = "too old";
        else if (has_series)
            for (const auto& one : stretch)
                if (one.begin >= oldest)
                    look.oldest_served = one;
        for (const auto& one : {stretch.back(), stretch.front()})
            if (!look.oldest_served && one.begin >= oldest && !(refuses && has_series))
                look.oldest_served = one;
        if (!look.oldest_served && refuses)
            look.refused = "too old";
        return look;
    }
    int looks = 0;
};

EndSearch searched(Host& host, model::Instant limit = far_back)
{
    EndSearch search{from, limit, "UTC"};
    while (!search.found() && host.looks < 200)
        search.take(host.look_at(search.next()));
    return search;
}

TEST(DaysBefore, FollowTheSeriesWhereItHasPointsElseTheZonesCalendar)
{
    const auto found =
        days_before(at("2026-03-10T07:00:00Z"), {at("2026-03-09T06:30:00Z")}, "UTC", 3, far_back);
    ASSERT_THAT(found, SizeIs(3));
    EXPECT_EQ(found[0].begin, at("2026-03-09T06:30:00Z")) << "a point 24.5 hours earlier";
    EXPECT_EQ(found[1].begin, at("2026-03-08T06:30:00Z")) << "no midnight of a zone: 24 hours";
}

TEST(DaysBefore, ClockChangesLoseNoDayAndDoubleNone)
{
    const auto found = days_before(
        at("2026-04-01T07:00:00Z"), {}, "Europe/Berlin", 400, at("2025-03-01T08:00:00Z"));
    for (std::size_t at = 1; at < found.size(); ++at) {
        EXPECT_EQ(found[at].end, found[at - 1].begin);
        EXPECT_EQ(found[at].day, found[at - 1].day - days{1});
    }
    EXPECT_EQ(found.back().day, day("2025-03-01"));
    EXPECT_EQ(found.back().begin, at("2025-03-01T08:00:00Z"));
}

TEST(EndSearch, FindsTheVeryDayWhereAHostBeginsToRefuse)
{
    for (const int served : {1, 2, 29, 30, 31, 90, 365}) {
        Host host{from - days{served}, true};
        host.oldest =
            days_before(from, {}, "UTC", static_cast<std::size_t>(served), far_back).back().begin;
        const auto search = searched(host);
        ASSERT_TRUE(search.oldest_served()) << served;
        EXPECT_EQ(search.oldest_served()->begin, host.oldest) << served;
        EXPECT_THAT(search.ended_because(), HasSubstr("too old"));
        EXPECT_LT(host.looks, 25 + served / 30) << served;
    }
}

TEST(EndSearch, FindsTheVeryDayWhereAHostFallsSilent)
{
    for (const bool has_series : {true, false})
        for (const int served : {1, 15, 30, 47, 90, 365}) {
            Host host{{}, false, has_series};
            host.oldest = days_before(from, {}, "UTC", static_cast<std::size_t>(served), far_back)
                              .back()
                              .begin;
            const auto search = searched(host);
            ASSERT_TRUE(search.oldest_served()) << served;
            EXPECT_EQ(search.oldest_served()->begin, host.oldest) << served << has_series;
            EXPECT_THAT(search.ended_because(), HasSubstr("answers nothing"));
        }
}

TEST(EndSearch, OneSilentMonthIsNotTheEnd)
{
    EndSearch search{from, far_back, "UTC"};
    search.take({});
    EXPECT_FALSE(search.found());
    Look served;
    served.oldest_served = search.next().back();
    search.take(served);
    search.take({});
    EXPECT_FALSE(search.found()) << "the count begins anew";
    search.take({});
    EXPECT_TRUE(search.found());
}

TEST(EndSearch, GoesNoFurtherThanItIsAsked)
{
    Host host{far_back, true};
    const auto limit = days_before(from, {}, "UTC", 45, far_back).back().begin;
    const auto search = searched(host, limit);
    EXPECT_EQ(search.oldest_served()->begin, limit);
    EXPECT_TRUE(search.reached_limit());
    EXPECT_EQ(host.looks, 2);
}

TEST(EndSearch, StretchesFitIntoACallThoughClocksChange)
{
    EndSearch search{at("2025-11-20T08:00:00Z"), far_back, "UTC"}; // an hour longer than 30 days
    const auto stretch = search.next();
    EXPECT_LE(stretch.front().end - stretch.back().begin, longest_stretch);
    EXPECT_THAT(stretch, SizeIs(29));
}

TEST(EndSearch, HostThatContradictsItselfIsLeft)
{
    EndSearch search{from, far_back, "UTC"};
    for (int look = 0; look < 40 && !search.found(); ++look) {
        Look contradiction;
        if (search.next().size() > 1)
            contradiction.refused = "too old";
        search.take(contradiction);
    }
    EXPECT_TRUE(search.found());
}

TEST(ReadingsOfDay, TheReasonThatWasGivenTellsMoreThanThatNothingCame)
{
    SeriesAnswer answer;
    answer.asked = {"reach", "follower_count"};
    answer.absent = {{"reach", model::Absence::expired}};
    const auto readings = readings_of_day(answer, from);
    EXPECT_THAT(
        readings.values, ::testing::UnorderedElementsAre(
                             model::Reading{"reach", model::Absence::expired},
                             model::Reading{"follower_count", model::Absence::empty}));
}

TEST(StretchBefore, KeepsWithinTheShortReachWhileItCan)
{
    const auto now = from + days{3};
    const auto near = stretch_before(from, "UTC", far_back, now);
    EXPECT_GE(near.back().begin, now - days{30}) << "follower_count is served for 30 days";
    const auto far = stretch_before(near.back().begin, "UTC", far_back, now);
    EXPECT_THAT(far, SizeIs(30));
    EXPECT_THAT(stretch_before(from, "UTC", from - days{5}, now), SizeIs(5));
}

} // namespace
} // namespace insightd::collectors
