#include "tests/documents/documents.hpp"

#include <gmock/gmock.h>

namespace insightd::documents
{
namespace
{

constexpr auto page = "One.\n\n```sql\nSELECT 1;\n```\n```\nold\n```\n\nTwo.\n\n```sql\nSELECT "
                      "2;\n```\n\nThree, in a shell:\n\n```\nls\n```\n";

TEST(Documents, QueriesAreThoseOfTheSqlBlocks)
{
    EXPECT_THAT(queries_in(page), ::testing::ElementsAre("SELECT 1;\n", "SELECT 2;\n"));
}

TEST(Documents, AnAnswerTakesThePlaceOfTheOneBefore)
{
    const auto written =
        with_answers(page, [](const std::string& query) { return "new to " + query; });
    EXPECT_EQ(
        written, "One.\n\n```sql\nSELECT 1;\n```\n```\nnew to SELECT 1;\n```\n\nTwo.\n\n```sql\n"
                 "SELECT 2;\n```\n\nThree, in a shell:\n\n```\nls\n```\n");
}

} // namespace
} // namespace insightd::documents
