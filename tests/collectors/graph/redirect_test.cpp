#include "collectors/graph/redirect.hpp"

#include <gtest/gtest.h>

namespace insightd::graph
{
namespace
{

TEST(Redirect, IsReadInEveryFormInWhichItIsPasted)
{
    for (const auto* pasted :
         {"https://my.m.redirect.net/?code=abc&state=s1#_", "https://h/auth/?state=s1&code=abc#_=_",
          "?code=abc&state=s1", "code=abc&state=s1#_", "  https://h/?code=abc&state=s1\r\n",
          "https://h/?x=1&code=abc&state=s1&y"}) {
        const auto redirect = parse_redirect(pasted);
        EXPECT_EQ(redirect.code, "abc") << pasted;
        EXPECT_EQ(redirect.state, "s1") << pasted;
        EXPECT_EQ(redirect.error, "") << pasted;
    }
}

TEST(Redirect, BareCodeIsACode)
{
    for (const auto* pasted : {"AQBx-hBsH3", "AQBx-hBsH3#_", " AQBx-hBsH3#_\n", "AQBx%2DhBsH3"})
        EXPECT_EQ(parse_redirect(pasted).code, "AQBx-hBsH3") << pasted;
    EXPECT_EQ(parse_redirect("AQBabc==#_").code, "AQBabc==");
    EXPECT_EQ(parse_redirect("https://h/?code=abc%23_&state=s").code, "abc");
}

TEST(Redirect, CancelledLoginSaysWhy)
{
    const auto redirect = parse_redirect(
        "https://my.m.redirect.net/auth/?error=access_denied&error_reason=user_denied"
        "&error_description=The+user+denied+your+request&state=s1");
    EXPECT_EQ(redirect.error, "access_denied");
    EXPECT_EQ(redirect.reason, "user_denied");
    EXPECT_EQ(redirect.description, "The user denied your request");
    EXPECT_EQ(redirect.state, "s1");
    EXPECT_EQ(redirect.code, "");
}

TEST(Redirect, HoldsNothingWhereThereIsNothing)
{
    for (const auto* pasted :
         {"", "#_", "https://h/", "https://h/?", "?=&&=", "https://h/?codes=1",
          "https://h/?code"}) {
        const auto redirect = parse_redirect(pasted);
        EXPECT_EQ(redirect.code, "") << pasted;
        EXPECT_EQ(redirect.error, "") << pasted;
    }
}

TEST(Redirect, BadEscapesAreTakenToTheLetter)
{
    EXPECT_EQ(parse_redirect("?code=a%zz").code, "a%zz");
    EXPECT_EQ(parse_redirect("?code=a%").code, "a%");
}

} // namespace
} // namespace insightd::graph
