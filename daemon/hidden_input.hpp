#pragma once

#include "config/secret.hpp"

#include <string>

namespace insightd::daemon
{

/// The first line of standard input, blanks cut. On a terminal it asks, and what is typed is not
/// shown.
config::Secret hidden_input(const std::string& what);

} // namespace insightd::daemon
