#include "collectors/canonical_url.hpp"

#include <gtest/gtest.h>

namespace insightd::collectors
{
namespace
{

TEST(CanonicalUrl, SignatureAndNodeAreNoChange)
{
    EXPECT_EQ(
        canonical_url("https://scontent-gru2-1.cdninstagram.com/v/t51/a.jpg?_nc_ht=x&oh=1&oe=2"),
        canonical_url("https://scontent-fra3-2.cdninstagram.com/v/t51/a.jpg?_nc_ht=y&oh=3&oe=4"));
}

TEST(CanonicalUrl, AnotherPictureIsAChange)
{
    EXPECT_NE(
        canonical_url("https://scontent.cdninstagram.com/v/a.jpg?oh=1"),
        canonical_url("https://scontent.cdninstagram.com/v/b.jpg?oh=1"));
}

TEST(CanonicalUrl, OtherHostsKeepTheirName)
{
    EXPECT_EQ(canonical_url("https://example.org/a.jpg?x=1#y"), "https://example.org/a.jpg");
    EXPECT_EQ(canonical_url("https://evilcdninstagram.com/a"), "https://evilcdninstagram.com/a");
}

TEST(CanonicalUrl, TextThatIsNoUrlPassesThrough)
{
    EXPECT_EQ(canonical_url("<image url>"), "<image url>");
    EXPECT_EQ(canonical_url(""), "");
}

} // namespace
} // namespace insightd::collectors
