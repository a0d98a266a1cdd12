#include "daemon/heap.hpp"

#include <malloc.h>

namespace insightd::daemon
{
namespace
{

constexpr int large = 128 * 1024; // bytes: what the C library begins with

} // namespace

void give_large_blocks_back()
{
    mallopt(M_MMAP_THRESHOLD, large);
}

void give_free_memory_back()
{
    malloc_trim(0);
}

} // namespace insightd::daemon
