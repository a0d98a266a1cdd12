#include "collectors/graph/page_size.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace insightd::graph
{
namespace
{

using ::testing::ElementsAre;
using ::testing::Le;

/// What reading so many pages costs where no more than so many rows are given: calls in all.
int calls_for(PageSize& size, std::size_t most_rows, int pages)
{
    int calls = 0;
    for (int page = 0; page < pages; ++calls) {
        if (size.rows() > most_rows) {
            EXPECT_TRUE(size.shrink());
        } else {
            size.worked();
            ++page;
        }
    }
    return calls;
}

TEST(PageSize, HalvesDownToOneRow)
{
    PageSize size{10};
    std::vector<std::size_t> rows;
    do
        rows.push_back(size.rows());
    while (size.shrink());
    EXPECT_THAT(rows, ElementsAre(10, 5, 2, 1));
}

TEST(PageSize, GrowsByStepsAfterPagesThatWorked)
{
    PageSize size{100};
    size.shrink();
    size.shrink();
    EXPECT_FALSE(size.is_full());
    std::vector<std::size_t> rows;
    for (int page = 0; page < 9; ++page) {
        rows.push_back(size.rows());
        size.worked();
    }
    EXPECT_THAT(rows, ElementsAre(25, 25, 37, 37, 55, 55, 82, 82, 100));
    EXPECT_TRUE(size.is_full());
}

TEST(PageSize, IsNotFullBeforeAFullPageWorked)
{
    PageSize size{100};
    size.shrink();
    while (size.rows() < 100)
        size.worked();
    EXPECT_FALSE(size.is_full());
    size.shrink();
    EXPECT_EQ(size.rows(), 75U) << "the step is taken back, not halved";
}

TEST(PageSize, OfRowsThatStayHeavyIsHardlyEverRefused)
{
    PageSize size{100};
    EXPECT_THAT(calls_for(size, 30, 200) - 200, Le(2 + 7)) << "100, 50, and steps ever rarer";
    EXPECT_THAT(calls_for(size, 30, 640) - 640, Le(10)) << "once in 64 pages";
}

TEST(PageSize, IsBackSoonOnceRowsAreLightAgain)
{
    PageSize size{100};
    calls_for(size, 30, 200);
    calls_for(size, 100, 64 + 8);
    EXPECT_TRUE(size.is_full());
}

} // namespace
} // namespace insightd::graph
