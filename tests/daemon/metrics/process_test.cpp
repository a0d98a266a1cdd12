#include "daemon/metrics/process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <numeric>
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
    std::vector<int> numbers(2'000'000);
    std::iota(numbers.rbegin(), numbers.rend(), 0);
    std::ranges::sort(numbers);
    const auto took = Process::cpu_seconds() - before;
    EXPECT_EQ(numbers.front(), 0);
    EXPECT_GT(took, 0.001);
    EXPECT_LT(took, 60);
}

} // namespace
} // namespace insightd::metrics
