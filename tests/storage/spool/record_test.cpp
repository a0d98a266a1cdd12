#include "storage/spool/record.hpp"

#include <gtest/gtest.h>

// How steps are packed.
namespace insightd::spool
{
namespace
{

TEST(Record, UnpacksOnlyWhatWasPacked)
{
    const std::vector<storage::Step> steps{{"a", "[1]"}, {"b", ""}};
    EXPECT_EQ(unpacked(packed(steps)), steps);
    EXPECT_EQ(unpacked(""), std::vector<storage::Step>{});
    for (const auto* bytes : {"1", "1:", "1:a", "1:a9:b", "x", "99999999999999999999:a", "-1:a1:b"})
        EXPECT_EQ(unpacked(bytes), std::nullopt) << bytes;
}

} // namespace
} // namespace insightd::spool
