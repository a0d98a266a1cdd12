#pragma once

#include <cstdint>

namespace insightd::model
{

using AccountId = std::int64_t; ///< the professional account's id (1784…), exact
using MediaId = std::int64_t;   ///< exact; never through a double

} // namespace insightd::model
