#include "collectors/conversations.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <gmock/gmock.h>

// Every documented sample of conversations and messages, with times in each of their forms.
namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::fixture;
using insightd::testing::fixture_text;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const auto evening = at("2022-07-12T19:11:07Z");
constexpr model::AccountId shop = 17841400000000001;

/// The sample with something real in the place of a name in brackets.
boost::json::value
sample(const std::string& file, const std::vector<std::pair<std::string, std::string>>& changes)
{
    auto text = fixture_text("graph/" + file);
    for (const auto& [from, to] : changes)
        for (auto place = text.find(from); place != std::string::npos;
             place = text.find(from, place + to.size()))
            text.replace(place, from.size(), to);
    return boost::json::parse(text);
}

MessageRules rules(config::ConversationMode mode, bool urls = false)
{
    static const insightd::testing::PlainNames names;
    config::Conversations settings;
    settings.mode = mode;
    settings.urls = urls;
    return {shop, settings, names};
}

const auto metadata = config::ConversationMode::metadata;
const auto text = config::ConversationMode::text;

TEST(MessageTime, IsReadInEachForm)
{
    using boost::json::value;
    EXPECT_EQ(message_time(value("2022-07-12T19:11:07+0000")), evening);
    EXPECT_EQ(message_time(value("2022-07-12T21:11:07+02:00")), evening);
    EXPECT_EQ(message_time(value(1657653067)), evening);
    EXPECT_EQ(message_time(value("1657653067")), evening);
    EXPECT_EQ(message_time(value(1657653067000)), evening)
        << "milliseconds, as in messaging events";
    EXPECT_EQ(message_time(value("<UNIX_TIMESTAMP>")), std::nullopt);
    EXPECT_EQ(message_time(value(-1)), std::nullopt);
}

TEST(Conversations, TheDocumentedListIsRead)
{
    for (const auto* time : {"1657653067", "2022-07-12T19:11:07+0000"}) {
        const auto both = sample("seed-conversations.json", {{"<UNIX_TIMESTAMP>", time}});
        const auto listed = decode_conversations(both.at("list"));
        ASSERT_TRUE(listed);
        ASSERT_THAT(listed->rows, SizeIs(2));
        EXPECT_EQ(listed->rows[0].id, "<CONVERSATION_ID_1>");
        EXPECT_EQ(listed->rows[0].updated_at, evening);
        EXPECT_EQ(listed->after, std::nullopt) << "no next page";
    }
}

TEST(Conversations, OneWithAPersonHasAnIdAlone)
{
    const auto listed =
        decode_conversations(boost::json::parse(R"({"data": [{"id": "<CONVERSATION_ID>"}]})"));
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->rows.at(0).updated_at, std::nullopt);
}

TEST(Conversations, APageKnowsTheNextOne)
{
    const auto listed = decode_conversations(boost::json::parse(
        R"({"data": [], "paging": {"cursors": {"after": "abc"}, "next": "https://x"}})"));
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->after, "abc");
}

TEST(Conversations, AnythingElseIsMalformed)
{
    EXPECT_FALSE(decode_conversations(boost::json::parse("{}")));
    EXPECT_FALSE(decode_conversations(boost::json::parse(R"({"data": [{"updated_time": 1}]})")));
    EXPECT_FALSE(decode_message(boost::json::parse(R"({"id": "m"})"))) << "no time";
    EXPECT_FALSE(decode_messages(boost::json::parse("[]")));
    EXPECT_FALSE(decode_conversation(boost::json::parse("3")));
}

/// `fields=messages`: ids and times.
TEST(Messages, TheDocumentedListIsRead)
{
    for (const auto* time : {"1657653067", "2022-07-12T19:11:07+0000"}) {
        const auto both = sample(
            "seed-conversations.json",
            {{"<UNIX_TIMESTAMP>", time}, {"<UNIX_TIMESTAMP_MOST_RECENT_MESSAGE>", time}});
        const auto told = decode_conversation(both.at("messages_of_conversation"));
        ASSERT_TRUE(told);
        EXPECT_EQ(told->id, "<CONVERSATION_ID>");
        ASSERT_THAT(told->messages.rows, SizeIs(3));
        EXPECT_EQ(told->messages.rows[0].id, "<MESSAGE_1_ID>");
        EXPECT_EQ(told->messages.rows[2].created_at, evening);
        EXPECT_FALSE(told->messages.rows[0].from) << "no details";
    }
}

/// `fields=participants,messages.limit(20){…}`: the same, with details.
TEST(Messages, AnExpansionIsReadWithItsDetails)
{
    auto body = fixture("graph/conversation-participants.json");
    body.as_object()["messages"] =
        boost::json::object{{"data", boost::json::array{fixture("graph/seed-message.json")}}};
    const auto told = decode_conversation(body);
    ASSERT_TRUE(told);
    EXPECT_THAT(told->participants, SizeIs(2));
    EXPECT_EQ(told->participants[1].user_id, "<IGID>");
    EXPECT_EQ(told->messages.rows.at(0).text, "Hi Kitty!");
}

TEST(Messages, TheDocumentedMessageIsRead)
{
    const auto told = decode_message(fixture("graph/seed-message.json"));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->id, "aWdGGiblWZ...");
    EXPECT_EQ(told->created_at, evening);
    EXPECT_EQ(told->from->id, "<IGSID>");
    EXPECT_EQ(told->from->username, "<IGSID_USERNAME>");
    EXPECT_EQ(told->to.at(0).id, "<IG_ID>");
    EXPECT_EQ(told->text, "Hi Kitty!");
}

TEST(Messages, EverythingThatAMessageCanHoldIsRead)
{
    const auto told = decode_message(sample("message-full.json", {{"<TIMESTAMP>", "1657653067"}}));
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->is_unsupported) << "a string here";
    EXPECT_THAT(told->attachments, ElementsAre(Pair("image", "<CDN_URL>")));
    EXPECT_THAT(told->shares, ElementsAre(Pair("product", "<URL>")));
    EXPECT_THAT(told->reactions, ElementsAre(Pair("love", 1)));
    EXPECT_EQ(told->story, "reply") << "it is named first";
    EXPECT_EQ(told->story_id, "<STORY_ID>");
}

TEST(Messages, KindsOfAttachments)
{
    const auto told = decode_message(boost::json::parse(R"({"id": "m", "created_time": 1657653067,
        "attachments": {"data": [{"video_data": {"url": "v"}}, {"mime_type": "audio/mp4",
        "file_url": "a"}, {"file_url": "f", "name": "x.pdf"}, {"id": "1"}]},
        "shares": {"data": [{"link": "l"}]}, "story": {"mention": {"id": "5", "link": "s"}}})"));
    ASSERT_TRUE(told);
    EXPECT_THAT(
        told->attachments,
        ElementsAre(Pair("video", "v"), Pair("audio", "a"), Pair("file", "f"), Pair("other", "")));
    EXPECT_THAT(told->shares, ElementsAre(Pair("link", "l")));
    EXPECT_EQ(told->story, "mention");
}

TEST(Messages, AStoryReplyNamesTheStory)
{
    const auto told = decode_message(fixture("graph/message-story-reply.json"));
    ASSERT_TRUE(told);
    const auto row = rules(metadata).row_of(*told);
    EXPECT_EQ(row.story, "reply");
    EXPECT_EQ(row.story_id, 18074819347285670);
    EXPECT_EQ(row.direction, std::nullopt) << "neither side is the account, as far as is told";
}

ToldMessage from_to(const std::string& from, const std::string& to)
{
    return *decode_message(boost::json::parse(
        R"({"id": "m", "created_time": 1657653067, "message": "secret words", "from": {"id": ")" +
        from + R"(", "username": "jane"}, "to": {"data": [{"id": ")" + to +
        R"("}]}, "attachments": {"data": [{"image_data": {"url": "https://cdn/x"}}]}})"));
}

TEST(MessageRows, KnowWhoWrote)
{
    const auto own = std::to_string(shop);
    const auto in = rules(metadata).row_of(from_to("42", own));
    EXPECT_EQ(in.direction, model::Direction::in);
    EXPECT_EQ(in.sender_key, "person 42");
    const auto out = rules(metadata).row_of(from_to(own, "42"));
    EXPECT_EQ(out.direction, model::Direction::out);
    EXPECT_EQ(out.sender_key, std::nullopt);
}

TEST(MessageRows, OfMetadataHoldNoWordsNamesAndUrls)
{
    const auto row = rules(metadata).row_of(from_to("42", std::to_string(shop)));
    EXPECT_EQ(row.text, std::nullopt);
    EXPECT_THAT(row.attachments, ElementsAre("image"));
}

TEST(MessageRows, OfTextHoldUrlsOnlyIfAsked)
{
    const auto told = from_to("42", std::to_string(shop));
    const auto plain = rules(text).row_of(told).text.value();
    EXPECT_EQ(plain.text, "secret words");
    EXPECT_EQ(plain.sender_username, "jane");
    EXPECT_THAT(plain.urls, IsEmpty());
    const auto with_urls = rules(text, true).row_of(told).text.value();
    EXPECT_THAT(with_urls.urls, ElementsAre(Pair("image", "https://cdn/x")));
}

TEST(MessageRows, OnePersonIsTheOtherSide)
{
    ToldConversation told;
    told.participants = {{std::to_string(shop), "", {}}, {"42", "", {}}};
    EXPECT_EQ(rules(metadata).person_of(told), "person 42");
    told.participants.push_back({"43", "", {}});
    EXPECT_EQ(rules(metadata).person_of(told), std::nullopt) << "a group";
}

TEST(DeletedMessage, IsToldByItsWords)
{
    graph::Failure failure;
    failure.message = "This message has been deleted";
    EXPECT_TRUE(is_deleted_message(failure));
    failure.message = "Service temporarily unavailable";
    EXPECT_FALSE(is_deleted_message(failure));
}

} // namespace
} // namespace insightd::collectors
