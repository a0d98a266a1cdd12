#include "storage/pieces.hpp"

#include <gmock/gmock.h>

namespace insightd::storage
{
namespace
{

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Pieces, AreAllOfItInItsOrder)
{
    const std::vector<int> five{1, 2, 3, 4, 5};
    EXPECT_THAT(
        pieces_of(five, 2), ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4), ElementsAre(5)));
    EXPECT_THAT(pieces_of(five, 5), ElementsAre(five));
    EXPECT_THAT(pieces_of(std::vector<int>{}, 5), IsEmpty());
}

} // namespace
} // namespace insightd::storage
