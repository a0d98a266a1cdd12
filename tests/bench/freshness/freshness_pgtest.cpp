#include "tests/bench/freshness/freshness.hpp"

#include <gtest/gtest.h>

namespace insightd::simulator
{
namespace
{

constexpr double day = 24;

/// A third of the posts and few days, so that it ends soon; insightd-freshness has the long form.
Experiment small()
{
    Experiment experiment;
    experiment.world.posts = 300;
    experiment.run.seed = 4;
    experiment.run.warm_up = 4 * day;
    experiment.run.measured = 5 * day;
    return experiment;
}

TEST(Freshness, CostsATwentiethOfRegularReadingEndToEndAsInTheSimulator)
{
    const auto experiment = small();
    const auto foretold = measure_at_target(Kind::adaptive, experiment);
    const auto seen = measure_end_to_end(experiment, foretold.asked);

    EXPECT_EQ(seen.wrong, 0U) << "of " << seen.numbers << " numbers in the database";
    EXPECT_EQ(seen.other_calls, 0);
    EXPECT_GT(seen.figures.staleness.mean(), 0.1);
    EXPECT_LT(seen.figures.staleness.mean(), 1);
    EXPECT_GE(saving(seen.figures, experiment), 20) << "lists included";
    EXPECT_NEAR(saving(seen.figures, experiment) / saving(foretold.figures, experiment), 1, 0.35);
}

} // namespace
} // namespace insightd::simulator
