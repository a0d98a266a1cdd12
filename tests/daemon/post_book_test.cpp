#include "daemon/post_book.hpp"
#include "daemon/post_rates.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using namespace std::chrono_literals;

const auto now = at("2026-03-01T12:00:00Z");
constexpr model::MediaId id = 17900000000000001;

model::MediaSample sample(model::Instant when, std::int64_t views)
{
    return {id, when, {{{"views", model::Number{views}}}, {}}};
}

model::Media listed(model::Instant when, std::int64_t likes)
{
    model::Media media;
    media.id = id;
    media.product_type = "FEED";
    media.published_at = now - 240h;
    media.observed_at = when;
    media.like_count = likes;
    media.comments_count = 0;
    return media;
}

/// A post ten days old that was read twice, a view an hour, among a hundred like it.
class PostBookTest : public ::testing::Test
{
protected:
    PostBookTest()
    {
        settings.schedule.freshness = 5h;
        for (model::MediaId other = 1; other <= 100; ++other)
            book.remember(stored(other, model::PostRate{1, 50, 0, 0, now - 2h}));
        book.track(id, "FEED", "IMAGE", now - 240h);
        book.take_samples({sample(now - 26h, 1'000)});
        book.take_list({listed(now - 26h + 1min, 30)});
        book.take_samples({sample(now - 2h, 1'024)});
    }

    static model::StoredPost stored(model::MediaId of, std::optional<model::PostRate> rate)
    {
        model::StoredPost post;
        post.id = of;
        post.product_type = "FEED";
        post.published_at = now - 240h;
        post.checked_at = now - 2h;
        post.total = 1'024;
        post.total_is_views = true;
        post.interactions = 30;
        post.rate = rate;
        return post;
    }

    const scheduling::Post& post() const { return *book.table().find(id); }
    model::Instant due() const { return book.plan(post(), now)->due; }

    config::Account settings;
    PostBook book{settings};
};

TEST_F(PostBookTest, APostWithoutAReadingIsDueNow)
{
    const auto& fresh = book.track(id + 1, "REELS", "VIDEO", now - 1h);
    EXPECT_EQ(book.plan(fresh, now)->reason, scheduling::Reason::never_read);
    EXPECT_EQ(book.plan(fresh, now)->due, now);
}

TEST_F(PostBookTest, LikesThatMovePullItForwardAndStillnessLetsItRest)
{
    const auto before = due();
    auto still = book;
    still.take_list({listed(now - 2min, 30)});
    EXPECT_GT(still.plan(*still.table().find(id), now)->due, before);
    book.take_list({listed(now - 2min, 530)});
    EXPECT_LE(due(), now + 5min);
    EXPECT_GT(before, now + 1h);
}

TEST_F(PostBookTest, NothingMakesItRestLongerThanItsTier)
{
    settings.schedule.freshness = 1'000h;
    EXPECT_EQ(due(), now - 2h + 24h) << "ten days old: once a day";
    EXPECT_EQ(book.plan(post(), now)->reason, scheduling::Reason::tier_floor);
    EXPECT_EQ(book.due_after_reading(post(), now), now + 24h);
}

TEST_F(PostBookTest, PlainTiersHeedNoChange)
{
    settings.schedule.polling = config::Polling::tiers;
    const auto before = due();
    book.take_list({listed(now - 2min, 530)});
    EXPECT_EQ(due(), before);
}

TEST_F(PostBookTest, WritesTheRateThatItThenTakes)
{
    model::Batch rows;
    rows.samples.push_back(sample(now, 2'000));
    rows.media.push_back(listed(now, 31));
    rows.media.front().id = id + 1; // one that the list shows first
    book.rate(rows);
    ASSERT_TRUE(rows.samples.front().rate && rows.media.front().rate);
    EXPECT_EQ(rows.samples.front().rate->judged_at, now);

    book.take_samples(rows.samples);
    EXPECT_EQ(rows.samples.front().rate->per_hour, post().rate.per_hour);
    EXPECT_GT(rows.samples.front().rate->per_hour, 1);
}

TEST_F(PostBookTest, GoesOnFromWhatWasStored)
{
    const auto& rate = post().rate;
    const model::PostRate kept{rate.per_hour, rate.evidence, rate.unread, rate.waited, now - 2h};
    auto restarted = book;
    Scheduler scheduler;
    scheduler.attach(0, restarted.table());
    restarted.forget(0, id, scheduler);
    EXPECT_EQ(restarted.table().find(id), nullptr);
    const auto& again = restarted.remember(stored(id, kept));
    EXPECT_EQ(again.rate.total, rate.total);
    const auto difference = restarted.plan(again, now)->due - due();
    EXPECT_LT(std::chrono::abs(difference), 1min);
}

TEST_F(PostBookTest, APostReadBeforeRatesWereKeptIsGuessedNotForgotten)
{
    PostBook restarted{settings};
    const auto& old = restarted.remember(stored(id, std::nullopt));
    EXPECT_TRUE(old.rate.is_read());
    EXPECT_GT(old.rate.per_hour, 0);
    EXPECT_EQ(restarted.count().read, 1);
}

TEST_F(PostBookTest, HiddenLikesAreNoZero)
{
    auto hidden = listed(now - 2min, 0);
    hidden.like_count.reset();
    const auto before = post().rate.unread;
    book.take_list({hidden});
    book.take_list({listed(now - 1min, 530)}); // shown again: that is no movement
    EXPECT_LT(post().rate.unread, before + 100);
}

TEST_F(PostBookTest, AReachIsNoSuccessorOfViews)
{
    const auto before = post().rate;
    const model::MediaSample reach{
        id, now - 1h, {{{"reach", model::Number{std::int64_t{700}}}}, {}}};
    book.take_samples({reach});
    EXPECT_EQ(post().rate.total, before.total);
    EXPECT_GT(post().rate.read_at, before.read_at);
    book.take_samples({sample(now, 1'026)});
    EXPECT_LT(post().rate.per_hour, 2);
}

TEST_F(PostBookTest, ViewsAfterAReachAreNoBurst)
{
    auto known = stored(id + 1, model::PostRate{1, 50, 0, 0, now - 2h});
    known.total_is_views = false;
    book.remember(known);
    auto views = sample(now, 4'000);
    views.media_id = id + 1;
    book.take_samples({views});
    EXPECT_LT(book.table().find(id + 1)->rate.per_hour, 20) << "4000 in ten days, not in two hours";
}

TEST_F(PostBookTest, LikesThatAReadingHasSeenAreNotCountedAfterARestart)
{
    auto known = stored(id + 1, model::PostRate{1, 50, 0, 0, now - 2h});
    known.listed_at = now - 26h;
    auto list = listed(now - 1h, 530);
    list.id = id + 1;
    book.remember(known);
    book.take_list({list});
    EXPECT_LT(book.table().find(id + 1)->rate.unread, 5);
    known.id = list.id = id + 2;
    known.listed_at = now - 2h;
    book.remember(known);
    book.take_list({list});
    EXPECT_GT(book.table().find(id + 2)->rate.unread, 400);
}

TEST_F(PostBookTest, RemembersThatAStoryAnsweredNumbers)
{
    model::KnownMedia story;
    story.id = 777;
    story.product_type = "STORY";
    story.published_at = now - 1h;
    story.has_numbers = true;
    book.remember_story(story);
    EXPECT_TRUE(book.media(777)->has_numbers);
    story.id = 778;
    story.has_numbers = false;
    book.remember_story(story);
    auto numbers = sample(now, 5);
    numbers.media_id = 778;
    book.take_samples({numbers});
    EXPECT_TRUE(book.media(778)->has_numbers);
}

TEST(PostRates, LikesAndCommentsWhoseSumIsNoNumberAreNone)
{
    scheduling::AccountRates account;
    scheduling::ChangeRate rate;
    auto media = listed(now, INT64_MAX);
    take_in(account, rate, media);
    EXPECT_GT(rate.interactions, 0);
    media.observed_at += 1h;
    media.comments_count = 1;
    take_in(account, rate, media);
    EXPECT_EQ(rate.interactions, -1);
}

TEST_F(PostBookTest, KeepsStoriesButNotTheirPace)
{
    book.track(777, "STORY", "IMAGE", now - 1h);
    EXPECT_EQ(book.media(777)->expires_at, now + 23h);
    EXPECT_EQ(book.count().listed, 101);
    EXPECT_EQ(book.count().read, 101);
}

} // namespace
} // namespace insightd::daemon
