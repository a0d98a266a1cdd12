#include "tests/bench/simulator/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <map>

namespace insightd::simulator
{
namespace
{

constexpr double day = 24;
constexpr double minutes = 60;

double days(const Experiment& experiment)
{
    return experiment.run.measured / day * static_cast<double>(experiment.accounts);
}

void print_row(const Result& result, const Experiment& experiment, double hourly_calls)
{
    const auto& figures = result.figures;
    fmt::print(
        "{:<22} {:>9.0f} {:>6.0f} {:>8.0f} {:>9.1f} {:>8.1f} {:>8.1f} {:>8.1f}\n",
        name_of(result.kind), figures.insights_calls / days(experiment),
        figures.list_calls / days(experiment), figures.calls() / days(experiment),
        minutes * figures.staleness.mean(), figures.staleness.quantile(0.99),
        100 * figures.staleness.share_within_target(), hourly_calls / figures.calls());
    std::fflush(stdout);
}

using Results = std::map<Kind, Result>;

Results measured(const Experiment& experiment, bool prints)
{
    Results results;
    for (const auto kind : kinds) {
        const auto result = measure_at_target(kind, experiment);
        results.insert_or_assign(kind, result);
        if (prints)
            print_row(result, experiment, results.at(Kind::hourly).figures.calls());
    }
    return results;
}

/// Calls at the target, if the search ended beside it: calls fall as staleness grows.
double calls_at_target(const Result& result, const Experiment& experiment)
{
    const auto& figures = result.figures;
    return figures.list_calls +
           figures.insights_calls * figures.staleness.mean() / experiment.run.target;
}

struct Ratios {
    double hourly = 0;
    double oracle = 0;
    double oracle_with_lists = 0;
};

Ratios ratios(const Results& results, Kind kind, const Experiment& experiment)
{
    const auto calls = calls_at_target(results.at(kind), experiment);
    const auto hourly = results.at(Kind::hourly).figures.calls();
    return {
        hourly / calls, calls / calls_at_target(results.at(Kind::oracle), experiment),
        calls / calls_at_target(results.at(Kind::oracle_with_lists), experiment)};
}

void print_ratios(const std::string& name, const Ratios& found)
{
    fmt::print(
        "{:<36} 1/{:<6.1f} {:>6.2f} {:>16.2f}\n", name, found.hourly, found.oracle,
        found.oracle_with_lists);
    std::fflush(stdout);
}

void print_ratio_head(std::string_view of)
{
    fmt::print("\n{:<36} {:<8} {:>6} {:>16}\n", of, "hourly", "oracle", "oracle with lists");
}

struct Variant {
    std::string_view name;
    void (*change)(Experiment&);
};

constexpr std::array variants{
    Variant{"as above", [](Experiment&) {}},
    Variant{"slower decay: tail 1", [](Experiment& e) { e.world.tail = 1; }},
    Variant{"faster decay: tail 2", [](Experiment& e) { e.world.tail = 2; }},
    Variant{"half-life 10 h", [](Experiment& e) { e.world.half_life = 10; }},
    Variant{"half-life 40 h", [](Experiment& e) { e.world.half_life = 40; }},
    Variant{
        "heavier-tailed posts: spread 1.8", [](Experiment& e) { e.world.spread_of_posts = 1.8; }},
    Variant{"no bursts", [](Experiment& e) { e.world.bursts_per_post = 0; }},
    Variant{"three times the bursts", [](Experiment& e) { e.world.bursts_per_post *= 3; }},
    Variant{"a small account: 50 views a post", [](Experiment& e) { e.world.typical_views = 50; }},
    Variant{"first page every 15 min", [](Experiment& e) { e.page_every = 0.25; }},
    Variant{"first page every hour", [](Experiment& e) { e.page_every = 1; }},
    Variant{"whole list every 6 h", [](Experiment& e) { e.whole_list_every = 6; }},
};

Ratios mean(const std::vector<Ratios>& all)
{
    Ratios sum;
    for (const auto& one : all) {
        const auto share = 1 / static_cast<double>(all.size());
        sum.hourly += one.hourly * share;
        sum.oracle += one.oracle * share;
        sum.oracle_with_lists += one.oracle_with_lists * share;
    }
    return sum;
}

} // namespace

void print_world(const Experiment& experiment)
{
    const auto& world = experiment.world;
    fmt::print(
        "world: {} posts in two years; views per post lognormal, median {}, log-spread {} "
        "(accounts "
        "{});\nhalf of them within {} h, then views left ~ age^-{}; {} bursts per post within {} "
        "days of age, each ~{} of the\npost's views, gone in {} h; by day {} times the night's "
        "views; {} likes and comments per view, spread {}\nlists: first page every {} h, whole "
        "every {} h; warm-up {} days, measured {} days\n",
        world.posts, world.typical_views, world.spread_of_posts, world.spread_of_accounts,
        world.half_life, world.tail, world.bursts_per_post, world.latest_burst / day,
        world.burst_share, world.burst_hours, (1 + world.rhythm) / (1 - world.rhythm),
        world.interactions, world.spread_of_interactions, experiment.page_every,
        experiment.whole_list_every, experiment.run.warm_up / day, experiment.run.measured / day);
}

void print_comparison(Experiment experiment, std::size_t seeds)
{
    std::vector<Ratios> off;
    std::vector<Ratios> on;
    for (std::size_t seed = 1; seed <= seeds; ++seed) {
        experiment.run.seed = seed;
        fmt::print(
            "\n{:<22} {:>9} {:>6} {:>8} {:>9} {:>8} {:>8} {:>8}\n",
            fmt::format("calls a day, seed {}", seed), "insights", "lists", "calls", "mean min",
            "p99 h", "% in 30m", "hourly/");
        const auto results = measured(experiment, true);
        off.push_back(ratios(results, Kind::adaptive, experiment));
        on.push_back(ratios(results, Kind::adaptive_with_floors, experiment));
    }
    print_ratio_head("calls at equal freshness, as share of");
    for (std::size_t seed = 0; seed < seeds; ++seed)
        print_ratios(fmt::format("adaptive, seed {}", seed + 1), off.at(seed));
    print_ratios("adaptive, mean", mean(off));
    print_ratios("adaptive with floors, mean", mean(on));
}

void print_sensitivity(const Experiment& experiment, std::size_t seeds)
{
    print_ratio_head("calls at equal freshness, as share of");
    for (const auto& variant : variants) {
        std::vector<Ratios> found;
        for (std::size_t seed = 1; seed <= seeds; ++seed) {
            auto changed = experiment;
            changed.run.seed = seed;
            variant.change(changed);
            found.push_back(ratios(measured(changed, false), Kind::adaptive, changed));
        }
        print_ratios(std::string{variant.name}, mean(found));
    }
}

} // namespace insightd::simulator
