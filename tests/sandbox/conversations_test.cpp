#include "tests/sandbox/api.hpp"
#include "tests/sandbox/identity.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

// The stand-in refuses what the platform refuses.
namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;

class Conversations : public ::testing::Test
{
protected:
    static World::Options options()
    {
        World::Options options;
        options.start = noon;
        auto mailbox = std::make_shared<Mailbox>();
        (*mailbox)[0] = {
            chat(1, noon - 2h, 30), chat(2, noon - 40 * 24h, 2), chat(3, noon - 3h, 1)};
        (*mailbox)[0][1].is_request = true;
        (*mailbox)[0][2].letters[0].extra = "image";
        (*mailbox)[1] = {chat(9, noon - 1h, 1)};
        options.mailbox = std::move(mailbox);
        return options;
    }

    static Chat chat(std::int64_t person, Instant from, int letters)
    {
        Chat chat;
        chat.person = person;
        chat.username = fmt::format("name_{}", person);
        for (int n = 0; n < letters; ++n)
            chat.letters.push_back({from + n * 1min, n % 2 == 0, fmt::format("words {}", n)});
        return chat;
    }

    json::value get(const std::string& path, Params params = {})
    {
        params.insert({{"access_token", world.accounts()[0].token}});
        return ask(Host::instagram, path, std::move(params));
    }

    json::value ask(Host host, const std::string& path, Params params)
    {
        now += 500ms;
        last = api.answer({host, "GET", path, std::move(params)}, now);
        return json::parse(last.body);
    }

    std::string id_of(const json::value& row) const
    {
        return std::string{row.at("id").as_string()};
    }

    static std::string message(const json::value& body)
    {
        return std::string{body.at("error").at("message").as_string()};
    }

    Faults faults;
    World world{options(), three_accounts()};
    Api api{world, faults};
    Instant now = noon;
    Response last;
};

TEST_F(Conversations, AreListedNewestFirstWithoutIdleRequests)
{
    const auto rows = get("/v24.0/me/conversations", {{"platform", "instagram"}}).at("data");
    ASSERT_THAT(rows.as_array(), SizeIs(2));
    EXPECT_EQ(rows.at(0).at("updated_time"), "2026-03-01T10:29:00+0000");
    faults.messages.unix_times = true;
    EXPECT_TRUE(get("/v24.0/me/conversations").at("data").at(0).at("updated_time").is_int64());
}

TEST_F(Conversations, ComeInPages)
{
    const auto first = get("/v24.0/me/conversations", {{"limit", "1"}});
    ASSERT_THAT(first.at("data").as_array(), SizeIs(1));
    EXPECT_TRUE(first.at("paging").as_object().contains("next"));
    const std::string after{first.at("paging").at("cursors").at("after").as_string()};
    const auto second = get("/v24.0/me/conversations", {{"limit", "1"}, {"after", after}});
    EXPECT_NE(id_of(second.at("data").at(0)), id_of(first.at("data").at(0)));
    EXPECT_FALSE(second.at("paging").as_object().contains("next"));
}

TEST_F(Conversations, WithOnePersonHaveAnIdAlone)
{
    const auto rows = get("/v24.0/me/conversations", {{"user_id", "3"}}).at("data");
    ASSERT_THAT(rows.as_array(), SizeIs(1));
    EXPECT_THAT(rows.at(0).as_object(), SizeIs(1));
}

TEST_F(Conversations, TellIdsOfAllMessagesAndDetailsOfTheNewest)
{
    const auto chat = id_of(get("/v24.0/me/conversations").at("data").at(0));
    const auto told = get("/v24.0/" + chat, {{"fields", "messages"}}).at("messages");
    ASSERT_THAT(told.at("data").as_array(), SizeIs(25)) << "a page; the edge has the rest";
    const std::string after{told.at("paging").at("cursors").at("after").as_string()};
    EXPECT_THAT(
        get("/v24.0/" + chat + "/messages", {{"after", after}}).at("data").as_array(), SizeIs(5));
    const auto newest = id_of(told.at("data").at(0));
    EXPECT_GT(newest.size(), 100U);
    const auto detailed = get("/v24.0/" + newest, {{"fields", "id,created_time,from,to,message"}});
    EXPECT_EQ(detailed.at("message"), "words 29");
    EXPECT_EQ(detailed.at("to").at("data").at(0).at("id"), "1");
    EXPECT_THAT(
        message(get("/v24.0/" + id_of(told.at("data").at(20)), {{"fields", "message"}})),
        HasSubstr("has been deleted"));
}

TEST_F(Conversations, ExpandTheirMessages)
{
    const auto chat = id_of(get("/v24.0/me/conversations").at("data").at(1));
    const auto told =
        get("/v24.0/" + chat, {{"fields", "id,messages.limit(20){id,from,attachments}"}});
    const auto& row = told.at("messages").at("data").at(0);
    EXPECT_EQ(row.at("from").at("username"), "name_3");
    EXPECT_TRUE(row.at("attachments").at("data").at(0).as_object().contains("image_data"));
    EXPECT_FALSE(row.as_object().contains("message")) << "not asked for";
    EXPECT_THAT(
        message(get("/v24.0/" + chat, {{"fields", "id,messages{nonsense}"}})),
        HasSubstr("nonexisting field"));
    faults.messages.refuses_expansion = true;
    EXPECT_EQ(get("/v24.0/" + chat, {{"fields", "id,messages{id}"}}).at("error").at("code"), 100);
}

/// The document's own sample writes `&fields` after the id.
TEST_F(Conversations, AQueryBeginsWithAQuestionMark)
{
    const auto chat = id_of(get("/v24.0/me/conversations").at("data").at(0));
    EXPECT_TRUE(get("/v24.0/" + chat + "&fields=messages").as_object().contains("error"));
}

TEST_F(Conversations, TakeTwoCallsASecond)
{
    const Params params{{"access_token", world.accounts()[0].token}};
    const Request request{Host::instagram, "GET", "/v24.0/me/conversations", params};
    EXPECT_EQ(api.answer(request, now).status, 200);
    EXPECT_EQ(api.answer(request, now).status, 200);
    EXPECT_THAT(api.answer(request, now + 999ms).body, HasSubstr("\"code\":613"));
    EXPECT_EQ(api.answer(request, now + 1s).status, 200);
    EXPECT_EQ(api.message_calls().too_many, 1);
}

TEST_F(Conversations, NeedTheirPermission)
{
    const auto& token =
        api.tokens().issue(0, TokenKind::long_lived, {"instagram_business_basic"}, now);
    const auto body =
        ask(Host::instagram, "/v24.0/me/conversations", {{"access_token", token.text}});
    EXPECT_EQ(body.at("error").at("code"), 10);
}

TEST_F(Conversations, OfTheFacebookHostAreThePages)
{
    const auto& spec = world.accounts()[1];
    const auto& user = *api.tokens().find(spec.token, now);
    const auto& page = api.tokens().page_token(user, page_id(spec), now);
    const auto path = fmt::format("/v24.0/{}/conversations", page_id(spec));
    const Params params{{"platform", "instagram"}, {"access_token", page.text}};
    const auto rows = ask(Host::facebook, path, params).at("data");
    ASSERT_THAT(rows.as_array(), SizeIs(1));
    EXPECT_THAT(
        ask(Host::facebook, path, {{"access_token", page.text}}).at("data").as_array(), SizeIs(0))
        << "without a platform they are Messenger's";
    EXPECT_THAT(
        message(
            ask(Host::facebook, path, {{"platform", "instagram"}, {"access_token", spec.token}})),
        HasSubstr("Page Access Token"));
    EXPECT_TRUE(ask(Host::facebook, fmt::format("/v24.0/{}/conversations", spec.user_id), params)
                    .as_object()
                    .contains("error"))
        << "not the account's";
}

TEST_F(Conversations, OfOthersAreNotTold)
{
    const auto body =
        ask(Host::instagram, fmt::format("/v24.0/{}/conversations", world.accounts()[1].user_id),
            {{"access_token", world.accounts()[0].token}});
    EXPECT_TRUE(body.as_object().contains("error"));
}

} // namespace
} // namespace insightd::sandbox
