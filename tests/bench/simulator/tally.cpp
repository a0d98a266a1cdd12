#include "tests/bench/simulator/tally.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

/// Bins from a second to centuries, each 3 % wider than the one before.
constexpr double first_bin = 1.0 / 3600;
constexpr double step = 1.03;

/// A span of arrivals is spread over the histogram in so many parts.
constexpr int parts = 4;

std::size_t bin_of(double wait, std::size_t bins)
{
    if (wait <= first_bin)
        return 0;
    const auto place = std::log(wait / first_bin) / std::log(step);
    return std::min(static_cast<std::size_t>(place), bins - 1);
}

} // namespace

void Tally::add(double from, double to, double read, double changes)
{
    if (changes <= 0)
        return;
    changes_ += changes;
    waited_ += changes * (read - (from + to) / 2);
    within_ += changes * std::clamp((to - std::max(from, read - target_)) / (to - from), 0.0, 1.0);
    for (int part = 0; part < parts; ++part) {
        const auto at = from + (to - from) * (part + 0.5) / parts;
        histogram_.at(bin_of(read - at, bins)) += changes / parts;
    }
}

double Tally::quantile(double share) const
{
    auto left = share * changes_;
    for (std::size_t bin = 0; bin < bins; ++bin)
        if (left -= histogram_.at(bin); left <= 0)
            return first_bin * std::pow(step, static_cast<double>(bin) + 1);
    return 0;
}

} // namespace insightd::simulator
