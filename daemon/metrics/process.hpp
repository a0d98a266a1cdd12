#pragma once

#include <cstdint>
#include <optional>

namespace insightd::metrics
{

/// What the system says of this process; nothing where it does not say it.
class Process
{
public:
    Process();

    /// Seconds since 1970 by the machine's clock as it stood when this object was made: the same
    /// answer at any time, whoever sets the clock.
    std::optional<double> started_at() const { return started_at_; }

    static std::optional<std::int64_t> resident_bytes();
    static std::optional<std::int64_t> open_descriptors();
    static std::optional<double> most_descriptors();
    static double cpu_seconds();

private:
    std::optional<double> started_at_;
};

} // namespace insightd::metrics
