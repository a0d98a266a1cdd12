#pragma once

#include "tests/bench/simulator/platform.hpp"
#include "tests/bench/simulator/strategy.hpp"
#include "tests/bench/simulator/tally.hpp"

#include <functional>

namespace insightd::simulator
{

struct RunSettings {
    double warm_up = 30 * 24; ///< hours that are not measured
    double measured = 30 * 24;
    double target = 0.5; ///< hours within which a change should be seen
    std::uint64_t seed = 1;
    Allowed allowed{};
};

/// What was measured: counts over the measured hours, costs over all.
struct Figures {
    explicit Figures(double target) : staleness{target} {}

    double insights_calls = 0;
    double list_calls = 0;
    double rows = 0;      ///< readings that found a new number
    double throttled = 0; ///< calls that the platform refused, for it counted too many
    double put_off = 0;   ///< times that the governor made something wait
    Tally staleness;

    double decisions = 0;        ///< instants chosen for a post or a list
    double decision_seconds = 0; ///< real time within scheduler, governor and strategy
    double bytes = 0; ///< of scheduler, posts and their rates, governor; not of the world

    double calls() const { return insights_calls + list_calls; }
};

using MakeStrategy = std::function<std::unique_ptr<Strategy>(const Account&)>;

/// The lives of accounts under a strategy each, all in one scheduler; every call asks one governor
/// and is answered by one platform.
Figures
simulate(std::vector<Account> accounts, const MakeStrategy& make, const RunSettings& settings);

} // namespace insightd::simulator
