#include "daemon/replicas/fair_share.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace insightd::replicas
{
namespace
{

/// A share is a sum of fractions: ten times 0.1 is 1.
constexpr double rounding = 1e-6;

constexpr std::int64_t everything = std::numeric_limits<std::int32_t>::max();

std::int64_t whole(double number)
{
    return static_cast<std::int64_t>(number);
}

} // namespace

model::SharePlan fair_share(const model::Census& census)
{
    const auto least = whole(std::floor(census.share + rounding));
    const auto most = whole(std::ceil(census.share - rounding));
    const bool others_wait = census.wanted_by_others > 0;
    model::SharePlan plan;
    if (others_wait)
        plan.take_unwanted = everything;
    if (!others_wait && census.is_settled)
        plan.take = everything;
    else
        plan.take = std::max<std::int64_t>(0, (others_wait ? least : most) - census.held);
    if (others_wait)
        plan.let_go = std::clamp<std::int64_t>(census.held - least, 0, census.wanted_by_others);
    return plan;
}

} // namespace insightd::replicas
