#include "tests/storage/readers.hpp"
#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::grant_all;
using model::Comment;

/// An account that keeps words and names of everything for a day.
class PublicEdges : public DatabaseTest
{
protected:
    PublicEdges() { keep({{"comment", 24h}, {"tag", 24h}, {"mention", 24h}}); }

    void keep(std::map<std::string, std::chrono::seconds> texts)
    {
        auto names = all_collectors;
        names.insert(names.end(), {"tags", "comments", "mentions"});
        model::Account row{account, "shop", "instagram", "UTC", names, 2h, std::nullopt, {}};
        row.keeps_public_texts = std::move(texts);
        insightd::testing::run(loop, database.prepare({row}, {}));
    }

    static Comment comment(std::string key, model::Instant at, const std::string& who = "jane")
    {
        Comment row;
        row.key = std::move(key);
        row.created_at = at;
        row.is_own = who.empty();
        row.like_count = 0;
        if (!row.is_own) {
            row.author = {"id of " + who, "name of " + who};
            row.text = model::PublicText{"words of " + row.key, "42", who, std::nullopt};
        }
        return row;
    }

    static Comment reply_to(const std::string& parent, Comment reply)
    {
        reply.parent_key = parent;
        return reply;
    }

    void write_reading(
        model::Instant at, std::vector<Comment> comments, bool is_entire = true,
        std::int64_t count = 1)
    {
        model::CommentReading reading;
        reading.media_id = post;
        reading.observed_at = at;
        reading.comments_count = reading.count_reached = count;
        reading.newest_key = comments.empty() ? "" : comments.front().key;
        if (!comments.empty())
            reading.newest_at = comments.front().created_at;
        reading.is_entire = reading.is_deep = is_entire;
        reading.comments = std::move(comments);
        model::Batch batch;
        batch.comments.push_back(std::move(reading));
        write(std::move(batch));
    }

    void write_tag(
        model::Instant at, std::optional<std::int64_t> likes, std::string who = "jane",
        model::MediaId id = 7)
    {
        model::TaggedMedia media;
        media.id = id;
        media.observed_at = at;
        media.published_at = noon - 1h;
        media.media_type = "IMAGE";
        media.author.name_key = "name of " + who;
        media.like_count = likes;
        media.text = model::PublicText{"a caption", "", who, "https://i/p/x/"};
        model::Batch batch;
        batch.tags.push_back(std::move(media));
        write(std::move(batch));
    }

    void write_mention(model::Instant at, const std::string& who = "jane")
    {
        model::MentionReading reading;
        reading.place = {9, 5};
        reading.pushed_at = noon;
        reading.observed_at = at;
        reading.published_at = noon;
        reading.author = {"id of " + who, "name of " + who};
        reading.like_count = 3;
        reading.text = model::PublicText{"@shop!", "42", who, std::nullopt};
        model::Batch batch;
        batch.mention_readings.push_back(std::move(reading));
        write(std::move(batch));
    }

    std::string keys(const std::string& condition) const
    {
        return query1(
                   url, "SELECT coalesce(string_agg(comment_key, ' ' ORDER BY comment_key), '') "
                        "FROM store.comment WHERE " +
                            condition)
            .value();
    }
};

TEST_F(PublicEdges, WritingAReadingAgainChangesNothing)
{
    const std::vector<Comment> two{comment("b", noon - 1min), comment("a", noon - 2min)};
    write_reading(noon, two);
    write_reading(noon, two);
    EXPECT_EQ(keys("unseen_since IS NULL"), "a b");
    EXPECT_EQ(count("insightd.public_text"), "2");
    EXPECT_EQ(count("store.comment_reading"), "1");
}

TEST_F(PublicEdges, OnlyAReadingOfAllCommentsTellsWhichAreGone)
{
    write_reading(noon, {comment("b", noon - 1min), comment("a", noon - 2min)});
    write_reading(noon + 1h, {comment("c", noon)}, false);
    EXPECT_EQ(keys("unseen_since IS NOT NULL"), "");
    write_reading(noon + 2h, {comment("c", noon), comment("b", noon - 1min)});
    EXPECT_EQ(keys("unseen_since IS NOT NULL"), "a");
    EXPECT_EQ(keys("true"), "a b c") << "nothing is removed";
    write_reading(noon + 3h, {comment("a", noon - 2min)}, false);
    EXPECT_EQ(keys("unseen_since IS NOT NULL"), "") << "it is there again";
}

/// What waited in a spool comes after what was read later.
TEST_F(PublicEdges, LateReadingsTurnNothingBack)
{
    write_reading(noon + 1h, {comment("b", noon), comment("a", noon - 1min)}, true, 2);
    write_reading(noon, {comment("a", noon - 1min)});
    EXPECT_EQ(keys("unseen_since IS NOT NULL"), "") << "b was not there then";
    EXPECT_EQ(query1(url, "SELECT comments_count FROM store.comment_reading"), "2");
    EXPECT_EQ(query1(url, "SELECT newest_key FROM store.comment_reading"), "b");
}

TEST_F(PublicEdges, LikesAndHidingAreThoseOfTheLastReading)
{
    auto row = comment("a", noon);
    write_reading(noon, {row});
    row.like_count = 4;
    row.is_hidden = true;
    write_reading(noon + 1h, {row}, false);
    EXPECT_EQ(query1(url, "SELECT like_count FROM store.comment WHERE is_hidden"), "4");
    EXPECT_EQ(
        query1(url, "SELECT format('%s %s', comment_likes, hidden) FROM insights.media_comments"),
        "4 1");
}

TEST_F(PublicEdges, WordsGoWhenTheirTimeHasCome)
{
    write_reading(noon, {comment("b", noon - 1h), comment("a", noon - 20h)});
    model::Batch batch;
    batch.texts_expire_at = noon + 5h;
    write(std::move(batch));
    EXPECT_EQ(query1(url, "SELECT string_agg(item_key, ',') FROM insightd.public_text"), "b");
    write_reading(noon + 6h, {comment("b", noon - 1h), comment("a", noon - 20h)});
    EXPECT_EQ(query1(url, "SELECT string_agg(item_key, ',') FROM insightd.public_text"), "b")
        << "what is too old is not stored again";
    keep({{"tag", 24h}});
    EXPECT_EQ(count("insightd.public_text"), "0");
    write_reading(noon + 7h, {comment("c", noon + 6h)});
    EXPECT_EQ(count("insightd.public_text"), "0") << "rows that waited since texts were kept";
    EXPECT_EQ(keys("true"), "a b c");
}

TEST_F(PublicEdges, OfTheForgottenNothingIsStoredAgain)
{
    write_reading(noon, {comment("b", noon, "joe"), comment("a", noon - 1min)});
    write_tag(noon, 1);
    write_tag(noon, 1, "joe", 8);
    write_mention(noon);
    const auto forgotten =
        insightd::testing::run(loop, database.forget_person({{account, "id of jane"}}));
    EXPECT_EQ(forgotten.comments, 1);
    EXPECT_EQ(forgotten.tags, 2) << "hers, found by the name that stood beside her id";
    EXPECT_EQ(forgotten.texts, 3);
    write_reading(noon + 1h, {comment("c", noon), comment("a", noon - 1min)}, false);
    write_tag(noon + 1h, 2);
    write_mention(noon + 1h);
    EXPECT_EQ(keys("true"), "b");
    EXPECT_EQ(query1(url, "SELECT string_agg(media_id::text, ',') FROM store.tagged_media"), "8");
    EXPECT_EQ(
        query1(url, "SELECT count(*) FROM insightd.public_text WHERE username = 'jane'"), "0");
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.mention WHERE author_key IS NOT NULL"), "0");
    EXPECT_EQ(count("store.mention_sample"), "0");
}

TEST_F(PublicEdges, ByNameAPersonIsForgottenUnderTheirIdsToo)
{
    write_reading(noon, {comment("a", noon - 1min)});
    insightd::testing::run(loop, database.forget_person({{account, "name of jane"}}));
    auto renamed = comment("b", noon);
    renamed.author.name_key = "name of janet";
    write_reading(noon + 1h, {renamed}, false);
    EXPECT_EQ(keys("true"), "");
}

TEST_F(PublicEdges, CountsOfTaggedMediaAreASeriesOfChanges)
{
    write_tag(noon, 1);
    write_tag(noon + 1h, 1);
    write_tag(noon + 2h, 2);
    write_tag(noon + 3h, std::nullopt);
    write_tag(noon + 3h, std::nullopt);
    EXPECT_EQ(
        query1(
            url,
            "SELECT string_agg(coalesce(like_count::text, 'hidden'), ' ' ORDER BY observed_at) "
            "FROM insights.tagged_media_history"),
        "1 2 hidden");
    EXPECT_EQ(
        query1(url, "SELECT last_seen_at - first_seen_at FROM insights.tagged_media"), "03:00:00");
    EXPECT_EQ(query1(url, "SELECT like_count IS NULL FROM insights.tagged_media"), "t");
}

TEST_F(PublicEdges, AMentionIsOneRowHoweverOftenItComes)
{
    for (int times = 0; times < 2; ++times) {
        model::Batch batch;
        batch.mentions.push_back({account, {9, 5}, noon, noon + times * 1min});
        write(std::move(batch));
    }
    EXPECT_EQ(query1(url, "SELECT count(*) FROM insights.mention WHERE read_at IS NULL"), "1");
    write_mention(noon + 1h);
    write_mention(noon + 24h);
    EXPECT_EQ(
        query1(
            url, "SELECT format('%s %s %s %s', media_id, comment_id, mentioned_in, like_count) "
                 "FROM insights.mention"),
        "9 5 comment 3");
    EXPECT_EQ(count("insights.mention_history"), "2");
    EXPECT_EQ(query1(url, "SELECT comment_id || text FROM insights_text.mention"), "5@shop!");
}

TEST_F(PublicEdges, TheStoreRemembersWhereItStopped)
{
    write_reading(noon, {comment("a", noon - 1min)}, true, 1);
    model::Batch batch;
    batch.mentions.push_back({account, {9, 0}, noon, noon});
    write(std::move(batch));
    const auto history = insightd::testing::run(loop, database.history({account})).at(0);
    EXPECT_THAT(
        history.comments,
        ElementsAre(model::KnownComments{post, noon, noon, 1, 1, "a", noon - 1min}));
    EXPECT_THAT(
        history.mentions, ElementsAre(model::KnownMention{{9, 0}, noon, std::nullopt, false}));
}

TEST_F(PublicEdges, ActivityTellsWhatIsAnsweredAndHowSoon)
{
    write_reading(
        noon + 48h,
        {reply_to("a", comment("e", noon + 2h, "")), reply_to("a", comment("d", noon + 30min, "")),
         reply_to("a", comment("c", noon + 10min, "joe")), comment("b", noon + 5min),
         comment("a", noon), comment("o", noon, "")});
    EXPECT_EQ(
        query1(
            url, "SELECT format('%s %s %s %s %s %s %s', comments, comment_replies, own_comments, "
                 "answered, "
                 "median_response_minutes, posts, people) FROM insights.comment_activity"),
        "2 1 3 1 30 1 2");
    EXPECT_EQ(
        query1(
            url, "SELECT format('%s %s %s %s', comments, comment_replies, own_comments, people) "
                 "FROM insights.media_comments"),
        "2 1 3 2");
}

TEST_F(PublicEdges, WordsAreSeenOnlyByReadersOfMessages)
{
    write_reading(noon, {comment("a", noon - 1min)});
    write_tag(noon, 1);
    grant_all(url, "reads_no_words");
    for (const auto* table :
         {"insights_text.comment", "insights_text.tagged_media", "insightd.public_text"})
        EXPECT_THROW(
            query(as_login(url, "reads_no_words"), std::string{"SELECT * FROM "} + table),
            std::exception)
            << table;
    grant_reader(url, {"reads_words", std::vector<std::string>{"shop"}, 30s, {}, true});
    EXPECT_EQ(
        query1(as_login(url, "reads_words"), "SELECT text FROM insights_text.comment"),
        "words of a");
    EXPECT_EQ(
        query1(as_login(url, "reads_words"), "SELECT username FROM insights_text.tagged_media"),
        "jane");
}

} // namespace
} // namespace insightd::storage
