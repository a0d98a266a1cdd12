#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightd::graph
{

/// The object of a node answer, sent flat (`{…}`) or wrapped (`{"data":[{…}]}`); nullptr for
/// anything else. Source: graph-api.md section 0, rule 5.
const boost::json::object* node_of(const boost::json::value& body);

} // namespace insightd::graph
