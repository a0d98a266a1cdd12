#include "collectors/graph/node.hpp"

#include <boost/json/array.hpp>

namespace insightd::graph
{

const boost::json::object* node_of(const boost::json::value& body)
{
    const auto* object = body.if_object();
    if (object == nullptr)
        return nullptr;
    const auto* data = object->if_contains("data");
    if (data == nullptr)
        return object;
    const auto* rows = data->if_array();
    return rows != nullptr && rows->size() == 1 ? rows->front().if_object() : nullptr;
}

} // namespace insightd::graph
