#include "tests/torture/random/stories.hpp"

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

constexpr std::int64_t account = 17841400000001000;
constexpr std::int64_t story = 18000000000000001;

/// A story that ends at noon; its last reading is due a quarter of an hour before.
class StoriesTest : public ::testing::Test
{
protected:
    StoriesTest()
    {
        seen.pace = {Real{}, Real{}, 1'200};
        seen.lives.push_back({Real{}, seen.pace.really(noon + 30h), {}, false});
    }

    static constexpr sandbox::Instant noon{100h};

    StoryLine& line(std::string state, std::string reason_kind = {})
    {
        seen.stories = {
            {account, story, std::move(state), std::move(reason_kind), noon - 15min, noon, {}}};
        return seen.stories.front();
    }

    void answered(sandbox::Instant virtually, std::string_view metric = "reach")
    {
        seen.answers[name_of_post(metric, story)].push_back(
            {seen.pace.really(virtually), virtually, 0, account, 7, false, false});
    }

    std::vector<std::string> complaints() const
    {
        const auto close_by = [](const Answer&, sandbox::Instant) {
            return std::chrono::microseconds{40min};
        };
        return check_stories(
            seen, close_by, [this](sandbox::Instant) { return is_held_up; },
            [this](const std::string&, const Answer&) { return why_lost; });
    }

    Evidence seen;
    bool is_held_up = false;
    std::string why_lost;
};

TEST_F(StoriesTest, OneThatWasReadToItsEndIsWell)
{
    answered(noon - 3min);
    line("final").last_numbers_at = noon - 3min;
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, AnyMetricIsAReadingButWhatListsTell)
{
    answered(noon - 3min, "like_count");
    line("final").last_numbers_at = noon - 3min;
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("that were not answered")));
    answered(noon - 3min, "replies");
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, NoneIsMissedForNoReasonOfItsOwn)
{
    line("missed", "not_asked");
    EXPECT_THAT(complaints(), IsEmpty()) << "nothing was asked at all";
    seen.answers["followers_count"].push_back(
        {seen.pace.really(noon - 3min), noon - 3min, 0, account, 7, false, false});
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("for no reason of its own")));
    line("missed", "api_failing");
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, WhatHeldUpASuspendedProgramItCannotKnow)
{
    const auto kinds = all_kinds();
    line("missed", "not_asked");
    seen.answers["followers_count"].push_back(
        {seen.pace.really(noon - 3min), noon - 3min, 0, account, 7, false, false});
    seen.troubles.push_back(
        {&kinds.front(), seen.pace.really(noon - 20min), seen.pace.really(noon - 10min), {}});
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, NoneIsMissedWhoseNumbersCameInItsLastMinutes)
{
    answered(noon - 3min);
    line("missed", "api_failing").last_numbers_at = noon - 3min;
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("was missed, but its numbers were answered")));
}

TEST_F(StoriesTest, AReadingThatBeganBeforeItsLastMinutesMayNotCount)
{
    answered(noon - 3min);
    line("missed", "api_failing").last_numbers_at = noon - 16min;
    is_held_up = true;
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, OneThatEndedHasTheNumbersOfItsLastAnswer)
{
    answered(noon - 10h);
    answered(noon - 3min);
    line("final").last_numbers_at = noon - 10h;
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("lacks its last numbers")));
    why_lost = "cut off by kill -9";
    EXPECT_THAT(complaints(), IsEmpty());
}

TEST_F(StoriesTest, OneThatEndedWithoutAnyNumberThoughSomeWereAnsweredIsWrong)
{
    answered(noon - 10h);
    line("missed", "api_failing");
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("lacks its last numbers")));
}

TEST_F(StoriesTest, NoneHasNumbersThatNobodyAnswered)
{
    answered(noon - 10h);
    line("final").last_numbers_at = noon - 3min;
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("that were not answered")));
}

TEST_F(StoriesTest, NoneIsOpenLongAfterItsEnd)
{
    line("open");
    EXPECT_THAT(complaints(), IsEmpty());
    seen.lives.back().until = seen.pace.really(noon + 37h);
    EXPECT_THAT(complaints(), ElementsAre(HasSubstr("is still open")));
}

} // namespace
} // namespace insightd::torture
