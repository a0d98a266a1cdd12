#pragma once

#include "storage/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace insightd::model
{

/// How much of its quota for publishing through the API an account has used; nothing where the
/// platform did not tell.
struct PublishingLimit {
    Instant observed_at;
    std::optional<std::int64_t> quota_usage; ///< posts published in the window that ends now
    std::optional<std::int64_t> quota_total; ///< posts that a window may have
    std::optional<std::chrono::seconds> quota_duration; ///< length of the window

    bool operator==(const PublishingLimit&) const = default;
};

} // namespace insightd::model
