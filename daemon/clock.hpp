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

    /// How far the machine's clock is ahead of now(); 0: it is followed.
    virtual std::chrono::microseconds machine_ahead() const { return {}; }
};

/// What `span` takes by the machine's clock where time runs `speed` times faster: 0 to a day.
std::chrono::steady_clock::duration real_wait(std::chrono::microseconds span, double speed);

/// The machine's clock, or the scaled one of a simulation: virtual = start + (real − anchor) ×
/// speed.
std::unique_ptr<Clock> make_clock(const std::optional<config::ScaledClock>& scaled);

} // namespace insightd::daemon
