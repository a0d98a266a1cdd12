#include "daemon/status_page/chart.hpp"
#include "daemon/status_page/scale.hpp"

#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::status_page
{
namespace
{

using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

/// A reading at noon and so many hours.
Point reading(int hours, std::optional<std::int64_t> value, bool is_final = true)
{
    return {noon + hours * 1h, noon + hours * 1h, value, is_final, value ? "" : "too few viewers"};
}

Point day(int number, std::optional<std::int64_t> value, bool is_final = true)
{
    const auto begins = at("2026-03-01T00:00:00Z") + number * 24h;
    return {begins, begins + 24h, value, is_final, ""};
}

Chart line(std::vector<Point> points, std::vector<Gap> gaps = {})
{
    Chart chart;
    chart.id = "views";
    chart.title = "Views";
    chart.points = std::move(points);
    chart.gaps = std::move(gaps);
    chart.as_of = noon + 48h;
    chart.has_times = true;
    return chart;
}

Chart bars(std::vector<Point> points)
{
    auto chart = line(std::move(points));
    chart.form = Chart::Form::bars;
    chart.has_times = false;
    return chart;
}

Stroke::Place place(int hours, std::int64_t value)
{
    return {noon + hours * 1h, value};
}

std::size_t count_of(const std::string& text, const std::string& words)
{
    std::size_t count = 0;
    for (auto found = text.find(words); found != std::string::npos;
         found = text.find(words, found + 1))
        ++count;
    return count;
}

TEST(Chart, ReadingsAreJoined)
{
    const auto strokes = strokes_of(line({reading(0, 5), reading(1, 7), reading(2, 9)}));
    ASSERT_THAT(strokes, SizeIs(1));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5), place(1, 7), place(2, 9)));
    EXPECT_FALSE(strokes[0].is_dashed);
}

TEST(Chart, AGapSplitsTheLine)
{
    const auto strokes = strokes_of(line(
        {reading(0, 5), reading(1, 7), reading(5, 30), reading(6, 31)},
        {{noon + 2h, noon + 4h, "throttled"}}));
    ASSERT_THAT(strokes, SizeIs(2));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5), place(1, 7)));
    EXPECT_THAT(strokes[1].places, ElementsAre(place(5, 30), place(6, 31)));
}

TEST(Chart, AValueThatWasSeenAgainAfterAGapIsNotDrawnThroughIt)
{
    auto held = reading(0, 5);
    held.until = noon + 6h;
    const auto strokes = strokes_of(line({held}, {{noon + 2h, noon + 4h, "throttled"}}));
    ASSERT_THAT(strokes, SizeIs(2));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5), place(2, 5)));
    EXPECT_THAT(strokes[1].places, ElementsAre(place(4, 5), place(6, 5)));
}

TEST(Chart, AGapThatLastsEndsTheLine)
{
    auto held = reading(0, 5);
    held.until = noon + 6h;
    const auto strokes = strokes_of(line({held}, {{noon + 2h, std::nullopt, "no permission"}}));
    ASSERT_THAT(strokes, SizeIs(1));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5), place(2, 5)));
}

TEST(Chart, AMissingNumberIsNotZeroAndSplitsTheLine)
{
    const auto strokes =
        strokes_of(line({reading(0, 5), reading(1, std::nullopt), reading(2, 9), reading(3, 0)}));
    ASSERT_THAT(strokes, SizeIs(2));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5)));
    EXPECT_THAT(strokes[1].places, ElementsAre(place(2, 9), place(3, 0)));
}

TEST(Chart, PointsThatAreTooFarApartAreNotJoined)
{
    auto chart = line({reading(0, 5), reading(24, 7), reading(72, 9)});
    chart.farthest = 24h;
    const auto strokes = strokes_of(chart);
    ASSERT_THAT(strokes, SizeIs(2));
    EXPECT_THAT(strokes[1].places, ElementsAre(place(72, 9)));
    EXPECT_THAT(holes_of(chart), SizeIs(1));
}

TEST(Chart, WhatIsProvisionalIsDashed)
{
    const auto chart =
        line({reading(0, 5), reading(1, 7), reading(2, 9, false), reading(3, 11, false)});
    const auto strokes = strokes_of(chart);
    ASSERT_THAT(strokes, SizeIs(2));
    EXPECT_THAT(strokes[0].places, ElementsAre(place(0, 5), place(1, 7)));
    EXPECT_FALSE(strokes[0].is_dashed);
    EXPECT_THAT(strokes[1].places, ElementsAre(place(1, 7), place(2, 9), place(3, 11)));
    EXPECT_TRUE(strokes[1].is_dashed);

    const auto markup = drawn(chart).markup();
    EXPECT_EQ(count_of(markup, "class=\"stroke provisional\" stroke-dasharray="), 1U);
    EXPECT_THAT(markup, HasSubstr("mark-point provisional"));
    EXPECT_THAT(markup, HasSubstr("provisional: may still change"));
}

TEST(Chart, BarsOfProvisionalDaysAreDashedAndMissingDaysHaveNone)
{
    const auto chart = bars({day(0, 40), day(1, std::nullopt), day(2, 0), day(4, 12, false)});
    const auto markup = drawn(chart).markup();
    EXPECT_EQ(count_of(markup, "class=\"bar\""), 2U) << "0 is a number";
    EXPECT_EQ(count_of(markup, "class=\"bar provisional\" stroke-dasharray="), 1U);
    EXPECT_EQ(count_of(markup, "class=\"hole\""), 2U)
        << "the second has no number, the fourth no row";
    const auto holes = holes_of(chart);
    ASSERT_THAT(holes, SizeIs(2));
    EXPECT_EQ(holes[0].from, at("2026-03-02T00:00:00Z"));
    EXPECT_EQ(*holes[0].until, at("2026-03-03T00:00:00Z"));
    EXPECT_EQ(holes[1].from, at("2026-03-04T00:00:00Z"));
}

TEST(Chart, HolesThatTouchAreOne)
{
    const auto chart = line(
        {reading(0, 5), reading(9, 7)},
        {{noon + 1h, noon + 3h, "away"}, {noon + 2h, noon + 5h, ""}, {noon + 7h, noon + 8h, "b"}});
    const auto holes = holes_of(chart);
    ASSERT_THAT(holes, SizeIs(2));
    EXPECT_EQ(*holes[0].until, noon + 5h);
    EXPECT_EQ(holes[0].reason, "away");
}

TEST(Chart, TheTableHasEveryNumberAndWhyOneIsMissing)
{
    const auto markup =
        drawn(line(
                  {reading(0, 12'345), reading(1, std::nullopt), reading(2, 0, false)},
                  {{noon + 3h, std::nullopt, "<no> permission"}}))
            .markup();
    EXPECT_THAT(markup, HasSubstr("<details><summary>The numbers (4)</summary>"));
    EXPECT_THAT(
        markup,
        HasSubstr(
            "<th scope=\"row\">1 Mar 2026 12:00</th><td class=\"num\">12,345</td><td>final</td>"));
    EXPECT_THAT(markup, HasSubstr("<td class=\"num\">–</td><td>no number: too few viewers</td>"));
    EXPECT_THAT(markup, HasSubstr("<td class=\"num\">0</td><td>provisional</td>"));
    EXPECT_THAT(
        markup, HasSubstr("<td class=\"num\">–</td><td>not read: &lt;no&gt; permission</td>"));
}

TEST(Chart, IsDescribedForWhoDoesNotSeeIt)
{
    const auto markup = drawn(line({reading(0, 5), reading(1, 7, false)})).markup();
    EXPECT_THAT(markup, HasSubstr("role=\"img\" aria-label=\"Views, "));
    EXPECT_THAT(markup, HasSubstr("From 5 to 7. 1 provisional."));
}

TEST(Chart, WithoutAnythingSaysSo)
{
    EXPECT_THAT(drawn(line({})).markup(), HasSubstr("Nothing was read yet."));
    EXPECT_THAT(drawn(line({})).markup(), Not(HasSubstr("<svg")));
    const auto nothing = drawn(line({reading(0, std::nullopt)})).markup();
    EXPECT_THAT(nothing, HasSubstr("no number yet"));
    EXPECT_THAT(nothing, Not(HasSubstr("nan")));
    EXPECT_THAT(strokes_of(line({reading(0, std::nullopt)})), IsEmpty());
}

TEST(CountScale, HasRoundTicksAroundTheNumbers)
{
    const auto ticks = CountScale{0, 12'819}.ticks();
    EXPECT_EQ(ticks.front().label, "0");
    EXPECT_EQ(ticks.back().label, "15k");
    EXPECT_THAT(ticks, SizeIs(4));
    EXPECT_EQ(CountScale(7, 7).ticks().front().label, "7") << "nothing changes";
    EXPECT_EQ(CountScale(12'240, 12'240).ticks().back().label, "12,241") << "not 12.24k twice";
    const CountScale close{5'240, 5'311};
    EXPECT_GE(close.place(5'240), 0);
    EXPECT_LE(close.place(5'311), 1);
    EXPECT_EQ(CountScale(-3, 4).place(0), 0.5) << "corrections are below 0";
}

TEST(TimeScale, HasRoundDaysOrHours)
{
    const auto days = TimeScale{at("2026-03-01T00:00:00Z"), at("2026-03-20T00:00:00Z")}.ticks();
    ASSERT_GE(days.size(), 2U);
    EXPECT_EQ(days.front().label, "1 Mar");
    EXPECT_LE(days.size(), 5U);
    const auto hours = TimeScale{noon, noon + 18h}.ticks();
    ASSERT_GE(hours.size(), 2U);
    EXPECT_EQ(hours.front().label, "12:00");
    EXPECT_EQ(hours[2].label, "2 Mar") << "midnight";
}

} // namespace
} // namespace insightd::status_page
