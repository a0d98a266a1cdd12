#pragma once

#include "tests/bench/simulator/tally.hpp"
#include "tests/bench/simulator/world.hpp"
#include "tests/sandbox/given_posts.hpp"

#include <vector>

namespace insightd::simulator
{

/// An account of the simulator's world whose life is drawn beforehand, for the sandbox to serve:
/// what came to each post in every five minutes. Within these it comes evenly.
class Chronicle final : public sandbox::GivenPosts
{
public:
    /// Up to the account's horizon; the same under one seed.
    Chronicle(Account account, std::uint64_t seed);

    std::int64_t count() const override;
    Instant published_at(std::int64_t number) const override;
    Counters counters(std::int64_t number, Instant now) const override;

    /// The changes that came to the post between two instants were read at the later one.
    void add_read(std::int64_t number, Instant from, Instant read, Tally& tally) const;

private:
    struct Course {
        double begun = 0;             ///< when it is published, or where the world begins
        std::vector<Counters> totals; ///< after so many steps
    };
    Course drawn_course(const Post& post, Random& random) const;
    Counters totals_at(const Course& course, double at) const;

    Account account_;
    std::vector<Course> courses_;
};

} // namespace insightd::simulator
