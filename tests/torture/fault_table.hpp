#pragma once

#include "tests/torture/faults/board.hpp"

#include <span>
#include <string>

namespace insightd::torture
{

/// What is done to an operation, whichever one of its kind it is.
struct Fault {
    Operation operation{};
    Effect effect{};
    int error = 0;       ///< errno; 0 where nothing fails by a number
    bool goes_on = true; ///< also tried from then on, not only once
};

/// Every one that is tried.
std::span<const Fault> fault_table();

/// "file write: EIO", "database commit: answer lost"
std::string to_string(const Fault& fault);

} // namespace insightd::torture
