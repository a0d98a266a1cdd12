#pragma once

#include "tests/torture/random/evidence.hpp"

namespace insightd::torture
{

/// Days are read again and again until they have settled, each time by a walk of several calls that
/// is stored as a whole or done again: so the last that was answered of a day before it had settled
/// must be stored, once a later walk of the account is.
std::vector<std::string> check_days(const Evidence& evidence, const Excuse& excuse);

} // namespace insightd::torture
