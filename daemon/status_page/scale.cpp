#include "daemon/status_page/scale.hpp"

#include "daemon/status_page/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace insightd::status_page
{
namespace
{

constexpr double most_steps = 4;

/// 1, 2 or 5 times a power of ten; counts have no fractions.
double round_step(double least)
{
    const auto power = std::pow(10, std::floor(std::log10(std::max(least, 1.0))));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= least)
            return factor * power;
    return 10 * power;
}

std::chrono::hours time_step(std::chrono::microseconds length)
{
    using namespace std::chrono_literals;
    constexpr std::array steps{1h,   2h,   3h,   6h,    12h,   24h,   48h,   96h,
                               168h, 336h, 672h, 1344h, 2688h, 5376h, 10752h};
    constexpr int most = 4;
    const auto fits = [&](auto step) { return step * most >= length; };
    const auto found = std::ranges::find_if(steps, fits);
    return found != steps.end() ? *found : steps.back();
}

} // namespace

CountScale::CountScale(std::int64_t low, std::int64_t high)
{
    const auto bottom = static_cast<double>(low);
    const auto top = static_cast<double>(std::max(high, low + 1));
    step_ = round_step((top - bottom) / most_steps);
    low_ = std::floor(bottom / step_) * step_;
    high_ = std::ceil(top / step_) * step_;
}

/// In full where the short form of neighbours would be the same.
std::string CountScale::label(double value) const
{
    constexpr double told_apart = 1000; // by four digits
    const bool are_close = step_ * told_apart < std::max(std::abs(low_), std::abs(high_));
    return are_close ? number(std::llround(value)) : compact(std::llround(value));
}

std::vector<Tick> CountScale::ticks() const
{
    std::vector<Tick> all;
    const auto steps = std::llround((high_ - low_) / step_);
    for (long long at = 0; at <= steps; ++at) {
        const auto value = low_ + static_cast<double>(at) * step_;
        all.push_back({place(value), label(value)});
    }
    return all;
}

std::vector<Tick> TimeScale::ticks() const
{
    using namespace std::chrono;
    const auto step = time_step(until_ - from_);
    constexpr auto a_day = hours{24};
    std::vector<Tick> all;
    // Ticks of several days are counted from the first day that is shown, others from midnight.
    auto at = model::Instant{ceil<days>(from_)};
    if (step < a_day)
        at = floor<days>(from_);
    for (; at <= until_; at += step) {
        if (at < from_)
            continue;
        const auto midnight = floor<days>(at);
        all.push_back({place(at), at == midnight ? short_day(midnight) : time_of_day(at)});
    }
    return all;
}

} // namespace insightd::status_page
