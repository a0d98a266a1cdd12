#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::config
{
namespace
{

constexpr std::array collectors{Collector::profile,          Collector::media,
                                Collector::media_insights,   Collector::stories,
                                Collector::account_insights, Collector::publishing_limit,
                                Collector::competitors,      Collector::live_media};

constexpr std::array public_edges{Collector::tags, Collector::comments, Collector::mentions};

std::vector<std::string_view> collector_names()
{
    std::vector<std::string_view> names;
    for (const auto collector : collectors)
        names.push_back(to_string(collector));
    return names;
}

/// A list says exactly what is collected; of conversations, and of what others show and write,
/// there are two kinds, so that only a map can switch them on.
void read_collect_list(const YAML::Node& node, Account& account, Context& context)
{
    for (const auto collector : collectors)
        account.collect[collector] = false;
    account.collect[Collector::conversations] = false;
    account.conversations.mode = ConversationMode::off;
    switch_off_public_edges(account);
    for (const auto& entry : node)
        if (const auto choice = read_choice(entry, "collect", collector_names(), context))
            account.collect[collectors.at(*choice)] = true;
}

/// A map switches single collectors on or off against the defaults.
void read_collect_map(const YAML::Node& node, Account& account, Context& context)
{
    auto names = collector_names();
    names.push_back(to_string(Collector::conversations));
    for (const auto edge : public_edges)
        names.push_back(to_string(edge));
    check_keys(node, "`collect`", names, context);
    for (const auto collector : collectors) {
        const auto value = value_of(node, to_string(collector));
        if (!value.IsDefined())
            continue;
        if (const auto on = read_switch(value, to_string(collector), context))
            account.collect[collector] = *on;
    }
    if (const auto value = value_of(node, to_string(Collector::conversations)); value.IsDefined())
        read_conversations(value, account, context);
    for (const auto edge : public_edges)
        if (const auto value = value_of(node, to_string(edge)); value.IsDefined())
            read_public_edge(value, edge, account, context);
}

template <std::chrono::seconds Schedule::*member>
void read_interval(const YAML::Node& node, Schedule& schedule, Context& context)
{
    if (const auto every = read_duration(node, context.key, context))
        schedule.*member = *every;
}

constexpr std::chrono::minutes least_last_reading{1};
constexpr std::chrono::hours most_last_reading{12};

void read_last_reading(const YAML::Node& node, Schedule& schedule, Context& context)
{
    const auto before_end = read_duration(node, context.key, context);
    if (!before_end)
        return;
    if (*before_end < least_last_reading || *before_end > most_last_reading)
        return context.mistake(node, "`story_last_reading` must be from 1m to 12h");
    schedule.story_last_reading = *before_end;
}

constexpr std::array tier_fields{
    Field<AgeTier>{
        "until",
        [](const YAML::Node& node, AgeTier& tier, Context& context) {
            tier.until = read_duration(node, "until", context).value_or(tier.until);
        },
        true},
    Field<AgeTier>{
        "every",
        [](const YAML::Node& node, AgeTier& tier, Context& context) {
            tier.every = read_duration(node, "every", context).value_or(tier.every);
        },
        true},
};

void read_tiers(const YAML::Node& node, Schedule& schedule, Context& context)
{
    if (!node.IsSequence() || node.size() == 0)
        return context.mistake(
            node, "`media_insights` must be a list of tiers such as {until: 48h, every: 15m}");
    std::vector<AgeTier> tiers;
    for (const auto& entry : node) {
        AgeTier tier{std::chrono::seconds{0}, std::chrono::seconds{1}};
        read_fields<AgeTier>(entry, "a tier", tier_fields, tier, context);
        const bool grows = tiers.empty() || tier.until > tiers.back().until;
        if (!grows && tier.until.count() > 0)
            context.mistake(entry, "tiers must grow: `until` is not beyond the one before");
        tiers.push_back(tier);
    }
    schedule.media_insights = std::move(tiers);
}

void read_polling(const YAML::Node& node, Schedule& schedule, Context& context)
{
    static const std::vector<std::string_view> kinds{"adaptive", "tiers"};
    if (const auto choice = read_choice(node, "polling", kinds, context))
        schedule.polling = *choice == 0 ? Polling::adaptive : Polling::tiers;
}

constexpr std::array schedule_table{
    Field<Schedule>{"profile", read_interval<&Schedule::profile>},
    Field<Schedule>{"media_list", read_interval<&Schedule::media_list>},
    Field<Schedule>{"stories", read_interval<&Schedule::stories>},
    Field<Schedule>{"story_last_reading", read_last_reading},
    Field<Schedule>{"account_insights", read_interval<&Schedule::account_insights>},
    Field<Schedule>{"demographics", read_interval<&Schedule::demographics>},
    Field<Schedule>{"conversations", read_interval<&Schedule::conversations>},
    Field<Schedule>{"publishing_limit", read_interval<&Schedule::publishing_limit>},
    Field<Schedule>{"competitors", read_interval<&Schedule::competitors>},
    Field<Schedule>{"live_media", read_interval<&Schedule::live_media>},
    Field<Schedule>{"live_viewers", read_interval<&Schedule::live_viewers>},
    Field<Schedule>{"tags", read_interval<&Schedule::tags>},
    Field<Schedule>{"comments", read_interval<&Schedule::comments>},
    Field<Schedule>{"mentions", read_interval<&Schedule::mentions>},
    Field<Schedule>{"polling", read_polling},
    Field<Schedule>{"freshness", read_interval<&Schedule::freshness>},
    Field<Schedule>{"media_insights", read_tiers},
};

const MetricName* find(const MetricVocabulary& metrics, std::string_view name, bool of_media)
{
    const auto found = std::ranges::find_if(metrics, [&](const MetricName& metric) {
        return metric.name == name && metric.of_media == of_media;
    });
    return found == metrics.end() ? nullptr : &*found;
}

std::vector<std::string_view> current_names(const MetricVocabulary& metrics, bool of_media)
{
    std::vector<std::string_view> names;
    for (const auto& metric : metrics)
        if (metric.of_media == of_media && !metric.retired)
            names.push_back(metric.name);
    return names;
}

std::string retired_message(const MetricName& metric)
{
    return fmt::format(
        "metric `{}` is not served any more{}{}", metric.name,
        metric.note.empty() ? "" : fmt::format(" ({})", metric.note),
        metric.successor.empty() ? "; remove it" : fmt::format("; use `{}`", metric.successor));
}

/// A name that can be switched; a mistake that names the mend otherwise.
bool is_metric(const YAML::Node& at, const std::string& name, bool of_media, Context& context)
{
    const auto* metric = find(context.metrics, name, of_media);
    if (metric != nullptr && !metric->retired)
        return true;
    if (metric != nullptr)
        context.mistake(at, retired_message(*metric));
    else if (find(context.metrics, name, !of_media) != nullptr)
        context.mistake(
            at, fmt::format(
                    "`{}` is a metric of {}; move it there", name, of_media ? "account" : "media"));
    else
        context.mistake(
            at, fmt::format(
                    "unknown metric `{}`{}", name,
                    suggestion(name, current_names(context.metrics, of_media))));
    return false;
}

/// A metric as the file tries it; `wanted` stands under `try`.
struct Trial {
    TriedMetric metric;
    bool wanted = false;
};

void read_products(const YAML::Node& node, Trial& trial, Context& context)
{
    static const std::vector<std::string_view> products{"FEED", "REELS", "STORY"};
    if (!node.IsSequence() || node.size() == 0)
        return context.mistake(node, "`products` must be a list of FEED, REELS and STORY");
    for (const auto& entry : node)
        if (const auto choice = read_choice(entry, "products", products, context))
            trial.metric.products.emplace_back(products.at(*choice));
}

void read_try(const YAML::Node& node, Trial& trial, Context& context)
{
    trial.wanted = read_switch(node, "try", context).value_or(false);
}

void read_ask_alone(const YAML::Node& node, Trial& trial, Context& context)
{
    trial.metric.ask_alone = read_switch(node, "ask_alone", context).value_or(false);
}

constexpr std::array media_trial_fields{
    Field<Trial>{"try", read_try, true}, Field<Trial>{"products", read_products},
    Field<Trial>{"ask_alone", read_ask_alone}};
constexpr std::array account_trial_fields{
    Field<Trial>{"try", read_try, true}, Field<Trial>{"ask_alone", read_ask_alone}};

bool is_api_name(std::string_view name)
{
    return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
           std::ranges::all_of(name, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                      letter == '_';
           });
}

/// `{try: true, …}` switches on what the catalogue does not know.
void read_trial(
    const YAML::Node& at, const YAML::Node& node, const std::string& name, bool of_media,
    MetricOverrides& metrics, Context& context)
{
    const auto* known = find(context.metrics, name, of_media);
    if (known != nullptr)
        return context.mistake(
            at, known->retired ? retired_message(*known)
                               : fmt::format("metric `{}` is known: write `{}: on`", name, name));
    if (!is_api_name(name))
        return context.mistake(
            at, fmt::format("`{}` cannot be a metric: a name has a-z, 0-9 and _ only", name));
    Trial trial;
    const auto what = fmt::format("metric `{}`", name);
    if (of_media)
        read_fields<Trial>(node, what, media_trial_fields, trial, context);
    else
        read_fields<Trial>(node, what, account_trial_fields, trial, context);
    auto& tried = of_media ? metrics.tried_media : metrics.tried_account;
    if (trial.wanted)
        tried[name] = std::move(trial.metric);
    else
        tried.erase(name);
}

/// A list switches metrics on; a map says on or off for each.
void read_switches(
    const YAML::Node& node, bool of_media, MetricOverrides& metrics, Context& context)
{
    auto& switches = of_media ? metrics.media : metrics.account;
    if (node.IsSequence())
        for (const auto& entry : node) {
            const auto name = read_text(entry, "metrics", context);
            if (name && is_metric(entry, *name, of_media, context))
                switches[*name] = true;
        }
    else if (node.IsMap())
        for (const auto& entry : node) {
            const auto name = read_text(entry.first, "metrics", context);
            if (name && entry.second.IsMap()) {
                read_trial(entry.first, entry.second, *name, of_media, metrics, context);
                continue;
            }
            if (!name || !is_metric(entry.first, *name, of_media, context))
                continue;
            if (const auto on = read_switch(entry.second, *name, context))
                switches[*name] = *on;
        }
    else
        context.mistake(node, "metrics must be a list of names, or a map of names to on or off");
}

constexpr std::array metrics_table{
    Field<MetricOverrides>{
        "media", [](const YAML::Node& node, MetricOverrides& metrics,
                    Context& context) { read_switches(node, true, metrics, context); }},
    Field<MetricOverrides>{
        "account", [](const YAML::Node& node, MetricOverrides& metrics,
                      Context& context) { read_switches(node, false, metrics, context); }},
};

} // namespace

std::span<const Field<Schedule>> schedule_fields()
{
    return schedule_table;
}

void read_collect(const YAML::Node& node, Account& account, Context& context)
{
    if (node.IsSequence())
        read_collect_list(node, account, context);
    else if (node.IsMap())
        read_collect_map(node, account, context);
    else
        context.mistake(
            node, "`collect` must be a list of collectors, or a map of collectors to on or off");
}

void read_schedule(const YAML::Node& node, Account& account, Context& context)
{
    read_fields<Schedule>(node, "`schedule`", schedule_table, account.schedule, context);
}

void read_metrics(const YAML::Node& node, Account& account, Context& context)
{
    read_fields<MetricOverrides>(node, "`metrics`", metrics_table, account.metrics, context);
}

} // namespace insightd::config
