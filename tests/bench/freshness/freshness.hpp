#pragma once

#include "tests/bench/simulator/comparison.hpp"

namespace insightd::simulator
{

/// Of the first account of the world, over the measured time.
struct EndToEnd {
    explicit EndToEnd(double target) : figures{target} {}

    Figures figures;         ///< calls as the sandbox saw them, waiting as PostgreSQL tells it
    double other_calls = 0;  ///< of neither lists nor insights
    std::size_t numbers = 0; ///< views stored
    std::size_t wrong = 0;   ///< of them, others than the truth at that instant
};

/// The real engine, on a stepped clock and a real PostgreSQL, collects one account from the strict
/// sandbox, which serves the simulator's world; floors are off, and so much mean staleness (hours)
/// is asked for. It begins with a first collection of posts that it does not know.
EndToEnd measure_end_to_end(const Experiment& experiment, double asked);

/// How many times fewer calls than those of reading all posts so often that changes wait as long:
/// every 2 × the mean staleness.
double saving(const Figures& figures, const Experiment& experiment);

} // namespace insightd::simulator
