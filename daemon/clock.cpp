#include "daemon/clock.hpp"

#include <algorithm>

namespace insightd::daemon
{
namespace
{

using std::chrono::microseconds;

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
        return std::max(microseconds::zero(), instant - now());
    }
};

class ScaledClock final : public Clock
{
public:
    explicit ScaledClock(const config::ScaledClock& scale) : scale_{scale} {}

    model::Instant now() const override
    {
        const auto real = static_cast<double>((machine_time() - scale_.anchor).count());
        return scale_.start + microseconds{static_cast<std::int64_t>(real * scale_.speed)};
    }

    std::chrono::steady_clock::duration real_time_until(model::Instant instant) const override
    {
        const auto left = static_cast<double>((instant - now()).count()) / scale_.speed;
        return std::max(microseconds::zero(), microseconds{static_cast<std::int64_t>(left)});
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
