#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <array>

namespace insightd::config
{
namespace
{

constexpr std::int64_t most_calls = 100'000;
constexpr std::int64_t whole_budget = 100;

constexpr std::array backfill_table{
    Field<Backfill>{
        "automatic",
        [](const YAML::Node& node, Backfill& backfill, Context& context) {
            backfill.automatic =
                read_switch(node, "automatic", context).value_or(backfill.automatic);
        }},
    Field<Backfill>{
        "calls_per_hour",
        [](const YAML::Node& node, Backfill& backfill, Context& context) {
            backfill.calls_per_hour = read_count(node, "calls_per_hour", 1, most_calls, context)
                                          .value_or(backfill.calls_per_hour);
        }},
    Field<Backfill>{
        "budget_percent",
        [](const YAML::Node& node, Backfill& backfill, Context& context) {
            backfill.budget_percent = read_count(node, "budget_percent", 1, whole_budget, context)
                                          .value_or(backfill.budget_percent);
        }},
};

} // namespace

std::span<const Field<Backfill>> backfill_fields()
{
    return backfill_table;
}

void read_backfill(const YAML::Node& node, Account& account, Context& context)
{
    read_fields<Backfill>(node, "`backfill`", backfill_table, account.backfill, context);
}

} // namespace insightd::config
