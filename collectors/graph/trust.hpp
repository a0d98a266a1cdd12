#pragma once

#include <stdexcept>

namespace insightd::graph
{

/// Thrown when a Transport is made. The certificates that are to be trusted cannot be read at this
/// moment; the text says which and why. Files that are none are config::Unusable.
struct CannotTrust : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace insightd::graph
