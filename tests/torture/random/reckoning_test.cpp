#include "tests/torture/random/reckoning.hpp"

#include "tests/torture/answers.hpp"

#include <gmock/gmock.h>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

constexpr std::int64_t account = 17841400000000001;
constexpr std::int64_t post = 17900000000000001;

const std::vector<Kind>& kinds()
{
    static const auto all = all_kinds();
    return all;
}

const Kind& kind(std::string_view name)
{
    return *std::ranges::find(kinds(), name, &Kind::name);
}

/// One life of an hour, in which a post's views are answered once, and a fault that lasts around
/// that answer.
class ReckoningTest : public ::testing::Test
{
protected:
    ReckoningTest()
    {
        seen.pace = {Real{}, Real{1'000'000s}, 1'200};
        seen.lives.push_back({Real{}, at(1h), {}, false});
    }

    static Real at(std::chrono::microseconds after) { return Real{} + after; }

    Answer& answer(std::chrono::microseconds after, double number = 7)
    {
        auto& series = seen.answers[name_of_post("views", post)];
        series.push_back(
            {at(after), seen.pace.virtually(at(after)), 0, account, number, false, false});
        return series.back();
    }

    void store(const Answer& answer)
    {
        seen.ledger.series[name_of_post("views", post)].push_back(
            {answer.virtually, answer.number});
        seen.ledger.noted[account].insert(answer.virtually);
    }

    void lasts(const Kind& what, std::chrono::microseconds from, std::chrono::microseconds until)
    {
        seen.troubles.push_back({&what, at(from), at(until), {}});
    }

    Findings found() const { return reckon(seen); }

    Evidence seen;
};

TEST_F(ReckoningTest, WhatIsStoredIsWell)
{
    store(answer(60s));
    EXPECT_THAT(found().wrong, IsEmpty());
}

TEST_F(ReckoningTest, WhatIsNotStoredIsWrong)
{
    answer(60s);
    EXPECT_THAT(found().wrong, ElementsAre(AllOf(HasSubstr("views"), HasSubstr("is not stored"))));
}

TEST_F(ReckoningTest, NothingThatThePlatformDoesExcusesALossOfWhatItAnswered)
{
    for (const auto& one : kinds()) {
        if (one.part != Part::platform)
            continue;
        seen.answers.clear();
        seen.troubles.clear();
        answer(60s);
        lasts(one, 59s, 61s);
        EXPECT_EQ(found().wrong.size(), 1U) << one.name;
    }
}

TEST_F(ReckoningTest, NothingIsLostThroughASuspensionOrASecondProgram)
{
    for (const auto* name : {"suspended", "a second one in its folder"}) {
        seen.answers.clear();
        seen.troubles.clear();
        answer(60s);
        lasts(kind(name), 59s, 61s);
        EXPECT_EQ(found().wrong.size(), 1U) << name;
    }
}

/// What is answered to the next life, as soon as it is there, is not.
TEST_F(ReckoningTest, WhatWasUnderWayAtSigtermMayBeLost)
{
    seen.lives = {{at(0s), at(60s), at(59s), false}, {at(61s), at(1h), {}, false}};
    lasts(kind("stopped"), 59s, 60500ms);
    answer(58500ms);
    EXPECT_THAT(found().wrong, IsEmpty());
    answer(61100ms, 8);
    EXPECT_THAT(found().wrong, ElementsAre(HasSubstr("8 views")));
}

TEST_F(ReckoningTest, LatenessExcusesNothing)
{
    for (const auto* name : {"latency", "dripping"}) {
        seen.answers.clear();
        seen.troubles.clear();
        answer(60s);
        lasts(kind(name), 59s, 61s);
        EXPECT_EQ(found().wrong.size(), 1U) << name;
    }
}

TEST_F(ReckoningTest, TheLastAnswerOfAConnectionThatIsHurtMayNotHaveArrived)
{
    answer(60s);
    lasts(kind("connections reset"), 59s, 61s);
    EXPECT_THAT(found().wrong, IsEmpty());
    EXPECT_THAT(found().excused, Contains(Key("did not arrive")));
}

TEST_F(ReckoningTest, AnAnswerAfterWhichMoreWasAskedOverItsConnectionHasArrived)
{
    for (const auto& one : kinds()) {
        if (one.part != Part::network)
            continue;
        seen.answers.clear();
        seen.troubles.clear();
        answer(60s).was_read = true;
        lasts(one, 59s, 61s);
        EXPECT_EQ(found().wrong.size(), 1U) << one.name;
    }
}

TEST_F(ReckoningTest, WhatIsAnsweredOnceTheLineIsHealedArrives)
{
    answer(61100ms);
    lasts(kind("connections reset"), 59s, 61s);
    EXPECT_EQ(found().wrong.size(), 1U);
}

/// Of days that end elsewhere nothing is kept; of anything else, all.
TEST_F(ReckoningTest, OnlyDaysAreExcusedWhileTheyEndElsewhere)
{
    lasts(kind("days end elsewhere"), 59s, 61s);
    const auto lost = answer(60s);
    EXPECT_THAT(found().wrong, ElementsAre(HasSubstr("is not stored")));
    seen.answers.clear();
    const auto end = std::chrono::floor<std::chrono::seconds>(lost.virtually);
    const auto day = [&](std::string_view metric) {
        return name_of_day(metric, account, end.time_since_epoch().count());
    };
    for (const auto* metric : {"reach", "views"}) {
        seen.answers[day(metric)] = {lost};
        seen.answers[day(metric)].front().is_of_walk = true;
    }
    auto& later = seen.answers[day("views")].front();
    later.at += 30s;
    later.virtually += 10h;
    seen.ledger.series[day("views")].push_back({later.virtually, later.number});
    EXPECT_THAT(found().wrong, IsEmpty());
    seen.troubles.clear();
    EXPECT_THAT(found().wrong, ElementsAre(HasSubstr("7 reach")));
}

/// The clock of the life that read it was an hour ahead.
TEST_F(ReckoningTest, WhatIsReadByAWrongClockStandsUnderItsTime)
{
    seen.lives = {{at(59s), at(1h), {}, false}};
    lasts(kind("clock an hour ahead"), 58s, 61s);
    seen.troubles.back().clock_ahead = 3s;
    const auto read = answer(60s).virtually + 1h;
    seen.ledger.series[name_of_post("views", post)].push_back({read, 7});
    seen.answers[name_of_post("reach", post)] = seen.answers[name_of_post("views", post)];
    seen.ledger.series[name_of_post("reach", post)].push_back({read, 7});
    seen.stories.push_back({account, post, "final", "", read - 15min, read + 1min, read});
    EXPECT_THAT(found().wrong, IsEmpty());
}

/// However late the next number comes, and whoever is told it.
TEST_F(ReckoningTest, AClockThatWasSetRightMisleadsNoLaterLife)
{
    seen.lives = {{at(59s), at(62s), {}, true}, {at(62s), at(1h), {}, false}};
    lasts(kind("clock an hour behind"), 58s, 60s);
    seen.troubles.back().clock_ahead = -3s;
    const auto right = answer(70s);
    seen.ledger.series[name_of_post("views", post)].push_back({right.virtually - 1h, 7});
    EXPECT_THAT(found().wrong, Contains(HasSubstr("was not answered then")));
    seen.ledger.series.clear();
    store(right);
    EXPECT_THAT(found().wrong, IsEmpty());
}

} // namespace
} // namespace insightd::torture
