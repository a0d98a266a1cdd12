#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

// Days of the account: provisional, final, revised, and as they were known at any time.
namespace insightd::storage
{
namespace
{

const auto settled = noon + 48h;

/// The one day's value in the view.
class DaysTest : public DatabaseTest
{
protected:
    std::optional<std::string> shown(const std::string& column) const
    {
        return query1(url, "SELECT " + column + " FROM insights.account_daily");
    }

    /// What was known at that hour after noon; empty if nothing was.
    std::string known(int hours, const std::string& column = "views") const
    {
        const auto rows = query(
            url, fmt::format(
                     "SELECT {} FROM insights.account_daily_as_of("
                     "timestamptz '2026-03-01T12:00:00Z' + interval '{} hours')",
                     column, hours));
        return rows.empty() ? "" : rows.front().front().value_or("NULL");
    }

    void write_again(model::Instant observed_at, std::vector<model::Reading> values)
    {
        auto batch = one_day(observed_at, true, 0);
        batch.days.front().readings.values = std::move(values);
        batch.final_days_again = std::move(batch.days);
        batch.days.clear();
        write(std::move(batch));
    }

    void write_values(model::Instant observed_at, std::vector<model::Reading> values)
    {
        auto batch = one_day(observed_at, true, 0);
        batch.days.front().readings.values = std::move(values);
        write(std::move(batch));
    }
};

model::Reading reach(std::int64_t number)
{
    return {"reach", Number{number}};
}

TEST_F(DaysTest, RevisionsAreKeptAndTheNewestIsShown)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 1h, false, 5));
    write(one_day(noon + 2h, false, 8));
    EXPECT_EQ(count("store.account_day"), "2");
    EXPECT_EQ(shown("views"), "8");
    EXPECT_EQ(shown("revisions"), "2");
    EXPECT_EQ(shown("final_at"), std::nullopt);
    EXPECT_THAT(
        query(url, "SELECT revision, views, is_final FROM insights.account_revision ORDER BY 1"),
        ElementsAre(ElementsAre("1", "5", "f"), ElementsAre("2", "8", "f")));
}

TEST_F(DaysTest, WhatWasKnownAtAnyTimeCanBeAsked)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 2h, false, 8));
    write(one_day(settled, true, 9));
    EXPECT_EQ(known(-1), "");
    EXPECT_EQ(known(0), "5");
    EXPECT_EQ(known(1), "5");
    EXPECT_EQ(known(2), "8");
    EXPECT_EQ(known(47, "is_final"), "f");
    EXPECT_EQ(known(48, "is_final"), "t");
    EXPECT_EQ(known(48), "9");
    EXPECT_EQ(known(1, "revisions"), "1");
    EXPECT_EQ(known(1, "final_at"), "NULL");
}

TEST_F(DaysTest, ADaySettlesOnceAndIsNotUnsettled)
{
    write(one_day(noon, false, 5));
    write(one_day(settled, true, 5));
    EXPECT_EQ(count("store.account_day"), "2") << "the same number, now final";
    write(one_day(settled + 1h, false, 4));
    EXPECT_EQ(shown("is_final"), "t");
    EXPECT_EQ(shown("views"), "5");
    EXPECT_EQ(shown("revised_after_final"), "f");
}

TEST_F(DaysTest, RevisionAfterFinalIsShownAndFlagged)
{
    write(one_day(settled, true, 5));
    write(one_day(settled + 120h, true, 5));
    EXPECT_EQ(shown("revised_after_final"), "f");
    EXPECT_EQ(shown("revisions"), "1");
    write(one_day(settled + 121h, true, 7));
    EXPECT_EQ(shown("views"), "7");
    EXPECT_EQ(shown("revised_after_final"), "t");
    EXPECT_EQ(shown("final_at = '2026-03-03T12:00:00Z'"), "t") << "when it was first final";
    EXPECT_EQ(known(48 + 120, "revised_after_final"), "f");
    EXPECT_EQ(known(48 + 120), "5");
    write(one_day(settled + 122h, true, 5));
    EXPECT_EQ(shown("revised_after_final"), "t") << "changed and changed back";
}

TEST_F(DaysTest, SeriesRevisesItsOwnNumbersAndKeepsTheOthers)
{
    write_values(settled, {reach(50), views(90), {"follower_count", Absence::empty}});
    write_again(settled + 1h, {reach(50)});
    EXPECT_EQ(count("store.account_day"), "1") << "told again";
    write_again(settled + 2h, {reach(51), {"follower_count", Number{std::int64_t{3}}}});
    EXPECT_THAT(
        query(
            url, "SELECT reach, views, follower_count, absent, is_final, revised_after_final "
                 "FROM insights.account_daily")[0],
        ElementsAre("51", "90", "3", std::nullopt, "t", "t"));
    EXPECT_EQ(
        query1(url, "SELECT max(checked_at) = '2026-03-03T12:00:00Z' FROM store.account_day"), "t")
        << "the day's totals were not read again";
}

TEST_F(DaysTest, SeriesDoesNotTouchWhatIsProvisionalOrEndsElsewhere)
{
    write(one_day(noon, false, 5));
    write_again(noon + 1h, {reach(50)});
    EXPECT_EQ(count("store.account_day"), "1");
    write(one_day(settled, true, 5));
    auto batch = one_day(settled + 1h, true, 0);
    batch.days.front().day_end += 1h;
    batch.final_days_again = std::move(batch.days);
    batch.days.clear();
    write(std::move(batch));
    EXPECT_EQ(count("store.account_day"), "2");
}

TEST_F(DaysTest, MetricThatIsWithdrawnTakesNoFinalNumberWithIt)
{
    auto batch = one_day(settled, true, 0);
    batch.days.front().readings = {
        {views(9), reach(4), {"profile_views", Number{std::int64_t{2}}}},
        {{"views", {"a"}, {{{"x"}, std::int64_t{9}}}, Number{std::int64_t{9}}},
         {"views", {"b"}, {{{"y"}, std::int64_t{9}}}, Number{std::int64_t{9}}}}};
    write(std::move(batch));
    batch = one_day(settled + 120h, true, 0);
    batch.days.front().readings = {
        {views(8),
         {"reach", Absence::unsupported},
         {"profile_views", Absence::unsupported},
         {"likes", Absence::unsupported}},
        {{"views", {"b"}, {{{"y"}, std::int64_t{8}}}, Number{std::int64_t{8}}}}};
    write(std::move(batch));
    EXPECT_THAT(
        query(url, "SELECT views, reach, profile_views, absent FROM insights.account_daily")[0],
        ElementsAre("8", "4", "2", R"({"likes": "unsupported"})"));
    EXPECT_THAT(
        query(
            url,
            "SELECT dimension_value, value FROM insights.account_breakdown ORDER BY dimension"),
        ElementsAre(ElementsAre("x", "9"), ElementsAre("y", "8")));
    EXPECT_THAT(
        query(
            url, "SELECT dimension_value, value FROM "
                 "insights.account_breakdown_as_of('2026-03-04T00:00:00Z') ORDER BY dimension"),
        ElementsAre(ElementsAre("x", "9"), ElementsAre("y", "9")));
}

TEST_F(DaysTest, WhatComesLateFromTheSpoolLeavesTheNewestAsItIs)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 4h, false, 5));
    write(one_day(noon + 2h, false, 8));
    EXPECT_EQ(known(1), "5");
    EXPECT_EQ(known(3), "8");
    EXPECT_EQ(known(5), "5") << "it was told at four that it is five again";
    write(one_day(noon + 3h, false, 8));
    EXPECT_EQ(count("store.account_day"), "3");
    write(one_day(settled, true, 5));
    write(one_day(noon + 6h, false, 9));
    EXPECT_EQ(shown("views"), "5");
    EXPECT_EQ(shown("is_final"), "t");
    EXPECT_EQ(shown("revised_after_final"), "f");
}

TEST_F(DaysTest, FinalReadingThatComesLateIsNoRevision)
{
    write(one_day(noon, false, 4));
    write(one_day(settled + 2h, true, 5));
    write(one_day(settled, true, 5));
    EXPECT_EQ(shown("revised_after_final"), "f") << "both say the same";
    EXPECT_EQ(shown("final_at = '2026-03-03T12:00:00Z'"), "t");
    write_again(settled + 1h, {reach(3)});
    EXPECT_EQ(shown("reach"), std::nullopt) << "told before the newest, which has none";
    EXPECT_EQ(known(49, "reach"), "3");
}

TEST_F(DaysTest, ReplayChangesNothing)
{
    const auto everything = [&] {
        write(one_day(noon, false, 5));
        write(one_day(noon + 4h, false, 5));
        write(one_day(noon + 2h, false, 8));
        write_values(settled, {reach(50), views(9)});
        write_again(settled + 1h, {reach(51)});
        write_values(settled + 120h, {reach(52), {"views", Absence::empty}});
    };
    everything();
    const auto rows = query(url, "SELECT * FROM store.account_day ORDER BY observed_at");
    everything();
    EXPECT_EQ(query(url, "SELECT * FROM store.account_day ORDER BY observed_at"), rows);
}

TEST_F(DaysTest, DayWithAnotherEndIsAnotherReading)
{
    write(one_day(settled, true, 5));
    auto batch = one_day(settled + 1h, true, 5);
    batch.days.front().day_end += 9h;
    batch.days.front().readings.values = {reach(7)};
    write(std::move(batch));
    EXPECT_EQ(shown("views"), std::nullopt) << "its hours were others: no number is kept";
    EXPECT_EQ(shown("revised_after_final"), "t");
}

} // namespace
} // namespace insightd::storage
