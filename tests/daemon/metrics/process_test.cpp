#include "daemon/metrics/process.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <vector>

namespace insightd::metrics
{
namespace
{

TEST(Process, MemoryThatIsTouchedIsResident)
{
    const auto before = Process::resident_bytes();
    const std::vector<char> more(64 << 20, 'x');
    const auto after = Process::resident_bytes();
    ASSERT_TRUE(before && after);
    EXPECT_GE(*after - *before, 60 << 20) << more.size();
}

TEST(Process, EveryOpenFileIsCounted)
{
    const auto before = Process::open_descriptors();
    const std::ifstream open{"/proc/self/status"};
    const auto after = Process::open_descriptors();
    ASSERT_TRUE(before && after);
    EXPECT_EQ(*after - *before, 1);
    EXPECT_GT(Process::most_descriptors().value_or(0), static_cast<double>(*after));
}

TEST(Process, BeganBeforeNowAndAlwaysAtTheSameTime)
{
    const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
    const Process process;
    const auto began = process.started_at();
    ASSERT_TRUE(began);
    EXPECT_LE(*began, now.count());
    EXPECT_GT(*began, now.count() - 3600) << "a test takes less than an hour";
    EXPECT_EQ(process.started_at(), began);
}

TEST(Process, WorkTakesCpuTime)
{
    const auto before = Process::cpu_seconds();
    while (Process::cpu_seconds() - before < 0.01) {
        // the clock is the work
    }
    EXPECT_GT(Process::cpu_seconds(), before);
}

} // namespace
} // namespace insightd::metrics
