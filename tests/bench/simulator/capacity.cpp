#include "tests/bench/simulator/capacity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace insightd::simulator
{
namespace
{

constexpr double day = 24;
constexpr double minutes = 60;
constexpr double seconds_a_day = 86400;
constexpr double mebibyte = 1 << 20;

/// Accounts that stand for all others: where calls and waiting are measured, and where memory and
/// decisions are.
constexpr std::size_t sample = 24;
constexpr std::size_t sample_of_costs = 1000;
constexpr double hours_of_costs = 6;

/// What one replica is taken to do: less than a fifth of the end-to-end rate in
/// deploy/docs/benchmarks.md, which was reached on loopback.
constexpr double calls_per_second_and_replica = 1000;

constexpr std::array ways{
    Kind::adaptive_with_floors, Kind::hourly, Kind::tiers, Kind::oracle_with_lists};

/// The floors ask for calls however scarce these are: shown without them, too.
constexpr std::array ways_when_scarce{
    Kind::adaptive, Kind::adaptive_with_floors, Kind::hourly, Kind::tiers, Kind::oracle_with_lists};

/// The oracle is no program: it has no costs of its own.
bool has_costs(Kind kind)
{
    return kind != Kind::oracle_with_lists;
}

/// Of figures a day, for so many accounts.
double scale(const Experiment& experiment, double accounts)
{
    const auto days = experiment.run.measured / day;
    return accounts / (days * static_cast<double>(experiment.accounts));
}

/// Hourly reading is the same on every day, and there is much of it.
Experiment shortened(Experiment experiment, Kind kind)
{
    if (kind == Kind::hourly) {
        experiment.run.warm_up = 2 * day;
        experiment.run.measured = 6 * day;
    }
    return experiment;
}

/// Measures each number of accounts once.
class Measures
{
public:
    Measures(const Experiment& experiment, Kind kind)
        : experiment_{shortened(experiment, kind)}, kind_{kind}
    {
    }

    const Experiment& sample_of(double accounts)
    {
        experiment_.accounts = std::min(static_cast<std::size_t>(accounts), sample);
        return experiment_;
    }

    const Figures& figures(double accounts) { return found(figures_, sample_of(accounts)); }

    const Figures& costs(double accounts)
    {
        auto experiment = experiment_;
        experiment.accounts = std::min(static_cast<std::size_t>(accounts), sample_of_costs);
        experiment.run.warm_up = 0;
        experiment.run.measured = hours_of_costs;
        return found(costs_, experiment);
    }

private:
    using Found = std::map<std::size_t, Figures>;

    const Figures& found(Found& all, const Experiment& experiment) const
    {
        if (const auto known = all.find(experiment.accounts); known != all.end())
            return known->second;
        const auto result = measure(kind_, experiment, experiment.run.target);
        return all.emplace(experiment.accounts, result.figures).first->second;
    }

    Experiment experiment_;
    Kind kind_;
    Found figures_;
    Found costs_;
};

std::string waits(const Figures& figures)
{
    const auto& staleness = figures.staleness;
    return fmt::format(
        "{:>9.1f} {:>7.1f} {:>8.1f}", minutes * staleness.mean(), staleness.quantile(0.99),
        100 * staleness.share_within_target());
}

std::string costs_of(Measures& measures, double accounts)
{
    const auto& costs = measures.costs(accounts);
    const auto measured = std::min(accounts, static_cast<double>(sample_of_costs));
    return fmt::format(
        "{:>10.1f} {:>6.2f}", costs.bytes / mebibyte * accounts / measured,
        costs.decision_seconds * 1e6 / costs.decisions);
}

void print_row(Measures& measures, Kind kind, double accounts)
{
    const auto& figures = measures.figures(accounts);
    const auto a_day = scale(measures.sample_of(accounts), accounts);
    const auto calls = figures.calls() * a_day;
    const auto replicas = calls / seconds_a_day / calls_per_second_and_replica;
    fmt::print(
        "{:>9.0f} {:>13.0f} {} {:>11.0f} {:>13.0f} {:>12.0f} {} {:>9.0f}\n", accounts, calls,
        waits(figures), figures.throttled * a_day, figures.put_off * a_day, figures.rows * a_day,
        has_costs(kind) ? costs_of(measures, accounts) : fmt::format("{:>10} {:>6}", "-", "-"),
        std::ceil(replicas));
    std::fflush(stdout);
}

void print_head(const std::string& of)
{
    fmt::print(
        "\n{}\n{:>9} {:>13} {:>9} {:>7} {:>8} {:>11} {:>13} {:>12} {:>10} {:>6} {:>9}\n", of,
        "accounts", "calls/day", "mean min", "p99 h", "% in 30m", "throttled/d", "put off/d",
        "rows/day", "MiB", "us/dec", "replicas");
}

/// One account in the mean, under limits that are the same for all ways.
void print_scenario(const std::string& name, Experiment experiment, const Allowed& allowed)
{
    fmt::print(
        "\n{:<36} {:>10} {:>9} {:>7} {:>8} {:>11} {:>9}\n", name, "calls/day", "mean min", "p99 h",
        "% in 30m", "throttled/d", "put off/d");
    experiment.run.allowed = allowed;
    for (const auto kind : ways_when_scarce) {
        Measures measures{experiment, kind};
        const auto& figures = measures.figures(sample);
        const auto a_day = scale(measures.sample_of(sample), 1);
        fmt::print(
            "{:<36} {:>10.0f} {} {:>11.2f} {:>9.0f}\n", name_of(kind), figures.calls() * a_day,
            waits(figures), figures.throttled * a_day, figures.put_off * a_day);
        std::fflush(stdout);
    }
}

void print_assumptions()
{
    fmt::print(
        "limits: {} calls an hour for each account, all in one pool (an app's limit for each "
        "user), "
        "and\n{} calls in 24 h for each view that the account's posts had in 24 h, {} views at "
        "least\nup to {} accounts are simulated; of more, a sample of {} stands for all: its "
        "figures are scaled\nMiB and us/dec (microseconds for a decision, real time) are measured "
        "on {} accounts at most, over their\nfirst {} h, and scaled beyond; a replica is taken to "
        "make {} calls a second\n",
        *documented.app_calls, *documented.account_calls, least_impressions, sample, sample,
        sample_of_costs, hours_of_costs, calls_per_second_and_replica);
}

} // namespace

void print_capacity(Experiment experiment)
{
    print_assumptions();
    experiment.run.allowed = documented;
    double wanted = 0;
    for (const auto kind : ways) {
        print_head(name_of(kind));
        Measures measures{experiment, kind};
        for (const double accounts : {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6})
            print_row(measures, kind, accounts);
        if (kind == Kind::adaptive_with_floors)
            wanted = measures.figures(sample).calls() * scale(measures.sample_of(sample), 1);
    }
    print_scenario("an account, no limits", experiment, {});
    print_scenario(
        fmt::format("an account, at most {:.0f} calls an hour", wanted / 2 / day), experiment,
        {wanted / 2 / day, {}});
}

} // namespace insightd::simulator
