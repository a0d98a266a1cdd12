#pragma once

#include "collectors/graph/client.hpp"
#include "storage/model/rows.hpp"

#include <boost/json/value.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Node fields as data: what to ask of which host.
/// Source: graph-api.md sections 3.1 and 3.3.
namespace insightd::collectors
{

enum class FieldHost { both, instagram, facebook };

struct Field {
    std::string_view name;
    FieldHost host = FieldHost::both;
};

/// Fields that the host refused for an account: remembered, because each costs a call to find out.
using RefusedFields = std::set<std::string>;

/// The names of the fields that the host has and did not refuse, in the table's order.
std::vector<std::string>
field_names(std::span<const Field> fields, config::Login login, const RefusedFields& refused);

/// "id,username,…" for the parameter `fields`.
std::string joined(const std::vector<std::string>& names);

/// Drops the field that a refusal names, so that the rest can be asked for, and remembers it. False
/// if it names none of these, or nothing but the id would be left.
bool drop_refused_field(
    std::vector<std::string>& fields, const graph::Failure& failure, RefusedFields& refused);

/// Text, number or flag of the named fields as text, where the answer has them.
model::OtherFacts
other_facts(const boost::json::value& node, std::span<const std::string_view> names);

} // namespace insightd::collectors
