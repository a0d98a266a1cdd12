#include "storage/server_user.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace insightd
{
namespace
{

/// A server that a killed daemon left behind would hold the daemon's ports.
TEST(ServerUser, WhatItRunsHasNoneOfOurFilesAndSockets)
{
    const int ours = open("/dev/null", O_RDONLY); // without O_CLOEXEC, as many libraries do
    ASSERT_GE(ours, 0);
    const auto there = "/proc/self/fd/" + std::to_string(ours);
    EXPECT_NE(storage::ServerUser{}.run({"/usr/bin/test", "-e", there}, "/dev/null"), 0);
    close(ours);
}

} // namespace
} // namespace insightd
