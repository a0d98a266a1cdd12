#include "daemon/heap.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <memory>

namespace insightd::daemon
{
namespace
{

using Block = std::unique_ptr<void, decltype(&std::free)>;

constexpr std::size_t large = 1024 * 1024;

Block block(std::size_t bytes)
{
    return {std::malloc(bytes), &std::free};
}

TEST(Heap, LargeBlocksGoBackToTheSystemHoweverManyWereFreedBefore)
{
    if (mallinfo2().arena == 0)
        GTEST_SKIP() << "the heap is a sanitizer's";
    give_large_blocks_back();
    block(4 * large).reset();
    const auto mapped = mallinfo2().hblkhd;
    auto held = block(large);
    EXPECT_GE(mallinfo2().hblkhd, mapped + large);
    held.reset();
    EXPECT_EQ(mallinfo2().hblkhd, mapped);
}

} // namespace
} // namespace insightd::daemon
