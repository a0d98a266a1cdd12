#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Axes with round numbers on them. Pure.
namespace insightd::status_page
{

struct Tick {
    double at = 0; ///< 0 to 1 along the axis
    std::string label;
};

/// An axis of counts that holds `low` and `high`, both on a tick or within the outermost ones.
class CountScale
{
public:
    CountScale(std::int64_t low, std::int64_t high);

    double place(double value) const { return (value - low_) / (high_ - low_); }
    std::vector<Tick> ticks() const;

private:
    std::string label(double value) const;

    double low_, high_, step_;
};

/// An axis of time. `from` lies before `until`.
class TimeScale
{
public:
    TimeScale(model::Instant from, model::Instant until) : from_{from}, until_{until} {}

    double place(model::Instant at) const
    {
        return static_cast<double>((at - from_).count()) /
               static_cast<double>((until_ - from_).count());
    }
    /// A few round days, or hours of less than three days.
    std::vector<Tick> ticks() const;

private:
    model::Instant from_, until_;
};

} // namespace insightd::status_page
