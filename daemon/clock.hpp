#pragma once

#include "config/config.hpp"
#include "storage/model/time.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace insightd::daemon
{

/// The time that schedules, ages and rows are reckoned by. Socket deadlines and shutdown use the
/// machine's monotonic clock instead.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual model::Instant now() const = 0;

    /// How long to wait, by the machine's clock, until `instant` is reached; 0 if it has passed,
    /// and never more than a day: then it is time to ask again.
    virtual std::chrono::steady_clock::duration real_time_until(model::Instant instant) const = 0;
};

/// The machine's clock, or the scaled one of a simulation: virtual = start + (real − anchor) ×
/// speed.
std::unique_ptr<Clock> make_clock(const std::optional<config::ScaledClock>& scaled);

} // namespace insightd::daemon
