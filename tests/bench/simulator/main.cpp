#include "tests/bench/simulator/comparison.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace
{

using namespace insightd::simulator;

void print(const Result& result, const Experiment& experiment, double hourly_calls)
{
    const auto& figures = result.figures;
    const auto days = experiment.run.measured / 24 * static_cast<double>(experiment.accounts);
    fmt::print(
        "{:<20} {:>9.1f} {:>7.1f} {:>9.1f} {:>8.1f} {:>9.2f} {:>7.1f}% {:>7.2f} {:>6.1f}\n",
        name_of(result.kind), figures.insights_calls / days, figures.list_calls / days,
        figures.calls() / days, 60 * figures.staleness.mean(), figures.staleness.quantile(0.99),
        100 * figures.staleness.share_within_target(), 60 * result.asked,
        hourly_calls / figures.calls());
}

} // namespace

int main(int argc, char** argv)
{
    Experiment experiment;
    CLI::App app{"Simulates the reading of posts by change, beside other ways"};
    app.add_option("--accounts", experiment.accounts);
    app.add_option("--seed", experiment.run.seed);
    app.add_option("--posts", experiment.world.posts);
    app.add_option("--tail", experiment.world.tail);
    app.add_option("--half-life", experiment.world.half_life);
    app.add_option("--spread", experiment.world.spread_of_posts);
    app.add_option("--views", experiment.world.typical_views);
    app.add_option("--rhythm", experiment.world.rhythm);
    app.add_option("--bursts", experiment.world.bursts_per_post);
    app.add_option("--whole-list-every", experiment.whole_list_every);
    app.add_option("--latest-burst", experiment.world.latest_burst);
    app.add_option("--page-every", experiment.page_every);
    CLI11_PARSE(app, argc, argv);
    fmt::print(
        "{:<20} {:>9} {:>7} {:>9} {:>8} {:>9} {:>8} {:>7} {:>6}\n", "per account and day",
        "insights", "lists", "calls", "mean min", "p99 h", "in time", "asked", "less");
    double hourly_calls = 0;
    for (const auto kind : kinds) {
        const auto result = measure_at_target(kind, experiment);
        if (kind == Kind::hourly)
            hourly_calls = result.figures.calls();
        print(result, experiment, hourly_calls);
        std::fflush(stdout);
    }
}
