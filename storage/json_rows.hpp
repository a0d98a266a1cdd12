#pragma once

#include "storage/metric_columns.hpp"
#include "storage/model/rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Rows as JSON, the form in which many of them travel to the server in one parameter.
namespace insightd::storage
{

namespace json = boost::json;

/// "2026-03-01T12:00:00.000000Z"
std::string text_of(model::Instant instant);
/// "2026-03-01"
std::string text_of(model::Day day);

/// Text that PostgreSQL takes: invalid UTF-8 and NUL become U+FFFD.
std::string clean(std::string_view text);

json::value value_of(const std::optional<std::string>& text);
json::value value_of(const std::optional<std::int64_t>& number);
json::value value_of(const std::optional<bool>& flag);
json::value value_of(const std::optional<model::Instant>& instant);
json::value
value_of(const model::Number& number); ///< null if it is infinite: no number for PostgreSQL
json::value value_of(const model::OtherFacts& facts); ///< null if there are none

/// JSON as it was told, its names and texts clean and what is too large to be a number null. Throws
/// if it is no JSON.
json::value value_of_json(std::string_view text);

/// Numbers into their columns, the rest into `extra`; reasons into `absent`; cells into
/// `breakdowns`. A fraction never goes into an integer column.
void add_readings(
    json::object& row, const model::Readings& readings, std::span<const MetricColumn> columns);

/// [[["v1","v2"],n],…]
json::array cells_of(const std::vector<model::Cell>& cells);

} // namespace insightd::storage
