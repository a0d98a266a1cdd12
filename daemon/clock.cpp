#include "daemon/clock.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

using std::chrono::microseconds;

/// Who waits for an instant looks again after this: clocks jump, and longer waits overflow.
constexpr std::chrono::hours longest_wait{24};

/// Where a simulation ends: about the year 9999, far inside of what an Instant holds.
constexpr double farthest = 2.5e17; // microseconds

model::Instant machine_time()
{
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

class SystemClock final : public Clock
{
public:
    model::Instant now() const override { return machine_time(); }

    std::chrono::steady_clock::duration real_time_until(model::Instant instant) const override
    {
        return real_wait(instant - now(), 1);
    }
};

class ScaledClock final : public Clock
{
public:
    explicit ScaledClock(const config::ScaledClock& scale) : scale_{scale} {}

    model::Instant now() const override
    {
        const auto real = static_cast<double>((machine_time() - scale_.anchor).count());
        const auto passed = std::clamp(real * scale_.speed, -farthest, farthest);
        return scale_.start + microseconds{static_cast<std::int64_t>(passed)};
    }

    std::chrono::steady_clock::duration real_time_until(model::Instant instant) const override
    {
        return real_wait(instant - now(), scale_.speed);
    }

private:
    config::ScaledClock scale_;
};

} // namespace

std::chrono::steady_clock::duration real_wait(microseconds span, double speed)
{
    const auto wait = std::clamp(static_cast<double>(span.count()) / speed, 0.0, farthest);
    return std::min<microseconds>(microseconds{static_cast<std::int64_t>(wait)}, longest_wait);
}

std::unique_ptr<Clock> make_clock(const std::optional<config::ScaledClock>& scaled)
{
    if (scaled)
        return std::make_unique<ScaledClock>(*scaled);
    return std::make_unique<SystemClock>();
}

} // namespace insightd::daemon
