#include "collectors/publishing_limit.hpp"

#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::fixture;

const auto now = at("2026-03-01T12:00:00Z");

model::PublishingLimit decoded(const std::string& body)
{
    return decode_publishing_limit(boost::json::parse(body), now).value();
}

TEST(PublishingLimit, SampleOfThePageIsReadWhole)
{
    const auto limit =
        decode_publishing_limit(fixture("graph/content-publishing-limit.json"), now).value();
    EXPECT_EQ(limit, (model::PublishingLimit{now, 2, 50, std::chrono::hours{24}}));
}

TEST(PublishingLimit, MayBeFlatAndInDigits)
{
    EXPECT_EQ(decoded(R"({"quota_usage":"3"})"), (model::PublishingLimit{now, 3, {}, {}}));
    EXPECT_EQ(
        decoded(R"({"data":[{"config":{"quota_total":100,"quota_duration":"86400"}}]})"),
        (model::PublishingLimit{now, {}, 100, std::chrono::hours{24}}));
}

TEST(PublishingLimit, WhatIsNotToldIsNoZero)
{
    EXPECT_EQ(decoded(R"({"data":[]})"), (model::PublishingLimit{now, {}, {}, {}}));
    EXPECT_EQ(
        decoded(R"({"data":[{"quota_usage":null,"config":5}]})"),
        (model::PublishingLimit{now, {}, {}, {}}));
    EXPECT_FALSE(decode_publishing_limit(boost::json::parse("[]"), now));
    EXPECT_FALSE(decode_publishing_limit(boost::json::parse(R"({"data":[1]})"), now));
}

} // namespace
} // namespace insightd::collectors
