#pragma once

#include "tests/sandbox/api.hpp"

/// What the insights edges share.
namespace insightd::sandbox
{

using Names = std::vector<std::string>;

Names split(const std::string& text, char separator);

/// "metric[1] must be one of the following values: …"
Response unknown_metric(const Request& request, std::size_t position, const Names& known);

/// The withdrawal that concerns the metric on this host; nullptr if there is none.
const Withdrawal* withdrawal_of(const Call& call, const std::string& metric, bool of_media);

/// What a call for these metrics comes to because one of them was withdrawn; nothing if the others
/// are answered all the same. `known` are the names that are served.
std::optional<Response>
refuse_withdrawn(const Call& call, const Names& asked, const Names& known, bool of_media);

json::value number_of(const Number& number);

/// {dimension_keys, results} of a breakdown.
json::object cells_of(const Names& dimensions, const std::vector<Cell>& cells);

} // namespace insightd::sandbox
