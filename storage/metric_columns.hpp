#pragma once

#include <span>
#include <string_view>
#include <utility>

/// Which metric has a column of its own. All others live in `extra`, by the API's name.
namespace insightd::storage
{

/// The API's name, and the column's.
using MetricColumn = std::pair<std::string_view, std::string_view>;

std::span<const MetricColumn> media_columns();
std::span<const MetricColumn> day_columns();

/// The column of the metric; empty if it has none.
std::string_view column_of(std::span<const MetricColumn> columns, std::string_view metric);

} // namespace insightd::storage
