#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/planted.hpp"
#include "tests/daemon/talking.hpp"
#include "tests/sandbox/identity.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

// Conversations from end to end: the sandbox's mailbox against what is stored of it.
namespace insightd
{
namespace
{

using insightd::testing::Simulation;
using sandbox::Chat;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

Chat chat(std::int64_t person, model::Instant from, int letters, std::chrono::seconds apart)
{
    Chat chat;
    chat.person = person;
    chat.username = fmt::format("planted_name_{}", person);
    for (int n = 0; n < letters; ++n)
        chat.letters.push_back({from + n * apart, n % 2 == 0, fmt::format("planted words {}", n)});
    return chat;
}

TEST(Conversations, OfMoreThanCanBeReadTheLossIsCountedAndSaid)
{
    Talking talking{
        only("metadata"), {chat(71, start + 1min, 2, 10s), chat(72, start + 20min, 50, 5s)}};
    talking.run_until(start + 18min);
    talking.run_until(start + 2h);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message"), 52);
    EXPECT_EQ(talking.number("SELECT sum(messages_lost) FROM insights.conversation_activity"), 30);
    EXPECT_THAT(
        talking.value("SELECT reason FROM insights.data_gaps WHERE collector = 'conversations'")
            .value(),
        HasSubstr("30 messages of one conversation"));
}

TEST(Conversations, ComeInPiecesAndWithOtherTimesAllTheSame)
{
    Talking talking{only("metadata"), {chat(71, start + 1min, 30, 2min)}};
    talking.faults.messages.refuses_expansion = true;
    talking.faults.messages.unix_times = true;
    talking.run_until(start + 2h);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE lost = ''"), 30);
    EXPECT_EQ(talking.api.message_calls().too_many, 0);
}

/// A mailbox with everything that can be in a message.
std::vector<Chat> planted()
{
    auto one = chat(5'000'000'000'000'071, start + 1min, 24, 6min);
    const std::vector<std::string> extras{"image",   "video", "share",       "reply",
                                          "mention", "love",  "unsupported", ""};
    for (std::size_t n = 0; n < one.letters.size(); ++n)
        one.letters[n].extra = extras.at(n % extras.size());
    return {std::move(one)};
}

TEST(Conversations, InMetadataModeNoNameTextOrUrlIsStoredAnywhere)
{
    ::testing::internal::CaptureStderr();
    Talking talking{only("{mode: metadata, with: [\"5000000000000071\"]}"), planted()};
    talking.run_until(start + 50min);
    talking.database_away();
    talking.run_until(start + 2h);
    const auto spooled = bytes_below(talking.folder.path() / "state");
    EXPECT_THAT(spooled, HasSubstr("conversation_messages")) << "something waited there";
    talking.faults.messages.fails = true;
    talking.run_until(start + 130min);
    talking.faults.messages.fails = false;
    talking.database_back();
    talking.run_until(start + 4h);
    expect_clean(::testing::internal::GetCapturedStderr(), "the log");
    expect_clean(spooled, "the spool");
    expect_clean(dump(talking), "the database");
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message"), 24);
    EXPECT_EQ(
        talking.number("SELECT count(*) FROM store.message WHERE attachments = '{image}'"), 3);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE story = 'reply'"), 3);
    EXPECT_EQ(
        talking.number("SELECT count(*) FROM store.message WHERE reactions = '{\"love\": 1}'"), 3);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE is_unsupported"), 3);
}

TEST(Conversations, TextsAreKeptAsLongAsTheConfigurationSays)
{
    Talking talking{
        only("{mode: text, urls: on, keep_text: 6h}"),
        {chat(71, start + 1min, 2, 1min), chat(72, start + 5h, 1, 1min)}};
    talking.run_until(start + 30min);
    EXPECT_EQ(
        talking.value("SELECT sender_username FROM insights_text.message WHERE direction = 'in'"),
        "planted_name_71");
    EXPECT_EQ(
        talking.value("SELECT text FROM insights_text.message WHERE direction = 'out'"),
        "planted words 1");
    talking.run_until(start + 7h);
    EXPECT_EQ(
        talking.value("SELECT string_agg(text, ',') FROM insightd.message_text"), "planted words 0")
        << "of the younger one: the others are deleted";
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message"), 3) << "what they were stays";
    talking.config.accounts.front().conversations.mode = config::ConversationMode::metadata;
    talking.begin();
    EXPECT_EQ(talking.number("SELECT count(*) FROM insightd.message_text"), 0)
        << "in metadata mode there are none";
}

TEST(Conversations, ForgetAPersonForGood)
{
    Talking talking{
        only("{mode: text}"), {chat(71, start + 1min, 40, 10min), chat(72, start + 2min, 3, 1min)}};
    talking.run_until(start + 1h);
    EXPECT_GT(talking.number("SELECT count(*) FROM insightd.message_text"), 6);
    const auto names =
        testing::run(talking.loop, talking.tokens->people_key().pseudonyms()).value();
    const auto account = talking.config.accounts.front().user_id;
    std::vector<std::pair<model::AccountId, std::string>> person{
        {account, names->of_person(account, "71")}};
    const auto forgotten =
        testing::run(talking.loop, talking.store->database.forget_person(person));
    EXPECT_EQ(forgotten.conversations, 1);
    EXPECT_GE(forgotten.messages, 6);
    EXPECT_EQ(forgotten.texts, forgotten.messages);
    talking.run_until(start + 4h); // they go on writing
    talking.begin();
    talking.run_until(start + 8h);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message"), 3);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.conversation"), 1);
    EXPECT_EQ(talking.number("SELECT count(*) FROM insightd.message_text"), 3);
    EXPECT_THAT(dump(talking), Not(HasSubstr("planted_name_71")));
}

TEST(Conversations, ThatLeaveTheListStay)
{
    auto request = chat(71, start - 29 * 24h, 2, 1min);
    request.is_request = true;
    Talking talking{only("metadata") + "", {request, chat(72, start - 1h, 1, 1min)}};
    talking.config.accounts.front().schedule.conversations = 12h;
    talking.begin();
    talking.run_until(start + 3 * 24h);
    EXPECT_EQ(talking.number("SELECT count(*) FROM insights.conversation_latest"), 2);
    EXPECT_EQ(
        talking.value("SELECT state FROM insights.collection_health "
                      "WHERE collector = 'conversations'"),
        "ok");
}

TEST(Conversations, OfTheFacebookHostComeThroughThePage)
{
    Simulation simulation{
        start, only("metadata"), one_account(1), with({{0, {chat(71, start + 1min, 3, 1min)}}})};
    const auto& spec = simulation.world.accounts().front();
    simulation.run_until(start + 20min);
    EXPECT_THAT(
        simulation
            .value("SELECT error FROM insights.collection_health WHERE collector = 'conversations'")
            .value(),
        HasSubstr("token of the Page"))
        << "a person's token reads no messages";
    const auto& user = *simulation.api.tokens().find(spec.token, start);
    const auto& page =
        simulation.api.tokens().page_token(user, sandbox::page_id(spec), simulation.clock.now());
    std::ofstream{simulation.folder.path() / (spec.username + ".token")} << page.text << "\n";
    simulation.run_until(start + 3h);
    EXPECT_EQ(simulation.value("SELECT count(*) FROM store.message"), "3");
    EXPECT_EQ(
        simulation.value(
            "SELECT string_agg(direction, ',' ORDER BY created_at) FROM store.message"),
        "in,out,in");
}

} // namespace
} // namespace insightd
