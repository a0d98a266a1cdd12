#pragma once

#include "storage/model/time.hpp"

#include <cstdint>

namespace insightd::model
{

/// A month of samples whose primary key was written anew.
struct RebuiltMonth {
    Day month;                                      ///< its first day, UTC
    std::int64_t bytes_before = 0, bytes_after = 0; ///< of the key
};

} // namespace insightd::model
