#include "collectors/conversation_walk.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

// The walk against a host in a few lines: what it asks, in which order, and what it makes of it.
namespace insightd::collectors
{
namespace
{

namespace json = boost::json;
using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr model::AccountId shop = 17841400000000001;
const auto noon = at("2026-03-01T12:00:00Z");

std::int64_t seconds(model::Instant instant)
{
    return std::chrono::duration_cast<std::chrono::seconds>(instant.time_since_epoch()).count();
}

/// One conversation's messages, oldest first, each a minute after the other unless told otherwise.
struct Chat {
    std::vector<model::Instant> messages;
    void write(int count, model::Instant from, std::chrono::seconds apart = 1min)
    {
        for (int n = 0; n < count; ++n)
            messages.push_back(from + n * apart);
    }
};

class Walk : public ::testing::Test
{
protected:
    Walk()
    {
        account.name = "shop";
        account.user_id = shop;
        account.conversations.mode = config::ConversationMode::metadata;
    }

    static std::string id_of(const std::string& chat, std::size_t n)
    {
        return fmt::format("{}-{}", chat, n);
    }

    static json::object
    message(const std::string& chat, std::size_t n, model::Instant created_at, bool detailed)
    {
        json::object row{{"id", id_of(chat, n)}, {"created_time", seconds(created_at)}};
        if (detailed) {
            row["from"] = json::object{{"id", "42"}};
            row["to"] =
                json::object{{"data", json::array{json::object{{"id", std::to_string(shop)}}}}};
        }
        return row;
    }

    json::array newest(const std::string& chat, std::size_t most, bool detailed) const
    {
        json::array rows;
        const auto& all = chats.at(chat).messages;
        for (std::size_t n = all.size(); n > 0 && rows.size() < most; --n)
            rows.push_back(message(chat, n, all.at(n - 1), detailed));
        return rows;
    }

    static graph::Outcome<graph::Reply> refused(graph::FailureClass kind, std::string words)
    {
        graph::Failure failure;
        failure.kind = kind;
        failure.message = std::move(words);
        return failure;
    }

    json::value list() const
    {
        json::array rows;
        for (const auto& [id, chat] : chats)
            rows.push_back(
                json::object{{"id", id}, {"updated_time", seconds(chat.messages.back())}});
        return json::object{{"data", std::move(rows)}};
    }

    graph::Outcome<graph::Reply> of_message(const std::string& path) const
    {
        const auto chat = path.substr(0, path.find('-'));
        const auto n = std::stoul(path.substr(path.find('-') + 1));
        const auto& all = chats.at(chat).messages;
        if (n + 20 <= all.size())
            return refused(graph::FailureClass::bad_request, "This message has been deleted");
        return graph::Reply{message(chat, n, all.at(n - 1), true), {}};
    }

    graph::Outcome<graph::Reply> answer(const graph::Request& request)
    {
        asked.push_back(request.path);
        wanted = request.params;
        if (trouble.contains(request.path))
            return refused(trouble.at(request.path), "no such thing as " + request.path);
        if (request.path.find("/conversations") != std::string::npos)
            return graph::Reply{list(), {}};
        if (request.path.find('-') != std::string::npos)
            return of_message(request.path);
        const auto& fields = request.params.front().second;
        const bool is_expansion = fields.find('{') != std::string::npos;
        if (is_expansion && !expands)
            return refused(graph::FailureClass::bad_request, "(#100) no expansion");
        const auto rows =
            is_expansion ? newest(request.path, 20, true) : newest(request.path, 1000, false);
        return graph::Reply{
            json::object{{"id", request.path}, {"messages", json::object{{"data", rows}}}}, {}};
    }

    /// One poll, to its end or to a failure that stops it.
    Collected poll()
    {
        Collected all;
        asked.clear();
        do {
            const auto request = walk->next(now);
            auto collected = walk->take(answer(request), names, now);
            model::append(all.rows, std::move(collected.rows));
            all.failure = collected.failure;
            all.is_of_a_part = collected.is_of_a_part;
            if (stores)
                walk->learn(all.rows.conversations);
            now += 500ms;
            if (all.failure && !all.is_of_a_part)
                break;
        } while (walk->is_under_way());
        return all;
    }

    std::vector<std::string> keys(const Collected& collected) const
    {
        std::vector<std::string> found;
        for (const auto& conversation : collected.rows.conversations)
            for (const auto& row : conversation.messages)
                found.push_back(row.key);
        return found;
    }

    void restart() { walk = std::make_unique<ConversationWalk>(account); }

    config::Account account;
    insightd::testing::PlainNames names;
    std::map<std::string, Chat> chats;
    std::map<std::string, graph::FailureClass> trouble;
    bool expands = true;
    bool stores = true;
    model::Instant now = noon;
    std::vector<std::string> asked;
    std::vector<std::pair<std::string, std::string>> wanted;
    std::unique_ptr<ConversationWalk> walk = std::make_unique<ConversationWalk>(account);
};

const auto list_path = std::to_string(shop) + "/conversations";

TEST_F(Walk, AsksTheListAndThenWhatChanged)
{
    chats["a"].write(3, noon - 2h);
    chats["b"].write(2, noon - 3h);
    EXPECT_THAT(poll().rows.conversations, SizeIs(2));
    EXPECT_THAT(asked, ElementsAre(list_path, "a", "b"));
    now += 15min;
    EXPECT_THAT(poll().rows.conversations, IsEmpty());
    EXPECT_THAT(asked, ElementsAre(list_path)) << "nothing changed: one call";
    chats["b"].write(1, now - 5min);
    poll();
    EXPECT_THAT(asked, ElementsAre(list_path, "b"));
}

TEST_F(Walk, DoesNotAskForWordsInMetadataMode)
{
    chats["a"].write(1, noon - 2h);
    poll();
    EXPECT_THAT(wanted.front().second, Not(HasSubstr("message,")));
    account.conversations.mode = config::ConversationMode::text;
    restart();
    poll();
    EXPECT_THAT(wanted.front().second, HasSubstr("message,"));
}

/// 25 in between: 5 are out of reach, and said to be.
TEST_F(Walk, CountsWhatCameFasterThanCanBeRead)
{
    chats["a"].write(3, noon - 2h);
    poll();
    now += 15min;
    chats["a"].write(25, now - 10min, 10s);
    const auto read = poll();
    EXPECT_THAT(asked, ElementsAre(list_path, "a", "a")) << "the second time for the ids";
    ASSERT_THAT(read.rows.conversations, SizeIs(1));
    const auto& chat = read.rows.conversations.front();
    EXPECT_EQ(chat.messages.size(), 25U);
    EXPECT_EQ(chat.lost(), 5U);
    EXPECT_EQ(chat.messages.back().lost, "not_among_newest");
    ASSERT_THAT(read.rows.gaps, SizeIs(1));
    EXPECT_THAT(read.rows.gaps.front().reason, HasSubstr("5 messages"));
}

TEST_F(Walk, LosesNothingOfTwenty)
{
    chats["a"].write(3, noon - 2h);
    poll();
    now += 15min;
    chats["a"].write(20, now - 10min, 10s);
    const auto read = poll();
    EXPECT_THAT(read.rows.gaps, IsEmpty());
    EXPECT_EQ(read.rows.conversations.front().lost(), 0U);
    EXPECT_EQ(read.rows.conversations.front().messages.size(), 20U);
}

/// A conversation that is new has no message that was there before the last list.
TEST_F(Walk, CountsTheLossOfANewConversation)
{
    chats["a"].write(1, noon - 2h);
    poll();
    now += 15min;
    const auto began_at = now - 10min;
    chats["b"].write(22, began_at, 10s);
    const auto read = poll();
    ASSERT_THAT(read.rows.conversations, SizeIs(1));
    EXPECT_EQ(read.rows.conversations.front().lost(), 2U);
    EXPECT_EQ(
        read.rows.conversations.front().began_at,
        std::chrono::floor<std::chrono::seconds>(began_at));
}

TEST_F(Walk, TakesThePastForNoLoss)
{
    chats["a"].write(300, noon - 20h);
    const auto read = poll();
    EXPECT_THAT(asked, ElementsAre(list_path, "a"));
    EXPECT_EQ(read.rows.conversations.front().messages.size(), 20U);
    EXPECT_THAT(read.rows.gaps, IsEmpty());
    EXPECT_EQ(read.rows.conversations.front().began_at, std::nullopt);
}

TEST_F(Walk, KnowsWhereAConversationBegan)
{
    chats["a"].write(4, noon - 20h);
    EXPECT_EQ(poll().rows.conversations.front().began_at, noon - 20h);
}

/// Where the host refuses the expansion: ids, then each message, to the one that is "deleted".
TEST_F(Walk, GoesPieceByPieceWhereItMust)
{
    expands = false;
    chats["a"].write(2, noon - 2h);
    poll();
    EXPECT_THAT(asked, ElementsAre(list_path, "a", "a", "a-2", "a-1"));
    now += 15min;
    chats["a"].write(1, now - 5min);
    const auto read = poll();
    EXPECT_THAT(asked, ElementsAre(list_path, "a", "a-3")) << "the refusal is remembered";
    EXPECT_THAT(keys(read), ElementsAre("message a-3"));
}

TEST_F(Walk, TakesTheDeletedErrorForTheEnd)
{
    expands = false;
    chats["a"].write(1, noon - 2h);
    poll();
    now += 15min;
    chats["a"].write(30, now - 10min, 10s);
    // One more comes while the messages are asked for: the oldest of the twenty is out of reach.
    trouble["a-12"] = graph::FailureClass::object_gone;
    const auto read = poll();
    EXPECT_EQ(read.failure, std::nullopt);
    EXPECT_EQ(read.rows.conversations.front().lost(), 11U);
    EXPECT_EQ(read.rows.conversations.front().messages.size(), 30U);
}

/// A message that comes right after the reading, within the same second: the time tells no
/// difference.
TEST_F(Walk, ReadsOnceMoreWhatChangedJustBefore)
{
    chats["a"].write(1, noon);
    poll();
    chats["a"].messages.push_back(noon);
    now += 15min;
    EXPECT_THAT(keys(poll()), ElementsAre("message a-2", "message a-1"));
    now += 15min;
    EXPECT_THAT(keys(poll()), IsEmpty()) << "now it has settled";
}

TEST_F(Walk, ReadsAgainWhatWasNotStored)
{
    stores = false;
    chats["a"].write(1, noon - 2h);
    poll();
    EXPECT_THAT(poll().rows.conversations, SizeIs(1));
}

TEST_F(Walk, GoesOnWithWhatTheStoreKnows)
{
    chats["a"].write(1, noon - 2h);
    poll();
    restart();
    walk->remember({{"conversation a", noon, noon - 2h, "message a-1", noon - 2h}}, noon + 1s);
    EXPECT_THAT(poll().rows.conversations, IsEmpty());
}

TEST_F(Walk, StaysWhereItIsWhenTheAccountHasToWait)
{
    chats["a"].write(1, noon - 2h);
    chats["b"].write(1, noon - 3h);
    trouble["b"] = graph::FailureClass::account_throttled;
    EXPECT_FALSE(poll().is_of_a_part);
    EXPECT_TRUE(walk->is_under_way());
    trouble.clear();
    EXPECT_THAT(poll().rows.conversations, SizeIs(1));
    EXPECT_THAT(asked, ElementsAre("b"));
}

TEST_F(Walk, PassesOverOneThatIsRefused)
{
    chats["a"].write(1, noon - 2h);
    chats["b"].write(1, noon - 3h);
    chats["c"].write(1, noon - 4h);
    trouble["b"] = graph::FailureClass::object_gone;
    const auto read = poll();
    EXPECT_THAT(read.rows.conversations, SizeIs(2));
    ASSERT_TRUE(read.failure);
    EXPECT_TRUE(read.is_of_a_part);
    EXPECT_THAT(read.failure->message, HasSubstr("1 conversations could not be read"));
    trouble.clear();
    now += 15min;
    EXPECT_THAT(poll().rows.conversations, SizeIs(1)) << "it is looked for again";
}

TEST_F(Walk, DoesNotInsistWhereAllAreRefused)
{
    for (const auto* id : {"a", "b", "c", "d", "e"}) {
        chats[id].write(1, noon - 2h);
        trouble[id] = graph::FailureClass::no_permission;
    }
    const auto read = poll();
    EXPECT_THAT(asked, SizeIs(4));
    EXPECT_FALSE(read.is_of_a_part);
}

TEST_F(Walk, TellsNoIdsInItsFailures)
{
    chats["secretchat"].write(1, noon - 2h);
    trouble["secretchat"] = graph::FailureClass::object_gone;
    EXPECT_THAT(poll().failure->message, Not(HasSubstr("secretchat")));
}

TEST_F(Walk, AsksForThePeopleOfTheConfiguration)
{
    account.conversations.with = {"42", "43"};
    restart();
    chats["a"].write(1, noon - 2h);
    const auto read = poll();
    EXPECT_THAT(asked, ElementsAre(list_path, list_path, "a")) << "once a person";
    EXPECT_THAT(read.rows.conversations, SizeIs(1));
}

TEST_F(Walk, OnTheFacebookHostGoesThroughThePage)
{
    account.login = config::Login::facebook;
    restart();
    EXPECT_EQ(walk->next(now).path, "me");
    walk->take(
        graph::Reply{
            json::parse(
                R"({"id": "777", "instagram_business_account": {"id": "17841400000000001"}})"),
            {}},
        names, now);
    EXPECT_EQ(walk->next(now).path, "777/conversations");
}

TEST_F(Walk, TakesNoOtherPagesMessages)
{
    account.login = config::Login::facebook;
    restart();
    walk->next(now);
    const auto refused = walk->take(
        graph::Reply{
            json::parse(R"({"id": "777", "instagram_business_account": {"id": "5"}})"), {}},
        names, now);
    ASSERT_TRUE(refused.failure);
    EXPECT_THAT(refused.failure->message, HasSubstr("insightd login shop"));
}

} // namespace
} // namespace insightd::collectors
