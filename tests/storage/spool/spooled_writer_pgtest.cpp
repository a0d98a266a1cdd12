#include "storage/spool/spooled_writer.hpp"
#include "tests/storage/readers.hpp"
#include "tests/storage/with_database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <pqxx/pqxx>

#include <filesystem>
#include <fstream>

// The spool in front of a real PostgreSQL that goes away in every way it can.
namespace insightd::spool
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::at;
using insightd::testing::day;
using insightd::testing::migrated_database;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::run;
using insightd::testing::ScratchFolder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

using State = SpooledWriter::State;
using Trouble = SpooledWriter::Trouble;

constexpr model::AccountId shop = 17841400000000001;
constexpr model::AccountId bakery = 17841400000000002;
constexpr model::AccountId cafe = 17841400000000003;
const auto noon = at("2026-03-01T12:00:00Z");

class SpooledWriterTest : public ::testing::Test
{
protected:
    SpooledWriterTest() : url{migrated_database()} { begin(); }

    /// As the daemon does, after a crash if there was a life before.
    void begin(bool prepared = true)
    {
        writer.reset();
        disk.reset();
        database = std::make_unique<storage::Database>(url);
        if (prepared)
            prepare();
        disk = std::make_unique<storage::Thread>("the disk");
        const auto say = [this](const News& news) { said.push_back(news.event); };
        writer = std::make_unique<SpooledWriter>(
            SpooledWriter::Services{
                loop.get_executor(), *database, *disk, [] { return noon; }, say},
            folder.path() / "spool" / "spool.db", bounds);
        run(loop, writer->open());
        if (!prepared)
            return;
        writer->database_is_prepared();
        run(loop, writer->replay_now());
    }

    void prepare()
    {
        run(loop, database->prepare(
                      {{shop, "shop", "instagram", "UTC", {"profile"}},
                       {bakery, "bakery", "instagram", "UTC", {"profile"}},
                       {cafe, "cafe", "instagram", "UTC", {"profile"}}},
                      {}));
    }

    static model::SharedBatch profile(
        std::int64_t followers, model::AccountId account = shop,
        model::Worth worth = model::Worth::refetchable)
    {
        return profiles(followers, followers, account, worth);
    }

    static model::SharedBatch profiles(
        std::int64_t first, std::int64_t last, model::AccountId account = shop,
        model::Worth worth = model::Worth::refetchable)
    {
        model::Batch batch;
        batch.account_id = account;
        batch.worth = worth;
        for (auto followers = first; followers <= last; ++followers) {
            model::Profile row;
            row.observed_at = noon + std::chrono::minutes{followers};
            row.followers_count = followers;
            batch.profiles.push_back(std::move(row));
        }
        return std::make_shared<const model::Batch>(std::move(batch));
    }

    template <class Condition> void run_until(Condition condition)
    {
        loop.restart();
        while (!condition())
            loop.run_one();
    }

    void write(model::SharedBatch batch) { run(loop, writer->write(std::move(batch))); }
    void back()
    {
        allow_connections(url, true);
        EXPECT_TRUE(run(loop, writer->replay_now()));
    }
    std::string followers(model::AccountId account = shop) const
    {
        return query1(
                   url, fmt::format(
                            "SELECT coalesce(string_agg(followers_count::text, ' ' ORDER BY "
                            "observed_at), '') FROM store.account_sample WHERE account_id = {}",
                            account))
            .value();
    }

    boost::asio::io_context loop{1};
    ScratchFolder folder;
    std::string url;
    Bounds bounds;
    std::vector<std::string> said;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<storage::Thread> disk;
    std::unique_ptr<SpooledWriter> writer;
};

TEST_F(SpooledWriterTest, WritesDirectlyWhileTheDatabaseTakesRows)
{
    EXPECT_EQ(writer->state(), State::direct);
    write(profile(1));
    EXPECT_EQ(followers(), "1");
    EXPECT_EQ(writer->depth(), Depth{});
    EXPECT_THAT(said, IsEmpty());
}

TEST_F(SpooledWriterTest, RowsWaitWhileTheDatabaseIsAwayAndComeInOrder)
{
    write(profile(1));
    allow_connections(url, false);
    write(profile(2));
    write(profile(3));
    EXPECT_EQ(writer->state(), State::spooling);
    EXPECT_EQ(writer->depth().rows, 2);
    EXPECT_FALSE(run(loop, writer->replay_now()));
    EXPECT_EQ(writer->depth().rows, 2);
    back();
    EXPECT_EQ(writer->state(), State::direct);
    EXPECT_EQ(followers(), "1 2 3");
    EXPECT_EQ(writer->depth(), Depth{});
    EXPECT_THAT(said, ElementsAre("store_away", "store_back", "spool_drained"));
}

TEST_F(SpooledWriterTest, KilledItGoesOnWhereItWas)
{
    allow_connections(url, false);
    write(profile(1));
    write(profile(2));
    begin(false);
    EXPECT_EQ(writer->depth().records, 2);
    EXPECT_THAT(said, Contains("spool_recovered"));
    write(profile(3));
    EXPECT_FALSE(run(loop, writer->replay_now())) << "not before the schema is up to date";
    allow_connections(url, true);
    prepare();
    writer->database_is_prepared();
    EXPECT_TRUE(run(loop, writer->replay_now()));
    EXPECT_EQ(followers(), "1 2 3");
}

TEST_F(SpooledWriterTest, ReplayedTwiceIsAsReplayedOnce)
{
    allow_connections(url, false);
    write(profile(1));
    write(profile(2));
    const auto spool = folder.path() / "spool" / "spool.db";
    const auto copy = folder.path() / "copy.db";
    writer.reset();
    disk.reset(); // closes the file, and with it its log
    std::filesystem::copy_file(spool, copy);
    allow_connections(url, true);
    begin();
    EXPECT_EQ(followers(), "1 2");
    writer.reset();
    disk.reset();
    // As after a crash between PostgreSQL's commit and the spool's.
    std::filesystem::remove_all(folder.path() / "spool");
    std::filesystem::create_directory(folder.path() / "spool");
    std::filesystem::copy_file(copy, spool);
    begin();
    EXPECT_EQ(writer->depth(), Depth{});
    EXPECT_EQ(followers(), "1 2");
}

TEST_F(SpooledWriterTest, ReadOnlyDatabaseIsAway)
{
    const auto setting = "ALTER DATABASE " + query1(url, "SELECT current_database()").value() +
                         " SET default_transaction_read_only = ";
    query(url, setting + "on");
    begin(false);
    writer->database_is_prepared();
    EXPECT_FALSE(run(loop, writer->replay_now()));
    write(profile(1));
    EXPECT_EQ(writer->depth().rows, 1);
    query(url, "BEGIN READ WRITE; " + setting + "off; COMMIT");
    back();
    EXPECT_EQ(followers(), "1");
}

TEST_F(SpooledWriterTest, FullDatabaseAnswersAndIsAwayAllTheSame)
{
    query(
        url,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE 'no space left' USING ERRCODE = '53100'; END $$;"
        "CREATE TRIGGER no_room BEFORE INSERT ON store.account_sample EXECUTE FUNCTION no_room()");
    write(profile(1));
    for (int attempt = 0; attempt < 3; ++attempt)
        EXPECT_FALSE(run(loop, writer->replay_now()));
    write(profile(2));
    EXPECT_EQ(writer->state(), State::spooling);
    EXPECT_THAT(said, ElementsAre("store_away")) << "once";
    query(url, "DROP TRIGGER no_room ON store.account_sample");
    back();
    EXPECT_EQ(followers(), "1 2");
    EXPECT_THAT(said, ElementsAre("store_away", "store_back", "spool_drained"));
}

TEST_F(SpooledWriterTest, SlowDatabaseHoldsNobodyUp)
{
    write(profile(1));
    database->set_patience(300ms);
    pqxx::connection other{url};
    pqxx::work lock{other};
    lock.exec0("LOCK TABLE store.account_sample IN ACCESS EXCLUSIVE MODE");
    const auto start = std::chrono::steady_clock::now();
    write(profile(2));
    EXPECT_EQ(writer->state(), State::spooling);
    for (std::int64_t number = 3; number < 20; ++number)
        write(profile(number));
    EXPECT_FALSE(run(loop, writer->replay_now())) << "the first write still waits for the lock";
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_TRUE(database->is_busy());
    lock.abort();
    run_until([&] { return !database->is_busy(); });
    EXPECT_TRUE(run(loop, writer->replay_now()));
    EXPECT_EQ(followers(), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
}

TEST_F(SpooledWriterTest, RowsOfAnAccountQueueBehindItsOwnAndOthersDoNot)
{
    allow_connections(url, false);
    write(profiles(1, 400)); // more than goes together: the first ends before the second
    write(profiles(401, 800));
    allow_connections(url, true);
    bool ended = false;
    boost::asio::co_spawn(
        loop, writer->replay_now(), [&](std::exception_ptr, bool) { ended = true; });
    run_until([&] { return writer->state() == State::replaying; });
    const auto before = writer->depth().records;
    write(profile(1, bakery));
    EXPECT_EQ(followers(bakery), "1") << "at once";
    EXPECT_GT(writer->depth().records, 0) << "while others wait";
    EXPECT_LE(writer->depth().records, before);
    write(profile(801));
    run_until([&] { return ended; });
    run(loop, writer->replay_now());
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "802");
    EXPECT_EQ(writer->state(), State::direct);
}

/// Who begins waits for what an earlier life left, not for what it reads itself meanwhile: that may
/// come as fast as it goes, and no heartbeat would ever be sent.
TEST_F(SpooledWriterTest, BacklogEndsThoughMoreComesAllTheTime)
{
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 70; ++number)
        write(profile(number));
    allow_connections(url, true);
    bool ended = false;
    const auto read_on = [](SpooledWriter& into) -> boost::asio::awaitable<void> {
        for (std::int64_t number = 71; number <= 600; ++number)
            co_await into.write(profile(number));
    };
    boost::asio::co_spawn(loop, read_on(*writer), [&](std::exception_ptr) { ended = true; });
    run(loop, writer->replay_backlog());
    const auto stored = std::stoi(*query1(url, "SELECT count(*) FROM store.account_sample"));
    EXPECT_GE(stored, 70);
    EXPECT_LE(stored, 300) << "what waited, and what came until that was taken out of the file";
    run_until([&] { return ended; });
    EXPECT_TRUE(run(loop, writer->replay_now()));
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "600");
}

TEST_F(SpooledWriterTest, RecordThatIsRefusedBlocksNothingAndIsKept)
{
    allow_connections(url, false);
    write(profile(1));
    write(profile(2, 4711)); // an account that the database does not know
    write(profile(3));
    back();
    EXPECT_EQ(followers(), "1 3");
    EXPECT_EQ(writer->state(), State::direct);
    EXPECT_EQ(writer->depth().set_aside, 1);
    EXPECT_EQ(
        query1(url, "SELECT collector || ' ' || rows FROM store.loss WHERE account_id = 4711"),
        "profile 1");
    EXPECT_THAT(said, Contains("spooled_rows_refused"));
    EXPECT_THAT(said, Not(Contains("spool_full")));
}

TEST_F(SpooledWriterTest, RecordThatIsRefusedAmongOthersOfItsAccountTakesNoneAlong)
{
    query(url, "ALTER TABLE store.account_sample ADD CHECK (followers_count <> 3)");
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 5; ++number)
        write(profile(number));
    back();
    EXPECT_EQ(followers(), "1 2 4 5");
    EXPECT_EQ(writer->depth(), (Depth{0, 0, 0, {}, 1}));
    EXPECT_EQ(query1(url, "SELECT rows FROM store.loss"), "1");
}

/// Two connections, each with an account at a time.
TEST_F(SpooledWriterTest, AccountsGoSideBySideAndEachInItsOrder)
{
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 300; ++number)
        for (const auto account : {shop, bakery, cafe})
            write(profile(number, account));
    back();
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "900")
        << "a profile that comes late is no row";
    EXPECT_EQ(writer->depth(), Depth{});
    EXPECT_EQ(
        query1(
            url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND application_name = 'insightd'"),
        "1")
        << "the second connection is given back";
}

TEST_F(SpooledWriterTest, OneConnectionDoesForAllWhereTheServerGivesNoOther)
{
    const auto superuser = url;
    query(
        superuser, "CREATE ROLE single LOGIN; GRANT USAGE ON SCHEMA store, insightd TO single; "
                   "GRANT ALL ON ALL TABLES IN SCHEMA store, insightd TO single");
    url = insightd::testing::as_login(superuser, "single");
    begin();
    query(superuser, "ALTER ROLE single CONNECTION LIMIT 1");
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 20; ++number)
        for (const auto account : {shop, bakery})
            write(profile(number, account));
    back();
    EXPECT_EQ(query1(superuser, "SELECT count(*) FROM store.account_sample"), "40");
    EXPECT_THROW(query(url, "SELECT"), std::exception) << "it had no other";
}

TEST_F(SpooledWriterTest, AccountThatHangsKeepsTheOthersBackButLosesAndDisordersNothing)
{
    write(profile(1, bakery));
    allow_connections(url, false);
    for (std::int64_t number = 2; number <= 20; ++number)
        for (const auto account : {shop, bakery})
            write(profile(number, account));
    allow_connections(url, true);
    database->set_patience(300ms);
    pqxx::connection other{url};
    pqxx::work lock{other};
    lock.exec0(fmt::format(
        "UPDATE store.account_state SET checked_at = checked_at WHERE account_id = {}", bakery));
    EXPECT_FALSE(run(loop, writer->replay_now()));
    EXPECT_EQ(writer->state(), State::spooling);
    EXPECT_EQ(writer->depth().records, 38);
    EXPECT_TRUE(database->is_busy());
    const auto before = said.size();
    for (int attempt = 0; attempt < 3; ++attempt)
        EXPECT_FALSE(run(loop, writer->replay_now())) << "what was given up may still be written";
    EXPECT_EQ(said.size(), before) << "it is away, and stays so";
    lock.abort();
    run_until([&] { return !database->is_busy(); });
    EXPECT_TRUE(run(loop, writer->replay_now()));
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "39");
    EXPECT_EQ(writer->depth(), Depth{});
}

TEST_F(SpooledWriterTest, DatabaseThatFailsForOneAccountIsAwayForAllAndNothingIsLost)
{
    query(
        url, fmt::format(
                 "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                 "RAISE 'no space left' USING ERRCODE = '53100'; END $$;"
                 "CREATE TRIGGER no_room BEFORE INSERT ON store.account_sample FOR EACH ROW "
                 "WHEN (NEW.account_id = {}) EXECUTE FUNCTION no_room()",
                 bakery));
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 20; ++number)
        for (const auto account : {shop, bakery, cafe})
            write(profile(number, account));
    allow_connections(url, true);
    for (int attempt = 0; attempt < 3; ++attempt)
        EXPECT_FALSE(run(loop, writer->replay_now()));
    EXPECT_EQ(writer->state(), State::spooling);
    EXPECT_EQ(writer->depth().records, 60) << "none is acknowledged";
    query(url, "DROP TRIGGER no_room ON store.account_sample");
    back();
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "60");
}

TEST_F(SpooledWriterTest, StopEndsTheReplayWithWhatIsUnderWay)
{
    allow_connections(url, false);
    for (std::int64_t number = 1; number <= 200; ++number)
        for (const auto account : {shop, bakery})
            write(profile(number, account, model::Worth::irreplaceable));
    allow_connections(url, true);
    bool ended = false;
    boost::asio::co_spawn(
        loop, writer->replay_now(), [&](std::exception_ptr, bool) { ended = true; });
    run_until([&] { return writer->state() == State::replaying; });
    writer->stop();
    run_until([&] { return ended; });
    const auto left = writer->depth().records;
    begin();
    EXPECT_LE(left, 400);
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.account_sample"), "400");
}

TEST_F(SpooledWriterTest, WhatWasDroppedIsSaidOnceAndStandsInTheDatabase)
{
    bounds.rows = 5;
    begin();
    allow_connections(url, false);
    write(profile(0, shop, model::Worth::irreplaceable));
    for (std::int64_t number = 1; number <= 10; ++number)
        write(profile(number));
    EXPECT_EQ(writer->trouble(), Trouble::full);
    EXPECT_EQ(writer->dropped_rows(), 6);
    back();
    EXPECT_EQ(followers(), "0 7 8 9 10");
    EXPECT_EQ(
        query1(
            url, "SELECT format('%s %s %s %s %s', collector, worth, rows, last_at AT TIME ZONE "
                 "'UTC', reason) FROM store.loss"),
        "profile refetchable 6 2026-03-01 12:06:00 the spool was full");
    EXPECT_EQ(std::ranges::count(said, "spool_full"), 1);
    EXPECT_EQ(writer->trouble(), Trouble::none);
}

TEST_F(SpooledWriterTest, LossIsOnTheDatabasesDiskBeforeTheSpoolForgetsIt)
{
    query(
        url, "CREATE TABLE told_at (lsn pg_lsn);"
             "CREATE FUNCTION note_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
             "INSERT INTO told_at SELECT pg_current_wal_insert_lsn(); RETURN NEW; END $$;"
             "CREATE TRIGGER note_told AFTER INSERT ON store.loss FOR EACH ROW "
             "EXECUTE FUNCTION note_told()");
    bounds.rows = 1;
    begin();
    std::optional<std::string> is_kept;
    writer->on_losses([&](std::vector<model::AccountId>) -> boost::asio::awaitable<void> {
        is_kept = query1(url, "SELECT lsn <= pg_current_wal_flush_lsn() FROM told_at");
        co_return;
    });
    allow_connections(url, false);
    write(profile(1));
    write(profile(2));
    back();
    EXPECT_EQ(is_kept, "t");
}

TEST_F(SpooledWriterTest, SpoolThatCannotBeUsedHoldsNothingUpWhileTheDatabaseIsThere)
{
    writer.reset();
    disk.reset();
    std::filesystem::remove_all(folder.path() / "spool");
    std::ofstream{folder.path() / "spool"} << "a file where the folder should be";
    begin();
    EXPECT_EQ(writer->trouble(), Trouble::unusable);
    write(profile(1));
    EXPECT_EQ(followers(), "1");
    allow_connections(url, false);
    EXPECT_THROW(write(profile(2)), model::Unavailable) << "it stays with the caller";
    std::filesystem::remove(folder.path() / "spool");
    write(profile(2));
    EXPECT_EQ(writer->depth().rows, 1);
    EXPECT_THAT(said, Contains("spool_usable"));
    back();
    EXPECT_EQ(followers(), "1 2");
}

TEST_F(SpooledWriterTest, FolderThatIsRemovedUnderItIsMadeAnewAndItsRowsAreALoss)
{
    allow_connections(url, false);
    write(profile(1));
    std::filesystem::remove_all(folder.path() / "spool");
    write(profile(2));
    EXPECT_EQ(writer->depth().records, 1);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "spool" / "spool.db"));
    back();
    EXPECT_EQ(followers(), "2");
    EXPECT_EQ(
        query1(url, "SELECT format('%s %s', account_id, reason) FROM store.loss"),
        "0 the folder of the spool was removed");
}

/// Which is what the replay asks the file first.
TEST_F(SpooledWriterTest, WhatIsFoundMissingWhileRowsAreHandedOverWasLostNow)
{
    allow_connections(url, false);
    write(profile(1));
    std::filesystem::remove_all(folder.path() / "spool");
    back();
    EXPECT_EQ(
        query1(url, "SELECT lost_at AT TIME ZONE 'UTC' FROM store.loss"), "2026-03-01 12:00:00");
    EXPECT_EQ(writer->damaged_at(), noon);
}

TEST_F(SpooledWriterTest, RefusedRowsAreKeptAsideAndTheDatabaseIsToldWithoutAnyReplay)
{
    boost::asio::co_spawn(loop, writer->run(), boost::asio::detached);
    run_until([&] { return writer->state() == State::direct; });
    run(loop, writer->keep_aside(profile(1), "the database refused it"));
    run_until([&] { return writer->state() == State::direct; });
    EXPECT_EQ(writer->depth().set_aside, 1);
    EXPECT_EQ(writer->depth().records, 0);
    EXPECT_EQ(
        query1(url, "SELECT format('%s %s %s', collector, rows, reason) FROM store.loss"),
        "profile 1 the database refused it");
    writer->stop();
    loop.run();
}

TEST_F(SpooledWriterTest, LossThatIsRefusedIsNotForgotten)
{
    bounds.rows = 1;
    begin();
    query(url, "ALTER TABLE store.loss ADD CONSTRAINT none CHECK (reason = '') NOT VALID");
    allow_connections(url, false);
    write(profile(1));
    write(profile(2));
    back();
    EXPECT_THAT(said, Contains("loss_refused"));
    query(url, "ALTER TABLE store.loss DROP CONSTRAINT none");
    EXPECT_TRUE(run(loop, writer->replay_now()));
    EXPECT_EQ(query1(url, "SELECT count(*) FROM store.loss"), "1");
}

TEST_F(SpooledWriterTest, NobodyElseGetsTheFolderThoughItsFileCannotBeUsed)
{
    writer.reset();
    disk.reset();
    const auto file = folder.path() / "spool" / "spool.db";
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    begin();
    EXPECT_EQ(writer->trouble(), Trouble::unusable);
    std::filesystem::remove(file);
    storage::Thread other_disk{"the disk"};
    SpooledWriter other{
        {loop.get_executor(), *database, other_disk, [] { return noon; }, [](const News&) {}},
        file,
        bounds};
    EXPECT_THROW(run(loop, other.open()), InUse);
}

TEST_F(SpooledWriterTest, ComesBackByItself)
{
    boost::asio::co_spawn(loop, writer->run(), boost::asio::detached);
    allow_connections(url, false);
    write(profile(1));
    allow_connections(url, true);
    run_until([&] { return writer->state() == State::direct; });
    EXPECT_EQ(followers(), "1");
    writer->stop();
    loop.run();
}

} // namespace
} // namespace insightd::spool
