#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/private_postgres.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace insightd::storage
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using insightd::testing::fresh_database;
using insightd::testing::query;
using insightd::testing::query1;
using model::Absence;
using model::Number;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr model::AccountId account = 17841400000000001;
constexpr model::MediaId post = 17900000000000001;
const auto noon = at("2026-03-01T12:00:00Z");

class DatabaseTest : public ::testing::Test
{
protected:
    DatabaseTest() : url{fresh_database()}, database{url}
    {
        insightd::testing::run(
            loop, database.prepare({{account, "shop", "instagram", "America/Sao_Paulo"}}, {}));
    }

    void write(model::Batch batch)
    {
        batch.account_id = account;
        insightd::testing::run(
            loop, database.write(std::make_shared<const model::Batch>(std::move(batch))));
    }

    void write_sample(model::Instant observed_at, std::vector<model::Reading> values)
    {
        model::Batch batch;
        batch.samples.push_back({post, observed_at, {std::move(values), {}}});
        write(std::move(batch));
    }

    void write_post(model::Instant observed_at, std::int64_t likes = 1)
    {
        model::Batch batch;
        batch.media.push_back(a_post(observed_at, likes));
        write(std::move(batch));
    }

    static model::Media a_post(model::Instant observed_at, std::int64_t likes = 1)
    {
        model::Media media;
        media.id = post;
        media.product_type = "FEED";
        media.media_type = "IMAGE";
        media.published_at = at("2026-02-27T12:00:00Z");
        media.observed_at = observed_at;
        media.like_count = likes;
        return media;
    }

    std::string count(const std::string& table) const
    {
        return query1(url, "SELECT count(*) FROM " + table).value();
    }

    boost::asio::io_context loop{1};
    std::string url;
    Database database;
};

model::Reading views(std::int64_t number)
{
    return {"views", Number{number}};
}

TEST_F(DatabaseTest, WritingABatchAgainChangesNothing)
{
    model::Batch batch;
    batch.account_id = account;
    batch.media.push_back(a_post(noon));
    batch.media.back().children.push_back({5, "IMAGE", {}, {}, {}, {}, {}, {}});
    batch.samples.push_back({post, noon, {{views(5)}, {}}});
    batch.profiles.push_back({});
    batch.profiles.back().observed_at = noon;
    batch.profiles.back().followers_count = 3;
    batch.days.push_back(
        {day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon, false, {{views(7)}, {}}});
    batch.demographics.push_back(
        {"follower_demographics",
         "age",
         "this_week",
         day("2026-03-01"),
         noon,
         {{{"18-24"}, std::int64_t{3}}},
         {}});
    batch.online_followers.push_back(
        {day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon, {}, Absence::empty});
    batch.runs.push_back({"profile", noon, false, "transient", "x", 1, {}, {}});
    const auto everything = [&] {
        std::string all;
        for (const auto* table :
             {"media", "media_child", "media_sample", "media_state", "media_count", "account_state",
              "account_sample", "account_day", "demographic_snapshot", "online_followers",
              "collection"})
            for (const auto& row :
                 query(url, std::string{"SELECT t::text FROM store."} + table + " t"))
                all += *row[0] + "\n";
        return all;
    };
    write(batch);
    const auto once = everything();
    write(batch);
    EXPECT_EQ(everything(), once);
    EXPECT_THAT(once, HasSubstr("follower_demographics"));
}

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

model::Batch one_day(model::Instant observed_at, bool is_final, std::int64_t number)
{
    model::Batch batch;
    batch.days.push_back(
        {day("2026-02-28"),
         at("2026-03-01T08:00:00Z"),
         observed_at,
         is_final,
         {{views(number)}, {}}});
    return batch;
}

TEST_F(DatabaseTest, RevisionsOfADayAreKeptAndTheNewestIsShown)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 1h, false, 5));
    write(one_day(noon + 2h, false, 8));
    EXPECT_EQ(count("store.account_day"), "2");
    EXPECT_EQ(query1(url, "SELECT views FROM insights.account_daily"), "8");
    EXPECT_EQ(
        query1(
            url, "SELECT views FROM store.account_day WHERE observed_at <= '2026-03-01T13:30:00Z' "
                 "ORDER BY observed_at DESC LIMIT 1"),
        "5")
        << "as known at half past one";
}

TEST_F(DatabaseTest, ADaySettlesOnceAndIsNotUnsettled)
{
    write(one_day(noon, false, 5));
    write(one_day(noon + 45h, true, 5));
    EXPECT_EQ(count("store.account_day"), "2") << "the same number, now final";
    write(one_day(noon + 46h, false, 4));
    EXPECT_EQ(query1(url, "SELECT is_final FROM insights.account_daily"), "t");
    EXPECT_EQ(query1(url, "SELECT views FROM insights.account_daily"), "5");
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

TEST_F(DatabaseTest, OnlineFollowersAre24RowsADay)
{
    model::Batch batch;
    batch.online_followers.push_back({day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon, {}, {}});
    batch.online_followers.back().hours[23] = 9;
    write(std::move(batch));
    EXPECT_EQ(count("insights.online_followers"), "24");
    EXPECT_EQ(query1(url, "SELECT followers FROM insights.online_followers WHERE hour = 23"), "9");
    EXPECT_EQ(
        query1(url, "SELECT followers FROM insights.online_followers WHERE hour = 0"),
        std::nullopt);
}

TEST_F(DatabaseTest, HealthCountsFailuresInARowAndForgetsThemOnSuccess)
{
    const auto run = [&](model::Instant started_at, bool succeeded) {
        model::Batch batch;
        batch.runs.push_back(
            {"profile", started_at, succeeded, succeeded ? "" : "transient", "", 1, {}, {}});
        write(std::move(batch));
    };
    run(noon, false);
    run(noon + 1h, false);
    const auto rows = insightd::testing::run(loop, database.health());
    ASSERT_EQ(rows.size(), 6U) << "every collector has its line";
    const auto profile = std::ranges::find(rows, "profile", &model::Health::collector);
    EXPECT_EQ(profile->state, "failing");
    EXPECT_EQ(profile->consecutive_failures, 2);
    EXPECT_EQ(std::ranges::count(rows, "never_run", &model::Health::state), 5);
    run(noon + 2h, true);
    EXPECT_EQ(query1(url, "SELECT consecutive_failures FROM store.collection"), "0");
}

TEST_F(DatabaseTest, HistoryIsWhatADaemonNeedsToGoOn)
{
    write_post(noon);
    write_sample(noon, {views(5)});
    write(one_day(noon, true, 5));
    model::Batch batch;
    batch.runs.push_back({"profile", noon, true, "", "", 1, {}, {}});
    write(std::move(batch));
    const auto histories = insightd::testing::run(loop, database.history({account, 42}));
    ASSERT_EQ(histories.size(), 2U);
    const auto known = std::ranges::find(histories, account, &model::AccountHistory::account_id);
    ASSERT_EQ(known->media.size(), 1U);
    EXPECT_EQ(known->media[0].id, post);
    EXPECT_EQ(known->media[0].checked_at, noon);
    EXPECT_THAT(known->final_days, ElementsAre(day("2026-02-28")));
    EXPECT_EQ(known->last_success.at("profile"), noon);
}

TEST_F(DatabaseTest, TextThatIsNoUnicodeIsCleanedNotLost)
{
    auto media = a_post(noon);
    media.caption = std::string{"bad \xFF and \0 nul", 14};
    model::Batch batch;
    batch.media.push_back(media);
    write(std::move(batch));
    EXPECT_THAT(
        query1(url, "SELECT caption FROM store.media").value(), HasSubstr("bad \xEF\xBF\xBD and"));
}

TEST_F(DatabaseTest, BatchThatIsRefusedLeavesTheNextOneAlone)
{
    model::Batch batch;
    batch.account_id = 999; // no such account: media refer to it
    batch.media.push_back(a_post(noon));
    EXPECT_THROW(
        insightd::testing::run(loop, database.write(std::make_shared<const model::Batch>(batch))),
        model::Refused);
    write_post(noon);
    EXPECT_EQ(count("store.media"), "1");
}

TEST_F(DatabaseTest, ConnectionThatWasCutIsReplaced)
{
    write_post(noon);
    query(
        url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE application_name = 'insightd' AND datname = current_database()");
    EXPECT_THROW(write_post(noon + 1h), model::Unavailable);
    write_post(noon + 1h);
    EXPECT_EQ(query1(url, "SELECT listed_at = '2026-03-01T13:00:00Z' FROM store.media_state"), "t");
}

TEST(DatabaseAway, IsOneLineThatSaysWhatToDo)
{
    boost::asio::io_context loop{1};
    Database database{"host=/nonexistent dbname=insights"};
    try {
        insightd::testing::run(loop, database.write(std::make_shared<const model::Batch>()));
        FAIL() << "a database that is not there took rows";
    } catch (const model::Unavailable& away) {
        EXPECT_THAT(away.what(), HasSubstr("`database` in the configuration"));
        EXPECT_EQ(std::string{away.what()}.find('\n'), std::string::npos);
    }
}

TEST(Migrate, AppliesEachFileOnce)
{
    const auto url = fresh_database();
    const auto planned = migrate(url, true);
    EXPECT_EQ(planned.version, 0);
    EXPECT_EQ(planned.applied.size(), migrations().size());
    EXPECT_EQ(query1(url, "SELECT to_regclass('store.media') IS NULL"), "t") << "a dry run";
    EXPECT_EQ(migrate(url, false).applied, planned.applied);
    EXPECT_TRUE(migrate(url, false).applied.empty());
}

TEST(Migrate, RefusesAFileThatWasChangedSince)
{
    const auto url = fresh_database();
    migrate(url, false);
    query(url, "UPDATE insightd.schema_version SET checksum = 'x' WHERE number = 2");
    EXPECT_THROW(migrate(url, false), model::Unavailable);
}

TEST(Migrate, RefusesASchemaOfANewerInsightd)
{
    const auto url = fresh_database();
    migrate(url, false);
    query(url, "INSERT INTO insightd.schema_version VALUES (9999, 'future', 'x')");
    EXPECT_THROW(migrate(url, false), model::Unavailable);
}

TEST(Views, EveryViewAndColumnHasAComment)
{
    const auto url = fresh_database();
    migrate(url, false);
    const auto bare = query(
        url,
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'insights'::regnamespace AND a.attnum >= 0 "
        "AND col_description(c.oid, a.attnum) IS NULL");
    for (const auto& row : bare)
        ADD_FAILURE() << row[0].value() << "." << row[1].value() << " has no comment";
    EXPECT_EQ(
        query1(
            url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'insights'::regnamespace "
                 "AND obj_description(oid) IS NULL"),
        "0");
    EXPECT_EQ(
        query1(url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'insights'::regnamespace"),
        "11");
}

} // namespace
} // namespace insightd::storage
