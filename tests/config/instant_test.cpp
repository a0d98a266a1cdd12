#include "config/instant.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace insightd::config
{
namespace
{

using namespace std::chrono;
using namespace std::chrono_literals;

const auto noon = sys_days{year{2026} / 3 / 1} + 12h;

TEST(ParseInstant, ReadsEveryFormThatIsWritten)
{
    EXPECT_EQ(parse_instant("2026-03-01T12:00:00Z"), noon);
    EXPECT_EQ(parse_instant("2026-03-01T12:00:00+0000"), noon) << "the Graph API's";
    EXPECT_EQ(parse_instant("2026-03-01T09:00:00-03:00"), noon);
    EXPECT_EQ(parse_instant("2026-03-01T12:00:00.25Z"), noon + 250ms);
    EXPECT_EQ(parse_instant("2026-03-01T12:00:00.000001Z"), noon + 1us);
}

TEST(ParseInstant, ReadsNothingElse)
{
    for (const auto* text :
         {"", "2026-03-01", "2026-03-01T12:00:00", "2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z",
          "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:NaNZ",
          "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.1234567Z", "2026-03-01T12:00:00ZZ",
          "2026-03-01T12:00:00+1", " 2026-03-01T12:00:00Z", "2026-03-01 12:00:00Z"})
        EXPECT_EQ(parse_instant(text), std::nullopt) << text;
}

TEST(ParseInstant, KnowsOnlyYearsThatCanBeMeant)
{
    EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z"), sys_time<microseconds>{});
    EXPECT_TRUE(parse_instant("9999-12-31T23:59:59.999999Z"));
    for (const auto* text :
         {"0000-01-01T00:00:00+0000", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+0100",
          "9999-12-31T23:59:59-0100"})
        EXPECT_EQ(parse_instant(text), std::nullopt) << text;
}

TEST(UnixSeconds, AreInstantsOfFourDigitYears)
{
    EXPECT_EQ(from_unix_seconds(0), sys_time<microseconds>{});
    EXPECT_EQ(from_unix_seconds(1'772'366'400.25), noon + 250ms);
    EXPECT_TRUE(from_unix_seconds(253'402'300'799));
    for (const auto seconds :
         {-1.0, 253'402'300'800.0, 2'026'841'400'000'000'001.0, 1e300,
          std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
        EXPECT_EQ(from_unix_seconds(seconds), std::nullopt) << seconds;
}

} // namespace
} // namespace insightd::config
