#include "daemon/budget/meter.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::budget
{
namespace
{

/// Figures are whole percents: a smaller rise says too little of what one call weighs.
constexpr int least_rise = 5;
constexpr std::int64_t least_calls = 5;

/// A longer rise is measured anew, so that what the limit was yesterday is forgotten.
constexpr int longest_rise = 25;

double seconds_of(std::chrono::microseconds span)
{
    return std::chrono::duration<double>{span}.count();
}

} // namespace

Meter::Meter(std::chrono::seconds window, std::chrono::seconds bucket) : calls_{window, bucket} {}

void Meter::count(Work work, model::Instant now)
{
    calls_.add(now);
    ++under_way_;
    left_at_ = now;
    auto& pace = at(paces_, work);
    pace = {faded(pace, now) + 4 / seconds_of(calls_.window()), std::max(pace.at, now)};
}

void Meter::take_back(Work work, model::Instant now)
{
    calls_.take_back(now);
    arrived();
    auto& pace = at(paces_, work);
    pace.per_second = std::max(pace.per_second - 4 / seconds_of(calls_.window()), 0.0);
}

void Meter::arrived()
{
    under_way_ = std::max<std::int64_t>(under_way_ - 1, 0);
}

/// The platform has counted what was answered; what is under way may come on top.
void Meter::read(int percent, model::Instant now)
{
    percent = std::clamp(percent, 0, 100);
    const auto counted = calls_.total(now) - under_way_;
    learn_limit(percent, counted);
    figure_ = percent;
    figure_at_ = now;
    const auto own = limit_ ? static_cast<double>(counted) * 100 / *limit_ : 0;
    others_ = percent - own;
}

/// From how much the figure rose with so many calls. Others' calls make a limit look smaller; it is
/// never smaller than the own calls say that are all in the window.
void Meter::learn_limit(double percent, std::int64_t counted)
{
    const auto calls = counted - counted_at_mark_;
    const auto rise = mark_ ? percent - *mark_ : 0;
    if (rise >= least_rise && calls >= least_calls)
        limit_ = static_cast<double>(calls) * 100 / rise;
    if (limit_)
        limit_ = std::max(*limit_, static_cast<double>(counted) * 100 / (percent + 1));
    if (mark_ && rise >= 0 && rise < longest_rise && calls >= 0)
        return;
    mark_ = static_cast<int>(percent);
    counted_at_mark_ = counted;
}

/// What others used leaves the window bit by bit, nobody knows when: evenly, as far as one can say.
double Meter::others(model::Instant now) const
{
    const auto passed = seconds_of(now - figure_at_) / seconds_of(calls_.window());
    return others_ * std::clamp(1 - passed, 0.0, 1.0);
}

/// A clock that was set back leaves nothing in the future.
void Meter::correct(model::Instant now)
{
    figure_at_ = std::min(figure_at_, now);
    left_at_ = std::min(left_at_, now);
}

double Meter::of_others(model::Instant now)
{
    return std::clamp(others(now), 0.0, percent(now).value_or(0));
}

std::chrono::microseconds Meter::silent_for(model::Instant now)
{
    correct(now);
    return now - std::max(figure_at_, left_at_);
}

std::optional<double> Meter::percent(model::Instant now)
{
    correct(now);
    const auto counted = static_cast<double>(calls_.total(now));
    if (!figure_)
        return std::nullopt;
    if (limit_)
        return std::max(others(now) + counted * 100 / *limit_, 0.0);
    return now - figure_at_ < calls_.window() ? std::optional{others(now)} : std::nullopt;
}

double Meter::peak(double calls_per_second, model::Instant now)
{
    const auto used = percent(now).value_or(0);
    if (!limit_)
        return used;
    const auto weight = 100 / *limit_;
    const auto of_others = others(now);
    const auto window = seconds_of(calls_.window());
    const auto step = seconds_of(calls_.bucket());
    double highest = used;
    double passed = 0;
    for (const auto left : calls_.leaving(now)) {
        const auto before = passed;
        passed += step;
        // Calls leave at the end of a bucket's time, and new ones come all through it.
        const auto then = used - (of_others * std::min(before / window, 1.0)) +
                          calls_per_second * passed * weight;
        highest = std::max(highest, then - static_cast<double>(left) * weight);
    }
    return highest;
}

double Meter::pace(Work work, model::Instant now) const
{
    return faded(at(paces_, work), now);
}

double Meter::faded(const Pace& pace, model::Instant now) const
{
    const auto quarters = 4 * seconds_of(now - pace.at) / seconds_of(calls_.window());
    return pace.per_second * std::exp(-std::max(quarters, 0.0));
}

} // namespace insightd::budget
