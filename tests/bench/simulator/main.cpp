#include "tests/bench/simulator/capacity.hpp"
#include "tests/bench/simulator/report.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv)
{
    using namespace insightd::simulator;
    Experiment experiment;
    bool is_capacity = false;
    bool is_sensitivity = false;
    std::size_t seeds = 3;
    CLI::App app{"Reads the posts of simulated accounts in several ways, on virtual time, with the "
                 "policy that insightd reads by, and prints calls and staleness"};
    app.add_flag("--capacity", is_capacity, "what 1 to 1,000,000 accounts need");
    app.add_flag("--sensitivity", is_sensitivity, "other worlds than the usual one");
    app.add_option("--seeds", seeds, "worlds of each kind")->capture_default_str();
    app.add_option("--posts", experiment.world.posts, "per account and two years")
        ->capture_default_str();
    app.add_option("--page-every", experiment.page_every, "hours between first pages of the list")
        ->capture_default_str();
    app.add_option("--whole-list-every", experiment.whole_list_every, "hours between whole lists")
        ->capture_default_str();
    app.add_option("--tail", experiment.world.tail, "views left fall as age^-tail")
        ->capture_default_str();
    app.add_option("--half-life", experiment.world.half_life, "hours until half of the views")
        ->capture_default_str();
    app.add_option("--bursts", experiment.world.bursts_per_post)->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    print_world(experiment);
    if (is_capacity)
        print_capacity(experiment);
    else if (is_sensitivity)
        print_sensitivity(experiment, seeds);
    else
        print_comparison(experiment, seeds);
}
