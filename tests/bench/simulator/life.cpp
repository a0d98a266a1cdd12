#include "tests/bench/simulator/life.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

/// Changes are kept by the hour in which they came, or finer; of a new post by the quarter of its
/// life.
int pieces_of(double span, bool is_new)
{
    return static_cast<int>(std::clamp(std::ceil(span), is_new ? 4.0 : 1.0, 24.0));
}

constexpr double day = 24;
constexpr double figures_hold = 6;

} // namespace

Life::Life(Account account, std::uint64_t seed)
    : account_{std::move(account)}, random_{seed}, posts_(account_.posts.size())
{
    for (std::size_t post = 0; post < posts_.size(); ++post) {
        const auto& truth = account_.posts.at(post);
        posts_.at(post).drawn_until = truth.published;
        if (truth.published < 0)
            draw(posts_.at(post), truth, 0, 1);
        posts_.at(post).waiting.clear();
    }
}

std::size_t Life::born(double at) const
{
    const auto& posts = account_.posts;
    return static_cast<std::size_t>(
        std::ranges::upper_bound(posts, at, {}, &Post::published) - posts.begin());
}

double Life::impressions(double at)
{
    if (at < impressions_at_ + figures_hold)
        return impressions_;
    impressions_at_ = at;
    impressions_ = 0;
    for (const auto& post : account_.posts)
        impressions_ += account_.expected(post, at - day, at);
    return impressions_;
}

void Life::live(std::size_t post, double until)
{
    auto& state = posts_.at(post);
    const auto& truth = account_.posts.at(post);
    const bool is_new = state.drawn_until == truth.published;
    draw(state, truth, until, pieces_of(until - state.drawn_until, is_new));
}

/// In pieces that keep track of when changes came.
void Life::draw(State& state, const Post& truth, double until, int pieces)
{
    const auto from = state.drawn_until;
    const auto step = (until - from) / pieces;
    for (int piece = 0; piece < pieces && step > 0; ++piece) {
        const auto begun = from + piece * step;
        const auto came = drawn(account_.expected(truth, begun, begun + step), random_);
        if (came == 0)
            continue;
        const auto changes = static_cast<double>(came);
        state.views += static_cast<std::int64_t>(came);
        state.interactions +=
            static_cast<std::int64_t>(std::min(came, drawn(truth.interactions * changes, random_)));
        state.waiting.push_back({begun, begun + step, changes});
    }
    state.drawn_until = std::max(until, from);
}

bool Life::read(std::size_t post, double at, Tally* tally)
{
    auto& waiting = posts_.at(post).waiting;
    const bool any = !waiting.empty();
    if (tally != nullptr)
        for (const auto& some : waiting)
            tally->add(some.from, some.to, at, some.changes);
    waiting.clear();
    return any;
}

} // namespace insightd::simulator
