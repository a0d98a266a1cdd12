#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Who broadcasts when: data that tests make, and compare rows with.
namespace insightd::sandbox
{

struct Broadcast {
    std::size_t account = 0; ///< index
    std::int64_t id = 0;
    std::chrono::sys_time<std::chrono::microseconds> from, until;
};

using Broadcasts = std::vector<Broadcast>;

} // namespace insightd::sandbox
