#include "collectors/mentions.hpp"
#include "collectors/tags.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

// Shapes: Meta's public specifications IGMedia and IGUser (facebook-business-sdk-codegen,
// api_specs/specs/IGMedia.json, IGUser.json: edge tags, fields mentioned_media and
// mentioned_comment; IGUserForIGOnlyAPI.json: edge tags), and its pages "Tags", "Mentioned Media",
// "Mentioned Comment".
namespace insightd::collectors
{
namespace
{

using boost::json::parse;
using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto now = at("2026-03-01T12:00:00Z");

PublicRules rules(config::ConversationMode mode)
{
    static const insightd::testing::PlainNames names;
    config::PublicEdge settings;
    settings.mode = mode;
    return {1, settings, names};
}

/// The sample of the page "Tags"; this list names cursors and no next page.
TEST(Tags, TheDocumentedListIsRead)
{
    const auto page = decode_tags(parse(R"({"data": [
        {"id": "17902515472107807", "username": "bluebottle"}],
        "paging": {"cursors": {"before": "abc", "after": "def"}}})"));
    ASSERT_TRUE(page);
    ASSERT_THAT(page->rows, SizeIs(1));
    EXPECT_EQ(page->rows[0].id, 17902515472107807);
    EXPECT_EQ(page->rows[0].author.username, "bluebottle");
    EXPECT_EQ(page->rows[0].like_count, std::nullopt);
    EXPECT_EQ(page->after, "def");
}

TEST(Tags, APageWithoutRowsIsTheEnd)
{
    EXPECT_EQ(decode_tags(parse(R"({"data": []})"))->after, std::nullopt);
    EXPECT_EQ(
        decode_tags(parse(R"({"data": [], "paging": {"cursors": {"after": "def"}}})"))->after,
        std::nullopt);
    EXPECT_EQ(
        decode_tags(
            parse(R"({"data": [], "paging": {"cursors": {"after": "def"}, "next": "https://x"}})"))
            ->after,
        "def")
        << "but for one that names a next page";
}

TEST(Tags, AnythingElseIsMalformed)
{
    for (const auto* body : {"{}", "[]", R"({"data": [{"username": "x"}]})"})
        EXPECT_FALSE(decode_tags(parse(body))) << body;
}

TEST(TaggedRows, HoldNoWordsAndNamesInMetadataMode)
{
    const auto media = decode_public_media(parse(R"({"id": 5, "username": "Blue.Bottle",
        "timestamp": "2026-02-01T10:00:00+0000", "caption": "secret", "permalink": "https://i/p/x/",
        "media_type": "IMAGE", "media_product_type": "FEED", "like_count": 7, "comments_count": "2"})"));
    ASSERT_TRUE(media);
    const auto row = tagged_row(*media, rules(config::ConversationMode::metadata), now);
    EXPECT_EQ(row.author.name_key, "person @blue.bottle");
    EXPECT_EQ(row.author.key, std::nullopt);
    EXPECT_EQ(row.like_count, 7);
    EXPECT_EQ(row.comments_count, 2);
    EXPECT_EQ(row.text, std::nullopt);
    const auto kept = tagged_row(*media, rules(config::ConversationMode::text), now);
    EXPECT_EQ(kept.text, (model::PublicText{"secret", "", "Blue.Bottle", "https://i/p/x/"}));
}

TEST(PublicFields, WordsAreAskedForInTextModeOnly)
{
    constexpr std::array fields{Field{"id"}, Field{"caption"}, Field{"permalink"}, Field{"text"}};
    config::PublicEdge settings;
    settings.mode = config::ConversationMode::metadata;
    EXPECT_THAT(public_fields(fields, config::Login::facebook, settings, {}), ElementsAre("id"));
    settings.mode = config::ConversationMode::text;
    EXPECT_THAT(
        public_fields(fields, config::Login::facebook, settings, {"text"}),
        ElementsAre("id", "caption", "permalink"));
}

TEST(Mentions, OfACaptionAreRead)
{
    const model::MentionPlace place{17, 0};
    const auto told = decode_mention(
        parse(R"({"mentioned_media": {"id": "17", "caption": "hi", "like_count": "4",
        "comments_count": 1, "media_type": "VIDEO", "timestamp": "2026-02-01T10:00:00+0000",
        "username": "jane"}, "id": "17841405309211844"})"),
        place);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->like_count, 4);
    EXPECT_EQ(told->comments_count, 1);
    EXPECT_EQ(told->media_type, "VIDEO");
    EXPECT_EQ(told->words, "hi");
    const auto row =
        mention_row({place, now, {}, false}, *told, rules(config::ConversationMode::metadata), now);
    EXPECT_EQ(row.author.name_key, "person @jane");
    EXPECT_EQ(row.text, std::nullopt);
    EXPECT_EQ(row.published_at, at("2026-02-01T10:00:00Z"));
}

/// The sample of the page "Mentioned Comment".
TEST(Mentions, OfACommentAreRead)
{
    const auto told = decode_mention(
        parse(R"({"mentioned_comment": {"timestamp": "2018-03-20T00:05:29+0000", "like_count": 0,
        "id": "17873440459141021", "text": "bluebottle challenge?"}, "id": "17841405309211844"})"),
        {17, 17873440459141021});
    ASSERT_TRUE(told);
    EXPECT_EQ(told->like_count, 0) << "a number, not nothing";
    EXPECT_EQ(told->comments_count, std::nullopt);
    EXPECT_EQ(told->words, "bluebottle challenge?");
}

TEST(Mentions, AnAnswerToSomethingElseIsMalformed)
{
    EXPECT_FALSE(decode_mention(parse(R"({"id": "1"})"), {17, 0}));
    EXPECT_FALSE(decode_mention(parse(R"({"mentioned_media": {"id": "17"}})"), {17, 5}));
    EXPECT_FALSE(decode_mention(parse(R"({"mentioned_media": 3})"), {17, 0}));
}

TEST(Mentions, AreAskedForByTheirIds)
{
    EXPECT_EQ(mention_field({17, 0}, "id,timestamp"), "mentioned_media.media_id(17){id,timestamp}");
    EXPECT_EQ(mention_field({17, 5}, "id"), "mentioned_comment.comment_id(5){id}");
}

} // namespace
} // namespace insightd::collectors
