#pragma once

#include "storage/model/time.hpp"

#include <chrono>
#include <cmath>
#include <limits>

/// Hours of the world as the daemon's instants, and back.
namespace insightd::simulator
{

inline constexpr double never = std::numeric_limits<double>::infinity();

/// Hour 0 of the world; any will do.
inline constexpr model::Instant beginning{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

inline model::Instant instant(double hours)
{
    return beginning + std::chrono::microseconds{std::llround(hours * 3.6e9)};
}

inline double hours(model::Instant at)
{
    return std::chrono::duration<double, std::ratio<3600>>{at - beginning}.count();
}

} // namespace insightd::simulator
