#include "config/suggestion.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace insightd::config
{
namespace
{

constexpr std::size_t few_enough_to_list = 16;

/// Levenshtein's distance: letters to insert, delete or replace.
std::size_t distance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        auto diagonal = std::exchange(row.front(), i + 1);
        for (std::size_t j = 0; j < right.size(); ++j) {
            const auto replaced =
                diagonal + (left[i] == right[j] ? std::size_t{0} : std::size_t{1});
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace

std::string suggestion(std::string_view wrong, const std::vector<std::string_view>& names)
{
    const auto by_distance = [&](std::string_view name) { return distance(wrong, name); };
    const auto nearest = std::ranges::min_element(names, {}, by_distance);
    if (nearest != names.end() &&
        by_distance(*nearest) <= std::max<std::size_t>(2, wrong.size() / 3))
        return fmt::format("; did you mean `{}`?", *nearest);
    if (names.size() <= few_enough_to_list)
        return fmt::format("; known: {}", fmt::join(names, ", "));
    return {};
}

} // namespace insightd::config
