#include "collectors/comments.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

// Shapes: Meta's public specification IGComment (facebook-business-sdk-codegen,
// api_specs/specs/IGComment.json: hidden, id, like_count, media, text, timestamp, user, username;
// edge replies), and its pages "Comments" and "Instagram (IG) Comment" (from, parent_id).
namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr model::AccountId shop = 17841400000000001;

PublicRules rules(config::ConversationMode mode)
{
    static const insightd::testing::PlainNames names;
    config::PublicEdge settings;
    settings.mode = mode;
    return {shop, settings, names};
}

const auto metadata = config::ConversationMode::metadata;
const auto text = config::ConversationMode::text;

ToldComments told(const std::string& body)
{
    const auto told = decode_comments(boost::json::parse(body));
    if (!told)
        throw std::runtime_error{told.error().message};
    return *told;
}

/// The sample of the page "Comment Moderation".
TEST(Comments, TheDocumentedListIsRead)
{
    const auto page = told(R"({"data": [
        {"timestamp": "2017-08-31T19:16:02+0000", "text": "This is awesome!", "id": "17870913679156914"},
        {"timestamp": "2017-08-31T18:10:30+0000", "text": "I love this!", "id": "17873440459141021"}]})");
    ASSERT_THAT(page.rows, SizeIs(2));
    EXPECT_EQ(page.rows[0].id, "17870913679156914");
    EXPECT_EQ(page.rows[1].created_at, at("2017-08-31T18:10:30Z"));
    EXPECT_EQ(page.rows[0].text, "This is awesome!");
    EXPECT_EQ(page.rows[0].like_count, std::nullopt);
    EXPECT_EQ(page.rows[0].is_hidden, std::nullopt);
    EXPECT_EQ(page.after, std::nullopt);
}

TEST(Comments, EverythingThatACommentCanHoldIsRead)
{
    const auto page =
        told(R"({"data": [{"id": 17870913679156914, "timestamp": "2017-08-31T19:16:02+0000",
        "like_count": "3", "hidden": true, "from": {"id": "42", "username": "Jane.Doe"},
        "username": "Jane.Doe", "text": "hi", "replies": {"data": [
            {"id": "2", "timestamp": "2017-08-31T20:00:00+0000", "parent_id": "17870913679156914",
             "user": {"id": "17841400000000001"}, "username": "shop"}],
            "paging": {"cursors": {"after": "abc"}, "next": "https://x"}}}],
        "paging": {"cursors": {"after": "def"}, "next": "https://y"}})");
    const auto& comment = page.rows.at(0);
    EXPECT_EQ(comment.like_count, 3);
    EXPECT_EQ(comment.is_hidden, true);
    EXPECT_EQ(comment.author.id, "42");
    EXPECT_EQ(comment.author.username, "Jane.Doe");
    ASSERT_THAT(comment.replies, SizeIs(1));
    EXPECT_EQ(comment.replies[0].parent_id, "17870913679156914");
    EXPECT_TRUE(comment.replies[0].author.is_asker);
    EXPECT_EQ(comment.replies_after, "abc");
    EXPECT_EQ(page.after, "def");
}

TEST(Comments, AParentMayBeAnObject)
{
    const auto page = told(
        R"({"data": [{"id": "2", "timestamp": "2017-08-31T20:00:00+0000", "parent": {"id": 7}}]})");
    EXPECT_EQ(page.rows.at(0).parent_id, "7");
}

TEST(Comments, AnythingElseIsMalformed)
{
    for (const auto* body :
         {"{}", "[]", "3", R"({"data": [{"id": "1"}]})",
          R"({"data": [{"timestamp": "2017-08-31T20:00:00+0000"}]})",
          R"({"data": [{"id": "1", "timestamp": "2017-08-31T20:00:00+0000", "replies": {}}]})"})
        EXPECT_FALSE(decode_comments(boost::json::parse(body))) << body;
}

TEST(Comments, OneThatIsListedTwiceIsKeptOnce)
{
    EXPECT_THAT(
        told(R"({"data": [{"id": "1", "timestamp": "2017-08-31T20:00:00+0000"},
                          {"id": "1", "timestamp": "2017-08-31T20:00:00+0000"}]})")
            .rows,
        SizeIs(1));
}

ToldComment of(const std::string& who)
{
    return told(
               R"({"data": [{"id": "1", "timestamp": "2017-08-31T20:00:00+0000", "text": "secret words", )" +
               who + "}]}")
        .rows.at(0);
}

TEST(CommentRows, KnowPeopleByKeyedHashesOfIdAndName)
{
    const auto row =
        comment_row(of(R"("from": {"id": "42", "username": "Jane.Doe"})"), {}, rules(metadata));
    EXPECT_EQ(row.key, "comment 1");
    EXPECT_EQ(row.author.key, "person 42");
    EXPECT_EQ(row.author.name_key, "person @jane.doe") << "names have no capitals";
    EXPECT_FALSE(row.is_own);
    EXPECT_EQ(row.parent_key, "");
    EXPECT_EQ(row.text, std::nullopt) << "metadata mode";
    const auto named = comment_row(of(R"("username": "jane.doe")"), "7", rules(metadata));
    EXPECT_EQ(named.author.key, std::nullopt);
    EXPECT_EQ(named.author.name_key, "person @jane.doe");
    EXPECT_EQ(named.parent_key, "comment 7");
}

TEST(CommentRows, OfTheAccountItselfHaveNoAuthor)
{
    for (const auto* who :
         {R"("from": {"id": "17841400000000001", "username": "shop"})", R"("user": {"id": "5"})"}) {
        const auto row = comment_row(of(who), {}, rules(metadata));
        EXPECT_TRUE(row.is_own) << who;
        EXPECT_EQ(row.author, model::Author{}) << who;
    }
}

TEST(CommentRows, OfTextHoldWordsAndNames)
{
    const auto row =
        comment_row(of(R"("from": {"id": "42", "username": "jane"})"), {}, rules(text));
    EXPECT_EQ(row.text, (model::PublicText{"secret words", "42", "jane", std::nullopt}));
}

} // namespace
} // namespace insightd::collectors
