#pragma once

#include "tests/bench/simulator/tally.hpp"
#include "tests/bench/simulator/world.hpp"

namespace insightd::simulator
{

/// What happens at one account's posts, and how much of it nobody has read yet. Times are hours.
class Life
{
public:
    /// The past is known at hour 0, as after a first collection.
    Life(Account account, std::uint64_t seed);

    const Account& account() const { return account_; }
    /// Posts that were published until then, the oldest first: so many.
    std::size_t born(double at) const;
    /// Views of all its posts in the 24 hours before; a figure of the last six hours.
    double impressions(double at);

    /// Lets the world go on for this post until then.
    void live(std::size_t post, double until);
    std::int64_t views(std::size_t post) const { return posts_.at(post).views; }
    std::int64_t interactions(std::size_t post) const { return posts_.at(post).interactions; }

    /// The post's changes were read. Returns whether there were any.
    bool read(std::size_t post, double at, Tally* tally);

private:
    /// Changes that came between two instants and were not read yet.
    struct Waiting {
        double from = 0;
        double to = 0;
        double changes = 0;
    };
    struct State {
        double drawn_until = 0;
        std::int64_t views = 0;
        std::int64_t interactions = 0;
        std::vector<Waiting> waiting;
    };
    void draw(State& state, const Post& post, double until, int pieces);

    Account account_;
    Random random_;
    std::vector<State> posts_;
    double impressions_ = 0;
    double impressions_at_ = -1e9;
};

} // namespace insightd::simulator
