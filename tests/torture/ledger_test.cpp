#include "tests/torture/ledger.hpp"

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

constexpr sandbox::Instant noon{24h * 20'000 + 12h};

/// What was answered of one name, and what is stored of it.
class LedgerTest : public ::testing::Test
{
protected:
    Answer& answered(sandbox::Instant when, double number)
    {
        answers["it"].push_back({Real{}, when, 0, 17841400000001000, number, false, false});
        return answers["it"].back();
    }

    void stored(sandbox::Instant when, double number)
    {
        ledger.series["it"].push_back({when, number});
    }

    std::vector<std::string> wrong() const
    {
        return compare(
                   answers, ledger,
                   [](const Answer&, sandbox::Instant) { return std::chrono::microseconds{40min}; },
                   [](const std::string&, const Answer&) { return std::string{}; })
            .wrong;
    }

    Answers answers;
    Ledger ledger;
};

TEST_F(LedgerTest, ARowStandsForItsNumberUntilTheNextOne)
{
    answered(noon, 7);
    answered(noon + 5h, 7);
    stored(noon, 7);
    EXPECT_THAT(wrong(), IsEmpty());
    answered(noon + 6h, 8);
    EXPECT_THAT(wrong(), ElementsAre(HasSubstr("8 it")));
}

TEST_F(LedgerTest, ASnapshotGivesWayToALaterOneOfItsDayAlone)
{
    answered(noon, 7).is_snapshot = true;
    answered(noon + 3h, 8).is_snapshot = true;
    stored(noon + 3h, 8);
    EXPECT_THAT(wrong(), IsEmpty());
    answered(noon + 24h, 9).is_snapshot = true;
    EXPECT_THAT(wrong(), ElementsAre(HasSubstr("9 it")));
}

TEST_F(LedgerTest, ASnapshotThatWasAnsweredAfterTheStoredOneIsLost)
{
    answered(noon, 7).is_snapshot = true;
    answered(noon + 3h, 8).is_snapshot = true;
    stored(noon, 7);
    EXPECT_THAT(wrong(), ElementsAre(HasSubstr("8 it")));
}

Named only(const std::vector<Named>& all, const std::string& name)
{
    Named found;
    for (const auto& one : all)
        if (one.name == name)
            found = one;
    return found;
}

sandbox::Response response(std::string body)
{
    return {200, std::move(body), {}};
}

TEST(Answers, ABreakdownIsOneNumberOfAllItsCells)
{
    sandbox::Request request;
    request.path = "/v24.0/18000000000000001/insights";
    request.params = {{"breakdown", "story_navigation_action_type"}};
    const auto with = [&](int exits) {
        const auto cells =
            "[{\"dimension_values\":[\"TAP_EXIT\"],\"value\":" + std::to_string(exits) + "}]";
        return only(
            numbers_in(
                request,
                response(
                    R"({"data":[{"name":"navigation","period":"lifetime","total_value":{"value":9,)"
                    R"("breakdowns":[{"dimension_keys":["story_navigation_action_type"],"results":)" +
                    cells + "}]}}]}"),
                17841400000001000),
            name_of_post(
                name_of_split("navigation", "story_navigation_action_type"), 18000000000000001));
    };
    Checksum nine;
    nine.add("tap_exit", 9);
    EXPECT_EQ(with(9).number, nine.value());
    EXPECT_NE(with(8).number, nine.value());
}

TEST(Answers, WhatTheBreakdownOfADaySumsUpToIsSaidBesideItsTotal)
{
    sandbox::Request request;
    request.path = "/v24.0/17841400000001000/insights";
    const auto is_repeated = [&](const std::string& breakdown) {
        request.params = {{"period", "day"}, {"until", "1772956800"}, {"breakdown", breakdown}};
        const auto all = numbers_in(
            request,
            response(R"({"data":[{"name":"views","period":"day","total_value":{"value":9}}]})"),
            17841400000001000);
        return only(all, name_of_day("views", 17841400000001000, 1'772'956'800)).is_repeated;
    };
    EXPECT_FALSE(is_repeated(""));
    EXPECT_TRUE(is_repeated("follow_type"));
}

TEST(Answers, PeopleAndTheirHoursHaveNames)
{
    sandbox::Request request;
    request.path = "/v24.0/17841400000001000/insights";
    request.params = {{"period", "lifetime"}, {"timeframe", "this_month"}};
    const auto people = numbers_in(
        request,
        response(R"({"data":[{"name":"follower_demographics","period":"lifetime","total_value":)"
                 R"({"breakdowns":[{"dimension_keys":["age"],"results":)"
                 R"([{"dimension_values":["18-24"],"value":5}]}]}}]})"),
        17841400000001000);
    ASSERT_EQ(people.size(), 1U);
    EXPECT_EQ(
        people.front().name,
        "follower_demographics by age in this_month of account 17841400000001000");
    EXPECT_TRUE(people.front().is_snapshot);
    const auto hours = numbers_in(
        request,
        response(R"({"data":[{"name":"online_followers","period":"lifetime","values":)"
                 R"([{"value":{"13":7},"end_time":"2026-03-08T08:00:00+0000"}]}]})"),
        17841400000001000);
    ASSERT_EQ(hours.size(), 1U);
    EXPECT_EQ(
        hours.front().name,
        name_of_day("online_followers at 13", 17841400000001000, 1'772'956'800));
    EXPECT_EQ(hours.front().number, 7);
}

TEST(Answers, AStoryIsCountedWhenTheListShowsIt)
{
    sandbox::Request request;
    request.path = "/v24.0/me/stories";
    const auto found = numbers_in(
        request, response(R"({"data":[{"id":"18000000000000001"}]})"), 17841400000001000);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().name, name_of_post(listing, 18000000000000001));
}

} // namespace
} // namespace insightd::torture
