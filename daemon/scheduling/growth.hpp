#pragma once

#include <chrono>

/// The typical growth of a post: changes per hour fall as 1/(age + 20 h)². Half of what a post ever
/// gets comes in its first 20 hours (published half-lives of Instagram posts), the rest over weeks.
namespace insightd::scheduling
{

using Hours = std::chrono::duration<double, std::ratio<3600>>;

inline constexpr Hours half_life{20};

/// What one change per hour at `age` has become `later`.
double decay(Hours age, Hours later);

/// Changes in the time `span` that begins at `age`, for one change per hour at its beginning.
Hours growth(Hours age, Hours span);

/// Change-hours that those changes have waited at the end of the span.
double waiting(Hours age, Hours span);

/// The share of all its changes that a post gets per hour at `age`.
double share_per_hour(Hours age);

} // namespace insightd::scheduling
