#pragma once

#include "collectors/graph/failure.hpp"

#include <cstddef>

/// What a walk through many objects, a call at a time, makes of a call that fails.
namespace insightd::collectors
{

/// An object that fails so often in a row is passed over; another may not.
inline constexpr int most_tries = 3;

/// So many that were refused, and none that was read: it is the account's.
inline constexpr std::size_t enough_refused = 3;

/// Failures that the next object would meet as well: the walk stays where it is.
bool is_of_account(graph::FailureClass kind);

/// Worth another try of the same call.
bool may_pass(graph::FailureClass kind);

} // namespace insightd::collectors
