#include "tests/storage/with_database.hpp"

// Rows that come behind newer ones, as from the spool of an instance that had the account before.
namespace insightd::storage
{
namespace
{

class LateRows : public DatabaseTest
{
protected:
    void write_profile(model::Instant observed_at, std::int64_t followers)
    {
        model::Profile profile;
        profile.observed_at = observed_at;
        profile.followers_count = followers;
        model::Batch batch;
        batch.profiles.push_back(std::move(profile));
        write(std::move(batch));
    }

    void write_limit(model::Instant observed_at, std::int64_t usage)
    {
        model::Batch batch;
        batch.publishing_limits.push_back({observed_at, usage, 100, 24h});
        write(std::move(batch));
    }

    void write_competitor(model::Instant observed_at, std::int64_t number)
    {
        model::Competitor other;
        other.username = "other";
        other.observed_at = observed_at;
        other.followers_count = number;
        auto& competing = other.posts.emplace_back();
        competing.id = 5;
        competing.like_count = number;
        model::Batch batch;
        batch.competitors.push_back(std::move(other));
        write(std::move(batch));
    }

    /// All numbers, in time.
    std::string series(const std::string& column, const std::string& table) const
    {
        return query1(
                   url, "SELECT string_agg(" + column + "::text, ' ' ORDER BY observed_at) FROM " +
                            table)
            .value();
    }
};

TEST_F(LateRows, OfProfilesAreStoredIfTheyDifferFromTheOneBefore)
{
    write_profile(noon, 5);
    write_profile(noon + 3h, 9);
    for (int twice = 0; twice < 2; ++twice) {
        write_profile(noon + 1h, 7);
        write_profile(noon + 2h, 7);
        write_profile(noon - 1h, 4);
        EXPECT_EQ(series("followers_count", "store.account_sample"), "4 5 7 9");
    }
    EXPECT_EQ(query1(url, "SELECT followers_count FROM store.account_state"), "9");
}

TEST_F(LateRows, OfCountersAreStoredIfTheyDifferFromTheOneBefore)
{
    write_post(noon, 5);
    write_post(noon + 3h, 9);
    for (int twice = 0; twice < 2; ++twice) {
        write_post(noon + 1h, 7);
        write_post(noon + 2h, 7);
        EXPECT_EQ(series("like_count", "store.media_count"), "5 7 9");
    }
    EXPECT_EQ(query1(url, "SELECT like_count FROM store.media_state"), "9");
}

TEST_F(LateRows, OfCompetitorsAndTheirPostsAreStoredIfTheyDifferFromTheOneBefore)
{
    write_competitor(noon, 5);
    write_competitor(noon + 3h, 9);
    for (int twice = 0; twice < 2; ++twice) {
        write_competitor(noon + 1h, 7);
        write_competitor(noon + 2h, 7);
        EXPECT_EQ(series("followers_count", "store.competitor_sample"), "5 7 9");
        EXPECT_EQ(series("like_count", "store.competitor_media_sample"), "5 7 9");
    }
    EXPECT_EQ(query1(url, "SELECT followers_count FROM store.competitor"), "9");
    EXPECT_EQ(query1(url, "SELECT like_count FROM store.competitor_media"), "9");
}

TEST_F(LateRows, OfPublishingLimitsAreStoredIfTheyDifferFromTheOneBefore)
{
    write_limit(noon, 5);
    write_limit(noon + 3h, 9);
    for (int twice = 0; twice < 2; ++twice) {
        write_limit(noon + 1h, 7);
        write_limit(noon + 2h, 7);
        EXPECT_EQ(series("quota_usage", "store.publishing_limit"), "5 7 9");
    }
    EXPECT_EQ(query1(url, "SELECT quota_usage FROM store.publishing_limit_state"), "9");
}

} // namespace
} // namespace insightd::storage
