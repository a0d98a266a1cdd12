#include "storage/spool/spool_file.hpp"
#include "storage/spool/sqlite.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

// The file of the spool: order, bounds, what goes first, and what becomes of damage.
namespace insightd::spool
{
namespace
{

using insightd::testing::at;
using model::Worth;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

const auto noon = at("2026-03-01T12:00:00Z");
constexpr model::AccountId shop = 17841400000000001;

Record record(const std::string& rows, Worth worth = Worth::refetchable, model::AccountId id = shop)
{
    Record made;
    made.account_id = id;
    made.worth = worth;
    made.contents = {1, "stories", noon, noon};
    made.steps = {{"media_facts", rows}, {"media_counts", "[1:2]"}};
    return made;
}

class SpoolFileTest : public ::testing::Test
{
protected:
    SpoolFileTest()
        : folder{fs::temp_directory_path() / ("insightd-spool-test." + std::to_string(::getpid()))}
    {
        fs::remove_all(folder);
    }
    ~SpoolFileTest() override { fs::remove_all(folder); }

    SpoolFile open(Bounds bounds = {}) const { return SpoolFile{path(), bounds, noon}; }
    fs::path path() const { return folder / "spool.db"; }

    static std::vector<std::string> texts(SpoolFile& file)
    {
        std::vector<std::string> all;
        for (const auto& found : file.next(1000, 1 << 30, noon))
            all.push_back(found.steps.front().rows);
        file.give_back();
        return all;
    }

    /// Bytes in the middle of the file, as a dying disk leaves them.
    void damage(std::size_t from, std::size_t size) const
    {
        std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(from));
        file << std::string(size, '\x5a');
    }

    static std::string bytes_of(const fs::path& file)
    {
        std::ifstream in{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

    std::vector<fs::path> damaged_files() const
    {
        std::vector<fs::path> found;
        for (const auto& entry : fs::directory_iterator{folder})
            if (entry.path().filename().string().find(".damaged-20260301T120000Z") !=
                std::string::npos)
                found.push_back(entry.path());
        return found;
    }

    fs::path folder;
};

TEST_F(SpoolFileTest, GivesBackWhatItTookInOrderAndAfterARestart)
{
    {
        auto file = open();
        for (const auto* rows : {"a", "b", "c"})
            EXPECT_TRUE(file.append(record(rows), noon));
    }
    auto file = open();
    const auto first = file.next(2, 1 << 20, noon);
    ASSERT_THAT(first, SizeIs(2));
    EXPECT_EQ(first[0].account_id, shop);
    EXPECT_EQ(first[0].contents.collector, "stories");
    EXPECT_EQ(first[0].steps, record("a").steps);
    file.acknowledge({first[0].seq});
    EXPECT_THAT(texts(file), ElementsAre("b", "c"));
    EXPECT_EQ(file.depth().records, 2);
    EXPECT_EQ(file.depth().rows, 2);
    EXPECT_EQ(file.depth().oldest, noon);
}

TEST_F(SpoolFileTest, IsForItsOwnerAlone)
{
    const auto file = open();
    for (const auto& entry : fs::directory_iterator{folder})
        EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
            << entry.path();
    EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
}

TEST_F(SpoolFileTest, TellsWhoseRecordsCameAndWent)
{
    auto file = open();
    file.append(record("a"), noon);
    file.append(record("b", Worth::refetchable, 2), noon);
    EXPECT_THAT(
        file.take_changes(),
        ElementsAre(std::pair<const model::AccountId, std::int64_t>{2, 1}, std::pair{shop, 1}));
    file.acknowledge({1});
    EXPECT_THAT(
        file.take_changes(),
        ElementsAre(std::pair<const model::AccountId, std::int64_t>{shop, -1}));
}

TEST_F(SpoolFileTest, FullItDropsTheOldestThatCanBeFetchedAgainAndSaysSo)
{
    auto file = open({1 << 20, 3});
    file.append(record("story", Worth::irreplaceable), noon);
    file.append(record("old"), noon);
    file.append(record("new"), noon);
    EXPECT_TRUE(file.append(record("newest"), noon));
    EXPECT_THAT(texts(file), ElementsAre("story", "new", "newest"));
    EXPECT_EQ(file.dropped(), 1);
    const auto losses = file.losses();
    ASSERT_THAT(losses, SizeIs(1));
    EXPECT_EQ(losses[0].account_id, shop);
    EXPECT_EQ(losses[0].loss.rows, 1);
    EXPECT_EQ(losses[0].loss.worth, Worth::refetchable);
    EXPECT_EQ(losses[0].loss.first_at, noon);
    EXPECT_EQ(losses[0].loss.reason, "the spool was full");
}

TEST_F(SpoolFileTest, StoriesGoLastAndOnlyForStories)
{
    auto file = open({1 << 20, 2});
    file.append(record("story 1", Worth::irreplaceable), noon);
    file.append(record("story 2", Worth::irreplaceable), noon);
    EXPECT_FALSE(file.append(record("post"), noon)) << "it is the least that could go";
    EXPECT_THAT(texts(file), ElementsAre("story 1", "story 2"));
    EXPECT_TRUE(file.append(record("story 3", Worth::irreplaceable), noon));
    EXPECT_THAT(texts(file), ElementsAre("story 2", "story 3"));
    EXPECT_THAT(file.losses(), SizeIs(2)) << "of both kinds";
}

TEST_F(SpoolFileTest, BoundsHoldInBytesToo)
{
    auto file = open({4000, 1000});
    for (int number = 0; number < 10; ++number)
        file.append(record(std::string(1000, 'x')), noon);
    EXPECT_LE(file.depth().bytes, 4000);
    EXPECT_EQ(file.depth().records, 3);
    EXPECT_EQ(file.dropped(), 7);
}

TEST_F(SpoolFileTest, WhatIsBeingWrittenIsNotDropped)
{
    auto file = open({1 << 20, 2});
    file.append(record("a"), noon);
    file.append(record("b"), noon);
    const auto handed_out = file.next(1, 1 << 20, noon);
    file.append(record("c"), noon);
    file.give_back();
    EXPECT_THAT(texts(file), ElementsAre("a", "c"));
}

TEST_F(SpoolFileTest, LossThatGrewIsToldAgainUnderTheSameName)
{
    auto file = open({1 << 20, 1});
    file.append(record("a"), noon);
    file.append(record("b"), noon);
    const auto told = file.losses();
    file.append(record("c"), noon);
    file.told(told);
    const auto left = file.losses();
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(left[0].loss.id, told[0].loss.id);
    EXPECT_EQ(left[0].loss.rows, 2);
    file.told(left);
    EXPECT_THAT(file.losses(), IsEmpty());
}

TEST_F(SpoolFileTest, RecordWithAWrongChecksumIsSetAsideAndTheOthersGoOn)
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
    ASSERT_THAT(file.losses(), SizeIs(1));
    EXPECT_EQ(file.depth().records, 2);
}

TEST_F(SpoolFileTest, FileThatIsNoDatabaseIsSetAsideAndANewOneBegun)
{
    fs::create_directories(folder);
    std::ofstream{path()} << std::string(5000, 'x');
    auto file = open();
    EXPECT_TRUE(file.append(record("a"), noon));
    EXPECT_THAT(texts(file), ElementsAre("a"));
    EXPECT_THAT(damaged_files(), SizeIs(1));
    EXPECT_THAT(file.take_news(), HasSubstr(".damaged-"));
    const auto losses = file.losses();
    ASSERT_THAT(losses, SizeIs(1));
    EXPECT_EQ(losses[0].account_id, 0);
    EXPECT_EQ(losses[0].loss.rows, std::nullopt) << "nobody can tell";
}

TEST_F(SpoolFileTest, WhatCanBeReadOfADamagedFileGoesOn)
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
    EXPECT_THAT(file.losses(), SizeIs(::testing::Ge(1U)));
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
        file.acknowledge(taken);
    }

    fs::path part(const char* ending) const { return (copy / "spool.db").string() + ending; }
    SpoolFile open_again() const { return SpoolFile{copy / "spool.db", {}, noon}; }

    fs::path copy{folder / "killed"};
};

TEST_F(SpoolThatWasKilled, IsWholeWithItsLog)
{
    auto file = open_again();
    EXPECT_THAT(texts(file), ElementsAre("b", "c"));
    EXPECT_THAT(file.losses(), IsEmpty());
    EXPECT_EQ(file.take_news(), "");
}

/// SQLite says nothing of all these.
TEST_F(SpoolThatWasKilled, WhatIsMissingOfItsLogIsALoss)
{
    fs::resize_file(part("-wal"), fs::file_size(part("-wal")) / 2);
    {
        auto file = open_again();
        EXPECT_THAT(file.take_news(), HasSubstr("cut off"));
        ASSERT_THAT(file.losses(), SizeIs(1));
        EXPECT_EQ(file.losses().front().loss.reason, "the file of the spool was cut off");
        EXPECT_EQ(file.losses().front().loss.rows, std::nullopt);
        EXPECT_EQ(file.losses().front().loss.first_at, noon) << "nothing older waited";
        EXPECT_EQ(file.losses().front().loss.last_at, noon) << "it was found then";
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
    EXPECT_THAT(open_again().losses(), SizeIs(1));
    {
        auto file = open_again();
        file.told(file.losses());
        file.append(record("d"), noon);
        take(file, 1);
        EXPECT_THAT(texts(file), IsEmpty());
    }
    fs::remove(part(""));
    EXPECT_THAT(open_again().losses(), IsEmpty()) << "nothing waited";
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
        ASSERT_THAT(file.losses(), SizeIs(1));
        fs::copy(copy, again);
    }
    fs::resize_file((again / "spool.db").string() + "-wal", 0);
    EXPECT_THAT((SpoolFile{again / "spool.db", {}, noon}.losses()), SizeIs(1));
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
        EXPECT_THAT(file.losses(), IsEmpty());
    }
}

/// They would fill the disk that rows need.
TEST_F(SpoolFileTest, OnlyTheNewestDamagedFilesAreKept)
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
TEST_F(SpoolFileTest, FileOfAnUnknownFormatIsDamaged)
{
    open().append(record("a"), noon);
    damage(44, 4); // the number of the schema's format
    auto file = open();
    EXPECT_THAT(file.take_news(), HasSubstr("unsupported file format"));
    EXPECT_THAT(file.losses(), SizeIs(1));
    EXPECT_TRUE(file.append(record("after"), noon));
}

/// Also those that SQLite takes for "may not be written", or us for a version to come.
TEST_F(SpoolFileTest, NoByteOfTheHeaderMakesItUnusable)
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

TEST_F(SpoolFileTest, FileOfANewerInsightdIsLeftAlone)
{
    open().append(record("a"), noon);
    const auto set_version = [&](int version) {
        Sqlite{path(), Sqlite::Access::read_write}.run(
            "PRAGMA user_version = " + std::to_string(version));
    };
    set_version(2);
    for (int attempt = 0; attempt < 2; ++attempt)
        EXPECT_THAT(
            [&] { open(); },
            ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("is of a newer insightd")));
    EXPECT_THAT(damaged_files(), IsEmpty());
    set_version(1);
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a"));
}

/// Killed after the damaged file was moved, and before what is in it was in the new one.
TEST_F(SpoolFileTest, SalvageThatWasNotFinishedIsFinishedByTheNextLife)
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
        EXPECT_THAT(file.losses(), IsEmpty());
    }
    EXPECT_THAT(
        damaged_files(), ::testing::Contains(path().string() + ".damaged-20260301T120000Z"));
    auto file = open();
    EXPECT_THAT(texts(file), ElementsAre("a", "b")) << "and only once";
}

TEST_F(SpoolFileTest, FullDiskCostsOnlyWhatCanBeFetchedAgain)
{
    auto file = open();
    file.append(record("story" + std::string(20000, 'x'), Worth::irreplaceable), noon);
    file.limit_pages(100);
    for (int number = 0; number < 60; ++number)
        EXPECT_TRUE(file.append(record(std::to_string(number) + std::string(20000, 'x')), noon));
    const auto left = texts(file);
    EXPECT_THAT(left.front(), ::testing::StartsWith("story"));
    EXPECT_THAT(left.back(), ::testing::StartsWith("59x"));
    EXPECT_EQ(file.dropped(), 61 - static_cast<std::int64_t>(left.size()));
    EXPECT_EQ(file.losses().front().loss.reason, "the disk was full");
}

TEST_F(SpoolFileTest, FullDiskWithNothingToDropIsSaidAndNothingIsLost)
{
    auto file = open();
    file.limit_pages(60);
    std::size_t taken = 0;
    const auto append = [&] {
        file.append(record(std::string(20000, 'x'), Worth::irreplaceable), noon);
        ++taken;
    };
    EXPECT_THROW(
        {
            for (int number = 0; number < 60; ++number)
                append();
        },
        SqliteError);
    EXPECT_GT(taken, 3U);
    EXPECT_THAT(texts(file), SizeIs(taken));
    file.limit_pages(1000);
    append();
    EXPECT_THAT(texts(file), SizeIs(taken));
}

TEST_F(SpoolFileTest, AnotherProcessMayLook)
{
    EXPECT_EQ(look_into(path()), std::nullopt);
    auto file = open();
    file.append(record("a"), noon);
    EXPECT_EQ(look_into(path()), file.depth());
    file.append(record("b"), noon);
    EXPECT_EQ(look_into(path())->records, 2);
}

TEST_F(SpoolFileTest, IsUsedByOneAtATime)
{
    const auto file = open();
    EXPECT_THROW(open(), std::runtime_error);
}

/// No file of this process grows any more, as on a disk that is full; until the end of its life.
class NoRoom
{
public:
    explicit NoRoom(std::uintmax_t size)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        auto now = before_;
        now.rlim_cur = size;
        setrlimit(RLIMIT_FSIZE, &now);
    }
    ~NoRoom() { setrlimit(RLIMIT_FSIZE, &before_); }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;

private:
    rlimit before_{};
};

TEST_F(SpoolFileTest, DiskThatTakesNoMoreLosesNothingThatWasTaken)
{
    auto file = open();
    std::vector<std::string> taken;
    {
        const NoRoom full{600'000};
        const auto append = [&](int number) {
            const auto rows = std::to_string(number) + std::string(20'000, 'x');
            file.append(record(rows, Worth::irreplaceable), noon);
            taken.push_back(rows);
        };
        EXPECT_THROW(
            {
                for (int number = 0; number < 1000; ++number)
                    append(number);
            },
            SqliteError);
    }
    EXPECT_GT(taken.size(), 5U);
    EXPECT_EQ(texts(file), taken);
    EXPECT_TRUE(file.append(record("after"), noon));
    EXPECT_THAT(damaged_files(), IsEmpty());
}

TEST_F(SpoolFileTest, WhatWasWrittenIsAcknowledgedOnAFullDisk)
{
    auto file = open();
    const NoRoom full{600'000};
    EXPECT_THROW(
        {
            for (int number = 0; number < 1000; ++number)
                file.append(record(std::string(20'000, 'x'), Worth::irreplaceable), noon);
        },
        SqliteError);
    const auto before = file.depth().records;
    std::vector<std::int64_t> written;
    for (const auto& handed : file.next(5, 1 << 30, noon))
        written.push_back(handed.seq);
    ASSERT_THAT(written, SizeIs(5));
    file.acknowledge(written);
    EXPECT_EQ(file.depth().records, before - 5);
}

TEST_F(SpoolFileTest, NumberIsNeverGivenTwice)
{
    auto file = open();
    file.append(record("a"), noon);
    const auto first = file.next(1, 1 << 20, noon).front().seq;
    file.acknowledge({first});
    file.append(record("b"), noon);
    file.acknowledge({first}); // told twice, as after a crash
    EXPECT_THAT(texts(file), ElementsAre("b"));
}

TEST_F(SpoolFileTest, EmptyItGivesItsRoomBack)
{
    auto file = open();
    std::vector<std::int64_t> all;
    for (int number = 0; number < 100; ++number)
        file.append(record(std::string(20000, 'x')), noon);
    for (const auto& found : file.next(1000, 1 << 30, noon))
        all.push_back(found.seq);
    file.acknowledge(all);
    file.shrink();
    EXPECT_LT(fs::file_size(path()), 100'000U);
    EXPECT_EQ(file.depth(), Depth{});
}

TEST(Record, UnpacksOnlyWhatWasPacked)
{
    const std::vector<storage::Step> steps{{"a", "[1]"}, {"b", ""}};
    EXPECT_EQ(unpacked(packed(steps)), steps);
    EXPECT_EQ(unpacked(""), std::vector<storage::Step>{});
    for (const auto* bytes : {"1", "1:", "1:a", "1:a9:b", "x", "99999999999999999999:a", "-1:a1:b"})
        EXPECT_EQ(unpacked(bytes), std::nullopt) << bytes;
}

} // namespace
} // namespace insightd::spool
