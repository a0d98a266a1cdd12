#include "collectors/graph/node.hpp"
#include "collectors/graph/paging.hpp"
#include "tests/collectors/graph/talk.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace insightd::graph
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Client, SendsTheTokenAsQueryParameterByDefault)
{
    Talk talk{always(answer(200, R"({"id":"1"})"))};
    ASSERT_TRUE(talk.get());
    const auto sent = talk.host.received().front();
    EXPECT_EQ(sent.target, std::string{"/v24.0/me?fields=id&access_token="} + token);
    EXPECT_THAT(sent.head, Not(HasSubstr("Authorization")));
}

TEST(Client, SendsTheTokenAsHeaderByConfiguration)
{
    Talk talk{always(answer(200, R"({"id":"1"})"))};
    talk.api.token_transport = config::TokenTransport::header;
    ASSERT_TRUE(talk.get());
    const auto sent = talk.host.received().front();
    EXPECT_EQ(sent.target, "/v24.0/me?fields=id");
    EXPECT_THAT(sent.head, HasSubstr(std::string{"Authorization: Bearer "} + token));
}

TEST(Client, ProvesTheAppSecretOnFacebookOnly)
{
    for (const auto login : {config::Login::instagram, config::Login::facebook}) {
        Talk talk{always(answer(200, "{}")), login};
        talk.identity.app_secret = config::Secret{"app-secret"};
        ASSERT_TRUE(talk.get());
        const auto target = talk.host.received().front().target;
        EXPECT_EQ(
            target.find("appsecret_proof=") != std::string::npos, login == config::Login::facebook);
    }
}

TEST(Client, TriesATransientFailureThreeTimesInAll)
{
    Talk talk{always(answer(500, R"({"error":{"message":"x","code":2}})"))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::transient);
    EXPECT_THAT(talk.host.received(), SizeIs(3));
    EXPECT_EQ(talk.pauses, 2);
}

TEST(Client, GivesAnUnknownErrorBackToWhoeverIsolatesIt)
{
    Talk talk{
        always(answer(500, R"({"error":{"message":"An unknown error has occurred.","code":1}})"))};
    EXPECT_EQ(talk.get().error().kind, FailureClass::unknown_error);
    EXPECT_THAT(talk.host.received(), SizeIs(3)) << "an outage, as far as this caller knows";
    EXPECT_EQ(
        talk.get({"me", {}}, Client::UnknownErrors::given_back).error().kind,
        FailureClass::unknown_error);
    EXPECT_THAT(talk.host.received(), SizeIs(3 + 1));
}

TEST(Client, RecoversWhenASecondTryIsAnswered)
{
    int call = 0;
    Talk talk{[&](const Received&) {
        return ++call == 1 ? answer(502, "<html>bad gateway</html>") : answer(200, R"({"id":"7"})");
    }};
    const auto reply = talk.get();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.at("id"), "7");
}

TEST(Client, AsksOnceForWhoPlansTheNextCallByItself)
{
    Talk talk{always(answer(500, R"({"error":{"message":"down","code":2}})"))};
    auto client = talk.make_client();
    const auto reply = insightd::testing::run(talk.loop, client.get_once({"me", {}}));
    EXPECT_EQ(reply.error().kind, FailureClass::transient);
    EXPECT_EQ(client.calls(), 1);
    EXPECT_EQ(talk.pauses, 0);
}

TEST(Client, NeverRepeatsARefusal)
{
    Talk talk{always(answer(400, R"({"error":{"message":"(#100) bad","code":100}})"))};
    EXPECT_FALSE(talk.get());
    EXPECT_THAT(talk.host.received(), SizeIs(1));
}

TEST(Client, AnErrorInABodyIsAFailureEvenWithStatus200)
{
    Talk talk{
        always(answer(200, R"({"error":{"message":"gone","code":190,"error_subcode":460}})"))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::needs_login);
    EXPECT_EQ(reply.error().subcode, 460);
}

TEST(Client, ReadsCodesThatComeAsDecimalStrings)
{
    Talk talk{
        always(answer(400, R"({"error":{"message":"x","code":"190","error_subcode":"463"}})"))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::needs_login);
    EXPECT_EQ(reply.error().code, 190);
    EXPECT_EQ(reply.error().subcode, 463);
}

TEST(Client, TakesNoOtherValueForACode)
{
    for (const auto* code : {"\"190x\"", "\"\"", "true", "190.5", "4294967486", "null"}) {
        Talk talk{
            always(answer(400, std::string{R"({"error":{"message":"x","code":)"} + code + "}}"))};
        EXPECT_EQ(talk.get().error().code, 0) << code;
    }
}

TEST(Client, ReadsTheLoginHostsErrorShape)
{
    Talk talk{always(answer(
        400,
        R"({"error_type":"OAuthException","code":400,"error_message":"Matching code was not found"})"))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().message, "Matching code was not found");
}

TEST(Client, NeverRepeatsTheTokenInAMessage)
{
    Talk talk{always(answer(
        400, std::string{R"({"error":{"code":190,"message":"Malformed access token )"} + token +
                 "\"}}"))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_THAT(to_string(reply.error()), Not(HasSubstr(token)));
    EXPECT_THAT(to_string(reply.error()), HasSubstr("***"));
}

TEST(Client, ExposesTheBudgetOfTheAnswer)
{
    auto throttled = answer(400, R"({"error":{"message":"too many","code":80002}})");
    throttled.headers = "X-Business-Use-Case-Usage: "
                        "{\"1\":[{\"call_count\":100,\"estimated_time_to_regain_access\":12}]}\r\n";
    Talk talk{always(throttled)};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::account_throttled);
    EXPECT_EQ(reply.error().regain_after, std::chrono::minutes{12});
}

TEST(Client, WaitsAsLongAsRetryAfterSays)
{
    auto throttled = answer(429, R"({"error":{"message":"too many","code":4}})");
    throttled.headers = "Retry-After: 90\r\n";
    Talk talk{always(throttled)};
    EXPECT_EQ(talk.get().error().regain_after, std::chrono::seconds{90});
    for (const auto* nonsense : {"-5", "soon", "", "99999999999999999999"}) {
        throttled.headers = std::string{"Retry-After: "} + nonsense + "\r\n";
        Talk other{always(throttled)};
        EXPECT_EQ(other.get().error().regain_after, std::nullopt) << nonsense;
    }
}

TEST(Client, TellsTheVersionThatReallyAnsweredAndTheHostsTime)
{
    auto forwarded = answer(200, R"({"id":"7"})");
    forwarded.headers = "facebook-api-version: v25.0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    Talk talk{always(forwarded)};
    auto client = talk.make_client();
    ASSERT_TRUE(insightd::testing::run(talk.loop, client.get({"me", {}})));
    EXPECT_EQ(client.host().api_version, "v25.0");
    EXPECT_EQ(client.host().time, std::chrono::sys_seconds{std::chrono::seconds{784111777}});
}

TEST(Client, RefusesJsonThatIsNestedTooDeep)
{
    Talk talk{always(answer(200, std::string(1'000, '[') + std::string(1'000, ']')))};
    const auto reply = talk.get();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, FailureClass::malformed);
}

TEST(NodeOf, TakesBothWrappings)
{
    const auto flat = boost::json::parse(R"({"id":"1"})");
    const auto wrapped = boost::json::parse(R"({"data":[{"id":"1"}]})");
    EXPECT_EQ(node_of(flat)->at("id"), "1");
    EXPECT_EQ(node_of(wrapped)->at("id"), "1");
    EXPECT_EQ(node_of(boost::json::parse("[]")), nullptr);
    EXPECT_EQ(node_of(boost::json::parse(R"({"data":[]})")), nullptr);
}

// ---- pages ----------------------------------------------------------------------------------

Listed pages(Talk& talk, PageLimits limits = {})
{
    auto client = talk.make_client();
    Request request{"1/media", {}};
    return insightd::testing::run(talk.loop, all_pages(client, std::move(request), limits));
}

bool asks_after(const Received& request, const std::string& cursor)
{
    return request.target.find("after=" + cursor + "&") != std::string::npos;
}

TEST(Pages, SendAfterAndNeverFollowNext)
{
    Talk talk{[](const Received& request) {
        if (asks_after(request, "c1"))
            return answer(200, R"({"data":[{"id":"2"}],"paging":{"cursors":{"after":"c2"}}})");
        return answer(
            200,
            R"({"data":[{"id":"1"}],"paging":{"cursors":{"after":"c1"},"next":"http://evil.example/"}})");
    }};
    const auto listed = pages(talk);
    ASSERT_FALSE(listed.failure);
    EXPECT_THAT(listed.rows, SizeIs(2));
    EXPECT_THAT(talk.host.received(), SizeIs(2));
}

TEST(Pages, GoOnAfterAnEmptyPage)
{
    Talk talk{[](const Received& request) {
        if (asks_after(request, "c1"))
            return answer(200, R"({"data":[{"id":"2"}]})");
        return answer(200, R"({"data":[],"paging":{"cursors":{"after":"c1"},"next":"x"}})");
    }};
    const auto listed = pages(talk);
    ASSERT_FALSE(listed.failure);
    EXPECT_THAT(listed.rows, SizeIs(1));
}

TEST(Pages, TakeTheCursorOutOfNextWhereCursorsAreMissing)
{
    Talk talk{[](const Received& request) {
        if (asks_after(request, "c9"))
            return answer(200, R"({"data":[{"id":"2"}]})");
        return answer(
            200,
            R"({"data":[{"id":"1"}],"paging":{"next":"https://h/x?access_token=t&after=c9"}})");
    }};
    const auto listed = pages(talk);
    ASSERT_FALSE(listed.failure);
    EXPECT_THAT(listed.rows, SizeIs(2));
}

TEST(Pages, KeepARowOnceThatMovedBetweenPages)
{
    Talk talk{[](const Received& request) {
        if (asks_after(request, "c1"))
            return answer(200, R"({"data":[{"id":"1"},{"id":"2"}]})");
        return answer(
            200, R"({"data":[{"id":"1"}],"paging":{"cursors":{"after":"c1"},"next":"x"}})");
    }};
    const auto listed = pages(talk);
    ASSERT_FALSE(listed.failure);
    EXPECT_THAT(listed.rows, SizeIs(2));
}

TEST(Pages, EndWhenCursorsRunInACircle)
{
    Talk talk{always(
        answer(200, R"({"data":[{"id":"1"}],"paging":{"cursors":{"after":"c1"},"next":"x"}})"))};
    const auto listed = pages(talk);
    ASSERT_TRUE(listed.failure);
    EXPECT_EQ(listed.failure->kind, FailureClass::malformed);
    EXPECT_THAT(listed.rows, SizeIs(1)) << "what was read is kept";
    EXPECT_THAT(talk.host.received(), SizeIs(2));
}

TEST(Pages, KeepWhatWasReadBeforeAFailure)
{
    const auto throttled = answer(400, R"({"error":{"message":"too many","code":80002}})");
    const auto without_data = answer(200, R"({"rows":[]})");
    for (const auto& second : {throttled, without_data}) {
        Talk talk{[&](const Received& request) {
            return asks_after(request, "c1")
                       ? second
                       : answer(
                             200,
                             R"({"data":[{"id":"1"}],"paging":{"cursors":{"after":"c1"},"next":"x"}})");
        }};
        const auto listed = pages(talk);
        EXPECT_TRUE(listed.failure) << second.body;
        EXPECT_THAT(listed.rows, SizeIs(1)) << second.body;
    }
}

TEST(Pages, AreBoundedInNumber)
{
    int page = 0;
    Talk talk{[&](const Received&) {
        return answer(
            200, R"({"data":[],"paging":{"cursors":{"after":"c)" + std::to_string(++page) +
                     R"("},"next":"x"}})");
    }};
    PageLimits limits;
    limits.max_pages = 5;
    EXPECT_TRUE(pages(talk, limits).failure);
    EXPECT_EQ(page, 5);
}

TEST(Pages, AreHalvedUntilTheyAreNotTooMuch)
{
    Talk talk{[](const Received& request) {
        if (request.target.find("limit=25&") != std::string::npos)
            return answer(200, R"({"data":[{"id":"1"}]})");
        return answer(
            500,
            R"({"error":{"code":1,"message":"Please reduce the amount of data you're asking for"}})");
    }};
    const auto listed = pages(talk);
    ASSERT_FALSE(listed.failure);
    EXPECT_THAT(listed.rows, SizeIs(1));
    EXPECT_THAT(talk.host.received(), SizeIs(3)) << "100, 50, 25";
    ASSERT_FALSE(pages(talk).failure);
    EXPECT_THAT(talk.host.received(), SizeIs(3 + 1)) << "the next list begins at 25";
}

TEST(Pages, GrowBackToFullSizeWhenTheyWorkAgain)
{
    bool is_heavy = true;
    Talk talk{[&](const Received& request) {
        if (is_heavy && request.target.find("limit=100&") != std::string::npos)
            return answer(
                500, R"({"error":{"code":1,"message":"Please reduce the amount of data"}})");
        return answer(200, R"({"data":[{"id":"1"}]})");
    }};
    ASSERT_FALSE(pages(talk).failure);
    EXPECT_THAT(talk.memory.page_sizes, SizeIs(1));
    is_heavy = false;
    for (int list = 0; list < 10; ++list)
        ASSERT_FALSE(pages(talk).failure);
    EXPECT_THAT(talk.host.received().back().target, HasSubstr("limit=100&"));
    EXPECT_TRUE(talk.memory.page_sizes.empty());
}

} // namespace
} // namespace insightd::graph
