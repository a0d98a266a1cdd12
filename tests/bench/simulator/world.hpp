#pragma once

#include <cstdint>
#include <random>
#include <vector>

/// A world of posts whose views are known beforehand: what a scheduler is measured against. Times
/// are hours; 0 is when the measured life begins, posts of the past have negative birthdays.
namespace insightd::simulator
{

/// What the world is like; the sources are in deploy/docs/scheduling.md.
struct WorldSettings {
    std::size_t posts = 1000;        ///< per account and two years
    double two_years = 17520;        ///< hours
    double typical_views = 2000;     ///< median over the posts of the median account
    double spread_of_posts = 1.2;    ///< standard deviation of the log of a post's views
    double spread_of_accounts = 1.5; ///< the same over accounts
    double half_life = 20;           ///< hours until half of a post's views
    double tail = 1.5;               ///< views left fall as age^-tail
    double bursts_per_post = 0.2;    ///< times that a post is shared again
    double burst_share = 0.15;       ///< a burst's views, as a share of the post's; heavy-tailed
    double latest_burst = 180 * 24;  ///< hours of age
    double burst_hours = 6;          ///< mean wait of a burst's views
    double rhythm = 0.5;             ///< by day (1 + rhythm)/(1 - rhythm) times the night's views
    double interactions = 0.04;      ///< median share of views that leave a like or a comment
    double spread_of_interactions = 0.4;
};

using Random = std::mt19937_64;

struct Burst {
    double at = 0;
    double views = 0;
};

/// One post: its true rate of change.
struct Post {
    double published = 0;
    double views = 0;
    double interactions = 0; ///< per view
    std::vector<Burst> bursts;
};

/// All posts of an account that are published until `horizon`, the oldest first.
struct Account {
    WorldSettings world;
    double horizon = 0;
    double rhythm_peak = 0;
    std::vector<Post> posts;

    /// Expected views between two instants.
    double expected(const Post& post, double from, double to) const;
    /// Expected views per hour.
    double rate(const Post& post, double at) const;
};

/// The account number `index` of the world of this seed: the same at every call.
Account
make_account(const WorldSettings& world, std::uint64_t seed, std::size_t index, double horizon);

/// How many came where so many were expected: Poisson.
std::uint64_t drawn(double expected, Random& random);

} // namespace insightd::simulator
