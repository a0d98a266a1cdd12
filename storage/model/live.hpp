#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace insightd::model
{

/// A broadcast at an instant at which it lived.
struct LiveReading {
    MediaId id{};
    std::optional<Instant> started_at;
    std::optional<std::string> media_type, product_type, permalink;
    std::optional<std::int64_t> viewers;                    ///< at that instant
    std::optional<std::int64_t> like_count, comments_count; ///< so far

    bool operator==(const LiveReading&) const = default;
};

/// What was broadcast at an instant, whole: what is not in it is not broadcast.
struct LivePoll {
    Instant observed_at;
    std::vector<LiveReading> broadcasts;

    bool operator==(const LivePoll&) const = default;
};

} // namespace insightd::model
