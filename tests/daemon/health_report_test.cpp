#include "daemon/health_report.hpp"

#include <gtest/gtest.h>

// What `status` says of retention, in one line.
namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::sys_days june{2026y / 6 / 1}, august{2026y / 8 / 1};

TEST(RetentionLine, SaysThatNothingIsTaken)
{
    EXPECT_EQ(
        retention_line(std::nullopt, {3, 0, 0, {}, {}, 0}),
        "retention: every reading is kept for ever: nothing was thinned so far\n");
    EXPECT_EQ(
        retention_line(200h, {3, 0, 0, {}, {}, 0}),
        "retention: every reading is kept for 200h, older months are thinned: nothing was thinned "
        "so far\n");
}

TEST(RetentionLine, SaysHowFarThinningHasCome)
{
    EXPECT_EQ(
        retention_line(2160h, {3, 2, 0, august, august, 7}),
        "retention: every reading is kept for 90d, older months are thinned: 2 of 3 accounts are "
        "thinned, and in full from 2026-08-01 on; 7 rows taken, 0 under way\n");
    EXPECT_EQ(
        retention_line(2160h, {3, 3, 1, june, august, 9}),
        "retention: every reading is kept for 90d, older months are thinned: 3 of 3 accounts are "
        "thinned, and in full from 2026-06-01 to 2026-08-01 on; 9 rows taken, 1 under way\n");
}

TEST(RetentionLine, TellsOfWhatWasThinnedBeforeItWasForbidden)
{
    EXPECT_EQ(
        retention_line(std::nullopt, {3, 2, 0, june, june, 7}),
        "retention: every reading is kept for ever: 2 of 3 accounts are thinned, and in full from "
        "2026-06-01 on; 7 rows taken, 0 under way\n");
}

} // namespace
} // namespace insightd::daemon
