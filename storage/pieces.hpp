#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace insightd::storage
{

/// The items in their order, so many together at most: what is asked in pieces leaves room between
/// them.
template <class Item>
std::vector<std::vector<Item>> pieces_of(const std::vector<Item>& items, std::size_t size)
{
    std::vector<std::vector<Item>> pieces;
    for (auto from = items.begin(); from != items.end();) {
        const auto count =
            std::min<std::ptrdiff_t>(items.end() - from, static_cast<std::ptrdiff_t>(size));
        pieces.emplace_back(from, from + count);
        from += count;
    }
    return pieces;
}

} // namespace insightd::storage
