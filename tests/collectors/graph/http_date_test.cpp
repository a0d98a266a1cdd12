#include "collectors/graph/http_date.hpp"

#include <gtest/gtest.h>

namespace insightd::graph
{
namespace
{

TEST(HttpDate, ReadsTheFormThatIsSent)
{
    EXPECT_EQ(
        parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
        std::chrono::sys_seconds{std::chrono::seconds{784111777}});
}

TEST(HttpDate, IsNothingIfItIsAnother)
{
    for (const auto* text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49",
          "Sun, 31 Feb 1994 08:49:37 GMT"})
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

} // namespace
} // namespace insightd::graph
