#include "collectors/catalog.hpp"

#include "collectors/catalog_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace insightd::catalog
{
namespace
{

constexpr std::array unit_names{"count", "accounts", "milliseconds", "percent"};
constexpr std::array standing_names{"recommended", "optional", "retired", "foreign"};
constexpr std::array type_names{"", "time_series", "total_value"};

bool switched_on(const Metric& metric, const std::map<std::string, bool>& overrides)
{
    const auto chosen = overrides.find(std::string{metric.name});
    if (chosen != overrides.end())
        return chosen->second;
    return metric.standing == Standing::recommended;
}

bool askable(const Metric& metric)
{
    return metric.standing == Standing::recommended || metric.standing == Standing::optional;
}

std::uint8_t host_of(config::Login login)
{
    return login == config::Login::instagram ? instagram : facebook;
}

std::vector<std::string>
names_of_bits(std::uint8_t bits, std::initializer_list<std::pair<std::uint8_t, const char*>> names)
{
    std::vector<std::string> found;
    for (const auto& [bit, name] : names)
        if ((bits & bit) != 0)
            found.emplace_back(name);
    return found;
}

/// "2025-04-21" as a day; the table is ours, so its dates are well formed.
std::optional<model::Day> day(std::string_view iso)
{
    if (iso.empty())
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t length) {
        int value = 0;
        std::from_chars(iso.data() + from, iso.data() + from + length, value);
        return value;
    };
    using namespace std::chrono;
    return sys_days{
        year{number(0, 4)} / month{static_cast<unsigned>(number(5, 2))} /
        std::chrono::day{static_cast<unsigned>(number(8, 2))}};
}

std::optional<std::string> text(std::string_view words_or_none)
{
    return words_or_none.empty() ? std::nullopt : std::optional<std::string>{words_or_none};
}

model::Metric row(const Metric& metric)
{
    model::Metric row;
    row.subject = metric.subject == Subject::media ? "media" : "account";
    row.name = metric.name;
    row.title = metric.title;
    row.unit = unit_names.at(static_cast<std::size_t>(metric.unit));
    row.status = standing_names.at(static_cast<std::size_t>(metric.standing));
    row.additive = metric.additive;
    row.estimated = metric.estimated;
    row.product_types =
        names_of_bits(metric.products, {{feed, "FEED"}, {reels, "REELS"}, {story, "STORY"}});
    row.hosts = names_of_bits(metric.hosts, {{instagram, "instagram"}, {facebook, "facebook"}});
    row.period = metric.period;
    row.metric_type = type_names.at(static_cast<std::size_t>(metric.type));
    row.breakdowns = splits_of(metric);
    row.since = day(metric.since);
    row.until = day(metric.until);
    row.successor = text(metric.successor);
    row.caveat = text(metric.caveat);
    return row;
}

using Tried = std::map<std::pair<std::string, std::string>, model::Metric>;

void add_tried(
    Tried& tried, const config::Account& account, const std::string& subject,
    const std::string& name, const std::vector<std::string>& products)
{
    auto& metric = tried[{subject, name}];
    metric.subject = subject;
    metric.name = metric.title = name;
    metric.unit = unit_names.front();
    metric.status = "configured";
    metric.product_types = products;
    metric.period = subject == "media" ? "lifetime" : "day";
    metric.metric_type = subject == "media" ? "" : "total_value";
    metric.caveat = "not in the catalogue: its unit and its meaning are the platform's";
    const std::string host{config::to_string(account.login)};
    if (std::ranges::find(metric.hosts, host) == metric.hosts.end())
        metric.hosts.push_back(host);
}

std::string_view note_on(const Metric& metric)
{
    return metric.standing == Standing::foreign ? "not a metric of Instagram insights"
                                                : metric.caveat;
}

} // namespace

std::span<const Metric> metrics()
{
    return table;
}

const Metric* find(Subject subject, std::string_view name)
{
    const auto found = std::ranges::find_if(table, [&](const Metric& metric) {
        return metric.subject == subject && metric.name == name;
    });
    return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> splits_of(const Metric& metric)
{
    std::vector<std::string> found;
    for (auto left = metric.breakdowns; !left.empty();) {
        const auto end = std::min(left.find(' '), left.size());
        found.emplace_back(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return found;
}

Products product_of(std::string_view product_type)
{
    if (product_type == "REELS")
        return reels;
    return product_type == "STORY" ? story : feed;
}

std::vector<const Metric*>
selected(Subject subject, config::Login login, const config::MetricOverrides& overrides)
{
    const auto& chosen = subject == Subject::media ? overrides.media : overrides.account;
    std::vector<const Metric*> found;
    for (const auto& metric : table)
        if (metric.subject == subject && askable(metric) && (metric.hosts & host_of(login)) != 0 &&
            switched_on(metric, chosen))
            found.push_back(&metric);
    return found;
}

config::MetricVocabulary vocabulary()
{
    config::MetricVocabulary names;
    for (const auto& metric : table)
        names.push_back(
            {metric.name, metric.subject == Subject::media, !askable(metric), metric.successor,
             note_on(metric)});
    return names;
}

std::vector<model::Metric> rows(std::span<const config::Account> accounts)
{
    std::vector<model::Metric> all;
    std::ranges::transform(table, std::back_inserter(all), row);
    Tried tried;
    for (const auto& account : accounts) {
        for (const auto& [name, metric] : account.metrics.tried_media)
            add_tried(tried, account, "media", name, metric.products);
        for (const auto& [name, metric] : account.metrics.tried_account)
            add_tried(tried, account, "account", name, {});
    }
    for (auto& [key, metric] : tried)
        all.push_back(std::move(metric));
    return all;
}

} // namespace insightd::catalog
