#include "tests/torture/random/days.hpp"

#include "tests/torture/answers.hpp"

#include <gmock/gmock.h>

namespace insightd::torture
{
namespace
{

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr sandbox::Instant day_end{96h};
constexpr auto noon = day_end + 12h;

/// Two numbers of an account's day.
class DaysTest : public ::testing::Test
{
protected:
    static std::string name_of(std::string_view metric)
    {
        const auto end = std::chrono::floor<std::chrono::seconds>(day_end);
        return name_of_day(metric, 17841400000001000, end.time_since_epoch().count());
    }

    void answered(std::string_view metric, sandbox::Instant when, double number)
    {
        seen.answers[name_of(metric)].push_back(
            {Real{}, when, 0, 17841400000001000, number, false, true});
    }

    void stored(std::string_view metric, sandbox::Instant when, double number)
    {
        seen.ledger.series[name_of(metric)].push_back({when, number});
    }

    std::vector<std::string> complaints() const
    {
        return check_days(seen, [this](const std::string&, const Answer&) { return why_lost; });
    }

    Evidence seen;
    std::string why_lost;
};

TEST_F(DaysTest, OfAWalkThatWasDoneAgainTheLastAnswerIsStored)
{
    answered("reach", noon, 7);
    answered("reach", noon + 1h, 8);
    answered("likes", noon + 6h, 1);
    stored("reach", noon + 1h, 8);
    stored("likes", noon + 6h, 1);
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(DaysTest, TheLastAnswerIsMissedOnceALaterWalkIsStored)
{
    answered("reach", noon, 7);
    answered("likes", noon + 1h, 1);
    stored("likes", noon + 1h, 1);
    EXPECT_THAT(complaints(), IsEmpty()) << "the walk may go on";
    answered("likes", noon + 6h, 2);
    stored("likes", noon + 6h, 2);
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("7 reach")));
    why_lost = "cut off by kill -9";
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(DaysTest, ADayThatHasSettledMayBeToldALastTime)
{
    answered("reach", day_end + 49h, 7);
    answered("likes", day_end + 60h, 2);
    stored("likes", day_end + 60h, 2);
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(DaysTest, WhatIsNoDayIsNotJudgedHere)
{
    answered("reach", noon, 7);
    seen.answers[name_of("reach")].front().is_of_walk = false;
    answered("likes", noon + 6h, 2);
    stored("likes", noon + 6h, 2);
    EXPECT_THAT(complaints(), IsEmpty());
}

} // namespace
} // namespace insightd::torture
