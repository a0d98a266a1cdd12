#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/transport.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// Several calls in one request: how they are written down, and how the answer is taken apart. Each
/// counts as a call all the same. Source: graph-api.md section 9.
namespace insightd::graph
{

/// The field `batch`: GETs of URLs below the host, such as "v24.0/17/insights?metric=reach".
std::string batch_of(const std::vector<std::string>& relative_urls);

/// The answers to so many members, in their order. One that was not finished is transient: it is to
/// be asked again. A member without headers of its own has those of the whole answer. An answer
/// that is not a list of so many is a failure of the whole.
Outcome<std::vector<Outcome<HttpReply>>> members_of(const HttpReply& answer, std::size_t count);

/// Whether the failure of a whole batch says that the host takes none; else a call by itself would
/// have met it as well, or it passes.
bool is_of_batches(const Failure& whole);

/// What that failure is for each member: where nobody knows what it is about, no request is to
/// blame.
Failure failure_of_each(Failure whole);

} // namespace insightd::graph
