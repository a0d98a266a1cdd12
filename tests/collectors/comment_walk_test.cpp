#include "collectors/comment_walk.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");
constexpr model::MediaId post = 17900000000000001;

config::Account reading_comments()
{
    config::Account account;
    account.user_id = 1;
    account.comments.mode = config::ConversationMode::metadata;
    return account;
}

boost::json::object comment(int number, model::Instant created_at)
{
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(created_at).time_since_epoch().count();
    return {{"id", std::to_string(number)}, {"timestamp", seconds}};
}

boost::json::object page_of(boost::json::array rows, const std::string& after = {})
{
    boost::json::object page{{"data", std::move(rows)}};
    if (!after.empty())
        page["paging"] = boost::json::object{
            {"cursors", boost::json::object{{"after", after}}}, {"next", "https://x"}};
    return page;
}

graph::Failure failure_of(graph::FailureClass kind, const std::string& message = "no")
{
    graph::Failure failure;
    failure.kind = kind;
    failure.message = message;
    return failure;
}

class CommentWalkTest : public ::testing::Test
{
protected:
    void list(std::int64_t comments, model::MediaId id = post)
    {
        model::Media media;
        media.id = id;
        media.product_type = "FEED";
        media.published_at = noon - 24h;
        media.comments_count = comments;
        walk.listed({media});
    }

    Collected take(boost::json::object body)
    {
        auto collected = walk.take(graph::Reply{std::move(body), {}}, names, noon);
        walk.learn(collected.rows.comments);
        return collected;
    }

    Collected fail(graph::FailureClass kind, const std::string& message = "no")
    {
        return walk.take(failure_of(kind, message), names, noon);
    }

    /// Comments 1 … count, the newest first, a minute apart; the last at noon - 1h.
    static boost::json::array comments(int count)
    {
        boost::json::array rows;
        for (int number = count; number > 0; --number)
            rows.push_back(comment(number, noon - 1h + number * 1min));
        return rows;
    }

    void read_first(int count)
    {
        list(count);
        ASSERT_TRUE(walk.begin(noon));
        (void)walk.next(noon);
        const auto read = take(page_of(comments(count))).rows.comments;
        ASSERT_THAT(read, SizeIs(1));
        ASSERT_TRUE(read.front().is_entire);
    }

    insightd::testing::PlainNames names;
    config::Account account = reading_comments();
    CommentWalk walk{account};
};

TEST_F(CommentWalkTest, AsksNothingOfPostsWhoseNumberStandsStill)
{
    EXPECT_FALSE(walk.begin(noon));
    list(0);
    EXPECT_FALSE(walk.begin(noon)) << "there are none";
    read_first(3);
    EXPECT_FALSE(walk.is_under_way());
    list(3);
    EXPECT_FALSE(walk.begin(noon + 1h));
}

TEST_F(CommentWalkTest, ANumberThatIsNoCountTellsNothing)
{
    for (const auto comments : {INT64_MIN, std::int64_t{-1}, INT64_MAX})
        list(comments);
    EXPECT_FALSE(walk.begin(noon));
}

TEST_F(CommentWalkTest, AsksForTheNewestWithTheirRepliesAndNotForWords)
{
    list(1);
    ASSERT_TRUE(walk.begin(noon));
    const auto request = walk.next(noon);
    EXPECT_EQ(request.path, std::to_string(post) + "/comments");
    EXPECT_EQ(request.params[0].first, "fields");
    EXPECT_THAT(request.params[0].second, HasSubstr("replies.limit(50){id,timestamp"));
    EXPECT_THAT(request.params[0].second, Not(HasSubstr("text")));
}

TEST_F(CommentWalkTest, EndsWhereAsManyAreNewAsTheNumberRose)
{
    read_first(3);
    list(5);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    const auto read = take(page_of(comments(5), "deeper")).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_FALSE(read.front().is_entire);
    EXPECT_EQ(read.front().newest_key, "comment 5");
    EXPECT_EQ(read.front().count_reached, 5);
    EXPECT_FALSE(walk.is_under_way());
}

TEST_F(CommentWalkTest, WhatCameSinceTheListIsTakenAlong)
{
    read_first(3);
    list(4);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    const auto read = take(page_of(comments(6), "deeper")).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_EQ(read.front().count_reached, 6);
    list(6);
    EXPECT_FALSE(walk.begin(noon)) << "so many were seen already";
    list(5);
    ASSERT_TRUE(walk.begin(noon)) << "one went meanwhile";
    (void)walk.next(noon);
    EXPECT_THAT(take(page_of(comments(6), "deeper")).rows.comments, IsEmpty()) << "to the end";
}

TEST_F(CommentWalkTest, APostThatMovedIsReadToItsEndADayLater)
{
    read_first(3);
    list(4);
    ASSERT_TRUE(walk.begin(noon + 1h));
    (void)walk.next(noon + 1h);
    auto collected = walk.take(graph::Reply{page_of(comments(4), "deeper"), {}}, names, noon + 1h);
    walk.learn(collected.rows.comments);
    EXPECT_FALSE(walk.begin(noon + 23h));
    ASSERT_TRUE(walk.begin(noon + 25h));
    (void)walk.next(noon + 25h);
    collected = walk.take(graph::Reply{page_of(comments(4), "deeper"), {}}, names, noon + 25h);
    EXPECT_THAT(collected.rows.comments, IsEmpty()) << "it goes on";
    (void)walk.next(noon + 25h);
    collected = walk.take(graph::Reply{page_of({}), {}}, names, noon + 25h);
    ASSERT_THAT(collected.rows.comments, SizeIs(1));
    walk.learn(collected.rows.comments);
    EXPECT_FALSE(walk.begin(noon + 100h)) << "it did not move since";
}

TEST_F(CommentWalkTest, ANumberThatNeverFitsIsNotReadAgainAndAgain)
{
    list(2); // of three that are there
    int readings = 0;
    for (auto now = noon; now < noon + 48h; now += 15min) {
        if (!walk.begin(now))
            continue;
        (void)walk.next(now);
        walk.learn(walk.take(graph::Reply{page_of(comments(3)), {}}, names, now).rows.comments);
        ++readings;
    }
    EXPECT_EQ(readings, 2);
}

TEST_F(CommentWalkTest, ReadsOnUntilItMeetsWhatIsKnown)
{
    read_first(1);
    list(4);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    const auto all = comments(4);
    EXPECT_THAT(take(page_of({all[0], all[1]}, "a")).rows.comments, IsEmpty());
    EXPECT_EQ(walk.next(noon).params.back().second, "a");
    const auto read = take(page_of({all[2], all[3]}, "b")).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_THAT(read.front().comments, SizeIs(4));
}

TEST_F(CommentWalkTest, AReplyThatLiesDeepIsFound)
{
    read_first(3);
    list(4);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    auto all = comments(3);
    EXPECT_THAT(take(page_of({all[0], all[1]}, "a")).rows.comments, IsEmpty())
        << "nothing is new here";
    all[2].as_object()["replies"] = page_of({comment(9, noon)});
    const auto read = take(page_of({all[2]}, "b")).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_EQ(read.front().comments.back().parent_key, "comment 1");
    EXPECT_EQ(read.front().newest_key, "comment 9");
}

TEST_F(CommentWalkTest, WhereTheNumberFallsEverythingIsRead)
{
    read_first(3);
    list(2);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    auto all = comments(3);
    EXPECT_THAT(take(page_of({all[0]}, "a")).rows.comments, IsEmpty());
    const auto read = take(page_of({all[2]})).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_TRUE(read.front().is_entire);
}

TEST_F(CommentWalkTest, MoreRepliesAreReadFromTheirComment)
{
    list(3);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    auto first = comment(1, noon - 1h);
    first["replies"] = page_of({comment(2, noon - 30min)}, "more");
    EXPECT_THAT(take(page_of({first})).rows.comments, IsEmpty());
    const auto request = walk.next(noon);
    EXPECT_EQ(request.path, "1/replies");
    EXPECT_EQ(request.params.back().second, "more");
    const auto read = take(page_of({comment(3, noon - 20min)})).rows.comments;
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_TRUE(read.front().is_entire);
    EXPECT_EQ(read.front().comments.at(2).parent_key, "comment 1");
}

TEST_F(CommentWalkTest, CallsForOnePostAreBounded)
{
    list(100'000);
    ASSERT_TRUE(walk.begin(noon));
    std::vector<model::CommentReading> read;
    int calls = 0;
    for (; read.empty() && calls < 100; ++calls) {
        (void)walk.next(noon);
        read = take(page_of({comment(calls + 1, noon - calls * 1min)}, std::to_string(calls)))
                   .rows.comments;
    }
    EXPECT_EQ(calls, 20);
    ASSERT_THAT(read, SizeIs(1));
    EXPECT_FALSE(read.front().is_entire);
    list(100'000);
    EXPECT_FALSE(walk.begin(noon + 1h)) << "it does not begin again before the number moves";
}

TEST_F(CommentWalkTest, CursorsInACircleEndIt)
{
    list(9);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    (void)take(page_of(comments(2), "a"));
    (void)walk.next(noon);
    const auto collected = take(page_of(comments(2), "a"));
    EXPECT_THAT(collected.rows.comments, IsEmpty());
    ASSERT_TRUE(collected.failure);
    EXPECT_FALSE(walk.is_under_way());
}

TEST_F(CommentWalkTest, AFieldThatIsRefusedIsLeftOut)
{
    list(1);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    EXPECT_FALSE(
        fail(graph::FailureClass::bad_field, "(#100) Tried accessing nonexisting field (user)")
            .failure);
    EXPECT_THAT(walk.next(noon).params[0].second, Not(HasSubstr("user,")));
    EXPECT_THAT(take(page_of(comments(1))).rows.comments, SizeIs(1));
}

TEST_F(CommentWalkTest, ADeletedPostIsPassedOverSilently)
{
    list(1);
    list(2, post + 1);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    EXPECT_FALSE(fail(graph::FailureClass::object_gone).failure);
    EXPECT_TRUE(walk.is_under_way()) << "the other one";
    (void)walk.next(noon);
    EXPECT_FALSE(take(page_of(comments(1))).failure);
    EXPECT_FALSE(walk.begin(noon + 1h)) << "it is not asked again at once";
    EXPECT_TRUE(walk.begin(noon + 7h));
}

TEST_F(CommentWalkTest, WhatStopsTheAccountLeavesItWhereItIs)
{
    list(1);
    ASSERT_TRUE(walk.begin(noon));
    const auto asked = walk.next(noon).path;
    EXPECT_TRUE(fail(graph::FailureClass::no_permission).failure);
    ASSERT_TRUE(walk.begin(noon + 1min));
    EXPECT_EQ(walk.next(noon + 1min).path, asked);
}

TEST_F(CommentWalkTest, OneThatFailsAgainAndAgainHoldsNoOtherUp)
{
    list(1);
    list(2, post + 1);
    ASSERT_TRUE(walk.begin(noon));
    for (int tries = 0; tries < 2; ++tries) {
        (void)walk.next(noon);
        EXPECT_TRUE(fail(graph::FailureClass::transient).failure);
    }
    (void)walk.next(noon);
    EXPECT_FALSE(fail(graph::FailureClass::transient).failure) << "passed over";
    (void)walk.next(noon);
    const auto collected = take(page_of(comments(1)));
    EXPECT_THAT(collected.rows.comments, SizeIs(1));
    ASSERT_TRUE(collected.failure) << "said at the end";
    EXPECT_TRUE(collected.is_of_a_part);
}

TEST_F(CommentWalkTest, StoriesHaveNoComments)
{
    model::Media story;
    story.id = 5;
    story.product_type = "STORY";
    story.comments_count = 3;
    walk.listed({story});
    EXPECT_FALSE(walk.begin(noon));
}

TEST_F(CommentWalkTest, RemembersWhatTheStoreHas)
{
    walk.remember({{post, noon - 50min, noon - 50min, 3, 3, "comment 3", noon - 1h + 3min}});
    list(3);
    EXPECT_FALSE(walk.begin(noon));
    list(4);
    ASSERT_TRUE(walk.begin(noon));
    (void)walk.next(noon);
    EXPECT_THAT(take(page_of(comments(4), "deeper")).rows.comments, SizeIs(1)) << "one call";
}

} // namespace
} // namespace insightd::collectors
