#include "daemon/scheduling/pace.hpp"

#include <gmock/gmock.h>

namespace insightd::scheduling
{
namespace
{

using ::testing::HasSubstr;
using namespace std::chrono_literals;

Plan planned(Reason reason, std::chrono::seconds worth_after)
{
    return {{}, reason, 12.34, 0, worth_after};
}

TEST(Described, SaysHowFastItChangesAndWhenThatIsWorthACall)
{
    EXPECT_EQ(
        described(planned(Reason::worth_it, 41min)),
        "changes 12.3 per hour, worth a reading 41 min after the last");
}

TEST(Described, SaysWhatBoundsIt)
{
    EXPECT_THAT(
        described(planned(Reason::tier_floor, 240h)), HasSubstr("10.0 d after the last, but"));
    EXPECT_THAT(described(planned(Reason::moved, 3h)), HasSubstr("likes and comments moved"));
    EXPECT_THAT(described(planned(Reason::never_read, 0s)), HasSubstr("never read"));
}

} // namespace
} // namespace insightd::scheduling
