#pragma once

#include "storage/model/reading.hpp"

#include <algorithm>
#include <optional>
#include <string>

/// Finding one metric among readings.
namespace insightd::testing
{

inline const model::Reading* reading(const model::Readings& readings, const std::string& metric)
{
    const auto found = std::ranges::find(readings.values, metric, &model::Reading::metric);
    return found == readings.values.end() ? nullptr : &*found;
}

/// The metric's integer; nothing if it is absent or was not asked.
inline std::optional<std::int64_t> count(const model::Readings& readings, const std::string& metric)
{
    const auto* found = reading(readings, metric);
    if (found == nullptr || !std::holds_alternative<model::Number>(found->value))
        return std::nullopt;
    return std::get<std::int64_t>(std::get<model::Number>(found->value));
}

inline std::optional<model::Absence>
absence(const model::Readings& readings, const std::string& metric)
{
    const auto* found = reading(readings, metric);
    if (found == nullptr || !std::holds_alternative<model::Absence>(found->value))
        return std::nullopt;
    return std::get<model::Absence>(found->value);
}

inline const model::Breakdown*
breakdown(const model::Readings& readings, const std::string& metric, const std::string& dimension)
{
    const auto found = std::ranges::find_if(readings.breakdowns, [&](const auto& candidate) {
        return candidate.metric == metric &&
               std::ranges::find(candidate.dimensions, dimension) != candidate.dimensions.end();
    });
    return found == readings.breakdowns.end() ? nullptr : &*found;
}

/// The number of the cell whose only (or last) dimension has this value.
inline std::optional<std::int64_t> cell(const model::Breakdown& breakdown, const std::string& value)
{
    const auto found = std::ranges::find_if(
        breakdown.cells, [&](const auto& candidate) { return candidate.values.back() == value; });
    if (found == breakdown.cells.end())
        return std::nullopt;
    return std::get<std::int64_t>(found->number);
}

} // namespace insightd::testing
