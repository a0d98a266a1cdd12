#include "daemon/reload/quiet_time.hpp"

#include <gtest/gtest.h>

namespace insightd::reload
{
namespace
{

using namespace std::chrono_literals;

constexpr QuietTime::Time noon{1h};

TEST(QuietTime, NothingIsDueWhileNothingHappened)
{
    EXPECT_EQ(QuietTime{}.due(), std::nullopt);
}

TEST(QuietTime, WaitsUntilNothingHappensAnyMore)
{
    QuietTime quiet;
    quiet.something_happened(noon);
    EXPECT_EQ(quiet.due(), noon + QuietTime::quiet);
    quiet.something_happened(noon + 200ms);
    EXPECT_EQ(quiet.due(), noon + 200ms + QuietTime::quiet);
}

TEST(QuietTime, FolderInWhichThereIsAlwaysSomethingIsLookedAtAllTheSame)
{
    QuietTime quiet;
    for (auto now = noon; now < noon + 10s; now += 100ms)
        quiet.something_happened(now);
    EXPECT_EQ(quiet.due(), noon + QuietTime::longest);
}

TEST(QuietTime, BeginsAnewOnceItWasLookedAt)
{
    QuietTime quiet;
    quiet.something_happened(noon);
    quiet.begin_anew();
    EXPECT_EQ(quiet.due(), std::nullopt);
    quiet.something_happened(noon + 1h);
    EXPECT_EQ(quiet.due(), noon + 1h + QuietTime::quiet);
}

} // namespace
} // namespace insightd::reload
