#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

constexpr model::Instant far{std::chrono::days{30'000}};

model::PostRate rate_at(model::Instant when, float per_hour)
{
    return {per_hour, 4.5F, 0.25F, 1.5F, when};
}

class ReadPosts : public DatabaseTest
{
protected:
    void write_list(model::Instant when, std::int64_t likes, const model::PostRate& rate)
    {
        model::Batch batch;
        batch.media.push_back(a_post(when, likes));
        batch.media.back().comments_count = 2;
        batch.media.back().rate = rate;
        write(std::move(batch));
    }

    void write_reading(model::Instant when, std::int64_t views, const model::PostRate& rate)
    {
        model::Batch batch;
        batch.samples.push_back({post, when, {{{"views", Number{views}}}, {}}, rate});
        write(std::move(batch));
    }

    std::vector<model::StoredPost> posts(model::Instant from = {}, model::Instant until = far)
    {
        return insightd::testing::run(loop, database.posts({account}, from, until));
    }
};

TEST_F(ReadPosts, BringsBackWhatReadingsLeft)
{
    write_list(noon, 10, rate_at(noon, 1));
    write_reading(noon + 1h, 900, rate_at(noon + 1h, 2.75F));
    const auto found = posts();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].account_id, account);
    EXPECT_EQ(found[0].id, post);
    EXPECT_EQ(found[0].listed_at, noon);
    EXPECT_EQ(found[0].checked_at, noon + 1h);
    EXPECT_TRUE(found[0].has_numbers);
    EXPECT_EQ(found[0].total, 900);
    EXPECT_TRUE(found[0].total_is_views);
    EXPECT_EQ(found[0].interactions, 12);
    EXPECT_EQ(found[0].rate, rate_at(noon + 1h, 2.75F));
}

TEST_F(ReadPosts, KeepsTheNewestRateWhicheverReadingComesLast)
{
    write_list(noon + 2h, 10, rate_at(noon + 2h, 3));
    write_reading(noon + 1h, 900, rate_at(noon + 1h, 2)); // waited in the spool
    EXPECT_EQ(posts()[0].rate, rate_at(noon + 2h, 3));
    write_reading(noon + 3h, 950, rate_at(noon + 3h, 4));
    EXPECT_EQ(posts()[0].rate, rate_at(noon + 3h, 4));
}

TEST_F(ReadPosts, TellsAReachFromViews)
{
    write_post(noon);
    write_sample(noon, {{"reach", Number{5}}});
    const auto found = posts();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].total, 5);
    EXPECT_FALSE(found[0].total_is_views);
}

TEST_F(ReadPosts, LeavesTheRateAloneWithoutOne)
{
    write_list(noon, 10, rate_at(noon, 1));
    write_sample(noon + 1h, {{"views", Number{5}}});
    EXPECT_EQ(posts()[0].rate, rate_at(noon, 1));
}

TEST_F(ReadPosts, APostThatWasNeverReadHasNoTime)
{
    write_post(noon);
    const auto found = posts();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].checked_at, std::nullopt);
    EXPECT_EQ(found[0].rate, std::nullopt);
    EXPECT_FALSE(found[0].has_numbers);
}

TEST_F(ReadPosts, GivesThoseOfTheTimeAskedFor)
{
    write_post(noon);
    const auto published = posts()[0].published_at;
    EXPECT_EQ(posts({}, published).size(), 0U);
    EXPECT_EQ(posts(published, published + 1us).size(), 1U);
    EXPECT_EQ(posts(published + 1us).size(), 0U);
}

TEST_F(ReadPosts, ShowsTheRateInItsView)
{
    write_list(noon, 10, rate_at(noon, 1.5F));
    EXPECT_EQ(query1(url, "SELECT changes_per_hour FROM insights.media_pace"), "1.5");
    EXPECT_EQ(
        query1(url, "SELECT listed_at = judged_at AND read_at IS NULL FROM insights.media_pace"),
        "t");
}

} // namespace
} // namespace insightd::storage
