#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace insightd::scheduling
{

/// The place of what lies in no heap.
inline constexpr std::uint32_t nowhere = UINT32_MAX;

/// A binary heap that tells every item where it lies, so that any of them can be moved or removed
/// in O(log n). `Order` knows the items: before(left, right) is their strict order, and
/// placed(item, place) is told each new place.
template <class Item> class IndexedHeap
{
public:
    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }
    const Item& first() const { return items_.front(); }
    const Item& at(std::uint32_t place) const { return items_[place]; }
    void reserve(std::size_t count) { items_.reserve(count); }
    std::size_t bytes() const { return items_.capacity() * sizeof(Item); }

    template <class Order> void push(Item item, const Order& order)
    {
        items_.push_back(item);
        rise(last(), order);
    }

    template <class Order> void erase(std::uint32_t place, const Order& order)
    {
        order.placed(items_[place], nowhere);
        const auto moved = items_.back();
        items_.pop_back();
        if (place < items_.size())
            put(place, moved, order);
    }

    /// The item takes the place of the one there: another key, or the same item under a new name.
    template <class Order> void put(std::uint32_t place, Item item, const Order& order)
    {
        items_[place] = item;
        sink(rise(place, order), order);
    }

private:
    std::uint32_t last() const { return static_cast<std::uint32_t>(items_.size() - 1); }

    template <class Order> std::uint32_t rise(std::uint32_t place, const Order& order)
    {
        const auto item = items_[place];
        while (place > 0 && order.before(item, items_[(place - 1) / 2])) {
            settle(place, items_[(place - 1) / 2], order);
            place = (place - 1) / 2;
        }
        settle(place, item, order);
        return place;
    }

    template <class Order> void sink(std::uint32_t place, const Order& order)
    {
        const auto item = items_[place];
        for (auto child = earlier_child(place, order);
             child < items_.size() && order.before(items_[child], item);
             child = earlier_child(place, order)) {
            settle(place, items_[child], order);
            place = child;
        }
        settle(place, item, order);
    }

    template <class Order>
    std::uint32_t earlier_child(std::uint32_t place, const Order& order) const
    {
        const auto left = 2 * place + 1;
        const bool is_right =
            left + 1 < items_.size() && order.before(items_[left + 1], items_[left]);
        return left + static_cast<std::uint32_t>(is_right);
    }

    template <class Order> void settle(std::uint32_t place, Item item, const Order& order)
    {
        items_[place] = item;
        order.placed(item, place);
    }

    std::vector<Item> items_;
};

} // namespace insightd::scheduling
