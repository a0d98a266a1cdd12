#include "tests/bench/simulator/comparison.hpp"

#include <cmath>

namespace insightd::simulator
{
namespace
{

/// The search steps short: what is measured depends on the asked with noise.
constexpr double damping = 0.8;

bool listens(Kind kind)
{
    return kind != Kind::hourly && kind != Kind::tiers;
}

std::unique_ptr<Strategy>
strategy_of(Kind kind, const Account& account, const StrategySettings& settings)
{
    switch (kind) {
    case Kind::hourly:
        return hourly(account);
    case Kind::tiers:
        return tiers(account, settings);
    case Kind::adaptive:
    case Kind::adaptive_with_floors:
        return adaptive(account, settings);
    case Kind::oracle_with_lists:
    case Kind::oracle:
        break;
    }
    return oracle(account, settings, kind == Kind::oracle_with_lists);
}

} // namespace

std::string name_of(Kind kind)
{
    switch (kind) {
    case Kind::hourly:
        return "every post hourly";
    case Kind::tiers:
        return "plain tiers";
    case Kind::adaptive:
        return "adaptive";
    case Kind::adaptive_with_floors:
        return "adaptive, floors on";
    case Kind::oracle_with_lists:
        return "oracle, finds by list";
    case Kind::oracle:
        break;
    }
    return "oracle";
}

Result measure(Kind kind, const Experiment& experiment, double asked)
{
    StrategySettings settings;
    settings.page_every = experiment.page_every;
    settings.whole_list_every = experiment.whole_list_every;
    settings.pacing.floors = kind == Kind::adaptive_with_floors;
    settings.pacing.freshness = std::chrono::seconds{std::lround(asked * 3600)};
    const auto horizon = experiment.run.warm_up + experiment.run.measured;
    std::vector<Account> accounts;
    for (std::size_t index = 0; index < experiment.accounts; ++index)
        accounts.push_back(make_account(experiment.world, experiment.run.seed, index, horizon));
    const auto make = [&](const Account& account) { return strategy_of(kind, account, settings); };
    return {kind, asked, simulate(std::move(accounts), make, experiment.run)};
}

Result measure_at_target(Kind kind, const Experiment& experiment)
{
    const auto target = experiment.run.target;
    const auto off = [&](const Result& result) { return result.figures.staleness.mean() / target; };
    auto result = measure(kind, experiment, target);
    auto best = result;
    for (int attempt = 0; attempt < 8 && listens(kind) && std::abs(off(best) - 1) > 0.01;
         ++attempt) {
        result = measure(kind, experiment, result.asked / std::pow(off(result), damping));
        if (std::abs(off(result) - 1) < std::abs(off(best) - 1))
            best = result;
    }
    return best;
}

} // namespace insightd::simulator
