#include "tests/sandbox/insights.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::sandbox
{

Names split(const std::string& text, char separator)
{
    Names parts;
    std::size_t at = 0;
    while (at <= text.size() && !text.empty()) {
        const auto end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

json::value number_of(const Number& number)
{
    return std::visit([](auto value) { return json::value(value); }, number);
}

json::object cells_of(const Names& dimensions, const std::vector<Cell>& cells)
{
    json::array keys;
    for (const auto& dimension : dimensions)
        keys.emplace_back(dimension);
    json::array results;
    for (const auto& [values, number] : cells) {
        json::array list;
        for (const auto& value : values)
            list.emplace_back(value);
        results.push_back(json::object{{"dimension_values", std::move(list)}, {"value", number}});
    }
    return {{"dimension_keys", std::move(keys)}, {"results", std::move(results)}};
}

Response unknown_metric(const Request& request, std::size_t position, const Names& known)
{
    return refusal(
        request.host, 100, std::nullopt,
        fmt::format(
            "(#100) metric[{}] must be one of the following values: {}", position,
            fmt::join(known, ", ")));
}

} // namespace insightd::sandbox
