#include "storage/export.hpp"

#include "storage/migrations.hpp"
#include "tests/storage/readers.hpp"
#include "tests/storage/with_database.hpp"

#include <boost/json/parse.hpp>

// Views as files: every one of them, whole, typed, and without holding them in memory.
namespace insightd::storage
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::grant_some;
using ::testing::Not;

constexpr model::AccountId rival = account + 1;

class Export : public DatabaseTest
{
protected:
    Export()
    {
        insightd::testing::run(
            loop, database.prepare(
                      {{account, "shop", "instagram", "UTC", all_collectors},
                       {rival, "rival", "instagram", "UTC", all_collectors}},
                      {}));
    }

    std::string exported(const ExportWish& wish, const std::string& login = {}) const
    {
        std::string text;
        const auto end = export_view(
            login.empty() ? url : as_login(url, login), wish,
            [&](std::string_view line, const Exported&) {
                text += line;
                return true;
            });
        EXPECT_TRUE(end.is_whole);
        EXPECT_EQ(end.bytes, text.size());
        return text;
    }

    std::string refusal(const ExportWish& wish) const
    {
        try {
            return exported(wish);
        } catch (const NotPossible& why) {
            return why.what();
        }
    }

    static constexpr auto csv = ExportWish::Format::csv;
    static constexpr auto ndjson = ExportWish::Format::ndjson;
};

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

TEST_F(Export, CsvHasAHeaderAndTheRows)
{
    EXPECT_EQ(
        exported({"account_owner", csv, {"shop"}, {}}),
        "account_id,account,instance_id,host,pid,since\n17841400000000001,shop,,,,\n");
}

TEST_F(Export, EveryViewCanBeExportedInBothFormats)
{
    write_post(noon);
    for (const auto& view : query(
             url, "SELECT relname FROM pg_class WHERE relnamespace = 'insights'::regnamespace "
                  "AND relkind = 'v'"))
        for (const auto format : {csv, ndjson}) {
            const auto text = exported({*view[0], format, {}, {}});
            const auto rows = query1(url, "SELECT count(*) FROM insights." + *view[0]).value();
            EXPECT_EQ(lines_of(text).size(), std::stoul(rows) + (format == csv ? 1U : 0U))
                << *view[0];
        }
}

TEST_F(Export, NdjsonKeepsTypesAndWhateverATextHolds)
{
    write_post(noon);
    write_sample(noon, {views(12)});
    query(url, R"(UPDATE store.media SET caption = e'a "b"\\n\n\tc, \\.\x01')");
    const auto lines = lines_of(exported({"insights.media_latest", ndjson, {}, {}}));
    ASSERT_EQ(lines.size(), 1U);
    const auto row = boost::json::parse(lines[0]).as_object();
    EXPECT_EQ(row.at("media_id").as_string(), std::to_string(post)) << "ids are text";
    EXPECT_EQ(row.at("views").as_int64(), 12);
    EXPECT_TRUE(row.at("reach").is_null());
    EXPECT_TRUE(row.at("is_comment_enabled").is_null() || row.at("is_comment_enabled").is_bool());
    EXPECT_EQ(row.at("caption").as_string(), "a \"b\"\\n\n\tc, \\.\x01");
    EXPECT_EQ(row.at("published_at").as_string(), "2026-02-27T12:00:00+00:00");
}

TEST_F(Export, SinceLeavesOutWhatIsOlder)
{
    write(one_day(noon, true, 7));
    EXPECT_EQ(lines_of(exported({"account_daily", csv, {}, "2026-02-28"})).size(), 2U);
    EXPECT_EQ(lines_of(exported({"account_daily", csv, {}, "2026-03-01"})).size(), 1U);
    write_post(noon);
    EXPECT_EQ(lines_of(exported({"media_latest", ndjson, {}, "2026-02-27T12:00:00Z"})).size(), 1U);
    EXPECT_TRUE(exported({"media_latest", ndjson, {}, "2026-02-27T12:00:01Z"}).empty());
}

TEST_F(Export, TimeColumnIsThereInEveryViewThatTellsOfMoreThanNow)
{
    const std::vector<std::string> of_now{
        "account_owner", "backfill_status", "budget_block",  "collection_health", "instance_status",
        "metric",        "metric_matrix",   "posting_times", "retention_status",  "token_status"};
    std::vector<std::string> without;
    for (const auto& view : query(
             url, "SELECT relname FROM pg_class WHERE relnamespace = 'insights'::regnamespace "
                  "AND relkind = 'v' ORDER BY 1")) {
        const auto text = refusal({*view[0], csv, {}, "2026-01-01"});
        if (text.find("tells of now only") != std::string::npos)
            without.push_back(*view[0]);
    }
    EXPECT_EQ(without, of_now);
    EXPECT_EQ(time_column("data_gaps", {"day", "begins_at"}), "begins_at")
        << "a gap of readings has no day";
}

TEST_F(Export, WhatTheContractDoesNotHaveIsAskedBack)
{
    EXPECT_THAT(refusal({"media_dayly", csv, {}, {}}), HasSubstr("did you mean `media_daily`?"));
    EXPECT_THAT(refusal({"xyz", csv, {}, {}}), HasSubstr("there are: absence, account_breakdown"));
    EXPECT_THAT(refusal({"store.account", csv, {}, {}}), HasSubstr("no view 'store.account'"));
    EXPECT_THAT(
        refusal({"media_daily; DROP TABLE store.media", csv, {}, {}}), HasSubstr("no view"));
    EXPECT_THAT(refusal({"media_daily", csv, {"shpo"}, {}}), HasSubstr("did you mean `shop`?"));
    EXPECT_THAT(refusal({"metric", csv, {"shop"}, {}}), HasSubstr("not of accounts"));
}

TEST_F(Export, ReaderExportsWhatItSees)
{
    grant_some(url, "exporter", {"rival"});
    const auto text = exported({"account_owner", csv, {}, {}}, "exporter");
    EXPECT_THAT(text, HasSubstr(",rival,"));
    EXPECT_THAT(text, Not(HasSubstr("shop")));
    query(url, "CREATE ROLE stranger LOGIN");
    EXPECT_THROW(exported({"account_owner", csv, {}, {}}, "stranger"), model::Unavailable);
}

/// More rows than any memory holds: they come at once, and end when no more are wanted.
TEST_F(Export, RowsAreHandedOnAsTheyCome)
{
    query(
        url, "CREATE VIEW insights.endless AS SELECT a * 1000000 + b AS number FROM "
             "generate_series(1, 1000000) a, generate_series(1, 1000000) b");
    std::uint64_t most = 0;
    const auto end = export_view(
        url, {"endless", ndjson, {}, {}}, [&](std::string_view, const Exported& so_far) {
            most = so_far.rows;
            return so_far.rows < 50'000;
        });
    EXPECT_EQ(most, 50'000U);
    EXPECT_FALSE(end.is_whole);
}

TEST_F(Export, ErrorAfterTheFirstRowsIsNoWholeFile)
{
    query(
        url, "CREATE VIEW insights.brittle AS SELECT 1 / (50000 - n) AS number FROM "
             "generate_series(1, 60000) n");
    std::uint64_t rows = 0;
    EXPECT_THROW(
        export_view(
            url, {"brittle", csv, {}, {}},
            [&](std::string_view, const Exported& so_far) {
                rows = so_far.rows;
                return true;
            }),
        model::Unavailable);
    EXPECT_GT(rows, 0U);
}

} // namespace
} // namespace insightd::storage
