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

/// What one call asks for: some of a query's metrics, with its breakdown or without.
struct Portion {
    Names metrics;
    std::string breakdown;
};

/// A query under way: what is answered, and what is still to be asked.
struct Inquiry {
    catalog::Subject subject{};
    MetricAnswers answers;
    std::deque<Portion> waiting;
    std::optional<graph::Failure> first_refusal;
    bool all_refused_vaguely = true;
};

graph::Request request_for(const MetricQuery& query, const Portion& portion)
{
    auto parameters = query.parameters;
    parameters.insert(
        parameters.begin(), {"metric", fmt::format("{}", fmt::join(portion.metrics, ","))});
    if (!portion.breakdown.empty())
        parameters.emplace_back("breakdown", portion.breakdown);
    return {query.path, std::move(parameters)};
}

/// A refusal of the split itself: in words, or, as the documents have it, "An unknown error has
/// occurred", which an outage may say as well. Source: graph-api.md section 4.2.
bool may_blame_breakdown(const graph::Failure& failure, const Portion& portion)
{
    const bool unknown_error = failure.kind == graph::FailureClass::transient && failure.code == 1;
    return !portion.breakdown.empty() &&
           (failure.kind == graph::FailureClass::bad_breakdown || unknown_error);
}

/// A refusal that may be the fault of one metric among several.
bool may_blame_one_metric(const graph::Failure& failure)
{
    using graph::FailureClass;
    return failure.kind == FailureClass::bad_metric ||
           failure.kind == FailureClass::not_crossposted ||
           (failure.kind == FailureClass::bad_request && failure.code == 100);
}

/// The one of the metrics that the refusal names; nothing if it names none of them.
std::optional<std::string> named_among(const Names& metrics, const graph::Failure& failure)
{
    auto named = graph::named_metric(failure.message);
    const bool is_ours = named && std::ranges::find(metrics, *named) != metrics.end();
    return is_ours ? named : std::nullopt;
}

Names without(Names metrics, const std::string& one)
{
    std::erase(metrics, one);
    return metrics;
}

void add_absent(Inquiry& inquiry, const Names& metrics, const graph::Failure& failure)
{
    const auto reason = absence_of(failure, inquiry.subject).value_or(model::Absence::unsupported);
    for (const auto& metric : metrics)
        inquiry.answers.absent.push_back({metric, reason});
}

/// One metric is refused with its breakdown: its total may be answered all the same, and if not,
/// then the breakdown is not to blame.
void ask_without_breakdown(const Portion& portion, Inquiry& inquiry)
{
    const auto& metric = portion.metrics.front();
    inquiry.answers.absent.push_back(
        {split_name(metric, portion.breakdown), model::Absence::unsupported});
    inquiry.waiting.push_back({portion.metrics, {}});
}

/// Two halves, where the refusal names no metric.
void halve(const Portion& portion, Inquiry& inquiry)
{
    const auto& all = portion.metrics;
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    inquiry.waiting.push_back({Names{all.begin(), middle}, portion.breakdown});
    inquiry.waiting.push_back({Names{middle, all.end()}, portion.breakdown});
}

/// One of several metrics is to blame: it is given up, or loses its breakdown, and the others go
/// on.
void isolate(const Portion& portion, const graph::Failure& failure, Inquiry& inquiry)
{
    const auto named = named_among(portion.metrics, failure);
    if (!named)
        return halve(portion, inquiry);
    if (may_blame_breakdown(failure, portion))
        ask_without_breakdown({Names{*named}, portion.breakdown}, inquiry);
    else
        add_absent(inquiry, {*named}, failure);
    inquiry.waiting.push_back({without(portion.metrics, *named), portion.breakdown});
}

/// Remembers a refusal, and whether it says anything of a metric.
void note(const graph::Failure& failure, const Portion& portion, Inquiry& inquiry)
{
    if (!inquiry.first_refusal)
        inquiry.first_refusal = failure;
    const bool is_vague =
        failure.kind == graph::FailureClass::bad_request && !named_among(portion.metrics, failure);
    inquiry.all_refused_vaguely = inquiry.all_refused_vaguely && is_vague;
}

/// Several metrics, and each refused for no reason of its own: something else is wrong.
bool failed_as_a_whole(const MetricQuery& query, const Inquiry& inquiry)
{
    return query.metrics.size() > 1 && inquiry.answers.answered.empty() &&
           inquiry.all_refused_vaguely;
}

/// Answers a refusal: smaller portions to ask for, or absences. False if it is a failure of the
/// call itself.
bool absorb(const graph::Failure& failure, const Portion& portion, Inquiry& inquiry)
{
    note(failure, portion, inquiry);
    const bool blames_breakdown = may_blame_breakdown(failure, portion);
    const bool blames_metric = may_blame_one_metric(failure);
    if (blames_breakdown && portion.metrics.size() == 1)
        ask_without_breakdown(portion, inquiry);
    else if ((blames_breakdown || blames_metric) && portion.metrics.size() > 1)
        isolate(portion, failure, inquiry);
    else if (blames_metric || absence_of(failure, inquiry.subject))
        add_absent(inquiry, portion.metrics, failure);
    else
        return false;
    return true;
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
    Inquiry inquiry;
    inquiry.subject = query.subject;
    if (!query.metrics.empty())
        inquiry.waiting.push_back({query.metrics, query.breakdown});
    while (!inquiry.waiting.empty()) {
        auto portion = std::move(inquiry.waiting.front());
        inquiry.waiting.pop_front();
        auto request = request_for(query, portion);
        auto reply = co_await api.get(std::move(request));
        if (reply)
            inquiry.answers.answered.push_back(
                {std::move(portion.metrics), std::move(reply->body)});
        else if (!absorb(reply.error(), portion, inquiry))
            co_return reply.error();
    }
    if (failed_as_a_whole(query, inquiry))
        co_return *inquiry.first_refusal;
    co_return std::move(inquiry.answers);
}

std::string split_name(const std::string& metric, const std::string& breakdown)
{
    return metric + " by " + breakdown;
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
