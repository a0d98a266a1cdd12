#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

TEST_F(DatabaseTest, UnchangedReadingIsConfirmedWithoutARow)
{
    write_post(noon);
    write_sample(noon, {views(5)});
    write_sample(noon + 15min, {views(5)});
    EXPECT_EQ(count("store.media_sample"), "1");
    EXPECT_EQ(
        query1(url, "SELECT checked_at = '2026-03-01T12:15:00Z' FROM insights.media_latest"), "t");
}

TEST_F(DatabaseTest, ChangedReadingIsARow)
{
    write_sample(noon, {views(5)});
    write_sample(noon + 15min, {views(6)});
    EXPECT_EQ(count("store.media_sample"), "2");
    EXPECT_EQ(query1(url, "SELECT views FROM store.media_state"), "6");
}

TEST_F(DatabaseTest, UnchangedReadingIsARowAgainAfter24Hours)
{
    write_sample(noon, {views(5)});
    write_sample(noon + 23h, {views(5)});
    EXPECT_EQ(count("store.media_sample"), "1");
    write_sample(noon + 24h, {views(5)});
    EXPECT_EQ(count("store.media_sample"), "2");
}

TEST_F(DatabaseTest, LateReadingIsKeptAndNeverTurnsTheStateBack)
{
    write_sample(noon, {views(5)});
    write_sample(noon + 2h, {views(9)});
    write_sample(noon + 1h, {views(7)});
    EXPECT_EQ(count("store.media_sample"), "3");
    EXPECT_EQ(query1(url, "SELECT views FROM store.media_state"), "9");
    write_sample(noon + 90min, {views(7)});
    EXPECT_EQ(count("store.media_sample"), "3") << "the row before says the same";
}

TEST_F(DatabaseTest, AbsenceIsNullWithItsReason)
{
    write_post(noon);
    write_sample(noon, {{"reach", Absence::too_few_viewers}, {"likes", Number{std::int64_t{0}}}});
    const auto rows =
        query(url, "SELECT reach, likes, absent ->> 'reach' FROM insights.media_latest");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][0], std::nullopt);
    EXPECT_EQ(rows[0][1], "0") << "a zero that was sent is a zero";
    EXPECT_EQ(rows[0][2], "too_few_viewers");
}

TEST_F(DatabaseTest, ReadingWithoutAnyNumberLeavesTheLastNumbersAndTheirTime)
{
    write_post(noon);
    write_sample(noon, {views(5)});
    for (int poll = 1; poll <= 3; ++poll)
        write_sample(noon + poll * 1h, {{"views", Absence::gone}});
    EXPECT_EQ(count("store.media_sample"), "2") << "it fell silent once";
    EXPECT_THAT(
        query(
            url, "SELECT views, absent ->> 'views', checked_at = '2026-03-01T12:00:00Z', "
                 "asked_at = '2026-03-01T15:00:00Z' FROM insights.media_latest")[0],
        ElementsAre("5", "gone", "t", "t"));
    write_sample(noon + 4h, {{"views", Absence::expired}});
    EXPECT_EQ(count("store.media_sample"), "3") << "another reason";
    write_sample(noon + 5h, {views(5)});
    EXPECT_EQ(count("store.media_sample"), "4") << "the same number again, after a silence";
    EXPECT_THAT(
        query(
            url, "SELECT views, absent, checked_at = '2026-03-01T17:00:00Z' "
                 "FROM insights.media_latest")[0],
        ElementsAre("5", std::nullopt, "t"));
}

TEST_F(DatabaseTest, DailyGrowthGoesOnFromTheLastKnownNumber)
{
    write_post(noon);
    write_sample(at("2026-02-27T15:00:00Z"), {{"views", Absence::empty}});
    write_sample(at("2026-02-28T15:00:00Z"), {views(500), {"likes", Absence::empty}});
    write_sample(at("2026-03-01T15:00:00Z"), {{"views", Absence::gone}});
    write_sample(
        at("2026-03-02T15:00:00Z"),
        {{"views", Absence::unsupported}, {"likes", Number{std::int64_t{7}}}});
    write_sample(at("2026-03-03T15:00:00Z"), {views(900), {"likes", Number{std::int64_t{9}}}});
    EXPECT_THAT(
        query(url, "SELECT day::text, views, likes FROM insights.media_daily ORDER BY day"),
        ElementsAre(
            ElementsAre("2026-02-28", "500", std::nullopt),
            ElementsAre("2026-03-02", std::nullopt, "7"), ElementsAre("2026-03-03", "400", "2")));
}

TEST_F(DatabaseTest, CountWithAFractionBreaksNoView)
{
    write_post(noon);
    write_sample(noon, {{"reposts", Number{12.5}}, {"likes", Number{2.4}}});
    EXPECT_EQ(query1(url, "SELECT reposts FROM insights.media_latest"), "13");
    model::Batch batch;
    model::Demographics snapshot;
    snapshot.metric = "follower_demographics";
    snapshot.dimension = "age";
    snapshot.timeframe = "this_week";
    snapshot.snapshot_on = day("2026-03-01");
    snapshot.observed_at = noon;
    snapshot.cells = {{{"18-24"}, 9.5}, {{"25-34"}, std::int64_t{1}}};
    batch.demographics.push_back(snapshot);
    write(std::move(batch));
    EXPECT_EQ(query1(url, "SELECT sum(accounts) FROM insights.audience_demographics"), "11");
}

TEST_F(DatabaseTest, SeveralReadingsOfOnePostInOneBatchAreAllKept)
{
    model::Batch batch;
    for (int hour = 0; hour < 4; ++hour)
        batch.samples.push_back({post, noon + hour * 1h, {{views(hour)}, {}}});
    write(std::move(batch));
    EXPECT_EQ(count("store.media_sample"), "4");
    EXPECT_EQ(query1(url, "SELECT views FROM store.media_state"), "3");
}

TEST_F(DatabaseTest, ListCountersAreASeriesOfTheirOwn)
{
    write_post(noon, 1);
    write_post(noon + 15min, 1);
    write_post(noon + 30min, 2);
    EXPECT_EQ(count("store.media_count"), "2");
    const auto rows = query(
        url, "SELECT like_count, listed_at = '2026-03-01T12:30:00Z' FROM insights.media_latest");
    EXPECT_THAT(rows[0], ElementsAre("2", "t"));
}

TEST_F(DatabaseTest, FactsChangeInPlaceAndKnowWhenTheyWereFirstSeen)
{
    write_post(noon);
    auto media = a_post(noon + 1h);
    media.caption = "new";
    model::Batch batch;
    batch.media.push_back(media);
    write(std::move(batch));
    EXPECT_THAT(
        query(url, "SELECT caption, first_seen_at = '2026-03-01T12:00:00Z' FROM store.media")[0],
        ElementsAre("new", "t"));
}

TEST_F(DatabaseTest, DailyGrowthStandsOnTheLastOfTheDaysItCovers)
{
    write_post(noon);
    write_sample(at("2026-02-27T15:00:00Z"), {views(10)});
    write_sample(at("2026-02-28T15:00:00Z"), {views(30)});
    write_sample(at("2026-03-03T15:00:00Z"), {views(90)});
    EXPECT_THAT(
        query(
            url, "SELECT day::text, views, days_covered, is_final FROM insights.media_daily ORDER "
                 "BY day"),
        ElementsAre(
            ElementsAre("2026-02-27", "10", "1", "t"), ElementsAre("2026-02-28", "20", "1", "t"),
            ElementsAre("2026-03-03", "60", "3", "f")));
}

TEST_F(DatabaseTest, FallingTotalsAndTheirReturnAreMarked)
{
    write_post(noon);
    const std::vector<std::int64_t> totals{100, 150, 140, 145, 160, 160, 70, 150, 175, 180};
    for (std::size_t days = 0; days < totals.size(); ++days)
        write_sample(
            at("2026-02-27T15:00:00Z") + days * 24h,
            {views(totals[days]), {"likes", Number{std::int64_t{7}}}});
    const auto rows =
        query(url, "SELECT views, marks ->> 'views', marks FROM insights.media_daily ORDER BY day");
    const std::vector<std::pair<std::string, std::optional<std::string>>> expected{
        {"100", std::nullopt}, {"50", std::nullopt}, {"-10", "correction"}, {"5", "recovery"},
        {"15", "recovery"},    {"0", std::nullopt},  {"-90", "reset"},      {"80", "recovery"},
        {"25", "recovery"},    {"5", std::nullopt}};
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t n = 0; n < rows.size(); ++n) {
        EXPECT_EQ(rows[n][0], expected[n].first) << n;
        EXPECT_EQ(rows[n][1], expected[n].second) << n;
        EXPECT_EQ(rows[n][2].has_value(), expected[n].second.has_value()) << n;
    }
    EXPECT_EQ(query1(url, "SELECT sum(views) FROM insights.media_daily"), "180")
        << "differences still sum to the newest total";
}

TEST_F(DatabaseTest, MediaAsKnownAtATime)
{
    write_post(noon);
    const auto views_at = [&](const char* instant) -> std::string {
        const auto rows =
            query(url, std::string{"SELECT views FROM insights.media_as_of('"} + instant + "')");
        return rows.empty() ? "" : rows.front().front().value_or("NULL");
    };
    write_sample(noon, {views(5)});
    write_sample(noon + 1h, {{"views", Absence::gone}});
    write_sample(noon + 40 * 24h, {views(9)});
    EXPECT_EQ(views_at("2026-03-01T11:00:00Z"), "");
    EXPECT_EQ(views_at("2026-03-01T12:00:00Z"), "5");
    EXPECT_EQ(views_at("2026-03-01T14:00:00Z"), "5") << "silence takes no number away";
    EXPECT_EQ(views_at("2026-05-01T00:00:00Z"), "9");
}

TEST_F(DatabaseTest, MediaDaySettlesWithTheAccountsMargin)
{
    write_post(noon);
    write_sample(at("2026-02-27T15:00:00Z"), {views(10)}); // ends at 03:00 UTC in São Paulo
    const auto is_final = [&] {
        return query1(url, "SELECT is_final FROM insights.media_daily ORDER BY day LIMIT 1");
    };
    write_sample(at("2026-03-02T03:00:00Z"), {views(11)});
    EXPECT_EQ(is_final(), "f");
    write_sample(at("2026-03-02T05:00:00Z"), {views(12)});
    EXPECT_EQ(is_final(), "t");
}

TEST_F(DatabaseTest, MediaDaysAreDaysOfTheAccountsZone)
{
    write_post(noon);
    write_sample(at("2026-03-01T02:00:00Z"), {views(10)}); // the evening before, in São Paulo
    EXPECT_EQ(query1(url, "SELECT day::text FROM insights.media_daily"), "2026-02-28");
}

TEST_F(DatabaseTest, SamplesFindAPartitionForAnyMonth)
{
    write_sample(at("1999-01-31T23:59:59Z"), {views(1)});
    write_sample(at("2031-12-31T23:59:59Z"), {views(2)});
    EXPECT_EQ(count("store.media_sample"), "2");
    EXPECT_EQ(count("store.media_sample_rest"), "0");
}

TEST_F(DatabaseTest, UnattributedPartIsARowOfItsOwn)
{
    model::Batch batch;
    batch.days.push_back({day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon, false, {}});
    batch.days.back().readings.breakdowns.push_back(
        {"views", {"a", "b"}, {{{"x", "y"}, std::int64_t{3}}}, Number{std::int64_t{5}}});
    write(std::move(batch));
    EXPECT_THAT(
        query(
            url, "SELECT dimension, dimension_value, value, total, is_unattributed "
                 "FROM insights.account_breakdown ORDER BY is_unattributed"),
        ElementsAre(
            ElementsAre("a,b", "x,y", "3", "5", "f"),
            ElementsAre("a,b", std::nullopt, "2", "5", "t")));
}

} // namespace
} // namespace insightd::storage
