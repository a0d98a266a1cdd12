#pragma once

#include "tests/torture/board_file.hpp"
#include "tests/torture/fault_table.hpp"

#include <functional>
#include <string>

namespace insightd::torture
{

/// Which faults are tried, and at which of the operations of a kind.
struct Range {
    std::string only;                ///< faults whose name has this in it
    double stride = 1;               ///< n grows by this factor, by one at least
    std::size_t part = 1, parts = 1; ///< every parts-th fault, for several at once
};

/// One fault at one place: its name, and what the board is told.
struct Try {
    std::string name;
    Order order;
};

/// Each fault once and, where that differs, from then on; at the 1st, the 2nd, the n-th operation,
/// until `meets` says that a run passed untouched. `ended` is told after each.
void sweep(
    const Range& range, const std::function<bool(const Try&)>& meets,
    const std::function<void(const std::string& name)>& ended);

/// What the board is told for the n-th.
Try try_of(const Fault& fault, bool goes_on, std::int64_t n);

} // namespace insightd::torture
