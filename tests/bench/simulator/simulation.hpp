#pragma once

#include "tests/bench/simulator/strategy.hpp"
#include "tests/bench/simulator/tally.hpp"

namespace insightd::simulator
{

struct RunSettings {
    double warm_up = 30 * 24; ///< hours that are not measured
    double measured = 30 * 24;
    double target = 0.5; ///< hours within which a change should be seen
    std::uint64_t seed = 1;
};

/// What was measured; calls and rows over the measured hours.
struct Figures {
    explicit Figures(double target) : staleness{target} {}

    double insights_calls = 0;
    double list_calls = 0;
    double rows = 0; ///< readings that found a new number
    Tally staleness;

    double calls() const { return insights_calls + list_calls; }
    void add(const Figures& other);
};

/// The life of one account under a strategy.
Figures simulate(const Account& account, Strategy& strategy, const RunSettings& settings);

} // namespace insightd::simulator
