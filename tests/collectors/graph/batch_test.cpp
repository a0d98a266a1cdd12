#include "collectors/graph/batch.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace insightd::graph
{
namespace
{

using ::testing::HasSubstr;

HttpReply reply(std::string body, int status = 200)
{
    HttpReply reply;
    reply.status = status;
    reply.body = std::move(body);
    reply.app_usage = R"({"call_count":7})";
    return reply;
}

TEST(Batch, ListsReadingCalls)
{
    EXPECT_EQ(
        boost::json::parse(batch_of({"v24.0/1/insights?metric=reach,views", "v24.0/2"})),
        boost::json::parse(
            R"([{"method":"GET","relative_url":"v24.0/1/insights?metric=reach,views"},)"
            R"({"method":"GET","relative_url":"v24.0/2"}])"));
}

TEST(Batch, MembersAreAnswersOfTheirOwn)
{
    const auto members = members_of(
        reply(
            R"([{"code":200,"headers":[{"name":"X-App-Usage","value":"{\"call_count\":9}"}],"body":"{\"id\":\"1\"}"},)"
            R"({"code":400,"body":"{}"}])"),
        2);
    ASSERT_TRUE(members);
    ASSERT_EQ(members->size(), 2U);
    EXPECT_EQ(members->at(0)->status, 200);
    EXPECT_EQ(members->at(0)->body, R"({"id":"1"})");
    EXPECT_EQ(members->at(0)->app_usage, R"({"call_count":9})");
    EXPECT_EQ(members->at(1)->status, 400);
    EXPECT_EQ(members->at(1)->app_usage, R"({"call_count":7})") << "of the whole answer";
}

TEST(Batch, MemberThatIsNotFinishedIsToBeAskedAgain)
{
    const auto members = members_of(reply(R"([null,{"code":200,"body":"{}"}])"), 2);
    ASSERT_TRUE(members);
    EXPECT_EQ(members->at(0).error().kind, FailureClass::transient);
    EXPECT_TRUE(members->at(1));
}

TEST(Batch, MemberThatIsNoneIsMalformedByItself)
{
    const auto members = members_of(reply(R"([17,{"code":"x"},{"code":200}])"), 3);
    ASSERT_TRUE(members);
    EXPECT_EQ(members->at(0).error().kind, FailureClass::malformed);
    EXPECT_EQ(members->at(1).error().kind, FailureClass::malformed);
    EXPECT_EQ(members->at(2)->body, "") << "what it means is decided like any empty answer";
}

TEST(Batch, AnswerThatIsNoListOfSoManyFailsAsAWhole)
{
    EXPECT_TRUE(is_of_batches(members_of(reply("{}"), 2).error()));
    EXPECT_TRUE(is_of_batches(members_of(reply("[null]"), 2).error()));
    const auto refused =
        members_of(reply(R"({"error":{"code":100,"message":"Unsupported post request"}})", 400), 2);
    EXPECT_TRUE(is_of_batches(refused.error()));
    EXPECT_THAT(refused.error().message, HasSubstr("post request"));
}

TEST(Batch, FailureThatACallByItselfWouldMeetIsEachMembers)
{
    for (const auto* body :
         {R"({"error":{"code":190,"message":"x"}})", R"({"error":{"code":4,"message":"x"}})",
          R"({"error":{"code":2,"message":"x"}})"}) {
        const auto whole = members_of(reply(body, 400), 2).error();
        EXPECT_FALSE(is_of_batches(whole)) << body;
        EXPECT_EQ(failure_of_each(whole).kind, whole.kind) << body;
    }
}

TEST(Batch, VagueFailureOfTheWholeBlamesNoRequest)
{
    for (const auto& vague :
         {reply(R"({"error":{"code":1,"message":"An unknown error has occurred."}})", 500),
          reply("[{\"code\":20"), reply("<html>", 200)}) {
        const auto whole = members_of(vague, 2).error();
        EXPECT_FALSE(is_of_batches(whole)) << vague.body;
        EXPECT_EQ(failure_of_each(whole).kind, FailureClass::transient) << vague.body;
    }
}

} // namespace
} // namespace insightd::graph
