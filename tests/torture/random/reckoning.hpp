#pragma once

#include "tests/torture/random/evidence.hpp"

namespace insightd::torture
{

/// Compares everything that was answered with the database, in the light of what was done.
Findings reckon(const Evidence& evidence);

} // namespace insightd::torture
