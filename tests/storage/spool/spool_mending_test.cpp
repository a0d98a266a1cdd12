#include "storage/spool/sqlite.hpp"
#include "tests/storage/spool/with_spool.hpp"

// What becomes of damage: to the file of the spool, to its log, to its mark.
namespace insightd::spool
{
namespace
{

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

using SpoolMending = SpoolFileTest;

TEST_F(SpoolMending, RecordWithAWrongChecksumIsSetAsideAndTheOthersGoOn)
{
    {
        auto file = open();
        for (const auto* rows : {"a", "b", "c"})
            file.append(record(rows), noon);
    }
    {
        Sqlite db{path(), Sqlite::Access::read_write};
        db.run("UPDATE record SET rows = 5 WHERE seq = 2");
    }
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a", "c"));
    EXPECT_EQ(file.depth().set_aside, 1);
    EXPECT_THAT(file.take_news(), HasSubstr("damaged"));
    ASSERT_THAT(file.losses(noon), SizeIs(1));
    EXPECT_EQ(file.depth().records, 2);
}

TEST_F(SpoolMending, WhoseADamagedRecordWasIsToldIfThatCanBeBelieved)
{
    {
        auto file = open();
        file.append(record("a"), noon);
        file.append(record("b"), noon);
    }
    {
        Sqlite db{path(), Sqlite::Access::read_write};
        db.run("UPDATE record SET body = x'00' WHERE seq = 1");
        db.run("UPDATE record SET last_at = 28800000000000000, account_id = 5 WHERE seq = 2");
    }
    auto file = open();
    EXPECT_THAT(texts(file), IsEmpty());
    const auto losses = file.losses(noon);
    ASSERT_THAT(losses, SizeIs(2));
    const auto believed = losses[0].account_id == shop ? losses[0] : losses[1];
    const auto other = losses[0].account_id == shop ? losses[1] : losses[0];
    EXPECT_EQ(believed.loss.rows, 1);
    EXPECT_EQ(believed.loss.last_at, noon);
    EXPECT_EQ(other.account_id, 0) << "nobody can tell whose";
    EXPECT_EQ(other.loss.rows, std::nullopt);
    EXPECT_EQ(other.loss.last_at, noon) << "it is now";
}

TEST_F(SpoolMending, RecordsOfAnEarlierVersionGoOn)
{
    {
        auto file = open();
        file.append(record("a"), noon);
        file.append(record("b"), noon);
    }
    Sqlite{path(), Sqlite::Access::read_write}.run(
        "UPDATE record SET checksum = substr(checksum, 1, 32); "
        "UPDATE record SET body = x'00' WHERE seq = 2; PRAGMA user_version = 1");
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a"));
    ASSERT_THAT(file.losses(noon), SizeIs(1));
    EXPECT_EQ(file.losses(noon).front().account_id, 0);
}

TEST_F(SpoolMending, RecordsThatWereSetAsideMayBeRemovedByHandWhileNothingRuns)
{
    {
        auto file = open();
        for (const auto* rows : {"a", "b"})
            file.append(record(rows), noon);
        file.set_aside(file.next(1, 1 << 20, noon).front(), 1, "refused", noon);
        EXPECT_EQ(file.depth().set_aside, 1);
    }
    Sqlite{path(), Sqlite::Access::read_write}.run("DELETE FROM set_aside");
    auto file = open();
    EXPECT_EQ(file.depth().set_aside, 0);
    EXPECT_THAT(texts(file), ElementsAre("b"));
    EXPECT_THAT(file.take_news(), IsEmpty()) << "it is no damage";
}

TEST_F(SpoolMending, FileThatIsNoDatabaseIsSetAsideAndANewOneBegun)
{
    fs::create_directories(folder);
    std::ofstream{path()} << std::string(5000, 'x');
    auto file = open();
    EXPECT_TRUE(file.append(record("a"), noon));
    EXPECT_THAT(texts(file), ElementsAre("a"));
    EXPECT_THAT(damaged_files(), SizeIs(1));
    EXPECT_THAT(file.take_news(), HasSubstr(".damaged-"));
    const auto losses = file.losses(noon);
    ASSERT_THAT(losses, SizeIs(1));
    EXPECT_EQ(losses[0].account_id, 0);
    EXPECT_EQ(losses[0].loss.rows, std::nullopt) << "nobody can tell";
}

TEST_F(SpoolMending, WhatCanBeReadOfADamagedFileGoesOn)
{
    {
        auto file = open();
        for (int number = 0; number < 200; ++number)
            file.append(record(std::to_string(number) + std::string(3000, 'x')), noon);
    }
    const auto size = fs::file_size(path());
    damage(size / 2 / 4096 * 4096, 4096);
    auto file = open();
    const auto left = texts(file);
    EXPECT_GT(left.size(), 150U);
    EXPECT_LT(left.size(), 200U);
    EXPECT_THAT(left.front(), ::testing::StartsWith("0x"));
    EXPECT_THAT(left.back(), ::testing::StartsWith("199x"));
    EXPECT_THAT(file.losses(noon), SizeIs(::testing::Ge(1U)));
    EXPECT_TRUE(file.append(record("after"), noon));
}

/// As it stands after kill -9: the newest records are in the log alone.
class SpoolThatWasKilled : public SpoolFileTest
{
protected:
    SpoolThatWasKilled()
    {
        auto file = open();
        for (const char* rows : {"a", "b", "c"})
            file.append(record(rows), noon);
        take(file, 1);
        fs::create_directories(copy);
        for (const char* part : {"", "-wal", ".mark"})
            fs::copy_file(path().string() + part, (copy / "spool.db").string() + part);
    }

    static void take(SpoolFile& file, std::size_t records)
    {
        std::vector<std::int64_t> taken;
        for (const auto& one : file.next(records, 1 << 30, noon))
            taken.push_back(one.seq);
        file.acknowledge(taken, noon);
    }

    fs::path part(const char* ending) const { return (copy / "spool.db").string() + ending; }
    SpoolFile open_again() const { return SpoolFile{copy / "spool.db", {}, noon}; }

    fs::path copy{folder / "killed"};
};

TEST_F(SpoolThatWasKilled, IsWholeWithItsLog)
{
    auto file = open_again();
    EXPECT_THAT(texts(file), ElementsAre("b", "c"));
    EXPECT_THAT(file.losses(noon), IsEmpty());
    EXPECT_EQ(file.take_news(), "");
}

/// SQLite says nothing of all these.
TEST_F(SpoolThatWasKilled, WhatIsMissingOfItsLogIsALoss)
{
    fs::resize_file(part("-wal"), fs::file_size(part("-wal")) / 2);
    {
        auto file = open_again();
        EXPECT_THAT(file.take_news(), HasSubstr("cut off"));
        ASSERT_THAT(file.losses(noon), SizeIs(1));
        EXPECT_EQ(file.losses(noon).front().loss.reason, "the file of the spool was cut off");
        EXPECT_EQ(file.losses(noon).front().loss.rows, std::nullopt);
        EXPECT_EQ(file.losses(noon).front().loss.first_at, noon) << "nothing older waited";
        EXPECT_EQ(file.losses(noon).front().loss.last_at, noon) << "it was found then";
        EXPECT_TRUE(file.append(record("d"), noon));
    }
    auto file = open_again();
    EXPECT_EQ(file.take_news(), "") << "it was said";
    EXPECT_EQ(texts(file).back(), "d");
}

TEST_F(SpoolThatWasKilled, FileThatIsGoneOrEmptyIsALossIfRowsWaitedInIt)
{
    fs::remove(part("-wal"));
    fs::resize_file(part(""), 0);
    EXPECT_THAT(open_again().losses(noon), SizeIs(1));
    {
        auto file = open_again();
        file.told(file.losses(noon), noon);
        file.append(record("d"), noon);
        take(file, 1);
        EXPECT_THAT(texts(file), IsEmpty());
    }
    fs::remove(part(""));
    EXPECT_THAT(open_again().losses(noon), IsEmpty()) << "nothing waited";
}

TEST_F(SpoolThatWasKilled, NumbersOfMissingRecordsAreNotGivenAgain)
{
    fs::remove(part("-wal"));
    fs::resize_file(part(""), 0);
    auto file = open_again();
    file.append(record("d"), noon);
    EXPECT_EQ(file.next(1, 1 << 30, noon).front().seq, 4);
}

/// What was said of the first one lies in the log that is cut off next.
TEST_F(SpoolThatWasKilled, LossThatNobodyHeardOfIsNotForgotten)
{
    fs::resize_file(part("-wal"), fs::file_size(part("-wal")) / 2);
    const auto again = folder / "again";
    {
        auto file = open_again();
        ASSERT_THAT(file.losses(noon), SizeIs(1));
        fs::copy(copy, again);
    }
    fs::resize_file((again / "spool.db").string() + "-wal", 0);
    EXPECT_THAT((SpoolFile{again / "spool.db", {}, noon}.losses(noon)), SizeIs(1));
}

/// The mark is written after the disk has the record, and is not waited for.
TEST_F(SpoolThatWasKilled, MarkThatIsOldGoneOrDamagedLosesNothing)
{
    for (const auto spoil :
         {+[](const fs::path& mark) { fs::remove(mark); },
          +[](const fs::path& mark) { fs::resize_file(mark, 7); },
          +[](const fs::path& mark) { std::ofstream{mark} << "x"; },
          +[](const fs::path& mark) {
              Mark{mark}.write({1, 1, 0});
          }}) {
        spoil(part(".mark"));
        auto file = open_again();
        EXPECT_THAT(texts(file), ElementsAre("b", "c"));
        EXPECT_THAT(file.losses(noon), IsEmpty());
    }
}

TEST_F(SpoolMending, LossOfUnknownSizeThatGrewIsToldAgain)
{
    const auto cut_off = [&](model::Instant now) {
        SpoolFile{path(), {}, now}.append(record("a"), now);
        Sqlite{path(), Sqlite::Access::read_write}.run("DELETE FROM record");
        return SpoolFile{path(), {}, now}.losses(now);
    };
    const auto told = cut_off(noon);
    ASSERT_THAT(told, SizeIs(1));
    const auto again = cut_off(noon + std::chrono::hours{1});
    ASSERT_THAT(again, SizeIs(1));
    EXPECT_EQ(again[0].loss.id, told[0].loss.id);
    auto file = open();
    file.told(told, noon + std::chrono::hours{1});
    EXPECT_THAT(file.losses(noon), SizeIs(1));
    file.told(again, noon + std::chrono::hours{1});
    EXPECT_THAT(file.losses(noon), IsEmpty());
}

/// They would fill the disk that rows need.
TEST_F(SpoolMending, OnlyTheNewestDamagedFilesAreKept)
{
    for (int time = 0; time < 5; ++time) {
        open().append(record("a"), noon);
        damage(0, 16);
        SpoolFile{path(), {}, noon + std::chrono::hours{time}}.append(record("b"), noon);
    }
    std::vector<std::string> kept;
    for (const auto& entry : fs::directory_iterator{folder})
        if (const auto name = entry.path().filename().string();
            name.find(".damaged-") != std::string::npos && name.ends_with("Z"))
            kept.push_back(name.substr(name.find(".damaged-")));
    EXPECT_THAT(
        kept,
        ::testing::UnorderedElementsAre(
            ".damaged-20260301T140000Z", ".damaged-20260301T150000Z", ".damaged-20260301T160000Z"));
}

/// SQLite calls that an error like any other.
TEST_F(SpoolMending, FileOfAnUnknownFormatIsDamaged)
{
    open().append(record("a"), noon);
    damage(44, 4); // the number of the schema's format
    auto file = open();
    EXPECT_THAT(file.take_news(), HasSubstr("unsupported file format"));
    EXPECT_THAT(file.losses(noon), SizeIs(1));
    EXPECT_TRUE(file.append(record("after"), noon));
}

/// Also those that SQLite takes for "may not be written", or us for a version to come.
TEST_F(SpoolMending, NoByteOfTheHeaderMakesItUnusable)
{
    open().append(record("a"), noon);
    const auto whole = bytes_of(path());
    constexpr std::size_t used = 72; // https://www.sqlite.org/fileformat.html, section 1.3
    for (std::size_t at = 0; at < used; ++at)
        for (const int flipped : {0x01, 0xff}) {
            fs::remove_all(folder);
            fs::create_directories(folder);
            auto bytes = whole;
            bytes[at] = static_cast<char>(bytes[at] ^ flipped);
            std::ofstream{path(), std::ios::binary} << bytes;
            const auto use = [&] {
                auto file = open();
                EXPECT_TRUE(file.append(record("after"), noon)) << at;
                EXPECT_EQ(texts(file).back(), "after") << at;
            };
            EXPECT_NO_THROW(use()) << at;
        }
}

/// Found by fuzzing: SQLite takes a piece of the schema for longer than it may be.
TEST_F(SpoolMending, SchemaThatSeemsTooLongToReadIsDamaged)
{
    open().append(record("a"), noon);
    const auto whole = bytes_of(path());
    const auto row = whole.find("indexrecord_worth");
    ASSERT_NE(row, std::string::npos);
    damage(row - 18, "Jreshed_a\xff\xff\xff\xff\xffrefre\xff\xff\xff\xffrefreshed_atatbdn");
    auto file = open();
    EXPECT_TRUE(file.append(record("after"), noon));
    EXPECT_EQ(texts(file).back(), "after");
}

TEST_F(SpoolMending, FileOfANewerInsightdIsLeftAlone)
{
    open().append(record("a"), noon);
    const auto set_version = [&](int version) {
        const auto number = std::to_string(version);
        Sqlite{path(), Sqlite::Access::read_write}.run(
            "PRAGMA user_version = " + number + "; PRAGMA application_id = " + number);
    };
    set_version(3);
    for (int attempt = 0; attempt < 2; ++attempt)
        EXPECT_THAT(
            [&] { open(); },
            ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("is of a newer insightd")));
    EXPECT_THAT(damaged_files(), IsEmpty());
    set_version(2);
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a"));
}

/// Killed after the damaged file was moved, and before what is in it was in the new one.
TEST_F(SpoolMending, SalvageThatWasNotFinishedIsFinishedByTheNextLife)
{
    {
        auto file = open();
        file.append(record("a"), noon);
        file.append(record("b"), noon);
    }
    fs::rename(path(), path().string() + ".unfinished-1");
    {
        auto file = open();
        EXPECT_THAT(texts(file), ElementsAre("a", "b"));
        EXPECT_THAT(file.losses(noon), IsEmpty());
    }
    EXPECT_THAT(
        damaged_files(), ::testing::Contains(path().string() + ".damaged-20260301T120000Z"));
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a", "b")) << "and only once";
}

} // namespace
} // namespace insightd::spool
