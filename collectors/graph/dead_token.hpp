#pragma once

#include "collectors/graph/failure.hpp"

#include <string_view>

namespace insightd::graph
{

/// Why the platform takes a token no more, for people: "the password was changed".
/// Source: graph-api.md section 8, code 190 and its subcodes.
std::string_view reason_of_death(const Failure& failure);

} // namespace insightd::graph
