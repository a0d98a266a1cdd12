#include "daemon/scheduling/cadence.hpp"

#include <algorithm>

namespace insightd::scheduling
{
std::uint64_t scattered(std::uint64_t key)
{
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
    return key ^ (key >> 31);
}

model::Instant next_on_grid(model::Instant after, std::chrono::seconds every, std::uint64_t key)
{
    const std::chrono::microseconds step = every;
    const std::chrono::microseconds phase{
        static_cast<std::int64_t>(scattered(key) % static_cast<std::uint64_t>(step.count()))};
    auto past_phase = (after.time_since_epoch() - phase) % step;
    if (past_phase < std::chrono::microseconds::zero())
        past_phase += step;
    return after - past_phase + step;
}

const config::AgeTier*
tier_of(const std::vector<config::AgeTier>& tiers, model::Instant published_at, model::Instant now)
{
    const auto found = std::ranges::find_if(
        tiers, [age = now - published_at](const auto& candidate) { return age < candidate.until; });
    return found == tiers.end() ? nullptr : &*found;
}

std::optional<model::Instant> next_post_reading(
    const std::vector<config::AgeTier>& tiers, model::Instant published_at, model::Instant after,
    std::uint64_t key)
{
    const auto* tier = tier_of(tiers, published_at, after);
    if (tier == nullptr)
        return std::nullopt;
    return next_on_grid(after, tier->every, key);
}

} // namespace insightd::scheduling
