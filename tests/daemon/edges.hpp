#pragma once

#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include "config/config.hpp"
#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

/// The whole of insightd, of which each account collects these and nothing else.
namespace insightd
{

inline const auto edges_start = testing::at("2026-03-01T12:00:00Z");

class Edges : public testing::Simulation
{
public:
    explicit Edges(
        const std::vector<config::Collector>& wanted, sandbox::World::Options options = {},
        std::vector<sandbox::AccountSpec> accounts = sandbox::three_accounts())
        : testing::Simulation{edges_start, {}, std::move(accounts), std::move(options)}
    {
        for (auto& account : config.accounts) {
            for (auto& [collector, on] : account.collect)
                on = false;
            for (const auto collector : wanted)
                account.collect[collector] = true;
        }
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    /// Calls to paths that end so, from now on.
    const std::int64_t& count_calls(std::string ending)
    {
        api.watch([this, ending = std::move(ending)](
                      const sandbox::Request& request, const sandbox::Response&, model::Instant) {
            counted_ += request.path.ends_with(ending);
        });
        return counted_;
    }

    /// Health of the collector, of all accounts that have it.
    std::string health(const std::string& collector) const
    {
        return value(
                   "SELECT string_agg(DISTINCT state, ',') FROM insights.collection_health "
                   "WHERE collector = '" +
                   collector + "' AND state <> 'off'")
            .value_or("none");
    }

private:
    std::int64_t counted_ = 0;
};

} // namespace insightd
