#include "daemon/status_page/html.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace insightd::status_page
{
namespace
{

// Whatever is not written in the source is text.
static_assert(!std::is_constructible_v<Markup, std::string>);
static_assert(!std::is_constructible_v<Markup, std::string_view>);
static_assert(!std::is_constructible_v<Name, std::string>);

TEST(Html, TextIsEscapedWhereverItStands)
{
    const std::string text = R"(<script>alert("x" & 'y')</script>)";
    const std::string escaped =
        "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;";
    EXPECT_EQ(Html{text}.markup(), escaped);
    EXPECT_EQ(element("p", text).markup(), "<p>" + escaped + "</p>");
    EXPECT_EQ(element("p", {{"title", text}}, {}).markup(), "<p title=\"" + escaped + "\"></p>");
    EXPECT_EQ(foreign(text).markup(), "<bdi>" + escaped + "</bdi>");
    EXPECT_EQ(joined("<", element("b", ">"), text.substr(0, 1)).markup(), "&lt;<b>&gt;</b>&lt;");
}

TEST(Html, WhatWasEscapedIsNotEscapedAgain)
{
    const auto inner = element("b", "1 < 2");
    EXPECT_EQ(element("p", inner).markup(), "<p><b>1 &lt; 2</b></p>");
}

TEST(Html, ControlCharactersAreReplaced)
{
    const std::string_view text{"a\0b\x1b[0m\n", 8};
    EXPECT_EQ(Html{text}.markup(), "a\uFFFDb\uFFFD[0m\n");
}

TEST(Html, ElementsThatHaveNoContentEnd)
{
    EXPECT_EQ(element("input", {{"value", "\""}}, {}).markup(), "<input value=\"&quot;\">");
}

TEST(Html, LiteralsAreMarkup)
{
    EXPECT_EQ(Html{"<hr>"_html}.markup(), "<hr>");
}

TEST(Html, PartsOfAPathStayParts)
{
    EXPECT_EQ(local_path({"account", "a/b?c=d&e\" ü"}), "/account/a%2Fb%3Fc%3Dd%26e%22%20%C3%BC");
    EXPECT_EQ(local_link({"account", "x"}, "<x>").markup(), "<a href=\"/account/x\">&lt;x&gt;</a>");
}

TEST(Html, OnlyHttpsIsALink)
{
    EXPECT_EQ(outside_link("javascript:alert(1)", "x").markup(), "x");
    EXPECT_EQ(outside_link("http://h/", "x").markup(), "x");
    EXPECT_EQ(
        outside_link("https://h/?a=\"", "x").markup(),
        "<a href=\"https://h/?a=&quot;\" rel=\"noreferrer noopener external\">x</a>");
}

} // namespace
} // namespace insightd::status_page
