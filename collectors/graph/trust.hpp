#pragma once

#include <stdexcept>

namespace insightd::graph
{

/// Thrown when a Transport is made. The certificates that are to be trusted cannot be read; the
/// text says which, why, and what to do.
struct CannotTrust : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace insightd::graph
