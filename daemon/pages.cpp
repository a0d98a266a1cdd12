#include "daemon/pages.hpp"

#include "daemon/engine.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "storage/spool/spooled_writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

namespace insightd::daemon
{
namespace
{

namespace json = boost::json;

bool works(const model::TokenState& state)
{
    return state.state != "needs_login";
}

json::object trouble_of(const config::Account& account, const model::TokenState& state)
{
    return {
        {"account", account.name},
        {"state", state.state},
        {"reason", state.reason},
        {"mend", state.mend}};
}

double seconds_of(model::Instant instant)
{
    return std::chrono::duration<double>(instant.time_since_epoch()).count();
}

/// The daemon is ready with an older configuration as well.
json::object standing_of(const reload::Record& reloads)
{
    json::object standing{{"is_as_in_the_file", reloads.why_not.empty()}};
    if (!reloads.why_not.empty())
        standing["reason"] = reloads.why_not;
    if (!reloads.need_restart.empty())
        standing["need_restart"] = reloads.need_restart;
    return standing;
}

void add_counter(prometheus::Registry& all, const char* name, const char* help, double value)
{
    prometheus::BuildCounter().Name(name).Help(help).Register(all).Add({}).Increment(value);
}

void add_gauge(prometheus::Registry& all, const char* name, const char* help, double value)
{
    prometheus::BuildGauge().Name(name).Help(help).Register(all).Add({}).Set(value);
}

} // namespace

Pages::Pages(
    const config::Config& config, const Clock& clock, Engine& engine, const TokenKeeper& tokens,
    const spool::SpooledWriter& store, const replicas::Replica* replica)
    : config_{config}, clock_{clock}, engine_{engine}, tokens_{tokens}, store_{store}, replica_{
                                                                                           replica}
{
}

http::Answer Pages::answer(const http::Question& question) const
{
    if (question.path == "/healthz")
        return {200, "text/plain; charset=utf-8", "alive\n"};
    if (question.path == "/readyz")
        return readiness();
    if (question.path == "/metrics")
        return metrics();
    return {404, "text/plain; charset=utf-8", "here are /healthz, /readyz and /metrics\n"};
}

/// "ok", "ok (replaying 120 rows)", "away (spooling 120 rows)"
std::string Pages::database_words() const
{
    const auto rows = store_.depth().rows;
    if (!engine_.store_is_up())
        return store_.trouble() == spool::SpooledWriter::Trouble::unusable
                   ? "away, and the spool cannot be used"
                   : fmt::format("away (spooling {} rows)", rows);
    return rows > 0 ? fmt::format("ok (replaying {} rows)", rows) : "ok";
}

std::size_t Pages::accounts_owned() const
{
    const bool is_alone = replica_ == nullptr || !replica_->ownership().was_reached();
    return is_alone ? config_.accounts.size() : replica_->ownership().held();
}

std::size_t Pages::instances() const
{
    return replica_ != nullptr ? std::max<std::size_t>(1, replica_->instances()) : 1;
}

/// Ready: the database takes rows, and at least one account can be collected, or others have them
/// all.
http::Answer Pages::readiness() const
{
    json::array troubles;
    std::size_t working = 0;
    for (const auto& account : config_.accounts) {
        const auto state = tokens_.states().find(account.user_id);
        if (state == tokens_.states().end())
            continue;
        working += works(state->second);
        if (!state->second.reason.empty())
            troubles.push_back(trouble_of(account, state->second));
    }
    const bool others_have_all = instances() > 1 && accounts_owned() == 0;
    const bool ready = engine_.store_is_up() && (working > 0 || others_have_all);
    json::object body{
        {"ready", ready},
        {"database", database_words()},
        {"accounts", config_.accounts.size()},
        {"accounts_owned", accounts_owned()},
        {"instances", instances()},
        {"accounts_with_a_working_token", working},
        {"tokens", std::move(troubles)}};
    if (reloads_ != nullptr)
        body["configuration"] = standing_of(*reloads_);
    return {ready ? 200 : 503, "application/json", json::serialize(body) + "\n"};
}

void Pages::show_spool(prometheus::Registry& all) const
{
    const auto& depth = store_.depth();
    add_gauge(
        all, "insightd_spool_rows", "Rows that wait on this machine for the database.",
        static_cast<double>(depth.rows));
    add_gauge(
        all, "insightd_spool_bytes", "What the waiting rows take.",
        static_cast<double>(depth.bytes));
    if (depth.oldest)
        add_gauge(
            all, "insightd_spool_oldest_timestamp_seconds",
            "When the oldest waiting row was observed; absent: nothing waits.",
            seconds_of(*depth.oldest));
    add_counter(
        all, "insightd_spool_dropped_rows_total",
        "Rows dropped since the start because the spool was full or damaged.",
        static_cast<double>(store_.dropped_rows()));
    auto& states = prometheus::BuildGauge()
                       .Name("insightd_spool_state")
                       .Help("1 for where rows go now: direct, spooling or replaying.")
                       .Register(all);
    using State = spool::SpooledWriter::State;
    for (const auto state : {State::direct, State::spooling, State::replaying})
        states.Add({{"state", std::string{spool::to_string(state)}}})
            .Set(store_.state() == state ? 1 : 0);
    add_gauge(
        all, "insightd_spool_usable", "0 while the spool's file cannot be written.",
        store_.trouble() == spool::SpooledWriter::Trouble::unusable ? 0 : 1);
}

/// A registry made for this one answer: what is shown is what is, and nothing is kept twice.
/// What is not known of a budget is absent, not 0.
void Pages::show_budgets(prometheus::Registry& all) const
{
    const auto gauge = [&](const char* name, const char* help) -> auto&
    {
        return prometheus::BuildGauge().Name(name).Help(help).Register(all);
    };
    auto& used = gauge(
        "insightd_budget_used_ratio",
        "Share of the platform's limit that is used: of the app's hour, of the account's day.");
    auto& calls = gauge("insightd_budget_calls", "Calls of the account in a rolling window.");
    auto& blocked = gauge(
        "insightd_budget_blocked_until_timestamp_seconds",
        "When the platform's block of the account or its app ends; 0: not blocked.");
    auto& shedding = gauge(
        "insightd_budget_shedding", "1 for work that waits because the limit is nearly used up.");
    constexpr double whole = 100;
    for (const auto& account : config_.accounts) {
        const auto state = engine_.budget_of(account.user_id);
        if (state.app_percent)
            used.Add({{"account", account.name}, {"limit", "app"}}).Set(*state.app_percent / whole);
        if (state.account_percent)
            used.Add({{"account", account.name}, {"limit", "account"}})
                .Set(*state.account_percent / whole);
        calls.Add({{"account", account.name}, {"window", "hour"}})
            .Set(static_cast<double>(state.calls_in_hour));
        calls.Add({{"account", account.name}, {"window", "day"}})
            .Set(static_cast<double>(state.calls_in_day));
        blocked.Add({{"account", account.name}})
            .Set(state.blocked_until ? seconds_of(*state.blocked_until) : 0);
        for (const auto work : state.shedding)
            shedding.Add({{"account", account.name}, {"work", std::string{work}}}).Set(1);
    }
}

void Pages::show_webhooks(prometheus::Registry& all) const
{
    if (receiver_ == nullptr)
        return;
    auto& deliveries = prometheus::BuildCounter()
                           .Name("insightd_webhook_deliveries_total")
                           .Help("Deliveries of the platform, by what became of them.")
                           .Register(all);
    for (std::size_t index = 0; index < webhooks::outcomes; ++index) {
        const auto outcome = static_cast<webhooks::Outcome>(index);
        deliveries.Add({{"outcome", std::string{webhooks::to_string(outcome)}}})
            .Increment(static_cast<double>(receiver_->count(outcome)));
    }
    add_counter(
        all, "insightd_webhook_stories_total",
        "Stories whose numbers were pushed and are stored, each push counted.",
        static_cast<double>(receiver_->stories()));
}

void Pages::show_reloads(prometheus::Registry& all) const
{
    if (reloads_ == nullptr)
        return;
    auto& reloads = prometheus::BuildCounter()
                        .Name("insightd_config_reloads_total")
                        .Help("Configurations read since the start, by what became of them.")
                        .Register(all);
    reloads.Add({{"result", "success"}}).Increment(static_cast<double>(reloads_->succeeded));
    reloads.Add({{"result", "failure"}}).Increment(static_cast<double>(reloads_->failed));
    add_gauge(
        all, "insightd_config_last_reload_successful",
        "0 while the file has mistakes, and what was configured before goes on.",
        reloads_->why_not.empty() ? 1 : 0);
    add_gauge(
        all, "insightd_config_last_reload_success_timestamp_seconds",
        "When the configuration was last read with success; the start counts.",
        seconds_of(reloads_->last_success));
}

http::Answer Pages::metrics() const
{
    const auto all = std::make_shared<prometheus::Registry>();
    const auto& progress = engine_.progress();
    add_counter(
        *all, "insightd_values_stored_total", "Numbers acknowledged by the store.",
        static_cast<double>(progress.values_stored));
    add_counter(
        *all, "insightd_api_calls_total", "HTTP calls to the Graph API, tries included.",
        static_cast<double>(progress.calls));
    add_gauge(
        *all, "insightd_tasks_waiting", "Readings that are due and have not ended.",
        static_cast<double>(engine_.waiting()));
    const auto stories = engine_.story_counts();
    add_gauge(
        *all, "insightd_stories_open", "Stories whose last reading is to come.",
        static_cast<double>(stories.open));
    auto& closed = prometheus::BuildCounter()
                       .Name("insightd_stories_closed_total")
                       .Help("Stories that ended since the daemon began, by how.")
                       .Register(*all);
    for (const auto state :
         {model::StoryState::final, model::StoryState::webhook, model::StoryState::missed})
        closed.Add({{"state", std::string{model::to_string(state)}}})
            .Increment(static_cast<double>(stories.closed.at(static_cast<std::size_t>(state))));
    add_gauge(
        *all, "insightd_store_up", "1 while the database takes rows.",
        engine_.store_is_up() ? 1 : 0);
    add_gauge(
        *all, "insightd_accounts_owned", "Accounts that this instance collects.",
        static_cast<double>(accounts_owned()));
    add_gauge(
        *all, "insightd_instances", "Instances that share the database, this one included.",
        static_cast<double>(instances()));
    show_spool(*all);
    show_budgets(*all);
    show_webhooks(*all);
    show_reloads(*all);
    add_gauge(
        *all, "insightd_clock_timestamp_seconds",
        "The daemon's clock, which may be a simulated one.", seconds_of(clock_.now()));
    add_gauge(
        *all, "insightd_clock_machine_ahead_seconds",
        "How far this machine's clock is ahead of the daemon's; 0: it is followed.",
        std::chrono::duration<double>(clock_.machine_ahead()).count());

    auto& up = prometheus::BuildGauge()
                   .Name("insightd_token_up")
                   .Help("1 while the account's token works, 0 if it needs a login.")
                   .Register(*all);
    auto& failures = prometheus::BuildGauge()
                         .Name("insightd_token_renewal_failures")
                         .Help("Renewals of the account's token that failed in a row.")
                         .Register(*all);
    auto& expiry = prometheus::BuildGauge()
                       .Name("insightd_token_expiry_timestamp_seconds")
                       .Help("When the account's token ends unless it is renewed; absent: never.")
                       .Register(*all);
    for (const auto& account : config_.accounts) {
        const prometheus::Labels labels{{"account", account.name}};
        const auto state = tokens_.states().find(account.user_id);
        if (state == tokens_.states().end())
            continue;
        up.Add(labels).Set(works(state->second) ? 1 : 0);
        failures.Add(labels).Set(static_cast<double>(state->second.refresh_failures));
        const auto facts = tokens_.facts().find(account.user_id);
        if (facts != tokens_.facts().end() && facts->second.expires_at)
            expiry.Add(labels).Set(seconds_of(*facts->second.expires_at));
    }
    return {
        200, "text/plain; version=0.0.4; charset=utf-8",
        prometheus::TextSerializer{}.Serialize(all->Collect())};
}

} // namespace insightd::daemon
