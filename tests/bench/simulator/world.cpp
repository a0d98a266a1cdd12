#include "tests/bench/simulator/world.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace insightd::simulator
{
namespace
{

constexpr double day = 24;
constexpr double turn = 2 * std::numbers::pi / day;

double lognormal(double median, double spread, Random& random)
{
    return median * std::exp(spread * std::normal_distribution<>{}(random));
}

double uniform(double from, double to, Random& random)
{
    return std::uniform_real_distribution<>{from, to}(random);
}

/// The scale at which half of the views have come after the half-life.
double scale_of(const WorldSettings& world)
{
    return world.half_life / (std::pow(2, 1 / world.tail) - 1);
}

double share_until(const WorldSettings& world, double age)
{
    return age <= 0 ? 0 : 1 - std::pow(1 + age / scale_of(world), -world.tail);
}

/// Bursts come at any scale of age alike: as likely in the first as in the second doubling.
Burst burst_of(const Post& post, const WorldSettings& world, Random& random)
{
    const auto age = day * std::exp(uniform(0, std::log(world.latest_burst / day), random));
    return {post.published + age, lognormal(world.burst_share * post.views, 1, random)};
}

Post post_of(const WorldSettings& world, double typical, double published, Random& random)
{
    Post post;
    post.published = published;
    post.views = lognormal(typical, world.spread_of_posts, random);
    post.interactions =
        std::min(0.5, lognormal(world.interactions, world.spread_of_interactions, random));
    const auto bursts = drawn(world.bursts_per_post, random);
    for (std::uint64_t burst = 0; burst < bursts; ++burst)
        post.bursts.push_back(burst_of(post, world, random));
    return post;
}

/// The mean of the rhythm between two instants.
double mean_rhythm(const Account& account, double from, double to)
{
    const auto swing = [&](double at) { return std::sin(turn * (at - account.rhythm_peak)); };
    const auto span = to - from;
    return 1 + account.world.rhythm * (swing(to) - swing(from)) / (turn * span);
}

double burst_left(const Burst& burst, double at, double hours)
{
    return at <= burst.at ? burst.views : burst.views * std::exp(-(at - burst.at) / hours);
}

} // namespace

double Account::expected(const Post& post, double from, double to) const
{
    if (to <= from || to <= post.published)
        return 0;
    auto views = post.views * (share_until(world, to - post.published) -
                               share_until(world, from - post.published));
    for (const auto& burst : post.bursts)
        views +=
            burst_left(burst, from, world.burst_hours) - burst_left(burst, to, world.burst_hours);
    return std::max(views, 0.0) * mean_rhythm(*this, from, to);
}

double Account::rate(const Post& post, double at) const
{
    constexpr double moment = 1e-3;
    return expected(post, at, at + moment) / moment;
}

Account
make_account(const WorldSettings& world, std::uint64_t seed, std::size_t index, double horizon)
{
    Random random{seed * 1'000'003 + index};
    Account account{world, horizon, uniform(0, day, random), {}};
    const auto typical = lognormal(world.typical_views, world.spread_of_accounts, random);
    const auto between = world.two_years / static_cast<double>(world.posts);
    std::exponential_distribution<> gap{1 / between};
    for (auto at = -world.two_years + gap(random); at < horizon; at += gap(random))
        account.posts.push_back(post_of(world, typical, at, random));
    return account;
}

std::uint64_t drawn(double expected, Random& random)
{
    if (expected <= 0)
        return 0;
    return std::poisson_distribution<std::uint64_t>{expected}(random);
}

} // namespace insightd::simulator
