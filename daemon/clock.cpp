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

std::chrono::steady_clock::duration wait_of(microseconds left)
{
    return std::clamp<microseconds>(left, microseconds::zero(), longest_wait);
}

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
        return wait_of(instant - now());
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
        const auto left = static_cast<double>((instant - now()).count()) / scale_.speed;
        return wait_of(microseconds{static_cast<std::int64_t>(std::clamp(left, 0.0, farthest))});
    }

private:
    config::ScaledClock scale_;
};

} // namespace

std::unique_ptr<Clock> make_clock(const std::optional<config::ScaledClock>& scaled)
{
    if (scaled)
        return std::make_unique<ScaledClock>(*scaled);
    return std::make_unique<SystemClock>();
}

} // namespace insightd::daemon
