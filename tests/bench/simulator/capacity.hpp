#pragma once

#include "tests/bench/simulator/comparison.hpp"

namespace insightd::simulator
{

/// One to a million accounts of heavy-tailed size within the platform's limits, read in several
/// ways; and the same where the limits are not felt, or halve what is wanted. Freshness is asked
/// for, not searched.
void print_capacity(Experiment experiment);

} // namespace insightd::simulator
