#pragma once

#include "tests/bench/simulator/simulation.hpp"

#include <array>
#include <string>

namespace insightd::simulator
{

enum class Kind : std::uint8_t {
    hourly,
    tiers,
    adaptive,
    adaptive_with_floors,
    oracle_with_lists,
    oracle
};

inline constexpr std::array kinds{
    Kind::hourly, Kind::tiers, Kind::adaptive, Kind::adaptive_with_floors, Kind::oracle_with_lists,
    Kind::oracle};

std::string name_of(Kind kind);

struct Experiment {
    WorldSettings world;
    RunSettings run;
    std::size_t accounts = 1; ///< results are of all together
    double whole_list_every = 24;
    double page_every = 0.5; ///< hours between two readings of the list's first page
};

struct Result {
    Kind kind{};
    double asked = 0; ///< hours of mean staleness that the policy was asked for
    Figures figures{0};
};

/// A strategy asked for so much mean staleness (hours); hourly and tiers do not listen.
Result measure(Kind kind, const Experiment& experiment, double asked);

/// The same, asked such that the measured mean is the target: within 1 % where the search, which
/// what is measured does not follow smoothly, comes so close.
Result measure_at_target(Kind kind, const Experiment& experiment);

} // namespace insightd::simulator
