#include "storage/json_rows.hpp"
#include "storage/migrations.hpp"
#include "storage/write.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace insightd::storage
{
namespace
{

using model::Absence;
using model::Number;

TEST(Clean, ReplacesWhatPostgresDoesNotTake)
{
    const std::string unknown{"\xEF\xBF\xBD"};
    EXPECT_EQ(clean("plain ✨ text"), "plain ✨ text");
    EXPECT_EQ(clean(std::string_view{"a\0b", 3}), "a" + unknown + "b");
    EXPECT_EQ(clean("cut \xE2\x9C"), "cut " + unknown + unknown);
    EXPECT_EQ(clean("\xC0\xAF"), unknown + unknown) << "overlong";
    EXPECT_EQ(clean("\xED\xA0\x80"), unknown + unknown + unknown) << "a surrogate";
    EXPECT_EQ(clean("\xF5\x80\x80\x80"), unknown + unknown + unknown + unknown) << "beyond Unicode";
}

json::object row_of(const model::Readings& readings)
{
    json::object row;
    add_readings(row, readings, media_columns());
    return row;
}

TEST(Readings, GoIntoColumnsExtraAndAbsent)
{
    model::Readings readings;
    readings.values = {
        {"views", Number{std::int64_t{5}}},
        {"ig_reels_avg_watch_time", Number{std::int64_t{900}}},
        {"reels_skip_rate", Number{48.5}},
        {"reach", Absence::too_few_viewers}};
    const auto row = row_of(readings);
    EXPECT_EQ(row.at("views"), 5);
    EXPECT_EQ(row.at("avg_watch_ms"), 900);
    EXPECT_EQ(row.at("extra"), (json::object{{"reels_skip_rate", 48.5}}));
    EXPECT_EQ(row.at("absent"), (json::object{{"reach", "too_few_viewers"}}));
    EXPECT_FALSE(row.contains("reach")) << "absent is NULL, never 0";
    EXPECT_TRUE(row.at("breakdowns").is_null());
}

TEST(Readings, FractionNeverGoesIntoAnIntegerColumn)
{
    model::Readings readings;
    readings.values = {{"views", Number{2.5}}};
    const auto row = row_of(readings);
    EXPECT_FALSE(row.contains("views"));
    EXPECT_EQ(row.at("extra"), (json::object{{"views", 2.5}}));
}

TEST(Readings, BreakdownKeepsWhatItsCellsLeaveOfTheTotal)
{
    model::Breakdown breakdown{
        "navigation",
        {"action"},
        {{{"a"}, std::int64_t{3}}, {{"b"}, std::int64_t{4}}},
        Number{std::int64_t{10}}};
    model::Readings readings;
    readings.breakdowns = {breakdown};
    const auto row = row_of(readings);
    const auto& split = row.at("breakdowns").at("navigation").at("action");
    EXPECT_EQ(split.at("total"), 10);
    EXPECT_EQ(split.at("unattributed"), 3);
    EXPECT_EQ(json::serialize(split.at("cells")), R"([[["a"],3],[["b"],4]])");
}

TEST(Readings, BreakdownWithoutATotalLeavesNothingKnown)
{
    model::Readings readings;
    readings.breakdowns = {{"follows_and_unfollows", {"x"}, {{{"a"}, std::int64_t{3}}}, {}}};
    const auto row = row_of(readings);
    EXPECT_TRUE(
        row.at("breakdowns").at("follows_and_unfollows").at("x").at("unattributed").is_null());
}

json::value left_of(model::Number total, std::vector<model::Cell> cells)
{
    model::Readings readings;
    readings.breakdowns = {{"views", {"x"}, std::move(cells), total}};
    return row_of(readings).at("breakdowns").at("views").at("x").at("unattributed");
}

/// Found by fuzzing: the difference of two 64-bit integers need not be one.
TEST(Readings, WhatIsLeftOfATotalMayBeBeyondIntegers)
{
    EXPECT_EQ(
        left_of(std::int64_t{3583}, {{{"a"}, std::int64_t{INT64_MIN}}}), 9223372036854779391.0);
    EXPECT_TRUE(left_of(1e308, {{{"a"}, -1e308}}).is_null()) << "nor a double";
}

TEST(Json, IsStoredAsPostgresTakesIt)
{
    const std::string unknown{"\xEF\xBF\xBD"};
    EXPECT_EQ(
        json::serialize(value_of_json(R"({"a\u0000":["\u0000b",1e999,-1e999,1.5,null,true,{}]})")),
        R"({"a)" + unknown + R"(":[")" + unknown + R"(b",null,null,1.5E0,null,true,{}]})");
}

/// Found by fuzzing: PostgreSQL takes no NUL, escaped or not, and refuses the whole push for one.
TEST(Pushes, AreStorableWhateverIsInThem)
{
    model::Batch batch;
    batch.pushes.push_back({1, 5, {}, {}, {}, R"({"reach":9,"note\u0000":"a\u0000b"})"});
    for (const auto& step : steps_of(batch))
        EXPECT_EQ(step.rows.find("\\u0000"), std::string::npos) << step.rows;
}

TEST(Migrations, AreNumberedWithoutGaps)
{
    int expected = 1;
    for (const auto& migration : migrations()) {
        EXPECT_EQ(migration.number, expected++);
        EXPECT_FALSE(migration.sql.empty()) << migration.name;
    }
    EXPECT_GE(expected, 4);
}

} // namespace
} // namespace insightd::storage
