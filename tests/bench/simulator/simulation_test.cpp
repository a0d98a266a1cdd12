#include "tests/bench/simulator/comparison.hpp"

#include <gtest/gtest.h>

namespace insightd::simulator
{
namespace
{

/// A small world, so that the test is quick.
Experiment small()
{
    Experiment experiment;
    experiment.world.posts = 200;
    experiment.run.warm_up = 10 * 24;
    experiment.run.measured = 20 * 24;
    return experiment;
}

TEST(Simulation, HourlyReadingLeavesChangesHalfAnHourOld)
{
    const auto result = measure(Kind::hourly, small(), 0.5);
    EXPECT_NEAR(result.figures.staleness.mean(), 0.5, 0.02);
    EXPECT_NEAR(result.figures.insights_calls / 20 / 24, 200, 30);
}

TEST(Simulation, IsTheSameUnderOneSeed)
{
    const auto first = measure(Kind::adaptive, small(), 0.5);
    const auto again = measure(Kind::adaptive, small(), 0.5);
    EXPECT_EQ(first.figures.calls(), again.figures.calls());
    EXPECT_EQ(first.figures.staleness.mean(), again.figures.staleness.mean());
}

TEST(Simulation, ReadingByChangeCostsATwentiethAndAlmostWhatTheOracleNeeds)
{
    const auto hourly = measure(Kind::hourly, small(), 0.5).figures;
    const auto adaptive = measure_at_target(Kind::adaptive, small()).figures;
    const auto oracle = measure_at_target(Kind::oracle, small()).figures;
    EXPECT_NEAR(adaptive.staleness.mean(), 0.5, 0.05) << "at equal freshness";
    EXPECT_LT(adaptive.insights_calls, hourly.calls() / 20);
    EXPECT_LT(adaptive.insights_calls, 1.5 * oracle.insights_calls);
    EXPECT_GT(adaptive.insights_calls, 0.8 * oracle.insights_calls) << "or it would be no oracle";
}

/// Two accounts that want more than they get.
Experiment scarce(double calls_an_hour)
{
    auto experiment = small();
    experiment.accounts = 2;
    experiment.run.allowed = {calls_an_hour, {}};
    return experiment;
}

TEST(Simulation, TheGovernorKeepsWithinALimitThatItIsNotTold)
{
    const auto experiment = scarce(50);
    const auto figures = measure(Kind::hourly, experiment, 0.5).figures;
    EXPECT_LT(figures.calls(), 50 * 2 * experiment.run.measured);
    EXPECT_GT(figures.calls(), 0.6 * 50 * 2 * experiment.run.measured) << "and uses it";
    EXPECT_GT(figures.put_off, 0);
    EXPECT_LT(figures.throttled, figures.calls() / 1000);
    EXPECT_GT(figures.staleness.mean(), 1) << "what is put off waits";
}

TEST(Simulation, WhereThereIsPlentyNothingIsPutOff)
{
    auto experiment = small();
    experiment.run.allowed = documented;
    const auto figures = measure(Kind::adaptive_with_floors, experiment, 0.5).figures;
    EXPECT_EQ(figures.put_off, 0);
    EXPECT_EQ(figures.throttled, 0);
}

TEST(Simulation, CountsWhatTheDaemonsStructuresTake)
{
    const auto figures = measure(Kind::adaptive, small(), 0.5).figures;
    EXPECT_GT(figures.bytes, 200 * sizeof(scheduling::ChangeRate));
    EXPECT_LT(figures.bytes, 200 * 150);
    EXPECT_GT(figures.decisions, figures.calls());
    EXPECT_GT(figures.decision_seconds, 0);
}

} // namespace
} // namespace insightd::simulator
