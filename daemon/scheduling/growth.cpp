#include "daemon/scheduling/growth.hpp"

#include <cmath>

namespace insightd::scheduling
{

double decay(Hours age, Hours later)
{
    const auto ratio = (age + half_life) / (age + later + half_life);
    return ratio * ratio;
}

Hours growth(Hours age, Hours span)
{
    return span * ((age + half_life) / (age + span + half_life));
}

double waiting(Hours age, Hours span)
{
    const auto scale = (age + half_life).count();
    return scale * (span.count() - scale * std::log1p(span.count() / scale));
}

double share_per_hour(Hours age)
{
    return half_life.count() / std::pow((age + half_life).count(), 2);
}

} // namespace insightd::scheduling
