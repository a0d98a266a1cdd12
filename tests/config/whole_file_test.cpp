#include "config/whole_file.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

namespace insightd::config
{
namespace
{

TEST(WholeFile, IsReadToItsEndWhateverItsLength)
{
    const auto file = std::filesystem::temp_directory_path() / "insightd_whole_file_test";
    for (const std::size_t length : {0U, 1U, 4095U, 4096U, 4097U, 100'000U}) {
        const std::string text(length, 'x');
        std::ofstream{file} << text;
        EXPECT_EQ(whole_file(file), text) << length;
    }
    std::filesystem::remove(file);
}

TEST(WholeFile, OneThatIsNotThereSaysWhy)
{
    EXPECT_EQ(whole_file("/there/is/none"), std::nullopt);
    EXPECT_EQ(errno, ENOENT);
}

/// It can be opened, and fails when it is read, as a file does on a disk that is broken.
TEST(WholeFile, WhatFailsInTheMiddleIsNoFile)
{
    EXPECT_EQ(whole_file(std::filesystem::temp_directory_path()), std::nullopt);
    EXPECT_EQ(errno, EISDIR);
}

} // namespace
} // namespace insightd::config
