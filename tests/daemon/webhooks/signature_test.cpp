#include "daemon/webhooks/signature.hpp"

#include <gtest/gtest.h>

#include <array>

namespace insightd::webhooks
{
namespace
{

TEST(Signature, IsThatOfTheVeryBytes)
{
    const std::array secrets{config::Secret{"key"}};
    constexpr auto known =
        "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
    constexpr auto body = "The quick brown fox jumps over the lazy dog";
    EXPECT_TRUE(is_signed(known, body, secrets));
    EXPECT_FALSE(is_signed(known, "The quick brown fox jumps over the lazy dog ", secrets));
    EXPECT_FALSE(is_signed(known, "", secrets));
}

TEST(Signature, OfAnySecretCounts)
{
    constexpr auto known =
        "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
    constexpr auto body = "The quick brown fox jumps over the lazy dog";
    const std::array both{config::Secret{"new"}, config::Secret{"key"}};
    const std::array other{config::Secret{"new"}};
    EXPECT_TRUE(is_signed(known, body, both));
    EXPECT_FALSE(is_signed(known, body, other));
    EXPECT_FALSE(is_signed(known, body, {}));
}

TEST(Signature, WithoutItsFormIsNone)
{
    const std::array secrets{config::Secret{"key"}};
    for (const auto* header :
         {"", "sha256=", "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
          "sha1=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
          "sha256=F7BC83F430538424B13298E6AA6FB143EF4D59A14946175997479DBC2D1A3CD8",
          "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd80"})
        EXPECT_FALSE(is_signed(header, "The quick brown fox jumps over the lazy dog", secrets))
            << header;
}

} // namespace
} // namespace insightd::webhooks
