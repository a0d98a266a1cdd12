#include "tests/soak/seen.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace insightd::soak
{
namespace
{

TEST(Seen, SeriesWithoutLabelsAreFigures)
{
    const auto figures = figures_in("# HELP insightd_spool_rows Rows that wait.\n"
                                    "# TYPE insightd_spool_rows gauge\n"
                                    "insightd_spool_rows 12\n"
                                    "insightd_spool_state{state=\"direct\"} 1\n"
                                    "insightd_clock_timestamp_seconds 1.7725e+09\n");
    EXPECT_EQ(figures.size(), 2U);
    EXPECT_EQ(figures.at("insightd_spool_rows"), 12);
    EXPECT_EQ(figures.at("insightd_clock_timestamp_seconds"), 1.7725e9);
}

TEST(Seen, MemoryAndDescriptorsOfAProcess)
{
    Sample before;
    look_at_process(getpid(), before);
    const std::vector<char> more(64 << 20, 'x');
    const std::ifstream open{"/proc/self/status"};
    Sample after;
    look_at_process(getpid(), after);

    EXPECT_GT(before.threads, 0);
    EXPECT_GE(after.resident - before.resident, 60 << 10) << more.size();
    EXPECT_GE(after.own - before.own, 60 << 10);
    EXPECT_EQ(after.descriptors - before.descriptors, 1);
}

} // namespace
} // namespace insightd::soak
