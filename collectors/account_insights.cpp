#include "collectors/account_insights.hpp"

#include "collectors/catalog.hpp"
#include "collectors/json_access.hpp"
#include "collectors/learning.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <map>

namespace insightd::collectors
{
namespace
{

using std::chrono::days;

constexpr days series_ahead{1}; // zones ahead of UTC end their day in the future
constexpr std::int64_t enough_followers = 100;

/// Of days that ended longer ago the API may serve other metrics than of new ones.
constexpr days teaching_days{7};

std::string unix_seconds(model::Instant instant)
{
    return std::to_string(
        std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count());
}

MetricQuery query_for(const config::Account& account, std::vector<std::string> metrics)
{
    MetricQuery query;
    query.subject = catalog::Subject::account;
    query.path = std::to_string(account.user_id) + "/insights";
    query.metrics = std::move(metrics);
    query.parameters = {{"period", "day"}};
    return query;
}

std::vector<const catalog::Metric*> daily_metrics(const config::Account& account)
{
    auto metrics = catalog::selected(catalog::Subject::account, account.login, account.metrics);
    std::erase_if(metrics, [](const auto* metric) { return metric->period != "day"; });
    return metrics;
}

bool is_series(const catalog::Metric& metric)
{
    return metric.type != catalog::MetricType::total_value;
}

/// Metrics that come as a series are asked without metric_type: reach answers a series by default,
/// follower_count refuses any.
MetricQuery series_query(const config::Account& account, model::Instant now)
{
    return query_for_days(account, series_metrics(account), now - series_reach, now + series_ahead);
}

/// Names grouped by the dimensions they can be split by; "" holds the plain totals.
std::map<std::string, std::vector<std::string>> groups_of_day(const config::Account& account)
{
    std::map<std::string, std::vector<std::string>> groups;
    for (const auto* metric : daily_metrics(account)) {
        if (!is_series(*metric) && !metric->needs_breakdown)
            groups[""].emplace_back(metric->name);
        for (const auto& dimensions : catalog::splits_of(*metric))
            groups[dimensions].emplace_back(metric->name);
    }
    for (const auto& [name, tried] : account.metrics.tried_account)
        if (!tried.ask_alone)
            groups[""].emplace_back(name);
    return groups;
}

/// One day's totals.
MetricQuery
day_query(const config::Account& account, const DayWindow& window, std::vector<std::string> names)
{
    auto query = query_for_days(account, std::move(names), window.begin, window.end);
    query.parameters.emplace_back("metric_type", "total_value");
    return query;
}

void add(Series& series, const std::string& metric, const json::value& point)
{
    const auto end_time = instant_in(point, "end_time");
    const auto* value = member(point, "value");
    const auto count = value != nullptr ? number(*value) : std::nullopt;
    if (!end_time)
        return;
    series.end_times.insert(*end_time);
    if (count)
        series.by_end_time[*end_time].values.push_back({metric, *count});
}

void append(Series& into, Series&& from)
{
    into.end_times.merge(from.end_times);
    for (auto& [end_time, readings] : from.by_end_time)
        merge(into.by_end_time[end_time], std::move(readings));
}

graph::Outcome<SeriesAnswer>
series_of(graph::Outcome<MetricAnswers> answers, std::vector<std::string> asked)
{
    if (!answers)
        return answers.error();
    if (answers->broken_off)
        return *answers->broken_off;
    SeriesAnswer result;
    result.asked = std::move(asked);
    for (const auto& answer : answers->answered) {
        auto series = decode_series(answer.body);
        if (!series)
            return series.error();
        append(result.series, std::move(*series));
    }
    result.absent = std::move(answers->absent);
    return result;
}

boost::asio::awaitable<graph::Outcome<SeriesAnswer>> ask_series(Poll& poll, MetricQuery query)
{
    auto asked = query.metrics;
    auto answers = co_await ask_as_learned(poll, std::move(query));
    co_return series_of(std::move(answers), std::move(asked));
}

/// Answers of a split must not stand in for the total, which its own call answers.
void keep_breakdowns_only(model::Readings& readings)
{
    std::erase_if(readings.values, [](const model::Reading& reading) {
        return std::holds_alternative<model::Number>(reading.value);
    });
}

boost::asio::awaitable<graph::Outcome<model::Readings>>
ask_day(Poll& poll, std::vector<MetricQuery> queries, model::Readings readings)
{
    for (auto& query : queries) {
        const bool is_split = !query.breakdown.empty();
        auto answers = co_await ask_as_learned(poll, std::move(query));
        if (!answers)
            co_return answers.error();
        if (answers->broken_off)
            co_return *answers->broken_off;
        auto decoded = decode_answers(std::move(*answers), Case::as_sent);
        if (!decoded)
            co_return decoded.error();
        if (is_split)
            keep_breakdowns_only(*decoded);
        merge(readings, std::move(*decoded));
    }
    co_return readings;
}

void explain_absences(model::Readings& readings, std::optional<std::int64_t> followers_count)
{
    for (auto& reading : readings.values)
        if (auto* reason = std::get_if<model::Absence>(&reading.value))
            *reason = explain(reading.metric, *reason, followers_count);
}

/// Nobody knows yet what the metric says.
bool lacks_a_call(const model::Readings& readings)
{
    return std::ranges::any_of(readings.values, [](const model::Reading& reading) {
        return reading.value == decltype(reading.value){model::Absence::call_failed};
    });
}

model::AccountDay
row_of(const DayWindow& window, model::Readings readings, model::Instant now, bool is_final)
{
    model::AccountDay row;
    row.day = window.day;
    row.day_end = window.end;
    row.observed_at = now;
    row.is_final = is_final;
    row.readings = std::move(readings);
    return row;
}

/// The series covers final days as well, at no cost: its points may revise them.
std::vector<model::AccountDay> final_days_again(
    const std::vector<DayWindow>& windows, const Series& series, const DayPlan& plan,
    model::Instant now)
{
    std::vector<model::AccountDay> rows;
    for (const auto& window : windows) {
        const auto told = series.by_end_time.find(window.end);
        if (told != series.by_end_time.end() && is_final(window, plan))
            rows.push_back(row_of(window, told->second, now, true));
    }
    return rows;
}

} // namespace

boost::asio::awaitable<Collected> collect_account_days(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account, DayPlan plan,
    model::Instant now)
{
    Poll poll{api, matrix, target_of(account, api.version()), now};
    poll.may_be_too_small = may_be_too_small(plan.followers_count);
    auto series_call = series_query(account, now);
    const auto series = co_await ask_series(poll, std::move(series_call));
    if (!series)
        co_return Collected{series.error()};

    Collected collected;
    const auto windows =
        day_windows(series->series.end_times, account.timezone, now, plan.known_day_end);
    collected.rows.final_days_again = final_days_again(windows, series->series, plan, now);
    for (const auto& window : choose_days(windows, plan, now)) {
        auto of_series = readings_of_day(*series, window.end);
        poll.teaches = window.end + teaching_days > now;
        auto day =
            co_await collect_day(poll, account, window, std::move(of_series), plan.followers_count);
        if (!day) {
            collected.failure = day.error();
            co_return collected;
        }
        collected.rows.days.push_back(std::move(*day));
    }
    co_return collected;
}

std::vector<std::string> series_metrics(const config::Account& account)
{
    std::vector<std::string> names;
    for (const auto* metric : daily_metrics(account))
        if (is_series(*metric))
            names.emplace_back(metric->name);
    return names;
}

MetricQuery query_for_days(
    const config::Account& account, std::vector<std::string> metrics, model::Instant since,
    model::Instant until)
{
    auto query = query_for(account, std::move(metrics));
    query.parameters.emplace_back("since", unix_seconds(since));
    query.parameters.emplace_back("until", unix_seconds(until));
    return query;
}

boost::asio::awaitable<graph::Outcome<SeriesAnswer>>
ask_series(graph::Client& api, MetricQuery query)
{
    auto asked = query.metrics;
    auto answers = co_await ask_metrics(api, std::move(query));
    co_return series_of(std::move(answers), std::move(asked));
}

model::Readings readings_of_day(const SeriesAnswer& answer, model::Instant end_time)
{
    model::Readings readings;
    const auto found = answer.series.by_end_time.find(end_time);
    if (found != answer.series.by_end_time.end())
        readings = found->second;
    model::Readings absent;
    for (const auto& metric : answer.asked)
        absent.values.push_back({metric, model::Absence::empty});
    merge(readings, std::move(absent));
    merge(readings, {answer.absent, {}}); // a reason that was given tells more
    return readings;
}

boost::asio::awaitable<graph::Outcome<model::AccountDay>> collect_day(
    Poll& poll, const config::Account& account, DayWindow window, model::Readings of_series,
    std::optional<std::int64_t> followers_count)
{
    auto queries = choose_day_queries(account, window);
    auto readings = co_await ask_day(poll, std::move(queries), std::move(of_series));
    if (!readings)
        co_return readings.error();
    explain_absences(*readings, followers_count);
    const bool is_last =
        is_settled(window, account.settling_margin, poll.now) && !lacks_a_call(*readings);
    co_return row_of(window, std::move(*readings), poll.now, is_last);
}

MetricTarget target_of(const config::Account& account, std::string version)
{
    MetricTarget target;
    target.host = config::to_string(account.login);
    target.version = std::move(version);
    target.subject = catalog::Subject::account;
    target.account_id = account.user_id;
    target.object = account.user_id;
    return target;
}

bool may_be_too_small(std::optional<std::int64_t> followers_count)
{
    return !followers_count || *followers_count < enough_followers;
}

std::vector<MetricQuery> choose_day_queries(const config::Account& account, const DayWindow& window)
{
    std::vector<MetricQuery> queries;
    for (auto& [dimensions, names] : groups_of_day(account)) {
        auto query = day_query(account, window, std::move(names));
        query.breakdown = dimensions;
        query.wants_totals = false;
        queries.push_back(std::move(query));
    }
    for (const auto& [name, tried] : account.metrics.tried_account)
        if (tried.ask_alone)
            queries.push_back(day_query(account, window, {name}));
    return queries;
}

graph::Outcome<Series> decode_series(const boost::json::value& body)
{
    const auto* data = array_in(body, "data");
    if (data == nullptr)
        return malformed("an insights answer without a `data` list");
    Series series;
    for (const auto& entry : *data) {
        const auto name = text_in(entry, "name");
        const auto* values = array_in(entry, "values");
        if (!name || values == nullptr)
            continue;
        for (const auto& point : *values)
            add(series, *name, point);
    }
    return series;
}

model::Absence explain(
    const std::string& metric, model::Absence reason, std::optional<std::int64_t> followers_count)
{
    const auto* known =
        catalog::find(catalog::Subject::account, metric.substr(0, metric.find(" by ")));
    const bool too_small = followers_count && *followers_count < enough_followers;
    return known != nullptr && known->needs_100_followers && too_small
               ? model::Absence::under_100_followers
               : reason;
}

} // namespace insightd::collectors
