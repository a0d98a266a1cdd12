#include "daemon/engine.hpp"
#include "daemon/metrics/exposition.hpp"
#include "daemon/metrics/table.hpp"
#include "daemon/pages.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "storage/spool/spooled_writer.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// What /metrics shows. All series of a metric stand together, so that accounts are gone through
// once for each of theirs.
namespace insightd::daemon
{
namespace
{

using metrics::Exposition;
using metrics::Metric;
using metrics::named;

double seconds_of(model::Instant instant)
{
    return std::chrono::duration<double>(instant.time_since_epoch()).count();
}

double or_zero(const std::optional<model::Instant>& instant)
{
    return instant ? seconds_of(*instant) : 0;
}

template <class Number> double figure(Number number)
{
    return static_cast<double>(number);
}

template <class Number>
void show_if_known(Exposition& page, const Metric& metric, const std::optional<Number>& number)
{
    page.begin(metric);
    if (number)
        page.add(figure(*number));
}

/// Each class always has its line: a counter that appears only with its first failure hides it.
void show_classes(Exposition& page, const Metric& metric, const FailureCounts& counts)
{
    page.begin(metric);
    for (std::size_t place = 0; place < failure_classes; ++place) {
        const auto kind = static_cast<graph::FailureClass>(place);
        page.add(figure(counts.of(kind)), {graph::to_string(kind)});
    }
}

void show_instants(
    Exposition& page, const Metric& metric, const std::vector<Condition::Collector>& collectors,
    std::optional<model::Instant> Condition::Collector::*instant)
{
    page.begin(metric);
    for (const auto& collector : collectors)
        if (collector.*instant)
            page.add(seconds_of(*(collector.*instant)), {collector.name});
}

/// One of the accounts that are this instance's own: of the others their owner tells.
struct Own {
    std::string_view name;
    budget::State budget;
    const model::TokenState* token = nullptr; ///< nothing: not looked at yet
    std::optional<model::Instant> token_ends; ///< nothing: never, or not known
};

std::vector<Own>
own_accounts(const config::Config& config, Engine& engine, const TokenKeeper& tokens)
{
    std::vector<Own> own;
    for (const auto& account : config.accounts) {
        if (!engine.owns(account.user_id))
            continue;
        auto& one = own.emplace_back(Own{account.name, engine.budget_of(account.user_id), {}, {}});
        const auto state = tokens.states().find(account.user_id);
        if (state == tokens.states().end())
            continue;
        one.token = &state->second;
        const auto facts = tokens.facts().find(account.user_id);
        if (facts != tokens.facts().end())
            one.token_ends = facts->second.expires_at;
    }
    return own;
}

void show_budgets(Exposition& page, const std::vector<Own>& accounts)
{
    constexpr double whole = 100;
    page.begin(named("insightd_budget_used_ratio"));
    for (const auto& account : accounts)
        if (account.budget.account_percent)
            page.add(*account.budget.account_percent / whole, {account.name});
    page.begin(named("insightd_budget_blocked_until_timestamp_seconds"));
    for (const auto& account : accounts)
        page.add(or_zero(account.budget.own_block_until), {account.name});
    page.begin(named("insightd_budget_calls"));
    for (const auto& account : accounts) {
        page.add(figure(account.budget.calls_in_hour), {account.name, "hour"});
        page.add(figure(account.budget.calls_in_day), {account.name, "day"});
    }
    page.begin(named("insightd_budget_shedding_accounts"));
    for (std::size_t place = 0; place < budget::work_count; ++place) {
        const auto work = budget::manner_of(static_cast<budget::Work>(place)).name;
        const auto sheds = [work](const Own& account) {
            return std::ranges::count(account.budget.shedding, work) > 0;
        };
        page.add(figure(std::ranges::count_if(accounts, sheds)), {work});
    }
}

void show_tokens(Exposition& page, const std::vector<Own>& accounts)
{
    page.begin(named("insightd_token_up"));
    for (const auto& account : accounts)
        if (account.token != nullptr)
            page.add(account.token->state != "needs_login" ? 1 : 0, {account.name});
    page.begin(named("insightd_token_renewal_failures"));
    for (const auto& account : accounts)
        if (account.token != nullptr)
            page.add(figure(account.token->refresh_failures), {account.name});
    page.begin(named("insightd_token_expiry_timestamp_seconds"));
    for (const auto& account : accounts)
        if (account.token_ends)
            page.add(seconds_of(*account.token_ends), {account.name});
}

} // namespace

http::Answer Pages::metrics() const
{
    Exposition page;
    const auto accounts = own_accounts(config_, engine_, tokens_);
    show_process(page);
    show_instance(page);
    show_collection(page);
    show_stories(page);
    show_spool(page);
    show_apps(page);
    show_budgets(page, accounts);
    show_tokens(page, accounts);
    show_webhooks(page);
    show_reloads(page);
    return {200, std::string{Exposition::type}, page.text()};
}

void Pages::show_process(Exposition& page) const
{
    page.begin(named("insightd_build_info"));
    page.add(1, {INSIGHTD_VERSION});
    show_if_known(page, named("process_start_time_seconds"), process_.started_at());
    page.show(named("process_cpu_seconds_total"), metrics::Process::cpu_seconds());
    show_if_known(page, named("process_resident_memory_bytes"), metrics::Process::resident_bytes());
    show_if_known(page, named("process_open_fds"), metrics::Process::open_descriptors());
    show_if_known(page, named("process_max_fds"), metrics::Process::most_descriptors());
}

void Pages::show_instance(Exposition& page) const
{
    page.show(named("insightd_clock_timestamp_seconds"), seconds_of(clock_.now()));
    page.show(
        named("insightd_clock_machine_ahead_seconds"),
        std::chrono::duration<double>(clock_.machine_ahead()).count());
    page.show(named("insightd_accounts_owned"), figure(accounts_owned()));
    page.show(named("insightd_instances"), figure(instances()));
    page.show(named("insightd_store_up"), engine_.store_is_up() ? 1 : 0);
}

void Pages::show_collection(Exposition& page) const
{
    const auto& progress = engine_.progress();
    const auto condition = engine_.condition();
    page.show(named("insightd_values_stored_total"), figure(progress.values_stored));
    page.show(named("insightd_tasks_waiting"), figure(engine_.waiting()));
    page.show(named("insightd_api_calls_total"), figure(progress.calls));
    show_classes(page, named("insightd_api_failures_total"), progress.failures);
    show_classes(page, named("insightd_collectors_failing"), condition.failing);
    show_instants(
        page, named("insightd_collector_last_success_timestamp_seconds"), condition.collectors,
        &Condition::Collector::last_success);
    show_instants(
        page, named("insightd_collector_due_timestamp_seconds"), condition.collectors,
        &Condition::Collector::waits_since);
}

void Pages::show_stories(Exposition& page) const
{
    const auto stories = engine_.story_counts();
    page.show(named("insightd_stories_open"), figure(stories.open));
    page.begin(named("insightd_stories_closed_total"));
    for (const auto state :
         {model::StoryState::final, model::StoryState::webhook, model::StoryState::missed})
        page.add(
            figure(stories.closed.at(static_cast<std::size_t>(state))), {model::to_string(state)});
}

void Pages::show_spool(Exposition& page) const
{
    using spool::SpooledWriter;
    const auto& depth = store_.depth();
    page.show(named("insightd_spool_rows"), figure(depth.rows));
    page.show(named("insightd_spool_bytes"), figure(depth.bytes));
    page.begin(named("insightd_spool_oldest_timestamp_seconds"));
    if (depth.oldest)
        page.add(seconds_of(*depth.oldest));
    page.show(named("insightd_spool_dropped_rows_total"), figure(store_.dropped_rows()));
    page.begin(named("insightd_spool_damage_timestamp_seconds"));
    if (store_.damaged_at())
        page.add(seconds_of(*store_.damaged_at()));
    page.begin(named("insightd_spool_state"));
    using State = SpooledWriter::State;
    for (const auto state : {State::direct, State::spooling, State::replaying})
        page.add(store_.state() == state ? 1 : 0, {spool::to_string(state)});
    page.show(
        named("insightd_spool_usable"),
        store_.trouble() == SpooledWriter::Trouble::unusable ? 0 : 1);
}

/// What all accounts of an app share has one series, whoever looks.
void Pages::show_apps(Exposition& page) const
{
    constexpr double whole = 100;
    std::vector<std::pair<std::string_view, budget::AppState>> apps;
    for (const auto login : {config::Login::instagram, config::Login::facebook})
        if (std::ranges::find(config_.accounts, login, &config::Account::login) !=
            config_.accounts.end())
            apps.emplace_back(config::to_string(login), engine_.budget_of_app(login));
    page.begin(named("insightd_app_budget_used_ratio"));
    for (const auto& [app, state] : apps)
        if (state.percent)
            page.add(*state.percent / whole, {app});
    page.begin(named("insightd_app_budget_blocked_until_timestamp_seconds"));
    for (const auto& [app, state] : apps)
        page.add(or_zero(state.blocked_until), {app});
}

void Pages::show_webhooks(Exposition& page) const
{
    if (receiver_ == nullptr)
        return;
    page.begin(named("insightd_webhook_deliveries_total"));
    for (std::size_t index = 0; index < webhooks::outcomes; ++index) {
        const auto outcome = static_cast<webhooks::Outcome>(index);
        page.add(figure(receiver_->count(outcome)), {webhooks::to_string(outcome)});
    }
    page.show(named("insightd_webhook_stories_total"), figure(receiver_->stories()));
}

void Pages::show_reloads(Exposition& page) const
{
    if (reloads_ == nullptr)
        return;
    page.begin(named("insightd_config_reloads_total"));
    page.add(figure(reloads_->succeeded), {"success"});
    page.add(figure(reloads_->failed), {"failure"});
    page.show(named("insightd_config_last_reload_successful"), reloads_->why_not.empty() ? 1 : 0);
    page.show(
        named("insightd_config_last_reload_success_timestamp_seconds"),
        seconds_of(reloads_->last_success));
}

} // namespace insightd::daemon
