#include "tests/bench/freshness/chronicle.hpp"

#include "tests/bench/simulator/hours.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

constexpr double step = 1.0 / 12; // five minutes

/// A share of what came within a step, in whole ones.
std::int64_t part(std::int64_t before, std::int64_t after, double share)
{
    return before + static_cast<std::int64_t>(static_cast<double>(after - before) * share);
}

} // namespace

Chronicle::Chronicle(Account account, std::uint64_t seed) : account_{std::move(account)}
{
    Random random{seed};
    courses_.reserve(account_.posts.size());
    for (const auto& post : account_.posts)
        courses_.push_back(drawn_course(post, random));
}

Chronicle::Course Chronicle::drawn_course(const Post& post, Random& random) const
{
    Course course{std::max(post.published, 0.0), {}};
    Counters total;
    const auto come = [&](double from, double to) {
        const auto views = drawn(account_.expected(post, from, to), random);
        const auto likes = drawn(post.interactions * static_cast<double>(views), random);
        total.views += static_cast<std::int64_t>(views);
        total.interactions += static_cast<std::int64_t>(std::min(views, likes));
    };
    come(post.published, course.begun);
    course.totals.push_back(total);
    for (auto at = course.begun; at < account_.horizon; at += step) {
        come(at, at + step);
        course.totals.push_back(total);
    }
    return course;
}

std::int64_t Chronicle::count() const
{
    return static_cast<std::int64_t>(courses_.size());
}

Chronicle::Instant Chronicle::published_at(std::int64_t number) const
{
    return instant(account_.posts.at(static_cast<std::size_t>(number)).published);
}

Chronicle::Counters Chronicle::counters(std::int64_t number, Instant now) const
{
    return totals_at(courses_.at(static_cast<std::size_t>(number)), hours(now));
}

Chronicle::Counters Chronicle::totals_at(const Course& course, double at) const
{
    const auto last = static_cast<double>(course.totals.size() - 1);
    const auto steps = std::clamp((at - course.begun) / step, 0.0, last);
    const auto place = static_cast<std::size_t>(steps);
    const auto& before = course.totals.at(place);
    const auto& after = course.totals.at(std::min(place + 1, course.totals.size() - 1));
    const auto share = steps - std::floor(steps);
    return {
        part(before.views, after.views, share),
        part(before.interactions, after.interactions, share)};
}

void Chronicle::add_read(std::int64_t number, Instant from, Instant read, Tally& tally) const
{
    const auto& course = courses_.at(static_cast<std::size_t>(number));
    const auto end = hours(read);
    for (auto at = std::max(hours(from), course.begun); at < end;) {
        const auto next_step = course.begun + step * (std::floor((at - course.begun) / step) + 1);
        // A rounding error must not stop the walk.
        const auto next = std::min(end, std::max(next_step, at + step / 1000));
        const auto came = totals_at(course, next).views - totals_at(course, at).views;
        tally.add(at, next, end, static_cast<double>(came));
        at = next;
    }
}

} // namespace insightd::simulator
