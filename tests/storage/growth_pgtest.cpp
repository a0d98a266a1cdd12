#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

// Posts at the same age: what is read, what is interpolated, and what is not known.
namespace insightd::storage
{
namespace
{

const auto published = at("2026-02-27T12:00:00Z"); // a Friday, 9 in the morning in São Paulo

class Growth : public DatabaseTest
{
protected:
    Growth() { write_post(noon); }

    void read(std::chrono::minutes age, std::int64_t number)
    {
        write_sample(published + age, {views(number)});
    }

    /// views, basis, distance_minutes and gap_minutes at that age.
    insightd::testing::Row known(const std::string& age) const
    {
        return query(
            url, "SELECT views, basis, distance_minutes, gap_minutes FROM insights.media_growth "
                 "WHERE age = '" +
                     age + "'")[0];
    }

    std::optional<std::string> shown(const std::string& column, const std::string& age) const
    {
        return query1(
            url, "SELECT " + column + " FROM insights.media_growth WHERE age = '" + age + "'");
    }
};

TEST_F(Growth, LiesOnTheLineBetweenTheTwoNearestReadings)
{
    read(5h, 10);
    read(5h + 40min, 100);
    read(6h + 20min, 200);
    read(7h, 1000);
    EXPECT_THAT(known("6 h"), ElementsAre("150", "interpolated", "20", "40"));
}

TEST_F(Growth, IsTheReadingThatLiesThere)
{
    read(5h, 10);
    read(6h, 77);
    read(7h, 90);
    EXPECT_THAT(known("6 h"), ElementsAre("77", "read", "0", std::nullopt));
}

TEST_F(Growth, NumberThatStoodIsKnownAtAnyTimeBetween)
{
    read(5h, 100);
    read(7h, 100);
    EXPECT_EQ(count("store.media_sample"), "1") << "confirmed without a row";
    EXPECT_THAT(known("6 h"), ElementsAre("100", "read", "60", std::nullopt));
    read(9h, 200);
    EXPECT_THAT(known("6 h"), ElementsAre("100", "read", "60", std::nullopt))
        << "that it stood until then is not forgotten";
}

TEST_F(Growth, LineBeginsAtTheLastReadingThatConfirmedTheNumber)
{
    read(1min, 100);
    for (auto age = 15min; age < 6h; age += 15min)
        read(age, 100);
    read(6h + 5min, 200);
    EXPECT_EQ(count("store.media_sample"), "2");
    EXPECT_THAT(known("6 h"), ElementsAre("175", "interpolated", "5", "20"));
    EXPECT_THAT(known("1 h"), ElementsAre("100", "read", "59", std::nullopt));
}

TEST_F(Growth, IsNotKnownWhereReadingsAreFartherApartThanHalfTheAge)
{
    read(4h, 100);
    read(7h, 200);
    EXPECT_EQ(shown("basis", "6 h"), "interpolated");
    read(23h, 300);
    read(36h, 400);
    EXPECT_THAT(known("24 h"), ElementsAre(std::nullopt, "too_far_apart", "60", "780"));
    read(35 * 24h, 900);
    EXPECT_EQ(shown("basis", "48 h"), "too_far_apart") << "nor one that comes weeks later";
    EXPECT_EQ(shown("views", "48 h"), std::nullopt);
}

TEST_F(Growth, IsNotKnownBeforeTheFirstReadingAndAfterTheLast)
{
    EXPECT_EQ(shown("basis", "1 h"), "no_reading_after") << "never read";
    read(2h, 50);
    EXPECT_THAT(
        known("1 h"), ElementsAre(std::nullopt, "no_reading_before", std::nullopt, std::nullopt))
        << "not even that it began with 0";
    EXPECT_THAT(
        known("6 h"), ElementsAre(std::nullopt, "no_reading_after", std::nullopt, std::nullopt));
    EXPECT_EQ(query1(url, "SELECT count(*) FROM insights.media_growth"), "6")
        << "each age has a row";
}

TEST_F(Growth, TotalThatFellIsThatOfTheNearerReadingAndMarked)
{
    read(5h + 50min, 100);
    read(6h + 30min, 90);
    read(23h, 1000);
    read(24h + 10min, 10);
    EXPECT_EQ(shown("views", "6 h"), "100");
    EXPECT_EQ(shown("marks", "6 h"), R"({"views": "correction"})");
    EXPECT_EQ(shown("views", "24 h"), "10");
    EXPECT_EQ(shown("marks", "24 h"), R"({"views": "reset"})");
    read(47h, 20);
    read(49h, 40);
    EXPECT_EQ(shown("views", "48 h"), "30") << "growth after the reset, from what it fell to";
    EXPECT_EQ(shown("marks", "48 h"), std::nullopt);
}

TEST_F(Growth, SilenceAndAbsenceAreNoReadings)
{
    read(5h, 100);
    write_sample(published + 5h + 30min, {{"views", Absence::gone}});
    write_sample(published + 6h + 30min, {views(160), {"likes", Number{std::int64_t{4}}}});
    EXPECT_THAT(known("6 h"), ElementsAre("140", "interpolated", "30", "90"));
    EXPECT_EQ(shown("likes", "6 h"), std::nullopt) << "only one of the two told them";
    EXPECT_EQ(shown("reach", "6 h"), std::nullopt);
}

TEST_F(Growth, IsFinalOnceReadTwoDaysAndTheMarginLater)
{
    read(5h, 100);
    read(7h, 120);
    read(55h, 500);
    EXPECT_EQ(shown("is_final", "6 h"), "f");
    read(56h, 510);
    EXPECT_EQ(shown("is_final", "6 h"), "t");
    EXPECT_EQ(shown("is_final", "1 h"), "f") << "what is not known is not final";
}

TEST_F(Growth, StoryHasItsLastReadingAtItsEnd)
{
    const auto show = [&](std::chrono::minutes last) {
        auto story = a_post(noon);
        story.id = post + 1 + last.count();
        story.product_type = "STORY";
        story.published_at = published;
        story.expires_at = published + 24h;
        model::Batch batch;
        batch.media.push_back(story);
        batch.samples.push_back({story.id, published + last, {{views(70)}, {}}});
        write(std::move(batch));
        return query(
            url, fmt::format(
                     "SELECT age, views, basis, distance_minutes FROM insights.media_growth WHERE "
                     "media_id = '{}' ORDER BY age_hours DESC",
                     story.id));
    };
    EXPECT_THAT(show(24h - 8min)[0], ElementsAre("24 h", "70", "last_reading", "8"));
    EXPECT_EQ(show(24h - 10min).size(), 3U) << "no age that it cannot reach";
    EXPECT_THAT(show(23h)[0], ElementsAre("24 h", std::nullopt, "no_reading_after", std::nullopt));
}

TEST_F(Growth, LateRowOfTheSpoolIsUsedAsIfItHadComeInTime)
{
    read(4h, 100);
    read(8h, 300);
    read(6h - 30min, 160);
    read(6h + 30min, 200);
    EXPECT_THAT(known("6 h"), ElementsAre("180", "interpolated", "30", "60"));
}

} // namespace
} // namespace insightd::storage
