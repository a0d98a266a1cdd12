#include "collectors/graph/batch.hpp"
#include "tests/collectors/graph/talk.hpp"

#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse_query.hpp>
#include <gmock/gmock.h>

namespace insightd::graph
{
namespace
{

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::map<std::string, std::string> form_of(const Received& request)
{
    std::map<std::string, std::string> fields;
    for (const auto& field : *boost::urls::parse_query(request.body))
        fields[field.key.decode()] = field.value.decode();
    return fields;
}

bool is_batch(const Received& request)
{
    return !request.body.empty();
}

std::vector<std::string> urls_in(const Received& request)
{
    std::vector<std::string> urls;
    const auto members = json::parse(form_of(request)["batch"]);
    for (const auto& member : members.as_array())
        urls.emplace_back(member.at("relative_url").as_string());
    return urls;
}

json::value line(int code, const std::string& body, const std::string& usage = {})
{
    json::object line{{"code", code}, {"body", body}};
    if (!usage.empty())
        line["headers"] = json::array{json::object{{"name", "X-App-Usage"}, {"value", usage}}};
    return line;
}

/// Answers members of batches by the script, and everything else by `{"by":"itself"}`.
FakeGraph::Script members(std::function<json::value(const std::string& url)> script)
{
    return [script = std::move(script)](const Received& request) {
        if (!is_batch(request))
            return answer(200, R"({"by":"itself"})");
        json::array lines;
        for (const auto& url : urls_in(request))
            lines.push_back(script(url));
        return answer(200, json::serialize(lines));
    };
}

json::value fine(const std::string& url)
{
    return line(200, json::serialize(json::object{{"url", url}}));
}

boost::asio::awaitable<void> ask_one(
    Client& client, Request request, std::optional<Outcome<Reply>>& answer,
    Gathering::Seat /*seat*/)
{
    answer = co_await client.get(std::move(request));
}

/// Asks for nodes 1, 2, 3 … side by side.
std::vector<Outcome<Reply>> ask_side_by_side(Talk& talk, std::size_t count)
{
    auto client = talk.make_client();
    std::vector<std::optional<Outcome<Reply>>> answers(count);
    std::vector<boost::asio::awaitable<void>> readers;
    for (std::size_t at = 0; at < count; ++at) {
        Request request{std::to_string(at + 1), {{"fields", "id,caption"}}};
        readers.push_back(ask_one(client, std::move(request), answers.at(at), client.take_seat()));
    }
    for (auto& reader : readers)
        boost::asio::co_spawn(talk.loop, std::move(reader), boost::asio::detached);
    talk.loop.restart();
    talk.loop.run();
    std::vector<Outcome<Reply>> all;
    for (auto& one : answers)
        all.push_back(std::move(one.value()));
    return all;
}

/// Gives so many calls, and keeps how they ended.
class SomeCalls final : public Permit
{
public:
    explicit SomeCalls(int count) : left_{count} {}

    std::optional<Refusal> depart() override
    {
        if (left_ == 0)
            return Refusal{"no more", std::chrono::seconds{1}};
        --left_;
        return std::nullopt;
    }
    std::optional<Refusal> call_back() override
    {
        return calls_all_back ? std::optional{Refusal{"come back", std::chrono::seconds{1}}}
                              : std::nullopt;
    }
    void ended(const Ending& ending) override { endings.push_back(ending); }

    bool calls_all_back = false;
    std::vector<Ending> endings;

private:
    int left_;
};

TEST(Batching, WhatIsAskedSideBySideIsOneRequest)
{
    Talk talk{members(fine), config::Login::facebook};
    talk.identity.app_secret = config::Secret{"app-secret"};
    const auto answers = ask_side_by_side(talk, 3);
    ASSERT_THAT(talk.host.received(), SizeIs(1));
    const auto sent = talk.host.received().front();
    EXPECT_EQ(sent.target, "/v24.0/");
    EXPECT_THAT(sent.head, HasSubstr("POST "));
    EXPECT_THAT(
        urls_in(sent),
        ElementsAre(
            "v24.0/1?fields=id,caption", "v24.0/2?fields=id,caption", "v24.0/3?fields=id,caption"));
    auto form = form_of(sent);
    EXPECT_EQ(form["access_token"], token);
    EXPECT_EQ(form["include_headers"], "true");
    EXPECT_THAT(form["appsecret_proof"], SizeIs(64));
    for (std::size_t at = 0; at < answers.size(); ++at)
        EXPECT_EQ(
            answers.at(at)->body.at("url").as_string(),
            "v24.0/" + std::to_string(at + 1) + "?fields=id,caption");
}

TEST(Batching, IsForTheFacebookHostAlone)
{
    Talk talk{members(fine), config::Login::instagram};
    ask_side_by_side(talk, 3);
    EXPECT_THAT(talk.host.received(), SizeIs(3));
}

TEST(Batching, IsSwitchedOffByOne)
{
    for (const std::size_t off : {0U, 1U}) {
        Talk talk{members(fine), config::Login::facebook};
        talk.api.batch = off;
        ask_side_by_side(talk, 3);
        EXPECT_THAT(talk.host.received(), SizeIs(3));
    }
}

TEST(Batching, TakesNoMoreThanConfigured)
{
    Talk talk{members(fine), config::Login::facebook};
    talk.api.batch = 2;
    const auto answers = ask_side_by_side(talk, 5);
    EXPECT_THAT(talk.host.received(), SizeIs(3)) << "2, 2 and 1";
    for (const auto& answer : answers)
        EXPECT_TRUE(answer);
}

TEST(Batching, MemberThatFailsLeavesTheOthersAlone)
{
    Talk talk{
        members([](const std::string& url) {
            return url.starts_with("v24.0/2")
                       ? line(400, R"({"error":{"code":10,"message":"Not enough viewers"}})")
                       : fine(url);
        }),
        config::Login::facebook};
    const auto answers = ask_side_by_side(talk, 3);
    EXPECT_TRUE(answers.at(0));
    EXPECT_EQ(answers.at(1).error().kind, FailureClass::too_few_viewers);
    EXPECT_TRUE(answers.at(2));
    EXPECT_THAT(talk.host.received(), SizeIs(1));
}

TEST(Batching, MemberThatWasNotFinishedIsSentAgainAlone)
{
    Talk talk{
        members([](const std::string& url) {
            return url.starts_with("v24.0/2") ? json::value{} : fine(url);
        }),
        config::Login::facebook};
    const auto answers = ask_side_by_side(talk, 3);
    for (const auto& answer : answers)
        EXPECT_TRUE(answer);
    ASSERT_THAT(talk.host.received(), SizeIs(2));
    EXPECT_THAT(talk.host.received().back().target, HasSubstr("/v24.0/2?"));
    EXPECT_EQ(talk.pauses, 1);
}

TEST(Batching, HostThatRefusesABatchIsAskedOneByOneFromThenOn)
{
    Talk talk{
        [](const Received& request) {
            return is_batch(request)
                       ? answer(
                             400, R"({"error":{"code":100,"message":"Unsupported post request"}})")
                       : answer(200, "{}");
        },
        config::Login::facebook};
    for (const auto& answer : ask_side_by_side(talk, 3))
        EXPECT_TRUE(answer);
    EXPECT_THAT(talk.host.received(), SizeIs(1 + 3));
    for (const auto& answer : ask_side_by_side(talk, 3))
        EXPECT_TRUE(answer);
    EXPECT_THAT(talk.host.received(), SizeIs(1 + 3 + 3));
}

TEST(Batching, TokenThatIsDeadForTheWholeIsDeadForEach)
{
    Talk talk{
        always(answer(
            400, std::string{R"({"error":{"code":190,"message":"Bad token )"} + token + R"("}})")),
        config::Login::facebook};
    for (const auto& answer : ask_side_by_side(talk, 3)) {
        EXPECT_EQ(answer.error().kind, FailureClass::needs_login);
        EXPECT_THAT(answer.error().message, Not(HasSubstr(token)));
    }
    EXPECT_THAT(talk.host.received(), SizeIs(1));
    EXPECT_THAT(talk.memory.take_no_batches, IsEmpty());
}

TEST(Batching, LastTryGoesAloneForTheBatchMayBeWhatFails)
{
    Talk talk{
        [](const Received& request) {
            return is_batch(request) ? answer(502, "<html>") : answer(200, "{}");
        },
        config::Login::facebook};
    for (const auto& answer : ask_side_by_side(talk, 3))
        EXPECT_TRUE(answer);
    EXPECT_THAT(talk.host.received(), SizeIs(2 + 3));
    EXPECT_THAT(talk.memory.take_no_batches, IsEmpty()) << "it may pass";
}

TEST(Batching, EachMemberNeedsAPermit)
{
    SomeCalls permit{2};
    Talk talk{members(fine), config::Login::facebook};
    talk.permit = &permit;
    const auto answers = ask_side_by_side(talk, 3);
    EXPECT_TRUE(answers.at(0));
    EXPECT_TRUE(answers.at(1));
    EXPECT_EQ(answers.at(2).error().kind, FailureClass::held_back);
    EXPECT_THAT(urls_in(talk.host.received().front()), SizeIs(2));
    EXPECT_THAT(permit.endings, SizeIs(2));
}

TEST(Batching, FiguresAreToldOnceAllMembersHaveArrived)
{
    SomeCalls permit{3};
    Talk talk{
        members([](const std::string& url) {
            const auto percent = url.starts_with("v24.0/2") ? 31 : 30;
            return line(200, "{}", "{\"call_count\":" + std::to_string(percent) + "}");
        }),
        config::Login::facebook};
    talk.permit = &permit;
    ask_side_by_side(talk, 3);
    ASSERT_THAT(permit.endings, SizeIs(3));
    EXPECT_EQ(permit.endings.at(0).usage.percent(), std::nullopt);
    EXPECT_EQ(permit.endings.at(1).usage.percent(), std::nullopt);
    EXPECT_EQ(permit.endings.at(2).usage.percent(), 31) << "the largest";
    EXPECT_TRUE(permit.endings.at(0).was_answered);
}

TEST(Batching, CalledBackAsAWholeIsNoCallAtAll)
{
    SomeCalls permit{3};
    permit.calls_all_back = true;
    Talk talk{members(fine), config::Login::facebook};
    talk.permit = &permit;
    for (const auto& answer : ask_side_by_side(talk, 3))
        EXPECT_EQ(answer.error().kind, FailureClass::held_back);
    EXPECT_THAT(talk.host.received(), IsEmpty());
    for (const auto& ending : permit.endings)
        EXPECT_TRUE(ending.was_called_back);
}

TEST(Batching, CallsThatAreNotAnsweredFailedForAReason)
{
    SomeCalls permit{3};
    Talk talk{members(fine), config::Login::facebook};
    talk.permit = &permit;
    talk.api.graph_url.facebook = "http://127.0.0.1:1";
    ask_side_by_side(talk, 3);
    ASSERT_THAT(permit.endings, SizeIs(3)) << "a second try gets no permit";
    for (const auto& ending : permit.endings) {
        EXPECT_FALSE(ending.was_answered);
        EXPECT_EQ(ending.failure, FailureClass::unreachable);
    }
}

TEST(Batching, KeepsItsConnection)
{
    Talk talk{members(fine), config::Login::facebook};
    ask_side_by_side(talk, 3);
    ask_side_by_side(talk, 3);
    EXPECT_EQ(talk.host.connections(), 1U);
}

} // namespace
} // namespace insightd::graph
