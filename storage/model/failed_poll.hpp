#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <string>

namespace insightd::model
{

/// A poll of one media object that failed: no reading came of it.
struct FailedPoll {
    std::int64_t media_id{};
    Instant at;
    std::string error_class; ///< as graph::to_string(FailureClass)
    std::string error;       ///< in words; never a secret
};

} // namespace insightd::model
