#include "tests/bench/freshness/freshness.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace
{

using namespace insightd::simulator;

constexpr double day = 24;

void print_figures(const std::string& name, const Figures& figures, const Experiment& experiment)
{
    const auto days = experiment.run.measured / day;
    const auto& staleness = figures.staleness;
    fmt::print(
        "{:<14} {:>9.1f} {:>6.1f} {:>9.1f} {:>9.1f} {:>7.1f} {:>9.1f} {:>10}\n", name,
        figures.insights_calls / days, figures.list_calls / days, figures.calls() / days,
        60 * staleness.mean(), staleness.quantile(0.99), 100 * staleness.share_within_target(),
        fmt::format("1/{:.1f}", saving(figures, experiment)));
}

} // namespace

int main(int argc, char** argv)
{
    Experiment experiment;
    double asked = 0;
    double warm_up = 10;
    double measured = 14;
    CLI::App app{"One account of the simulator's world, collected from the sandbox into PostgreSQL "
                 "by the real engine, beside what the simulator foretells of it"};
    app.add_option("--posts", experiment.world.posts, "in two years")->capture_default_str();
    app.add_option("--seed", experiment.run.seed)->capture_default_str();
    app.add_option("--warm-up", warm_up, "days that are not measured")->capture_default_str();
    app.add_option("--measured", measured, "days that are")->capture_default_str();
    app.add_option("--page-every", experiment.page_every, "hours between first pages of the list")
        ->capture_default_str();
    app.add_option(
        "--freshness", asked, "hours to ask for; 0: what the simulator finds for half an hour");
    CLI11_PARSE(app, argc, argv);
    experiment.run.warm_up = warm_up * day;
    experiment.run.measured = measured * day;

    const auto foretold = asked > 0 ? measure(Kind::adaptive, experiment, asked)
                                    : measure_at_target(Kind::adaptive, experiment);
    fmt::print(
        "{} posts in two years, seed {}; {} days of learning, {} measured; {:.0f} min of "
        "freshness asked for,\nfloors off, first page of the list every {} h, all of it daily\n\n"
        "{:<14} {:>9} {:>6} {:>9} {:>9} {:>7} {:>9} {:>10}\n",
        experiment.world.posts, experiment.run.seed, warm_up, measured, 60 * foretold.asked,
        experiment.page_every, "calls a day", "insights", "lists", "calls", "mean min", "p99 h",
        "% in 30m", "of regular");
    print_figures("simulator", foretold.figures, experiment);
    const auto seen = measure_end_to_end(experiment, foretold.asked);
    print_figures("end to end", seen.figures, experiment);
    fmt::print(
        "\nregular: all posts read so often that changes wait as long\nof {} numbers in PostgreSQL "
        "{} differ from the truth; {} other calls\n",
        seen.numbers, seen.wrong, seen.other_calls);
}
