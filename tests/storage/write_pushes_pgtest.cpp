#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

using insightd::testing::Row;
using model::Provenance;
using model::StoryState;

constexpr model::MediaId story = 17900000000000077;
const auto published = noon - 24h;
const auto end = noon;

/// A story that ends at noon.
class StoryPushes : public DatabaseTest
{
protected:
    static model::Breakdown navigation(
        std::vector<std::pair<std::string, std::int64_t>> kinds,
        std::optional<std::int64_t> total = std::nullopt)
    {
        model::Breakdown split{"navigation", {"story_navigation_action_type"}, {}, std::nullopt};
        for (const auto& [kind, count] : kinds)
            split.cells.push_back({{kind}, Number{count}});
        if (total)
            split.total = Number{*total};
        return split;
    }

    static model::Reading number(std::string metric, std::int64_t count)
    {
        return {std::move(metric), Number{count}};
    }

    static model::StoryEntry line(model::Instant known_at, StoryState state)
    {
        model::StoryEntry entry;
        entry.media_id = story;
        entry.known_at = known_at;
        entry.found_at = published + 5min;
        entry.published_at = published;
        entry.expires_at = end;
        entry.window_from = end - 15min;
        entry.state = state;
        if (state != StoryState::open)
            entry.closed_at = known_at;
        if (state == StoryState::missed)
            entry.reason_kind = entry.reason = "throttled";
        return entry;
    }

    /// A poll with all that polls tell.
    void poll(model::Instant observed_at, StoryState state = StoryState::open)
    {
        model::Media media;
        media.id = story;
        media.product_type = "STORY";
        media.media_type = "IMAGE";
        media.published_at = published;
        media.expires_at = end;
        media.observed_at = observed_at;
        model::Batch batch;
        batch.media.push_back(std::move(media));
        batch.samples.push_back(
            {story,
             observed_at,
             {{number("views", 100), number("reach", 80), number("shares", 3), number("replies", 1),
               number("navigation", 60)},
              {navigation({{"tap_forward", 40}, {"tap_exit", 8}, {"swipe_forward", 10}}, 60)}}});
        auto entry = line(observed_at, state);
        entry.last_answer_at = entry.last_numbers_at = observed_at;
        entry.provenance = Provenance::poll;
        batch.stories.push_back(std::move(entry));
        write(std::move(batch));
    }

    void keep(model::StoryEntry entry)
    {
        model::Batch batch;
        batch.stories.push_back(std::move(entry));
        write(std::move(batch));
    }

    static model::StoryPush pushed(model::Instant at = end)
    {
        model::StoryPush push;
        push.account_id = account;
        push.media_id = story;
        push.pushed_at = at;
        push.received_at = at + 3s;
        push.readings = {
            {number("views", 110), number("reach", 85), number("replies", 2)},
            {navigation({{"tap_forward", 44}, {"tap_back", 5}, {"tap_exit", 9}})}};
        push.told = R"({"impressions": 110})";
        return push;
    }

    static model::StoryPush of_few_viewers()
    {
        auto push = pushed();
        push.readings = {
            {{"reach", Absence::too_few_viewers}, {"views", Absence::too_few_viewers}}, {}};
        return push;
    }

    void write_pushes(std::vector<model::StoryPush> pushes)
    {
        model::Batch batch;
        batch.account_id = model::several_accounts;
        batch.pushes = std::move(pushes);
        insightd::testing::run(
            loop, database.write(std::make_shared<const model::Batch>(std::move(batch))));
    }

    Row summary(const std::string& columns) const
    {
        return query(url, "SELECT " + columns + " FROM insights.story_summary").at(0);
    }

    std::string state() const
    {
        return query1(url, "SELECT state || ' ' || coalesce(provenance, 'none') FROM store.story")
            .value();
    }
};

TEST_F(StoryPushes, ReplaceWhatTheyTellAndLeaveTheRestToTheLastPoll)
{
    poll(end - 5min);
    write_pushes({pushed()});
    EXPECT_EQ(summary("views, reach, replies, shares"), (Row{"110", "85", "2", "3"}));
    EXPECT_EQ(
        summary("taps_forward, taps_back, exits, swipes_forward"), (Row{"44", "5", "9", "10"}));
    EXPECT_EQ(summary("navigation"), (Row{"70"})) << "60, and 10 more of the kinds that are told";
    EXPECT_EQ(
        query1(
            url, "SELECT breakdowns #>> '{navigation,story_navigation_action_type,unattributed}' "
                 "FROM store.media_state"),
        "2")
        << "as before";
    EXPECT_EQ(summary("last_reading_at = '2026-03-01T12:00:00Z'"), (Row{"t"}));
    EXPECT_EQ(count("store.media_sample"), "2");
}

TEST_F(StoryPushes, ThatComeAgainAreOneRow)
{
    poll(end - 5min);
    for (int times = 0; times < 3; ++times) {
        auto again = pushed();
        again.received_at += times * 1h;
        write_pushes({again, again});
    }
    EXPECT_EQ(count("store.story_push"), "1");
    EXPECT_EQ(count("store.media_sample"), "2");
    EXPECT_EQ(
        query1(url, "SELECT received_at = '2026-03-01T12:00:03Z' FROM insights.story_push"), "t");
}

TEST_F(StoryPushes, OfAClosedStoryTurnItIntoAPushedOne)
{
    poll(end - 5min, StoryState::final);
    write_pushes({pushed()});
    EXPECT_EQ(state(), "webhook webhook");
}

TEST_F(StoryPushes, SaveAStoryThatWasMissed)
{
    poll(end - 2h, StoryState::missed);
    write_pushes({pushed()});
    EXPECT_EQ(state(), "webhook webhook");
    EXPECT_EQ(query1(url, "SELECT reason || reason_kind FROM store.story"), "");
}

TEST_F(StoryPushes, OfAnOpenStoryLeaveItItsOwnLastTry)
{
    poll(end - 5min);
    write_pushes({pushed()});
    EXPECT_EQ(state(), "open webhook");
    auto last_try = line(end + 1min, StoryState::final); // by one who knows of no push
    last_try.last_answer_at = last_try.last_numbers_at = end - 5min;
    last_try.provenance = Provenance::poll;
    keep(last_try);
    EXPECT_EQ(state(), "webhook webhook");
}

TEST_F(StoryPushes, ThatAreOlderThanTheLastPollChangeNoNumber)
{
    poll(end + 2min, StoryState::final);
    write_pushes({pushed(end)});
    EXPECT_EQ(summary("views, reach"), (Row{"100", "80"}));
    EXPECT_EQ(state(), "final poll");
    EXPECT_EQ(count("store.story_push"), "1") << "it was told all the same";
}

TEST_F(StoryPushes, OfAStoryThatNobodySawAreItsOnlyNumbers)
{
    write_pushes({pushed()});
    EXPECT_EQ(
        summary("views, reach, shares, navigation, taps_back"),
        (Row{"110", "85", std::nullopt, std::nullopt, "5"}));
    EXPECT_EQ(
        summary(
            "published_at = '2026-02-28T12:00:00Z', expires_at = '2026-03-01T12:00:00Z', state"),
        (Row{"t", "t", "webhook"}));
    EXPECT_EQ(summary("found_after"), (Row{"1440.0000000000000000"})) << "in minutes: at its end";
}

TEST_F(StoryPushes, WhatAListToldGoesBeforeWhatAPushLetsGuess)
{
    write_pushes({pushed(end + 20min)});
    poll(end - 5min); // waited in a spool
    EXPECT_EQ(
        query1(url, "SELECT published_at = '2026-02-28T12:00:00Z' FROM insights.story_summary"),
        "t");
    EXPECT_EQ(
        query(
            url, "SELECT published_at = '2026-02-28T12:00:00Z', expires_at = "
                 "'2026-03-01T12:00:00Z' FROM store.story")
            .at(0),
        (Row{"t", "t"}));
    EXPECT_EQ(summary("views, media_type"), (Row{"110", "IMAGE"}));
}

TEST_F(StoryPushes, OfTooFewViewersAreAReasonAndNoNumber)
{
    write_pushes({of_few_viewers()});
    EXPECT_EQ(
        summary("views, reach, absent ->> 'reach', state, provenance"),
        (Row{std::nullopt, std::nullopt, "too_few_viewers", "final", std::nullopt}));
}

TEST_F(StoryPushes, OfTooFewViewersLeaveThePolledNumbers)
{
    poll(end - 5min, StoryState::missed);
    write_pushes({of_few_viewers()});
    EXPECT_EQ(summary("views, reach, absent"), (Row{"100", "80", std::nullopt}));
    EXPECT_EQ(state(), "final poll") << "it was answered at its end";
}

TEST_F(StoryPushes, OfAPostThatIsNoStoryMakeNoneOfIt)
{
    write_post(noon - 1h);
    auto strange = pushed();
    strange.media_id = post;
    write_pushes({strange});
    EXPECT_EQ(count("store.story"), "0");
    EXPECT_EQ(count("store.story_push"), "1");
}

TEST_F(StoryPushes, OfSeveralAccountsAreWrittenTogether)
{
    constexpr model::AccountId other = account + 1;
    insightd::testing::run(
        loop, database.prepare(
                  {{account, "shop", "instagram", "UTC", all_collectors},
                   {other, "other", "facebook", "UTC", all_collectors}},
                  {}));
    auto second = pushed();
    second.account_id = other;
    second.media_id = story + 1;
    write_pushes({pushed(), second});
    EXPECT_EQ(
        query1(
            url, "SELECT count(DISTINCT account_id) FROM insights.story_summary WHERE views > 0"),
        "2");
}

} // namespace
} // namespace insightd::storage
