#pragma once

#include <stdexcept>
#include <system_error>

namespace insightd::config
{

/// Thrown at a start. The YAML is well-formed, and something that it names cannot be used: a secret
/// that is not there, certificates that are none. The text says which, why, and what to do; time
/// does not heal it.
struct Unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Whether what failed so may work at the next try: descriptors and memory come back.
bool passes_by_itself(const std::error_code& error);

} // namespace insightd::config
