#include "storage/write.hpp"
#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

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
    EXPECT_EQ(known->media.size(), 0U) << "posts are read apart";
    EXPECT_THAT(
        known->final_days,
        ElementsAre(model::FinalDay{day("2026-02-28"), at("2026-03-01T08:00:00Z"), noon}));
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
    cut_off();
    EXPECT_THROW(write_post(noon + 1h), model::Unavailable);
    write_post(noon + 1h);
    EXPECT_EQ(query1(url, "SELECT listed_at = '2026-03-01T13:00:00Z' FROM store.media_state"), "t");
}

TEST_F(DatabaseTest, WhatWaitedForNoDiskIsOnItOnceMadeDurable)
{
    insightd::testing::run(loop, database.probe());
    insightd::testing::run(loop, database.write_steps(account, steps_of(one_day(noon, true, 5))));
    const auto written = query1(url, "SELECT pg_current_wal_insert_lsn()").value();
    insightd::testing::run(loop, database.make_durable());
    EXPECT_EQ(query1(url, "SELECT pg_current_wal_flush_lsn() >= '" + written + "'::pg_lsn"), "t");
}

TEST_F(DatabaseTest, NothingIsCalledDurableByAnotherConnectionThanTheOneThatWasProbed)
{
    const auto steps = steps_of(one_day(noon, true, 5));
    insightd::testing::run(loop, database.probe());
    insightd::testing::run(loop, database.write_steps(account, steps));
    cut_off();
    EXPECT_THROW(write_post(noon), model::Unavailable);
    write_post(noon); // as it does after a crash of the server, which would have forgotten the day
    EXPECT_THROW(insightd::testing::run(loop, database.make_durable()), model::Unavailable);
    insightd::testing::run(loop, database.probe());
    insightd::testing::run(loop, database.write_steps(account, steps));
    insightd::testing::run(loop, database.make_durable());
}

TEST_F(DatabaseTest, MissingPrivilegeIsAnOutageThatSaysWhatToGrant)
{
    query(url, "DROP ROLE IF EXISTS nobody_special");
    query(url, "CREATE ROLE nobody_special LOGIN");
    Database as_other{url + " user=nobody_special"};
    try {
        model::Batch batch;
        batch.media.push_back(a_post(noon));
        insightd::testing::run(
            loop, as_other.write(std::make_shared<const model::Batch>(std::move(batch))));
        FAIL() << "a role without rights wrote";
    } catch (const model::Unavailable& away) {
        EXPECT_THAT(away.what(), HasSubstr("permission denied"));
        EXPECT_THAT(away.what(), HasSubstr("grant"));
    }
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

} // namespace
} // namespace insightd::storage
