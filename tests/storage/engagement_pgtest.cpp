#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

// Rates by their formulas, posting times by the account's clock, followers by its days.
namespace insightd::storage
{
namespace
{

const auto published = at("2026-02-27T12:00:00Z"); // a Friday, 9 in the morning in São Paulo

model::Reading number(const char* metric, std::int64_t value)
{
    return {metric, Number{value}};
}

class Engagement : public DatabaseTest
{
protected:
    void profile(model::Instant observed_at, std::optional<std::int64_t> followers)
    {
        model::Batch batch;
        batch.profiles.emplace_back();
        batch.profiles.back().observed_at = observed_at;
        batch.profiles.back().followers_count = followers;
        write(std::move(batch));
    }

    std::optional<std::string> shown(const std::string& column) const
    {
        return query1(url, "SELECT " + column + " FROM insights.media_engagement");
    }

    void publish(model::MediaId id, model::Instant when, std::int64_t views_at_48h)
    {
        auto media = a_post(noon);
        media.id = id;
        media.published_at = when;
        model::Batch batch;
        batch.media.push_back(media);
        batch.samples.push_back(
            {id,
             when + 48h,
             {{views(views_at_48h), number("reach", views_at_48h / 2),
               number("total_interactions", views_at_48h / 20)},
              {}}});
        write(std::move(batch));
    }
};

TEST_F(Engagement, RatesAreTheirFormulas)
{
    profile(published - 30min, 400);
    write_post(noon);
    write_sample(
        noon, {number("total_interactions", 30),
               number("reach", 120),
               number("ig_reels_avg_watch_time", 5000),
               number("ig_reels_video_view_total_time", 600'000),
               {"reels_skip_rate", Number{48.4}}});
    EXPECT_THAT(
        query(
            url, "SELECT engagement_rate_by_reach, engagement_rate_by_followers, avg_watch_ms, "
                 "watch_ms_per_account_reached, round(skip_rate::numeric, 3) "
                 "FROM insights.media_engagement")[0],
        ElementsAre("0.25", "0.075", "5000", "5000", "0.484"));
}

TEST_F(Engagement, IsNullWhereAnInputIsAbsentOrZero)
{
    write_post(noon);
    EXPECT_EQ(
        shown("num_nonnulls(engagement_rate_by_reach, engagement_rate_by_followers, "
              "watch_ms_per_account_reached, skip_rate)"),
        "0")
        << "never read";
    write_sample(noon, {number("total_interactions", 3), number("reach", 0)});
    EXPECT_EQ(shown("engagement_rate_by_reach"), std::nullopt);
    EXPECT_EQ(shown("engagement_rate_by_followers"), std::nullopt);
    write_sample(noon + 1h, {number("total_interactions", 0), number("reach", 10)});
    EXPECT_EQ(shown("engagement_rate_by_reach"), "0") << "nobody interacted: a rate of 0";
    profile(published, 0);
    EXPECT_EQ(shown("engagement_rate_by_followers"), std::nullopt);
}

TEST_F(Engagement, FollowersAreThoseOfTheTimeOfThePost)
{
    write_post(noon);
    profile(published + 8 * 24h, 900);
    EXPECT_EQ(shown("followers_at_post"), std::nullopt) << "more than a week later";
    query(url, "DELETE FROM store.account_state");
    profile(published + 2h, 300);
    EXPECT_EQ(shown("followers_at_post"), "300") << "the first reading after it";
    EXPECT_EQ(shown("followers_distance_minutes"), "120");
    query(url, "DELETE FROM store.account_state");
    profile(published - 6 * 24h, 200);
    EXPECT_EQ(shown("followers_at_post"), "200") << "the last one before it is preferred";
    profile(published - 10min, 210);
    profile(published + 5min, std::nullopt);
    EXPECT_EQ(shown("followers_at_post"), "210");
    EXPECT_EQ(shown("followers_distance_minutes"), "10");
}

TEST_F(Engagement, SettlesTwoDaysAndTheMarginAfterPublishing)
{
    write_post(noon);
    write_sample(published + 49h, {views(1)});
    EXPECT_EQ(shown("is_final"), "f");
    write_sample(published + 50h, {views(2)});
    EXPECT_EQ(shown("is_final"), "t");
}

TEST_F(Engagement, PostingTimesAreWeekdaysAndHoursOfTheAccountsZone)
{
    publish(1, at("2026-02-27T12:59:00Z"), 100); // Friday, 9 o'clock
    publish(2, at("2026-03-06T12:00:00Z"), 300); // Friday, 9 o'clock
    publish(3, at("2026-03-13T12:30:00Z"), 800); // Friday, 9 o'clock
    publish(4, at("2026-03-09T02:30:00Z"), 70);  // Sunday, 23 o'clock
    EXPECT_THAT(
        query(
            url, "SELECT weekday, weekday_name, hour, posts, posts_compared, median_views, "
                 "mean_views, median_reach, mean_reach, median_engagement_rate, "
                 "round(mean_engagement_rate::numeric, 4) FROM insights.posting_times ORDER BY "
                 "median_views DESC"),
        ElementsAre(
            ElementsAre("5", "Friday", "9", "3", "3", "300", "400", "150", "200", "0.1", "0.1000"),
            ElementsAre(
                "7", "Sunday", "23", "1", "1", "70", "70", "35", "35", ::testing::_,
                ::testing::_)));
}

TEST_F(Engagement, PostingTimesCompareNoPostThatIsTooYoungAndNoStory)
{
    publish(1, published, 100);
    auto young = a_post(noon);
    young.id = 2;
    auto story = a_post(noon);
    story.id = 3;
    story.product_type = "STORY";
    story.expires_at = story.published_at + 24h;
    model::Batch batch;
    batch.media = {young, story};
    batch.samples.push_back({2, published + 5h, {{views(5000)}, {}}});
    write(std::move(batch));
    EXPECT_THAT(
        query(
            url, "SELECT posts, posts_compared, posts_final, median_views "
                 "FROM insights.posting_times"),
        ElementsAre(ElementsAre("2", "1", "0", "100")));
}

TEST_F(Engagement, FollowersGainedByDayOfTheAccountsZone)
{
    profile(at("2026-02-27T12:00:00Z"), 100);
    profile(at("2026-02-28T01:00:00Z"), 110); // still the 27th in São Paulo
    profile(at("2026-02-28T12:00:00Z"), 105);
    profile(at("2026-03-03T12:00:00Z"), 135);
    EXPECT_THAT(
        query(
            url, "SELECT day::text, followers_count, gained, days_covered "
                 "FROM insights.follower_daily ORDER BY day"),
        ElementsAre(
            ElementsAre("2026-02-27", "110", std::nullopt, std::nullopt),
            ElementsAre("2026-02-28", "105", "-5", "1"),
            ElementsAre("2026-03-03", "135", "30", "3")));
}

} // namespace
} // namespace insightd::storage
