#include "daemon/commands.hpp"

#include "config/duration.hpp"
#include "daemon/setup.hpp"
#include "storage/migrations.hpp"
#include "storage/retention.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <cstdio>
#include <map>

namespace insightd::daemon
{
namespace
{

/// Rows by month and table.
using Tally = std::map<model::Day, std::map<std::string, std::int64_t>>;

std::string row_of(
    const std::string& month, const std::map<std::string, std::int64_t>& rows,
    const std::map<std::string, std::int64_t>& columns)
{
    auto line = fmt::format("{:7}", month);
    for (const auto& [table, total] : columns) {
        const auto found = rows.find(table);
        line += fmt::format("  {:>14}", found == rows.end() ? 0 : found->second);
    }
    return line;
}

void print(const Tally& tally)
{
    std::map<std::string, std::int64_t> totals;
    for (const auto& [month, rows] : tally)
        for (const auto& [table, count] : rows)
            totals[table] += count;
    std::string head = "month  ";
    for (const auto& [table, total] : totals)
        head += fmt::format("  {:>14}", table);
    fmt::print("{}\n", head);
    for (const auto& [month, rows] : tally)
        fmt::print("{}\n", row_of(date::format("%Y-%m", date::sys_days{month}), rows, totals));
    fmt::print("{}\n", row_of("all", totals, totals));
}

/// How long every reading is kept; nothing, with a word on stderr, if nothing is to be thinned.
std::optional<std::chrono::seconds>
full_resolution(const config::Config& config, const ThinOptions& options)
{
    if (options.full.empty()) {
        if (!config.storage.full_resolution)
            fmt::print(
                stderr, "insightd: storage.retention.full is `forever`: nothing is thinned; set "
                        "it, or try --dry-run --full 90d\n");
        return config.storage.full_resolution;
    }
    const auto full = config::parse_duration(options.full);
    if (!full || !options.dry_run) {
        fmt::print(
            stderr, "insightd: --full takes a duration such as 90d, and goes with --dry-run: what "
                    "is taken for good is said in the YAML\n");
        return std::nullopt;
    }
    return full;
}

std::vector<model::ThinOrder> orders_of(const config::Config& config, std::chrono::seconds full)
{
    const auto now = make_clock(config.clock)->now();
    std::vector<model::ThinOrder> orders;
    for (const auto account : ids_of(config))
        orders.push_back({account, now - full, now, std::nullopt});
    return orders;
}

} // namespace

ExitCode command_thin(const CommonOptions& common, const ThinOptions& options)
{
    const auto config = load_config(common.config_file);
    if (!config)
        return ExitCode::config;
    const auto full = full_resolution(*config, options);
    if (!full)
        return options.full.empty() ? ExitCode::config : ExitCode::usage;
    const DatabaseLocation location{*config};
    storage::require_newest_schema(location.url());
    Tally tally;
    const auto note = [&](const std::vector<model::ThinnedRows>& taken) {
        for (const auto& part : taken)
            tally[part.month][part.table] += part.rows;
    };
    const auto work = options.dry_run ? storage::would_thin : storage::thin;
    work(location.url(), orders_of(*config, *full), note);
    print(tally);
    if (options.dry_run)
        fmt::print("a dry run: these rows would be taken, none was\n");
    return ExitCode::ok;
}

} // namespace insightd::daemon
