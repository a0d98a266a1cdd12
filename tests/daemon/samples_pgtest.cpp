#include "collectors/account_insights.hpp"
#include "collectors/audience.hpp"
#include "collectors/insights.hpp"
#include "collectors/media.hpp"
#include "collectors/profile.hpp"
#include "storage/database.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <gmock/gmock.h>

// The sample answers of the platform, all the way into the views.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using insightd::testing::fixture;
using insightd::testing::query;
using insightd::testing::query1;
using ::testing::ElementsAre;

constexpr model::AccountId account_id = 17841405822304914;
const auto now = at("2026-03-01T12:00:00Z");

config::Account account()
{
    config::Account account;
    account.user_id = account_id;
    account.login = config::Login::facebook;
    return account;
}

model::MediaSample sample(model::MediaId media, std::initializer_list<const char*> files)
{
    model::MediaSample sample;
    sample.media_id = media;
    sample.observed_at = now;
    for (const auto* file : files)
        collectors::merge(
            sample.readings,
            collectors::decode_readings(fixture(file), {}, collectors::Case::folded).value());
    return sample;
}

model::Media story(model::MediaId id)
{
    model::Media media;
    media.id = id;
    media.product_type = "STORY";
    media.published_at = now - std::chrono::hours{20};
    media.expires_at = now + std::chrono::hours{4};
    media.observed_at = now;
    return media;
}

class Samples : public ::testing::Test
{
protected:
    Samples() : url{insightd::testing::fresh_database()}
    {
        boost::asio::io_context loop{1};
        storage::Database database{url};
        insightd::testing::run(
            loop, database.prepare({{account_id, "sample", "facebook", "UTC", {}}}, {}));
        insightd::testing::run(loop, database.write(std::make_shared<const model::Batch>(batch())));
    }

    static model::Batch batch()
    {
        model::Batch batch;
        batch.account_id = account_id;
        batch.profiles.push_back(
            collectors::decode_profile(fixture("graph/seed-user-node.json"), account(), now)
                .value());
        const auto list = fixture("graph/media-list-full-fields.json");
        for (const auto& node : list.at("data").as_array())
            batch.media.push_back(
                collectors::decode_media(node, collectors::MediaList::media, now).value());
        batch.media.push_back(collectors::decode_media(
                                  fixture("graph/media-carousel-with-children.json"),
                                  collectors::MediaList::media, now)
                                  .value());
        batch.media.push_back(story(3874523487643));
        batch.samples.push_back(sample(84386203808767123, {"graph/media-insights-reels.json"}));
        batch.samples.push_back(sample(
            3874523487643,
            {"graph/media-insights-story.json", "graph/seed-media-insights-navigation.json",
             "graph/seed-media-insights-profile_activity.json"}));
        add_days(batch);
        batch.demographics.push_back(
            collectors::decode_demographics(
                fixture("graph/user-insights-demographics-two-dimensions.json"),
                {"engaged_audience_demographics", "country", "this_month"}, now)
                .value());
        batch.online_followers =
            collectors::decode_online_followers(
                fixture("graph/user-insights-online_followers.json"), "UTC", now)
                .value();
        return batch;
    }

    static void add_days(model::Batch& batch)
    {
        auto series =
            collectors::decode_series(fixture("graph/user-insights-time_series-day.json")).value();
        for (auto& [end, readings] : series.by_end_time) {
            auto split = collectors::decode_readings(
                             fixture("graph/user-insights-total_value-breakdown.json"), {},
                             collectors::Case::as_sent)
                             .value();
            split.values.clear(); // the series gives the total
            collectors::merge(readings, std::move(split));
            batch.days.push_back(
                {collectors::day_ending_at(end, "UTC"), end, now, true, std::move(readings)});
        }
    }

    std::string url;
};

TEST_F(Samples, ProfileIsInAccountLatest)
{
    EXPECT_THAT(
        query(
            url,
            "SELECT username, biography, website, followers_count FROM insights.account_latest")[0],
        ElementsAre(
            "metricsaurus", "Dino data crunching app", "http://www.metricsaurus.com/",
            std::nullopt));
}

TEST_F(Samples, MediaAndAlbumsAreInMediaLatest)
{
    EXPECT_EQ(query1(url, "SELECT count(*) FROM insights.media_latest"), "6");
    EXPECT_THAT(
        query(
            url, "SELECT product_type, like_count, comments_count, views, reach, likes, comments, "
                 "saved, "
                 "shares, avg_watch_ms, total_watch_ms FROM insights.media_latest "
                 "WHERE media_id = '84386203808767123'")[0],
        ElementsAre(
            "REELS", "12", "2", std::nullopt, "2006", "108", "7", "7", "1", "12549", "30017581"));
    EXPECT_THAT(
        query(url, "SELECT children FROM insights.media_latest WHERE children > 0 ORDER BY 1"),
        ElementsAre(ElementsAre("2"), ElementsAre("4")));
    EXPECT_THAT(
        query(
            url, "SELECT extra ->> 'plays', extra ->> 'clips_replays_count', "
                 "extra ->> 'ig_reels_aggregated_all_plays_count' FROM store.media_sample "
                 "WHERE media_id = 84386203808767123")[0],
        ElementsAre("2385", "102", "383"))
        << "retired metrics that were answered are kept";
}

TEST_F(Samples, StoryIsInStorySummaryWithItsNavigation)
{
    EXPECT_THAT(
        query(
            url, "SELECT reach, follows, profile_visits, shares, replies, total_interactions, "
                 "navigation, "
                 "profile_activity, taps_forward, taps_back, exits, swipes_forward, "
                 "minutes_before_expiry::int "
                 "FROM insights.story_summary")[0],
        ElementsAre("105", "5", "23", "0", "0", "4", "25", "4", "19", "4", "1", "1", "240"));
    EXPECT_EQ(
        query1(
            url,
            "SELECT sum(value) FROM insights.media_breakdown WHERE metric = 'profile_activity'"),
        "4");
}

TEST_F(Samples, SeriesAndBreakdownAreInTheAccountsDays)
{
    EXPECT_THAT(
        query(
            url,
            "SELECT day::text, reach, follower_count, is_final FROM insights.account_daily")[0],
        ElementsAre("2024-01-14", "500", "1000", "t"));
    EXPECT_THAT(
        query(
            url, "SELECT dimension_value, value, total FROM insights.account_breakdown ORDER BY 1"),
        ElementsAre(
            ElementsAre("CAROUSEL_CONTAINER", "100", "224"), ElementsAre("POST", "124", "224")));
}

TEST_F(Samples, AudienceIsInItsViews)
{
    EXPECT_THAT(
        query(
            url, "SELECT count(*), sum(accounts), max(dimension_value) FILTER (WHERE accounts = 7) "
                 "FROM insights.audience_demographics")[0],
        ElementsAre("11", "20", "US"));
    EXPECT_THAT(
        query(url, "SELECT count(*), sum(followers) FROM insights.online_followers")[0],
        ElementsAre("24", "30000"));
}

} // namespace
} // namespace insightd
