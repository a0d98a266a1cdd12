#pragma once

#include "tests/sandbox/api.hpp"

/// What the insights edges share.
namespace insightd::sandbox
{

using Names = std::vector<std::string>;

Names split(const std::string& text, char separator);

/// "metric[1] must be one of the following values: …"
Response unknown_metric(const Request& request, std::size_t position, const Names& known);

json::value number_of(const Number& number);

/// {dimension_keys, results} of a breakdown.
json::object cells_of(const Names& dimensions, const std::vector<Cell>& cells);

} // namespace insightd::sandbox
