#include "daemon/screen.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

TEST(Fitted, CutsLinesAtTheEdge)
{
    EXPECT_EQ(fitted("abcdef\nab\n", 4, 10), "abcd\nab\n");
    EXPECT_EQ(fitted("", 4, 10), "");
    EXPECT_EQ(fitted("no end", 80, 10), "no end\n");
}

TEST(Fitted, NeverCutsThroughACharacter)
{
    EXPECT_EQ(fitted("äöüß\n", 3, 10), "äöü\n");
    EXPECT_EQ(fitted("añ…z\n", 3, 10), "añ…\n");
}

TEST(Fitted, SaysHowMuchIsNotShown)
{
    EXPECT_EQ(fitted("1\n2\n3\n4\n5\n", 80, 3), "1\n2\n… 3 more lines\n");
    EXPECT_EQ(fitted("1\n2\n3\n", 80, 3), "1\n2\n3\n");
}

} // namespace
} // namespace insightd::daemon
