#include "daemon/scheduling/post_table.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace insightd::scheduling
{
namespace
{

/// Fibonacci hashing: ids count upward, and their low bits may follow a pattern.
constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;

constexpr std::size_t fewest_buckets = 8;

/// Three quarters full at most.
std::size_t buckets_for(std::size_t posts)
{
    return std::bit_ceil(std::max(fewest_buckets, posts + posts / 3 + 1));
}

} // namespace

struct PostTable::Order {
    std::vector<Post>& posts;

    bool before(std::uint32_t left, std::uint32_t right) const
    {
        const auto& a = posts[left];
        const auto& b = posts[right];
        return std::tie(a.due, a.job, a.id) < std::tie(b.due, b.job, b.id);
    }
    void placed(std::uint32_t post, std::uint32_t place) const { posts[post].place = place; }
};

Post* PostTable::find(model::MediaId id)
{
    const auto place = place_of(id);
    return place == nowhere ? nullptr : &posts_[place];
}

const Post* PostTable::find(model::MediaId id) const
{
    const auto place = place_of(id);
    return place == nowhere ? nullptr : &posts_[place];
}

Post& PostTable::add(model::MediaId id)
{
    if (auto* known = find(id))
        return *known;
    if (posts_.size() == posts_.capacity())
        grow();
    const auto place = static_cast<std::uint32_t>(posts_.size());
    posts_.emplace_back().id = id;
    index(place);
    return posts_.back();
}

/// The last post takes the place of the removed one: the array stays without holes.
void PostTable::remove(model::MediaId id)
{
    const auto place = place_of(id);
    if (place == nowhere)
        return;
    if (posts_[place].is_planned())
        planned_.erase(posts_[place].place, Order{posts_});
    unindex(id);
    if (const auto last = posts_.size() - 1; place != last) {
        unindex(posts_[last].id);
        posts_[place] = posts_[last];
        index(place);
        if (posts_[place].is_planned())
            planned_.put(posts_[place].place, place, Order{posts_});
    }
    posts_.pop_back();
}

void PostTable::plan(model::MediaId id, model::Instant due)
{
    const auto place = place_of(id);
    if (place == nowhere)
        return;
    auto& post = posts_[place];
    post.due = due;
    if (post.is_planned())
        planned_.put(post.place, place, Order{posts_});
    else
        planned_.push(place, Order{posts_});
}

void PostTable::cancel(model::MediaId id)
{
    if (const auto* post = find(id); post != nullptr && post->is_planned())
        planned_.erase(post->place, Order{posts_});
}

void PostTable::pull_forward(model::MediaId id, model::Instant latest)
{
    if (const auto* post = find(id); post != nullptr && post->is_planned() && latest < post->due)
        plan(id, latest);
}

void PostTable::pull_forward(model::Instant then, model::Instant now)
{
    for (const auto& post : posts_)
        if (post.is_planned() && post.due == then)
            plan(post.id, now);
}

const Post* PostTable::first() const
{
    return planned_.empty() ? nullptr : &posts_[planned_.first()];
}

const Post& PostTable::take_first()
{
    const auto place = planned_.first();
    planned_.erase(0, Order{posts_});
    return posts_[place];
}

void PostTable::drop_plans()
{
    while (!planned_.empty())
        take_first();
}

void PostTable::reserve(std::size_t count)
{
    posts_.reserve(count);
    planned_.reserve(count);
    if (buckets_for(count) > buckets_.size())
        rehash(buckets_for(count));
}

std::size_t PostTable::bytes() const
{
    return posts_.capacity() * sizeof(Post) + buckets_.capacity() * sizeof(std::uint32_t) +
           planned_.bytes();
}

std::uint32_t PostTable::place_of(model::MediaId id) const
{
    if (buckets_.empty())
        return nowhere;
    for (auto bucket = home_of(id);; bucket = (bucket + 1) & (buckets_.size() - 1))
        if (const auto place = buckets_[bucket]; place == nowhere || posts_[place].id == id)
            return place;
}

std::size_t PostTable::home_of(model::MediaId id) const
{
    const auto bits = std::countr_zero(buckets_.size());
    return static_cast<std::size_t>((static_cast<std::uint64_t>(id) * golden) >> (64 - bits));
}

void PostTable::index(std::uint32_t place)
{
    if (buckets_for(posts_.size()) > buckets_.size())
        return rehash(buckets_for(posts_.size()));
    auto bucket = home_of(posts_[place].id);
    while (buckets_[bucket] != nowhere)
        bucket = (bucket + 1) & (buckets_.size() - 1);
    buckets_[bucket] = place;
}

/// Those behind it that it kept from their home move up: no marks of the dead are left.
void PostTable::unindex(model::MediaId id)
{
    const auto mask = buckets_.size() - 1;
    auto hole = home_of(id);
    while (posts_[buckets_[hole]].id != id)
        hole = (hole + 1) & mask;
    for (auto next = (hole + 1) & mask; buckets_[next] != nowhere; next = (next + 1) & mask) {
        const auto home = home_of(posts_[buckets_[next]].id);
        if (((next - home) & mask) < ((next - hole) & mask))
            continue;
        buckets_[hole] = buckets_[next];
        hole = next;
    }
    buckets_[hole] = nowhere;
}

void PostTable::rehash(std::size_t buckets)
{
    buckets_.assign(buckets, nowhere);
    for (std::uint32_t place = 0; place < posts_.size(); ++place)
        index(place);
}

/// By an eighth: a table of posts grows slowly, and doubling would waste half of its memory.
void PostTable::grow()
{
    posts_.reserve(posts_.size() + std::max<std::size_t>(4, posts_.size() / 8));
    planned_.reserve(posts_.capacity());
}

} // namespace insightd::scheduling
