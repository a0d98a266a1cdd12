#include "collectors/learning.hpp"

#include "collectors/insights.hpp"

#include <algorithm>
#include <set>

namespace insightd::collectors
{
namespace
{

/// A query as the matrix advises to send it, and the metrics that are left out.
struct Plan {
    std::vector<MetricQuery> queries; ///< the one for most metrics first
    std::vector<model::Reading> absent;
};

MetricQuery only(MetricQuery query, std::vector<std::string> metrics, std::string breakdown)
{
    query.metrics = std::move(metrics);
    query.breakdown = std::move(breakdown);
    return query;
}

/// Metrics of one query, by how they are to be asked.
struct Sorted {
    std::vector<std::string> together;
    std::vector<std::string> alone;
    std::vector<std::string> without_breakdown;
    std::vector<model::Reading> absent;
};

void sort_in(
    Sorted& sorted, const std::string& metric, const MetricQuery& query,
    const MetricAdvice& of_total, const MetricAdvice& of_split)
{
    using How = MetricAdvice::How;
    const bool is_split = !query.breakdown.empty();
    if (of_total.how == How::not_now)
        sorted.absent.push_back(
            {is_split && !query.wants_totals ? split_name(metric, query.breakdown) : metric,
             of_total.reason});
    else if (of_split.how == How::not_now) {
        sorted.absent.push_back({split_name(metric, query.breakdown), of_split.reason});
        if (query.wants_totals)
            sorted.without_breakdown.push_back(metric);
    } else if (of_total.how == How::alone || of_split.how == How::alone)
        sorted.alone.push_back(metric);
    else
        sorted.together.push_back(metric);
}

/// A total that another query asks for is that query's to learn of.
MetricAdvice advice_on_total(Poll& poll, const MetricQuery& query, const std::string& metric)
{
    if (!query.breakdown.empty() && !query.wants_totals)
        return {};
    return poll.matrix.advice_on(poll.target, metric, {}, poll.now);
}

Plan plan_of(Poll& poll, const MetricQuery& query)
{
    Sorted sorted;
    for (const auto& metric : query.metrics) {
        const auto of_total = advice_on_total(poll, query, metric);
        const auto of_split =
            query.breakdown.empty()
                ? MetricAdvice{}
                : poll.matrix.advice_on(poll.target, metric, query.breakdown, poll.now);
        sort_in(sorted, metric, query, of_total, of_split);
    }
    Plan plan;
    plan.absent = std::move(sorted.absent);
    if (!sorted.together.empty())
        plan.queries.push_back(only(query, std::move(sorted.together), query.breakdown));
    if (!sorted.without_breakdown.empty())
        plan.queries.push_back(only(query, std::move(sorted.without_breakdown), {}));
    for (auto& metric : sorted.alone)
        plan.queries.push_back(only(query, {std::move(metric)}, query.breakdown));
    return plan;
}

std::vector<model::Reading>
all_absent(const std::vector<std::string>& metrics, model::Absence reason)
{
    std::vector<model::Reading> absent;
    for (const auto& metric : metrics)
        absent.push_back({metric, reason});
    return absent;
}

/// What was answered with a number or a cell.
std::set<std::string> metrics_in(const MetricAnswer& answer)
{
    std::set<std::string> found;
    const auto readings = decode_readings(answer.body, {}, Case::as_sent);
    if (!readings)
        return found;
    for (const auto& reading : readings->values)
        found.insert(reading.metric);
    for (const auto& breakdown : readings->breakdowns)
        if (!breakdown.cells.empty())
            found.insert(breakdown.metric);
    return found;
}

void teach_answers(Poll& poll, const MetricQuery& query, const MetricAnswers& answers)
{
    for (const auto& answer : answers.answered) {
        const auto found = metrics_in(answer);
        for (const auto& metric : answer.metrics) {
            const bool is_alone = answer.metrics.size() == 1;
            const bool is_blank = !found.contains(metric);
            if (is_blank && !is_alone)
                continue; // its siblings may have had something to say, it had not
            poll.matrix.answered(poll.target, metric, query.breakdown, is_blank, poll.now);
            if (!query.breakdown.empty() && query.wants_totals)
                poll.matrix.answered(poll.target, metric, {}, is_blank, poll.now);
        }
    }
    if (query.metrics.size() > 1)
        poll.matrix.note_numbers(poll.target, query.breakdown, !answers.answered_nothing);
}

bool is_excused(const Poll& poll, const std::string& metric)
{
    const auto* known = catalog::find(poll.target.subject, metric);
    return poll.may_be_too_small && known != nullptr && known->needs_100_followers;
}

void teach(Poll& poll, const MetricQuery& query, const MetricAnswers& answers)
{
    if (!poll.teaches)
        return;
    teach_answers(poll, query, answers);
    for (const auto& refusal : answers.refusals) {
        if (is_excused(poll, refusal.metric))
            continue;
        poll.matrix.refused(poll.target, refusal, poll.now);
        poll.is_doubtful = poll.is_doubtful || !refusal.certain;
    }
    if (!answers.printed.empty())
        poll.matrix.printed(poll.target, answers.printed, poll.now);
}

/// What a failure means where siblings were answered: the metric is to blame.
std::optional<MetricAnswers>
blame_on_metrics(const Poll& poll, const MetricQuery& query, const graph::Failure& failure)
{
    if (!poll.siblings_answered)
        return std::nullopt;
    MetricAnswers answers;
    answers.answered_nothing = true;
    if (failure.kind == graph::FailureClass::no_permission)
        answers.absent = all_absent(query.metrics, model::Absence::no_permission);
    else if (failure.kind == graph::FailureClass::unknown_error && query.metrics.size() == 1) {
        answers.absent = all_absent(query.metrics, model::Absence::unsupported);
        answers.refusals.push_back(
            {query.metrics.front(), query.wants_totals ? std::string{} : query.breakdown,
             model::Absence::unsupported, failure.message, false});
    } else
        return std::nullopt;
    return answers;
}

void append(MetricAnswers& into, MetricAnswers&& from)
{
    std::ranges::move(from.answered, std::back_inserter(into.answered));
    std::ranges::move(from.absent, std::back_inserter(into.absent));
    into.answered_nothing = into.answered_nothing && from.answered_nothing;
}

/// A failure that says nothing of the metric, and that every further call would meet.
bool is_of_rate_limit(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::held_back ||
           failure.kind == graph::FailureClass::app_throttled ||
           failure.kind == graph::FailureClass::account_throttled;
}

void note_not_asked(MetricAnswers& all, const std::vector<std::string>& metrics)
{
    std::ranges::move(
        all_absent(metrics, model::Absence::call_failed), std::back_inserter(all.absent));
}

boost::asio::awaitable<graph::Outcome<MetricAnswers>> send(Poll& poll, MetricQuery query)
{
    query.expects_numbers =
        query.metrics.size() > 1 && poll.matrix.answers_numbers(poll.target, query.breakdown);
    auto answers = co_await ask_metrics(poll.api, query);
    if (!answers)
        if (auto blamed = blame_on_metrics(poll, query, answers.error()))
            answers = std::move(*blamed);
    if (!answers)
        co_return answers.error();
    teach(poll, query, *answers);
    poll.siblings_answered = poll.siblings_answered || !answers->answered.empty();
    co_return answers;
}

} // namespace

boost::asio::awaitable<graph::Outcome<MetricAnswers>> ask_as_learned(Poll& poll, MetricQuery query)
{
    MetricAnswers all;
    all.answered_nothing = true;
    if (const auto reason = poll.matrix.advice_on_all(poll.target, poll.now)) {
        all.absent = all_absent(query.metrics, *reason);
        co_return all;
    }
    auto plan = plan_of(poll, query);
    all.absent = std::move(plan.absent);
    for (auto& one : plan.queries) {
        auto metrics = one.metrics;
        if (all.broken_off) {
            note_not_asked(all, metrics);
            continue;
        }
        auto answers = co_await send(poll, std::move(one));
        if (!answers && all.answered.empty())
            co_return answers.error();
        if (answers) {
            append(all, std::move(*answers));
            continue;
        }
        note_not_asked(all, metrics); // the others were answered: it is asked again next time
        if (is_of_rate_limit(answers.error()))
            all.broken_off = answers.error();
    }
    co_return all;
}

} // namespace insightd::collectors
