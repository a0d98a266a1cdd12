#include "tests/soak/verdict.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace insightd::soak
{
namespace
{

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Terms month{48, 720, 0.02};

using Course = std::function<void(Sample&)>;

/// A month with a sample each hour; the course makes of a steady one what it is about.
std::vector<Sample> seen(const Course& course)
{
    std::vector<Sample> samples;
    for (int hour = 0; hour < month.hours; ++hour) {
        Sample sample{static_cast<double>(hour), 50'000, 40'000, 60, 5, 20, 300, 0, 0};
        course(sample);
        samples.push_back(sample);
    }
    return samples;
}

std::vector<std::string> what_grew(const Course& course)
{
    std::vector<std::string> grew;
    for (const auto& finding : findings(seen(course), month))
        if (!finding.is_flat())
            grew.emplace_back(finding.measure);
    return grew;
}

TEST(Verdict, SteadyMonthIsFlat)
{
    EXPECT_THAT(what_grew([](Sample&) {}), IsEmpty());
    EXPECT_TRUE(is_flat(findings(seen([](Sample&) {}), month)));
}

TEST(Verdict, MemoryThatGrowsIsRefused)
{
    // 4 KiB an hour: 2 MiB from the middle of the first third to that of the last.
    const Course leak = [](Sample& sample) {
        sample.resident += static_cast<std::int64_t>(4 * sample.hours);
        sample.own += static_cast<std::int64_t>(4 * sample.hours);
    };
    EXPECT_THAT(what_grew(leak), ElementsAre("resident memory, KiB", "private memory, KiB"));
    EXPECT_FALSE(is_flat(findings(seen(leak), month)));
}

TEST(Verdict, MemoryMayGrowByTwoPercentAndShrinkByMore)
{
    const auto from_the_middle = [](std::int64_t more) {
        return [more](Sample& sample) { sample.resident += sample.hours > 360 ? more : 0; };
    };
    EXPECT_THAT(what_grew(from_the_middle(1'000)), IsEmpty());
    EXPECT_THAT(what_grew(from_the_middle(1'001)), ElementsAre("resident memory, KiB"));
    EXPECT_THAT(what_grew(from_the_middle(-9'000)), IsEmpty());
}

TEST(Verdict, WarmUpDoesNotCount)
{
    EXPECT_THAT(
        what_grew([](Sample& sample) { sample.resident -= sample.hours < 48 ? 30'000 : 0; }),
        IsEmpty());
}

TEST(Verdict, FewMomentsDoNotCount)
{
    const auto outage = [](Sample& sample) {
        const auto lasts = sample.hours > 600 && sample.hours < 620;
        sample.resident += lasts ? 20'000 : 0;
        sample.spool_rows = lasts ? 100'000 : 0;
    };
    EXPECT_THAT(what_grew(outage), IsEmpty());
}

TEST(Verdict, DescriptorsThreadsAndBacklogThatGrowAreRefused)
{
    const auto last_third = [](std::int64_t Sample::*field, std::int64_t more) {
        return what_grew([=](Sample& sample) { sample.*field += sample.hours >= 480 ? more : 0; });
    };
    EXPECT_THAT(last_third(&Sample::descriptors, 1), IsEmpty());
    EXPECT_THAT(last_third(&Sample::descriptors, 3), ElementsAre("descriptors"));
    EXPECT_THAT(last_third(&Sample::threads, 1), ElementsAre("threads"));
    EXPECT_THAT(last_third(&Sample::waiting, 100), ElementsAre("tasks waiting"));
    EXPECT_THAT(last_third(&Sample::overdue, 7'200), ElementsAre("latest collector, s"));
    EXPECT_THAT(last_third(&Sample::spool_rows, 1), ElementsAre("rows in the spool"));
}

TEST(Verdict, RunThatEndedEarlyIsNotFlat)
{
    auto samples = seen([](Sample&) {});
    samples.resize(400);
    EXPECT_FALSE(is_flat(findings(samples, month)));
    EXPECT_FALSE(is_flat(findings({}, month)));
}

} // namespace
} // namespace insightd::soak
