#include "collectors/competitors.hpp"

#include "collectors/graph/answer.hpp"
#include "collectors/graph/transport.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::fixture;
using insightd::testing::fixture_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto now = at("2026-03-01T12:00:00Z");

model::Competitor decoded(const std::string& body)
{
    return decode_competitor(boost::json::parse(body), "rival", now).value();
}

/// As the client reads a body.
graph::Failure failure_of(const std::string& body)
{
    graph::HttpReply answer;
    answer.status = 400;
    answer.body = body;
    return graph::body_of(answer).error();
}

graph::Failure failure_of(graph::FailureClass kind)
{
    graph::Failure failure;
    failure.kind = kind;
    failure.message = "why";
    return failure;
}

TEST(Competitors, SampleOfThePageIsRead)
{
    const auto told =
        decode_competitor(fixture("graph/business-discovery.json"), "bluebottle", now).value();
    EXPECT_EQ(told.username, "bluebottle");
    EXPECT_EQ(told.id, 17841401441775531) << "not the one who asks";
    EXPECT_EQ(told.followers_count, 267788);
    EXPECT_EQ(told.media_count, 1205);
    EXPECT_EQ(told.follows_count, std::nullopt) << "what is not told is no 0";
    EXPECT_EQ(told.refusal, "");
    EXPECT_THAT(told.posts, IsEmpty());
}

TEST(Competitors, PostsAreReadWithWhatIsToldOfThem)
{
    const auto told = decoded(
        R"({"business_discovery":{"id":"5","name":"Rival Co","followers_count":"1000","media":{"data":[
            {"id":"17858843269216389","timestamp":"2026-02-28T10:00:00+0000","media_type":"VIDEO",
             "media_product_type":"REELS","like_count":40,"comments_count":10,"view_count":900,
             "permalink":"https://www.instagram.com/reel/x/"},
            {"id":"17894036119131554","comments_count":2},
            {"like_count":7}]}},"id":"1"})");
    ASSERT_THAT(told.posts, SizeIs(2)) << "without an id it cannot be a row";
    EXPECT_EQ(
        told.posts.front(), (model::CompetitorPost{
                                17858843269216389, at("2026-02-28T10:00:00Z"), "VIDEO", "REELS",
                                "https://www.instagram.com/reel/x/", 40, 10, 900}));
    EXPECT_EQ(told.posts.back().like_count, std::nullopt) << "its owner hides likes";
    EXPECT_EQ(told.name, "Rival Co");
    EXPECT_EQ(told.followers_count, 1000);
}

TEST(Competitors, AnAnswerWithoutItsBlockIsARefusal)
{
    EXPECT_THAT(decoded(R"({"id":"17841405309211844"})").refusal, HasSubstr("above an age"));
    EXPECT_FALSE(decode_competitor(boost::json::parse("[]"), "rival", now));
    EXPECT_FALSE(
        decode_competitor(boost::json::parse(R"({"business_discovery":5})"), "rival", now));
}

TEST(Competitors, WhoCannotBeSeenIsToldFromWhatFails)
{
    EXPECT_TRUE(
        is_of_competitor(failure_of(fixture_text("graph/business-discovery-unknown.json"))));
    EXPECT_TRUE(is_of_competitor(failure_of(
        R"({"error":{"message":"Invalid user id","code":100,"error_subcode":2207013}})")));
    EXPECT_FALSE(is_of_competitor(failure_of(R"({"error":{"message":"x","code":190}})")));
    EXPECT_FALSE(is_of_competitor(failure_of(R"({"error":{"message":"x","code":100}})")));
}

class Round : public ::testing::Test
{
protected:
    Round()
    {
        account.user_id = 17841400000000002;
        account.login = config::Login::facebook;
        account.competitors = {"one", "two", "three"};
    }

    static graph::Outcome<graph::Reply> told()
    {
        return graph::Reply{
            boost::json::parse(R"({"business_discovery":{"id":"5","followers_count":9}})"), {}};
    }

    static graph::Outcome<graph::Reply> unknown()
    {
        return failure_of(fixture_text("graph/business-discovery-unknown.json"));
    }

    /// Who is asked in a round in which everybody answers.
    std::vector<std::string> round_at(model::Instant instant)
    {
        std::vector<std::string> asked;
        while (const auto name = round.next(instant)) {
            asked.push_back(*name);
            EXPECT_FALSE(round.take(told(), instant).failure);
            if (!round.is_under_way())
                break;
        }
        return asked;
    }

    std::string fields() const { return round.request().params.front().second; }

    config::Account account;
    CompetitorRound round{account};
};

TEST_F(Round, AsksEachOnceACallAtATime)
{
    EXPECT_THAT(round_at(now), ElementsAre("one", "two", "three"));
    EXPECT_THAT(round_at(now + 6h), ElementsAre("one", "two", "three"));
    round.next(now);
    EXPECT_EQ(round.request().path, "17841400000000002");
    EXPECT_EQ(
        fields(), "business_discovery.username(one){id,username,name,followers_count,follows_count,"
                  "media_count,media.limit(25){id,timestamp,media_type,media_product_type,"
                  "like_count,comments_count,permalink,view_count}}");
}

TEST_F(Round, WhoIsRefusedIsToldAndAskedAgainAfterADay)
{
    round.next(now);
    const auto collected = round.take(unknown(), now);
    EXPECT_FALSE(collected.failure) << "nothing failed: the others are read";
    ASSERT_THAT(collected.rows.competitors, SizeIs(1));
    EXPECT_THAT(collected.rows.competitors.front().refusal, HasSubstr("110/2207013"));
    EXPECT_TRUE(round.is_refused("one"));
    EXPECT_THAT(round_at(now), ElementsAre("two", "three")) << "the rest of the round";
    EXPECT_THAT(round_at(now + 23h), ElementsAre("two", "three"));
    EXPECT_THAT(round_at(now + 24h), ElementsAre("one", "two", "three"));
    EXPECT_FALSE(round.is_refused("one"));
}

TEST_F(Round, WhoWasRefusedBeforeThisLifeIsNotAskedAtOnce)
{
    round.remember({{"two", now - 1h}});
    EXPECT_THAT(round_at(now), ElementsAre("one", "three"));
}

TEST_F(Round, OfWhomAllAreRefusedNobodyIsAsked)
{
    round.remember({{"one", now}, {"two", now}, {"three", now}});
    EXPECT_FALSE(round.next(now + 1h));
    EXPECT_FALSE(round.is_under_way());
}

TEST_F(Round, FailuresOfTheAccountLeaveItWhereItIs)
{
    round.next(now);
    for (const auto kind :
         {graph::FailureClass::unreachable, graph::FailureClass::account_throttled,
          graph::FailureClass::no_permission, graph::FailureClass::needs_login,
          graph::FailureClass::held_back, graph::FailureClass::transient})
        EXPECT_TRUE(round.take(failure_of(kind), now).failure);
    EXPECT_EQ(round.next(now), "one");
}

TEST_F(Round, WhoFailsAgainAndAgainIsPassedOverAndTold)
{
    const auto fail = [&](graph::FailureClass kind) { return round.take(failure_of(kind), now); };
    round.next(now);
    for (int call = 0; call < 3; ++call)
        EXPECT_TRUE(fail(graph::FailureClass::transient).failure);
    EXPECT_EQ(round.next(now), "two") << "perhaps it is the first one alone";
    round.take(told(), now);
    EXPECT_FALSE(fail(graph::FailureClass::bad_request).failure) << "three";
    EXPECT_EQ(round.next(now), "one");
    EXPECT_TRUE(fail(graph::FailureClass::transient).failure);
    EXPECT_TRUE(fail(graph::FailureClass::transient).failure);
    const auto last = fail(graph::FailureClass::transient);
    ASSERT_TRUE(last.failure);
    EXPECT_TRUE(last.is_of_a_part);
    EXPECT_THAT(last.failure->message, HasSubstr("2 competitors could not be read: three: why"));
    EXPECT_FALSE(round.is_under_way());
}

TEST_F(Round, WhileEverythingFailsNobodyIsPassedOver)
{
    for (int call = 0; call < 20; ++call) {
        EXPECT_TRUE(round.next(now));
        EXPECT_TRUE(round.take(failure_of(graph::FailureClass::transient), now).failure);
    }
    EXPECT_THAT(round_at(now), SizeIs(3));
}

TEST_F(Round, AsksWithoutFieldsThatAreRefused)
{
    const auto refuse = [&](int code, const std::string& words) {
        return round.take(
            failure_of(
                R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" + words +
                R"("}})"),
            now);
    };
    round.next(now);
    EXPECT_FALSE(refuse(100, "(#100) Tried accessing nonexisting field (view_count)").failure);
    EXPECT_EQ(round.next(now), "one");
    EXPECT_THAT(fields(), Not(HasSubstr("view_count")));
    EXPECT_FALSE(refuse(100, "(#100) Tried accessing nonexisting field (name)").failure);
    EXPECT_THAT(fields(), HasSubstr("{id,username,followers_count"));
    refuse(36104, "(#36104) something");
    EXPECT_EQ(round.next(now), "two") << "no field is left to be blamed";
}

TEST_F(Round, AsksForFewerPostsWhereTheyAreTooMuch)
{
    round.next(now);
    EXPECT_FALSE(round.take(failure_of(graph::FailureClass::too_much_data), now).failure);
    EXPECT_EQ(round.next(now), "one");
    EXPECT_THAT(fields(), HasSubstr("media.limit(12)"));
}

TEST_F(Round, TakesWhatAnotherAccountWasTold)
{
    const auto name = round.next(now).value();
    auto other = decoded(R"({"business_discovery":{"followers_count":9}})");
    other.username = name;
    CompetitorsTold told;
    EXPECT_EQ(told.since(name, now), nullptr);
    told.note(other);
    EXPECT_EQ(told.since(name, now + 1s), nullptr) << "too old";
    const auto collected = round.take(*told.since(name, now - 1h));
    EXPECT_THAT(collected.rows.competitors, ElementsAre(other));
    EXPECT_EQ(round.next(now), "two");
}

} // namespace
} // namespace insightd::collectors
