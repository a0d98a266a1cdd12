#pragma once

#include "collectors/graph/usage.hpp"

#include <boost/json/value.hpp>

namespace insightd::graph
{

/// A decoded answer without an error in it.
struct Reply {
    boost::json::value body;
    Usage usage;
};

} // namespace insightd::graph
