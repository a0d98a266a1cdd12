#pragma once

#include "daemon/scheduling/change_rate.hpp"
#include "daemon/scheduling/indexed_heap.hpp"
#include "daemon/scheduling/task.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace insightd::scheduling
{

/// What the daemon keeps in memory of a post or story: enough to schedule and to ask.
struct Post {
    model::MediaId id = 0;
    model::Instant published_at;
    model::Instant due;            ///< while it is planned
    ChangeRate rate;               ///< of a post; a story has a clock of its own
    std::uint32_t place = nowhere; ///< in the heap of what is planned; the table's own
    Job job = Job::media_insights; ///< what reads it
    std::uint8_t product = 0;      ///< as the catalogue of metrics numbers products
    std::uint8_t media_type = 0;   ///< place in a table of names
    bool has_numbers : 1 = false;  ///< its last reading that was stored answered some
    bool counts_views : 1 = false; ///< its total is of views, else of reach
    bool is_put_off : 1 = false;   ///< planned for another reason than how it changes

    bool is_planned() const { return place != nowhere; }
};

static_assert(sizeof(Post) <= 64);

/// The posts and stories of one account, and which of them is due next. Flat: one array of posts, a
/// hash table of places and a heap of places, 4 bytes an entry. Finding is O(1); planning, moving,
/// removing and taking are O(log n). Ties go to the more important job, then to the smaller id, so
/// that the same calls give the same order everywhere.
class PostTable
{
public:
    std::size_t size() const { return posts_.size(); }
    bool contains(model::MediaId id) const { return place_of(id) != nowhere; }

    /// Nothing if the table does not hold it. add() and remove() end the pointer's life.
    Post* find(model::MediaId id);
    const Post* find(model::MediaId id) const;

    /// A post with this id alone, not planned; the one that is there, if it is.
    Post& add(model::MediaId id);
    void remove(model::MediaId id);

    /// Due at this instant, whatever was planned before. Nothing happens to one that the table does
    /// not hold.
    void plan(model::MediaId id, model::Instant due);

    /// Not planned any more. Nothing happens to one that is not.
    void cancel(model::MediaId id);

    /// Due at `latest` if that is earlier than planned. Nothing happens to one that is not planned.
    void pull_forward(model::MediaId id, model::Instant latest);

    /// Makes everything that is due at `then` due at `now`. O(n).
    void pull_forward(model::Instant then, model::Instant now);

    /// The earliest; nothing if none is planned.
    const Post* first() const;

    /// The earliest is planned no more. There must be one.
    const Post& take_first();

    /// None is planned any more.
    void drop_plans();

    /// All, in no order that means anything.
    std::span<const Post> posts() const { return posts_; }

    /// Room for so many, without any to spare.
    void reserve(std::size_t count);

    /// What the table takes on the heap, with what it holds in reserve.
    std::size_t bytes() const;

private:
    struct Order;

    std::uint32_t place_of(model::MediaId id) const;
    std::size_t home_of(model::MediaId id) const;
    void index(std::uint32_t place);
    void unindex(model::MediaId id);
    void rehash(std::size_t buckets);
    void grow();

    std::vector<Post> posts_;
    std::vector<std::uint32_t> buckets_; ///< places by hash of the id; a power of two of them
    IndexedHeap<std::uint32_t> planned_;
};

} // namespace insightd::scheduling
