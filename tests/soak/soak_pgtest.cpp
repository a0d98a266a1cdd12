#include "tests/soak/soak.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace insightd::soak
{
namespace
{

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Too short for memory to find its size, and too fast for a busy machine to be in time:
/// tests/soak/run judges both.
constexpr double wide = 0.5;

TEST(Soak, FewAccountsForThreeDaysAreWellAndSoIsWhatTellsOfThem)
{
    Wish wish;
    wish.accounts = 4;
    wish.posts = 6;
    wish.days = 3;
    wish.speed = 15'000;
    std::vector<std::string> lines;
    const auto report = soak(wish, wide, [&](const std::string& line) { lines.push_back(line); });

    EXPECT_THAT(lines, SizeIs(4)) << "a head, and one for each day";
    EXPECT_THAT(report.complaints, IsEmpty());
    for (const auto& finding : report.findings)
        EXPECT_TRUE(finding.is_flat() || !finding.measure.ends_with("KiB")) << words_of(report);
    EXPECT_THAT(words_of(report), HasSubstr("resident memory"));
    EXPECT_GT(report.calls, 1'000);
    EXPECT_GT(report.values, 1'000);
    EXPECT_THAT(report.samples, Each(Field(&Sample::resident, Gt(0))));
    EXPECT_THAT(report.samples, Each(Field(&Sample::descriptors, Gt(0))));
    const auto most = std::ranges::max_element(report.samples, {}, &Sample::spool_rows);
    const std::vector<Sample> since{most, report.samples.end()};
    EXPECT_THAT(since, Contains(Field(&Sample::spool_rows, 0)))
        << "what waited in an outage is stored";
}

} // namespace
} // namespace insightd::soak
