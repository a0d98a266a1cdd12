#pragma once

#include "tests/bench/simulator/comparison.hpp"

/// What the simulator prints. All figures are measured from the world's true changes.
namespace insightd::simulator
{

void print_world(const Experiment& experiment);

/// Every way of reading, at equal measured freshness where a way can be asked for it.
void print_comparison(Experiment experiment, std::size_t seeds);

/// Calls of the adaptive policy in other worlds, beside hourly reading and the oracles.
void print_sensitivity(const Experiment& experiment, std::size_t seeds);

} // namespace insightd::simulator
