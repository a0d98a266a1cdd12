#pragma once

#include <algorithm>
#include <vector>

namespace insightd::storage
{

/// Rows in the order of their time: each is compared with the one before.
template <class Row> std::vector<const Row*> in_time(const std::vector<Row>& rows)
{
    std::vector<const Row*> sorted;
    for (const auto& row : rows)
        sorted.push_back(&row);
    std::ranges::stable_sort(sorted, {}, [](const Row* row) { return row->observed_at; });
    return sorted;
}

} // namespace insightd::storage
