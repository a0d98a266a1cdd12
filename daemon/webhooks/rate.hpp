#pragma once

#include <chrono>
#include <cstdint>

namespace insightd::webhooks
{

/// So many a second, and as many at once. Pure: time is given.
class Rate
{
public:
    using Time = std::chrono::nanoseconds; ///< of a clock that only goes forward

    explicit Rate(std::int64_t most_per_second)
        : most_{static_cast<double>(most_per_second)}, left_{most_}
    {
    }

    /// Whether one more is within it.
    bool takes(Time now);

private:
    double most_;
    double left_;
    Time at_{};
};

} // namespace insightd::webhooks
