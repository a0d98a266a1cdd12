#include "collectors/insights.hpp"

#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>

namespace insightd::collectors
{
namespace
{

using Names = std::vector<std::string>;

/// A refusal that may be the fault of one metric among several.
bool may_blame_one_metric(const graph::Failure& failure)
{
    using graph::FailureClass;
    return failure.kind == FailureClass::bad_metric ||
           failure.kind == FailureClass::not_crossposted ||
           (failure.kind == FailureClass::bad_request && failure.code == 100);
}

/// The smaller groups to ask for instead: the blamed metric alone, else two halves.
std::vector<Names> split(const Names& metrics, const graph::Failure& failure)
{
    const auto blamed = graph::named_metric(failure.message);
    const auto found = blamed ? std::ranges::find(metrics, *blamed) : metrics.end();
    if (found == metrics.end()) {
        const auto middle = metrics.begin() + static_cast<std::ptrdiff_t>(metrics.size() / 2);
        return {Names{metrics.begin(), middle}, Names{middle, metrics.end()}};
    }
    Names others = metrics;
    std::erase(others, *blamed);
    return {std::move(others)};
}

void add_absent(MetricAnswers& answers, const Names& metrics, model::Absence reason)
{
    for (const auto& metric : metrics)
        answers.absent.push_back({metric, reason});
}

/// The metrics of `before` that no group of `after` holds: those that were just given up.
Names given_up(const Names& before, const std::vector<Names>& after)
{
    Names lost;
    for (const auto& metric : before)
        if (std::ranges::none_of(after, [&](const Names& group) {
                return std::ranges::find(group, metric) != group.end();
            }))
            lost.push_back(metric);
    return lost;
}

/// Answers a refusal: smaller groups to ask for, or absences. False if it is a failure of the call.
bool absorb(
    const graph::Failure& failure, const Names& metrics, MetricAnswers& answers,
    std::deque<Names>& waiting)
{
    if (may_blame_one_metric(failure)) {
        const auto reason = absence_of(failure).value_or(model::Absence::unsupported);
        const auto groups = metrics.size() > 1 ? split(metrics, failure) : std::vector<Names>{};
        add_absent(answers, given_up(metrics, groups), reason);
        waiting.insert(waiting.end(), groups.begin(), groups.end());
        return true;
    }
    const auto reason = absence_of(failure);
    if (reason)
        add_absent(answers, metrics, *reason);
    return reason.has_value();
}

std::string folded(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return text;
}

std::vector<std::string> texts(const json::array* values, Case wanted)
{
    std::vector<std::string> found;
    if (values == nullptr)
        return found;
    for (const auto& value : *values) {
        auto text =
            value.is_string() ? std::string{value.get_string().c_str()} : json::serialize(value);
        found.push_back(wanted == Case::folded ? folded(std::move(text)) : std::move(text));
    }
    return found;
}

std::optional<model::Number> number_in(const json::value& entry)
{
    if (const auto* total = member(entry, "total_value"))
        if (const auto* value = member(*total, "value"))
            return number(*value);
    const auto* values = array_in(entry, "values");
    const auto* value =
        values != nullptr && !values->empty() ? member(values->back(), "value") : nullptr;
    return value != nullptr ? number(*value) : std::nullopt;
}

model::Breakdown
decode_breakdown(const json::value& source, const std::string& metric, Case dimension_values)
{
    model::Breakdown breakdown;
    breakdown.metric = metric;
    breakdown.dimensions = texts(array_in(source, "dimension_keys"), Case::as_sent);
    if (const auto* results = array_in(source, "results"))
        for (const auto& result : *results) {
            const auto* value = member(result, "value");
            const auto cell = value != nullptr ? number(*value) : std::nullopt;
            if (cell)
                breakdown.cells.push_back(
                    {texts(array_in(result, "dimension_values"), dimension_values), *cell});
        }
    return breakdown;
}

void decode_entry(const json::value& entry, Case dimension_values, model::Readings& readings)
{
    const auto name = text_in(entry, "name");
    if (!name)
        return;
    const auto value = number_in(entry);
    if (value)
        readings.values.push_back({*name, *value});
    const auto* total = member(entry, "total_value");
    const auto* breakdowns = total != nullptr ? array_in(*total, "breakdowns") : nullptr;
    if (breakdowns == nullptr)
        return;
    for (const auto& source : *breakdowns) {
        readings.breakdowns.push_back(decode_breakdown(source, *name, dimension_values));
        readings.breakdowns.back().total = value;
    }
}

bool answers_for(const model::Readings& readings, const std::string& metric)
{
    return std::ranges::find(readings.values, metric, &model::Reading::metric) !=
               readings.values.end() ||
           std::ranges::find(readings.breakdowns, metric, &model::Breakdown::metric) !=
               readings.breakdowns.end();
}

} // namespace

boost::asio::awaitable<graph::Outcome<MetricAnswers>>
ask_metrics(graph::Client& api, MetricQuery query)
{
    MetricAnswers answers;
    std::deque<Names> waiting{query.metrics};
    while (!waiting.empty()) {
        auto metrics = std::move(waiting.front());
        waiting.pop_front();
        auto parameters = query.parameters;
        parameters.insert(
            parameters.begin(), {"metric", fmt::format("{}", fmt::join(metrics, ","))});
        graph::Request request{query.path, std::move(parameters)};
        auto reply = co_await api.get(std::move(request));
        if (reply)
            answers.answered.push_back({std::move(metrics), std::move(reply->body)});
        else if (!absorb(reply.error(), metrics, answers, waiting))
            co_return reply.error();
    }
    co_return answers;
}

graph::Outcome<model::Readings> decode_readings(
    const boost::json::value& body, const std::vector<std::string>& asked, Case dimension_values)
{
    const auto* data = array_in(body, "data");
    if (data == nullptr)
        return malformed("an insights answer without a `data` list");
    model::Readings readings;
    for (const auto& entry : *data)
        decode_entry(entry, dimension_values, readings);
    for (const auto& metric : asked)
        if (!answers_for(readings, metric))
            readings.values.push_back({metric, model::Absence::empty});
    return readings;
}

void merge(model::Readings& into, model::Readings&& from)
{
    for (auto& reading : from.values) {
        const auto known = std::ranges::find(into.values, reading.metric, &model::Reading::metric);
        if (known == into.values.end())
            into.values.push_back(std::move(reading));
        else if (std::holds_alternative<model::Absence>(known->value))
            *known = std::move(reading);
    }
    std::ranges::move(from.breakdowns, std::back_inserter(into.breakdowns));
}

graph::Outcome<model::Readings> decode_answers(MetricAnswers answers, Case dimension_values)
{
    model::Readings readings;
    for (const auto& answer : answers.answered) {
        auto decoded = decode_readings(answer.body, answer.metrics, dimension_values);
        if (!decoded)
            return decoded.error();
        merge(readings, std::move(*decoded));
    }
    for (auto& reading : answers.absent)
        if (!answers_for(readings, reading.metric))
            readings.values.push_back(std::move(reading));
    return readings;
}

} // namespace insightd::collectors
