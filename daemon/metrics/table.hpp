#pragma once

#include "daemon/metrics/metric.hpp"

#include <array>
#include <stdexcept>

namespace insightd::metrics
{

// clang-format off
/// Every metric, in the order of the page; deploy/docs/prometheus.md has the same lines. A label has
/// few values: of accounts there are those that the instance has.
inline constexpr std::array table{
    Metric{"insightd_build_info", Type::gauge, {"version"}, "1", "The version that runs."},
    Metric{"process_start_time_seconds", Type::gauge, {}, "seconds", "When the process began, by the machine's clock."},
    Metric{"process_cpu_seconds_total", Type::counter, {}, "seconds", "CPU time that the process took, of user and system."},
    Metric{"process_resident_memory_bytes", Type::gauge, {}, "bytes", "Memory that the process has in RAM."},
    Metric{"process_open_fds", Type::gauge, {}, "descriptors", "Open file descriptors."},
    Metric{"process_max_fds", Type::gauge, {}, "descriptors", "How many may be open."},
    Metric{"insightd_clock_timestamp_seconds", Type::gauge, {}, "seconds", "The daemon's clock, which may be a simulated one."},
    Metric{"insightd_clock_machine_ahead_seconds", Type::gauge, {}, "seconds", "How far this machine's clock is ahead of the daemon's; 0: it is followed."},
    Metric{"insightd_accounts_owned", Type::gauge, {}, "accounts", "Accounts that this instance collects."},
    Metric{"insightd_instances", Type::gauge, {}, "instances", "Instances that share the database, this one included."},
    Metric{"insightd_store_up", Type::gauge, {}, "0 or 1", "1 while the database takes rows."},
    Metric{"insightd_values_stored_total", Type::counter, {}, "values", "Numbers acknowledged by the store, which is the database or the spool."},
    Metric{"insightd_tasks_waiting", Type::gauge, {}, "readings", "Readings that are due and have not ended."},
    Metric{"insightd_api_calls_total", Type::counter, {}, "calls", "HTTP calls to the Graph API for what is collected, tries included; a batch counts as its members."},
    Metric{"insightd_api_failures_total", Type::counter, {"class"}, "calls", "Those of them that failed, by class."},
    Metric{"insightd_collectors_failing", Type::gauge, {"class"}, "collectors", "Collectors of accounts that fail now, by the class of their last failure; of an account that is paused those that were asked."},
    Metric{"insightd_collector_last_success_timestamp_seconds", Type::gauge, {"collector"}, "seconds", "When the collector last succeeded, of the account where that was longest ago; accounts where it never did are left out."},
    Metric{"insightd_collector_due_timestamp_seconds", Type::gauge, {"collector"}, "seconds", "When the collector's reading fell due that waits longest, of all accounts; absent: none waits."},
    Metric{"insightd_stories_open", Type::gauge, {}, "stories", "Stories whose last reading is to come."},
    Metric{"insightd_stories_closed_total", Type::counter, {"state"}, "stories", "Stories that ended since the daemon began, by how: final, webhook or missed."},
    Metric{"insightd_spool_rows", Type::gauge, {}, "rows", "Rows that wait on this machine for the database."},
    Metric{"insightd_spool_bytes", Type::gauge, {}, "bytes", "What the waiting rows take."},
    Metric{"insightd_spool_oldest_timestamp_seconds", Type::gauge, {}, "seconds", "When the oldest waiting row was observed; absent: nothing waits."},
    Metric{"insightd_spool_dropped_rows_total", Type::counter, {}, "rows", "Rows lost since the start: dropped because the spool was full, found damaged in it, or refused by the database."},
    Metric{"insightd_spool_damage_timestamp_seconds", Type::gauge, {}, "seconds", "When the spool was last found damaged, cut off or removed; absent: not since the start."},
    Metric{"insightd_spool_state", Type::gauge, {"state"}, "0 or 1", "1 for where rows go now: direct, spooling or replaying."},
    Metric{"insightd_spool_usable", Type::gauge, {}, "0 or 1", "0 while the spool's file cannot be written."},
    Metric{"insightd_app_budget_used_ratio", Type::gauge, {"app"}, "ratio", "Share of the app's limit for an hour that is used; absent until the platform said so."},
    Metric{"insightd_app_budget_blocked_until_timestamp_seconds", Type::gauge, {"app"}, "seconds", "When the platform's block of the app ends; 0: not blocked."},
    Metric{"insightd_budget_used_ratio", Type::gauge, {"account"}, "ratio", "Share of the account's limit for a day that is used; absent until the platform said so."},
    Metric{"insightd_budget_blocked_until_timestamp_seconds", Type::gauge, {"account"}, "seconds", "When the platform's block of the account itself ends; 0: not blocked."},
    Metric{"insightd_budget_calls", Type::gauge, {"account", "window"}, "calls", "Calls of the account in the last hour, and in the last day."},
    Metric{"insightd_budget_shedding_accounts", Type::gauge, {"work"}, "accounts", "Accounts whose work of this class waits because a limit is nearly used up."},
    Metric{"insightd_token_up", Type::gauge, {"account"}, "0 or 1", "1 while the account's token works, 0 if it needs a login; absent until it was looked at."},
    Metric{"insightd_token_renewal_failures", Type::gauge, {"account"}, "renewals", "Renewals of the account's token that failed in a row."},
    Metric{"insightd_token_expiry_timestamp_seconds", Type::gauge, {"account"}, "seconds", "When the account's token ends unless it is renewed; absent: never."},
    Metric{"insightd_webhook_deliveries_total", Type::counter, {"outcome"}, "deliveries", "Deliveries of the platform, by what became of them; with webhooks only."},
    Metric{"insightd_webhook_stories_total", Type::counter, {}, "stories", "Stories whose numbers were pushed and are stored, each push counted; with webhooks only."},
    Metric{"insightd_config_reloads_total", Type::counter, {"result"}, "reloads", "Configurations read since the start, by what became of them: success or failure."},
    Metric{"insightd_config_last_reload_successful", Type::gauge, {}, "0 or 1", "0 while the file has mistakes, and what was configured before goes on."},
    Metric{"insightd_config_last_reload_success_timestamp_seconds", Type::gauge, {}, "seconds", "When the configuration was last read with success; the start counts."},
};
// clang-format on

/// The line of that name; one that the table does not have does not compile.
consteval const Metric& named(std::string_view name)
{
    for (const auto& metric : table)
        if (metric.name == name)
            return metric;
    throw std::logic_error{"no such metric"};
}

} // namespace insightd::metrics
