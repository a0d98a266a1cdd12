#include "storage/spool/reserve.hpp"
#include "tests/support/small_disk.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <unistd.h>

namespace insightd::spool
{
namespace
{

namespace fs = std::filesystem;

class ReserveTest : public ::testing::Test
{
protected:
    ~ReserveTest() override { fs::remove_all(folder); }

    fs::path folder = fs::temp_directory_path() / ("insightd-reserve." + std::to_string(getpid()));
    fs::path file = folder / "reserve";
    Reserve reserve{file};
};

TEST_F(ReserveTest, TakesRoomOnceAndGivesItUp)
{
    fs::create_directory(folder);
    EXPECT_TRUE(reserve.take());
    const auto taken = fs::file_size(file);
    EXPECT_GT(taken, 1'000'000U);
    EXPECT_TRUE(reserve.take());
    EXPECT_EQ(fs::file_size(file), taken);
    reserve.release();
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(ReserveTest, WhatWasNotTakenWholeIsTakenAgain)
{
    fs::create_directory(folder);
    std::ofstream{file} << "cut off by a crash";
    EXPECT_TRUE(reserve.take());
    EXPECT_GT(fs::file_size(file), 1'000'000U);
}

TEST_F(ReserveTest, DiskWithoutThatRoomIsFullAndKeepsWhatItHas)
{
    const insightd::testing::SmallDisk disk{folder, "1m"};
    if (disk.place().empty())
        GTEST_SKIP() << "no disk can be mounted here";
    EXPECT_FALSE(reserve.take());
    EXPECT_TRUE(fs::is_empty(folder));
    EXPECT_TRUE(std::ofstream{file} << std::string(900'000, 'x') << std::flush);
}

} // namespace
} // namespace insightd::spool
