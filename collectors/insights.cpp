#include "collectors/insights.hpp"

#include "collectors/isolation.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::collectors
{
namespace
{

graph::Request request_for(const MetricQuery& query, const Portion& portion)
{
    auto parameters = query.parameters;
    parameters.insert(
        parameters.begin(), {"metric", fmt::format("{}", fmt::join(portion.metrics, ","))});
    if (!portion.breakdown.empty())
        parameters.emplace_back("breakdown", portion.breakdown);
    return {query.path, std::move(parameters)};
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
        auto text = value.is_string() ? std::string{value.get_string().c_str()} : as_text(value);
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
    std::ranges::sort(breakdown.cells, {}, &model::Cell::values);
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

/// Whether there is anything to store of the metric; a breakdown without a cell says nothing.
bool answers_for(const model::Readings& readings, const std::string& metric)
{
    return std::ranges::find(readings.values, metric, &model::Reading::metric) !=
               readings.values.end() ||
           std::ranges::any_of(readings.breakdowns, [&](const model::Breakdown& breakdown) {
               return breakdown.metric == metric && !breakdown.cells.empty();
           });
}

} // namespace

boost::asio::awaitable<graph::Outcome<MetricAnswers>>
ask_metrics(graph::Client& api, MetricQuery query)
{
    using graph::Client;
    Isolation isolation{query};
    const auto unknown_errors = isolation.can_isolate() ? Client::UnknownErrors::given_back
                                                        : Client::UnknownErrors::tried_again;
    while (const auto portion = isolation.next()) {
        auto request = request_for(query, *portion);
        auto reply = co_await api.get(std::move(request), unknown_errors);
        if (reply)
            isolation.answered(std::move(reply->body));
        else if (auto failure = isolation.refused(reply.error()))
            co_return std::move(*failure);
    }
    co_return isolation.take();
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
