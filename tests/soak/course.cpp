#include "tests/soak/course.hpp"

namespace insightd::soak
{
namespace
{

constexpr double a_day = 24; // hours

} // namespace

std::vector<Outage> outages_in(double days)
{
    const auto third = days / 3 * a_day;
    const auto lasts = third / 40; // six hours of ten days
    const auto begins = third / 2;
    std::vector<Outage> all{{third / 8, third / 8 + lasts}};
    for (int part = 0; part < 3; ++part)
        all.push_back({part * third + begins, part * third + begins + lasts});
    return all;
}

/// A fifth of the first third: two days of a month.
double warm_up_of(double days)
{
    return days / 3 * a_day / 5;
}

} // namespace insightd::soak
