#include "storage/spool/sqlite.hpp"
#include "tests/storage/spool/with_spool.hpp"
#include "tests/support/small_disk.hpp"

#include <cerrno>
#include <csignal>
#include <sys/resource.h>

// The file of the spool: order, bounds, and what goes first.
namespace insightd::spool
{
namespace
{

using model::Worth;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

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
    file.acknowledge({first[0].seq}, noon);
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
    file.acknowledge({1}, noon);
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
    const auto losses = file.losses(noon);
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
    EXPECT_THAT(file.losses(noon), SizeIs(2)) << "of both kinds";
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

TEST_F(SpoolFileTest, WhatComesBehindIsHandedOutWhileWhatIsBeforeItIsBeingWritten)
{
    auto file = open({1 << 20, 3});
    for (const auto* rows : {"a", "b", "c"})
        file.append(record(rows), noon);
    const auto first = file.next(1, 1 << 20, noon);
    const auto behind = file.next(1, 1 << 20, noon, first.at(0).seq);
    ASSERT_THAT(behind, SizeIs(1));
    EXPECT_EQ(behind[0].steps, record("b").steps);
    file.acknowledge({first[0].seq}, noon);
    file.append(record("d"), noon);
    file.append(record("e"), noon);
    EXPECT_THAT(texts(file), ElementsAre("b", "d", "e")) << "c went, for b is being written";
    EXPECT_THAT(file.next(9, 1 << 20, noon, behind[0].seq + 9), IsEmpty());
}

TEST_F(SpoolFileTest, LossThatGrewIsToldAgainUnderTheSameName)
{
    auto file = open({1 << 20, 1});
    file.append(record("a"), noon);
    file.append(record("b"), noon);
    const auto told = file.losses(noon);
    file.append(record("c"), noon);
    file.told(told, noon);
    const auto left = file.losses(noon);
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(left[0].loss.id, told[0].loss.id);
    EXPECT_EQ(left[0].loss.rows, 2);
    file.told(left, noon);
    EXPECT_THAT(file.losses(noon), IsEmpty());
}

TEST(SqliteErrors, OnlyWhatMoreRoomWouldMendIsAFullDisk)
{
    EXPECT_TRUE((SqliteError{SQLITE_FULL, ""}.is_full()));
    for (const int no_room : {ENOSPC, EDQUOT, EFBIG})
        EXPECT_TRUE((SqliteError{SQLITE_IOERR_FSYNC, "", no_room}.is_full())) << no_room;
    EXPECT_TRUE((SqliteError{SQLITE_IOERR_SHMSIZE, ""}.is_full()));
    EXPECT_FALSE((SqliteError{SQLITE_IOERR_WRITE, "", EIO}.is_full()));
    EXPECT_FALSE((SqliteError{SQLITE_CANTOPEN, "", ENOSPC}.is_full())) << "nothing can be dropped";
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
    EXPECT_EQ(file.losses(noon).front().loss.reason, "the disk was full");
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

TEST_F(SpoolFileTest, AnotherProcessSeesRowsThatAreLostUntilTheDatabaseHasHeardOfThem)
{
    auto file = open({1 << 20, 3});
    for (const auto* rows : {"a", "b", "c", "d", "e"})
        file.append(record(rows), noon);
    EXPECT_EQ(file.dropped(), 2);
    EXPECT_EQ(look_into(path())->untold, 2);
    EXPECT_EQ(look_into(path()), file.depth());
    file.told(file.losses(noon), noon);
    EXPECT_EQ(look_into(path())->untold, 0);
    EXPECT_EQ(look_into(path()), file.depth());
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
    file.acknowledge(written, noon);
    EXPECT_EQ(file.depth().records, before - 5);
}

TEST_F(SpoolFileTest, CopiesOfDamagedFilesGoOnAFullDisk)
{
    auto file = open();
    std::ofstream{path().string() + ".damaged-20260301T120000Z"} << "a copy";
    ASSERT_THAT(damaged_files(), SizeIs(1));
    const NoRoom full{600'000};
    EXPECT_THROW(
        {
            for (int number = 0; number < 1000; ++number)
                file.append(record(std::string(20'000, 'x'), Worth::irreplaceable), noon);
        },
        SqliteError);
    EXPECT_THAT(damaged_files(), IsEmpty());
}

class SpoolOnSmallDiskTest : public SpoolFileTest
{
protected:
    void SetUp() override
    {
        if (disk_.place().empty())
            GTEST_SKIP() << "no disk can be mounted here";
    }

    /// Those that were taken, in order.
    static std::vector<std::string> fill(SpoolFile& file, std::initializer_list<Worth> worths)
    {
        std::vector<std::string> taken;
        int number = 0;
        for (int refused = 0; refused < 50;) {
            ++number;
            const auto size = static_cast<std::size_t>(1 + number * 7919 % 6000);
            const auto rows = std::to_string(number) + std::string(size, 'x');
            const auto worth = *(worths.begin() + number % std::ssize(worths));
            try {
                file.append(record(rows, worth), noon);
                taken.push_back(rows);
            } catch (const SqliteError& error) {
                EXPECT_TRUE(error.is_full()) << error.what();
                ++refused;
            }
        }
        return taken;
    }

    /// What is there besides, as the log of something else.
    void use_up() const
    {
        std::ofstream ballast{folder / "ballast", std::ios::app | std::ios::binary};
        while (ballast.write("0123456789abcdef", 16).flush())
            ;
    }

    static std::vector<std::string> odd_ones(std::vector<std::string> all)
    {
        std::erase_if(all, [](const std::string& rows) { return std::stoi(rows) % 2 == 0; });
        return all;
    }

    /// As a replay does: the next are read while those before leave the file.
    static std::vector<std::string> drain(SpoolFile& file)
    {
        std::vector<std::string> all;
        std::vector<std::int64_t> written;
        std::int64_t behind = 0;
        for (;;) {
            file.acknowledge(written, noon);
            written.clear();
            for (const auto& found : file.next(2048, 8 << 20, noon, behind)) {
                all.push_back(found.steps.front().rows);
                written.push_back(behind = found.seq);
            }
            if (written.empty())
                break;
        }
        file.shrink();
        return all;
    }

    insightd::testing::SmallDisk disk_{folder, "12m"};
};

TEST_F(SpoolOnSmallDiskTest, WhatFilledItLeavesItAgain)
{
    auto file = open();
    const auto taken = fill(file, {Worth::irreplaceable});
    EXPECT_GT(taken.size(), 500U);
    use_up();
    EXPECT_EQ(drain(file), taken);
    EXPECT_EQ(file.depth(), Depth{});
    EXPECT_TRUE(file.append(record("after"), noon));
    EXPECT_THAT(damaged_files(), IsEmpty());
}

TEST_F(SpoolOnSmallDiskTest, WhatFilledItLeavesItInTheNextLifeToo)
{
    std::vector<std::string> taken;
    {
        auto file = open();
        taken = fill(file, {Worth::irreplaceable});
    }
    use_up();
    auto file = open();
    EXPECT_EQ(drain(file), taken);
    EXPECT_TRUE(file.append(record("after"), noon));
    EXPECT_THAT(damaged_files(), IsEmpty());
}

TEST_F(SpoolOnSmallDiskTest, WhatCanBeFetchedAgainGoesForWhatCannot)
{
    auto file = open();
    const auto taken = fill(file, {Worth::refetchable, Worth::irreplaceable});
    use_up();
    const auto dropped = file.dropped();
    EXPECT_GT(dropped, 100);
    const auto left = drain(file);
    EXPECT_EQ(std::ssize(left) + dropped, std::ssize(taken));
    EXPECT_EQ(odd_ones(left), odd_ones(taken)) << "those that cannot be fetched again";
    EXPECT_FALSE(file.losses(noon).empty());
}

TEST_F(SpoolFileTest, NumberIsNeverGivenTwice)
{
    auto file = open();
    file.append(record("a"), noon);
    const auto first = file.next(1, 1 << 20, noon).front().seq;
    file.acknowledge({first}, noon);
    file.append(record("b"), noon);
    file.acknowledge({first}, noon); // told twice, as after a crash
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
    file.acknowledge(all, noon);
    file.shrink();
    EXPECT_LT(fs::file_size(path()), 100'000U);
    EXPECT_EQ(file.depth(), Depth{});
}

} // namespace
} // namespace insightd::spool
