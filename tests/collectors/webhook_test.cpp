#include "collectors/webhook.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using model::Absence;
using model::Number;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const auto now = at("2026-03-01T12:00:00Z");
constexpr std::int64_t noon = 1772366400; ///< the same, unix seconds

std::string entry(const std::string& id, const std::string& time, const std::string& value)
{
    return fmt::format(
        R"({{"id":{},"time":{},"changes":[{{"field":"story_insights","value":{}}}]}})", id, time,
        value);
}

std::string object(const std::string& entries)
{
    return fmt::format(R"({{"object":"instagram","entry":[{}]}})", entries);
}

model::StoryPush only_push(const std::string& body)
{
    auto delivery = delivery_of(body, now);
    if (!delivery || delivery->pushes.size() != 1)
        throw std::runtime_error{"not one push: " + body};
    return delivery->pushes.front();
}

model::Reading told(std::string metric, std::int64_t number)
{
    return {std::move(metric), Number{number}};
}

TEST(Delivery, OfTheSampleIsReadUnderTodaysNames)
{
    const auto delivery =
        delivery_of(insightd::testing::fixture_text("graph/webhook-story_insights.json"), now);
    ASSERT_TRUE(delivery);
    ASSERT_THAT(delivery->pushes, SizeIs(1));
    EXPECT_EQ(delivery->passed_over, 0U);
    const auto& push = delivery->pushes.front();
    EXPECT_EQ(push.account_id, 0) << "as the App Dashboard's test button sends it";
    EXPECT_EQ(push.media_id, 17887498072083520);
    EXPECT_EQ(push.pushed_at, at("2018-02-23T15:21:52Z"));
    EXPECT_EQ(push.received_at, now);
    EXPECT_THAT(
        push.readings.values,
        UnorderedElementsAre(told("views", 444), told("reach", 44), told("replies", 0)));
    EXPECT_THAT(
        push.readings.breakdowns, ElementsAre(model::Breakdown{
                                      "navigation",
                                      {"story_navigation_action_type"},
                                      {{{"tap_forward"}, Number{std::int64_t{4}}},
                                       {{"tap_back"}, Number{std::int64_t{3}}},
                                       {{"tap_exit"}, Number{std::int64_t{3}}}},
                                      std::nullopt}));
    EXPECT_EQ(
        push.told,
        R"({"exits":3,"replies":0,"reach":44,"taps_forward":4,"taps_back":3,"impressions":444})");
    EXPECT_TRUE(push.has_numbers());
}

/// Meta's page "Webhooks: Instagram", field mentions: ids as text, a comment's where it is one.
TEST(Delivery, OfMentionsHasTheirIds)
{
    const auto mention = [](const std::string& value) {
        return fmt::format(
            R"({{"id":"7","time":{},"changes":[{{"field":"mentions","value":{}}}]}})", noon, value);
    };
    const auto delivery = delivery_of(
        object(
            mention(R"({"media_id":"17887498072083520","comment_id":"17887498072083521"})") + "," +
            mention(R"({"media_id":17887498072083520})") + "," +
            mention(R"({"comment_id":"17887498072083521"})") + "," + mention(R"({"media_id":-1})")),
        now);
    ASSERT_TRUE(delivery);
    ASSERT_THAT(delivery->mentions, SizeIs(2));
    EXPECT_EQ(
        delivery->mentions[0].place, (model::MentionPlace{17887498072083520, 17887498072083521}));
    EXPECT_EQ(delivery->mentions[1].place, (model::MentionPlace{17887498072083520, 0}));
    EXPECT_EQ(delivery->mentions[1].account_id, 7);
    EXPECT_EQ(delivery->mentions[1].pushed_at, now);
    EXPECT_EQ(delivery->passed_over, 2U) << "without a media object they cannot be asked for";
    EXPECT_THAT(delivery->pushes, IsEmpty());
}

TEST(Delivery, OfFewerThanFiveViewersHasReasonsAndNoNumbers)
{
    const auto push = only_push(object(entry(
        "7", std::to_string(noon),
        R"({"media_id":"5","reach":-1,"impressions":-1,"replies":-1,"taps_back":-1,"exits":-1})")));
    EXPECT_THAT(
        push.readings.values, UnorderedElementsAre(
                                  model::Reading{"reach", Absence::too_few_viewers},
                                  model::Reading{"views", Absence::too_few_viewers},
                                  model::Reading{"replies", Absence::too_few_viewers}));
    EXPECT_THAT(push.readings.breakdowns, IsEmpty());
    EXPECT_FALSE(push.has_numbers());
}

/// Found by fuzzing: JSON has no way to write it, and the push could not be stored.
TEST(Delivery, WhatIsTooLargeForANumberIsNotKept)
{
    const auto push = only_push(object(entry(
        "7", std::to_string(noon),
        R"({"media_id":5,"reach":9,"views":1e999,"x":[{"y":-1e999}]})")));
    EXPECT_EQ(push.told, R"({"reach":9,"views":null,"x":[{"y":null}]})");
    EXPECT_THAT(push.readings.values, ElementsAre(told("reach", 9)));
}

TEST(Delivery, TimesAreSecondsOrMillisecondsAndIdsNumbersOrStrings)
{
    const auto in_seconds =
        only_push(object(entry("\"7\"", std::to_string(noon), R"({"media_id":5,"reach":9})")));
    const auto in_milliseconds = only_push(
        object(entry("7", std::to_string(noon) + "250", R"({"media_id":"5","reach":"9"})")));
    EXPECT_EQ(in_seconds.pushed_at, now);
    EXPECT_EQ(in_milliseconds.pushed_at, now + std::chrono::milliseconds{250});
    EXPECT_EQ(in_seconds.account_id, in_milliseconds.account_id);
    EXPECT_EQ(in_seconds.media_id, in_milliseconds.media_id);
    EXPECT_EQ(in_seconds.readings.values, in_milliseconds.readings.values);
}

TEST(Delivery, TodaysNameCountsBeforeTheOldOne)
{
    for (const auto* value :
         {R"({"media_id":5,"views":9,"impressions":4})",
          R"({"media_id":5,"impressions":4,"views":9})"})
        EXPECT_THAT(
            only_push(object(entry("7", "1772366400", value))).readings.values,
            ElementsAre(told("views", 9)));
}

TEST(Delivery, WhatIsNoMetricOfStoriesIsToldAndNotRead)
{
    const auto push = only_push(object(entry(
        "7", "1772366400", R"({"media_id":5,"saved":3,"novel":4,"reach":"many","shares":2})")));
    EXPECT_THAT(push.readings.values, ElementsAre(told("shares", 2)));
    EXPECT_EQ(push.told, R"({"saved":3,"novel":4,"reach":"many","shares":2})");
}

TEST(Delivery, HoldsSeveralObjectsEntriesAndChanges)
{
    const auto one = entry("7", "1772366400", R"({"media_id":5,"reach":9})");
    const auto other = entry("8", "1772366400", R"({"media_id":6,"reach":9})");
    const auto all = delivery_of("[" + object(one + "," + other) + "," + object(one) + "]", now);
    ASSERT_TRUE(all);
    EXPECT_THAT(all->pushes, SizeIs(3));
}

TEST(Delivery, WhatIsNotKeptIsPassedOver)
{
    for (
        const auto* strange :
        {R"({"id":"7","time":1772366400,"changes":[{"field":"comments","value":{"id":"1"}}]})",
         R"({"id":"7","time":1772366400,"changes":[{"field":"story_insights","value":{"reach":1}}]})",
         R"({"id":"7","time":1772366400,"changes":[{"field":"story_insights","value":7}]})",
         R"({"id":"7","time":1772366400,"changes":[7]})",
         R"({"id":"7","changes":[{"field":"story_insights","value":{"media_id":5,"reach":1}}]})",
         R"({"id":"7","time":-4,"changes":[{"field":"story_insights","value":{"media_id":5}}]})",
         R"({"id":"7","time":1772540000,"changes":[{"field":"story_insights","value":{"media_id":5}}]})",
         R"({"id":"x","time":1772366400,"changes":[{"field":"story_insights","value":{"media_id":5}}]})",
         R"({"id":"7","time":1772366400,"messaging":[{"sender":{"id":"1"}}]})", "7"}) {
        const auto delivery = delivery_of(object(strange), now);
        ASSERT_TRUE(delivery) << strange;
        EXPECT_THAT(delivery->pushes, IsEmpty()) << strange;
        EXPECT_EQ(delivery->passed_over, 1U) << strange;
    }
    const auto page = delivery_of(R"({"object":"page","entry":[{}]})", now);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->passed_over, 1U);
}

TEST(Delivery, IsNoneIfItIsNotWhatThePlatformDocuments)
{
    for (const auto* none :
         {"", "{", "7", "\"instagram\"", "{}", R"({"object":"instagram"})",
          R"({"object":7,"entry":[]})", R"({"object":"instagram","entry":{}})", "[{}]"})
        EXPECT_FALSE(delivery_of(none, now)) << none;
    EXPECT_FALSE(delivery_of(std::string(1000, '[') + std::string(1000, ']'), now)) << "too deep";
}

} // namespace
} // namespace insightd::collectors
