#pragma once

#include "tests/torture/ledger.hpp"
#include "tests/torture/random/kinds.hpp"

namespace insightd::torture
{

/// One fault that was injected.
struct Trouble {
    const Kind* kind = nullptr;
    Real from, until{};
    std::chrono::microseconds clock_ahead{}; ///< real time
};

/// What the torture saw of the spool: when nothing waited in it.
using DrainedAt = std::vector<Real>;

/// Compares everything that was answered with the database, in the light of what was done.
Findings
reckon(const Ground& ground, const std::vector<Trouble>& troubles, const DrainedAt& drained);

} // namespace insightd::torture
