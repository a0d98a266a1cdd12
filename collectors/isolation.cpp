#include "collectors/isolation.hpp"

#include "collectors/collected.hpp"
#include "collectors/json_access.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <bit>

namespace insightd::collectors
{
namespace
{

using graph::FailureClass;
using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name)
{
    return std::ranges::find(names, name) != names.end();
}

Names without(Names names, const Names& others)
{
    std::erase_if(names, [&](const auto& name) { return contains(others, name); });
    return names;
}

/// ⌈log2 n⌉, for n above 0.
std::size_t halvings(std::size_t n)
{
    return static_cast<std::size_t>(std::bit_width(n - 1));
}

/// A refusal that may be the fault of one metric, or of its breakdown.
bool may_blame_a_metric(const graph::Failure& failure)
{
    return failure.kind == FailureClass::bad_metric ||
           failure.kind == FailureClass::bad_breakdown ||
           failure.kind == FailureClass::not_crossposted ||
           failure.kind == FailureClass::unknown_error ||
           (failure.kind == FailureClass::bad_request && failure.code == 100);
}

/// A refusal that speaks of this call's window or account: it says nothing of the next call.
bool is_of_this_call_only(const std::string& words)
{
    return words.find("metric only supports") != std::string::npos;
}

} // namespace

std::string split_name(const std::string& metric, const std::string& breakdown)
{
    return metric + " by " + breakdown;
}

Isolation::Isolation(MetricQuery query) : query_{std::move(query)}
{
    ask_later(query_.metrics, query_.breakdown);
}

std::optional<Portion> Isolation::next()
{
    if (search_) {
        const auto& all = search_->suspects;
        const auto half = std::max<std::size_t>(all.size() / 2, 1);
        asked_ = {
            {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(half)}, search_->breakdown};
        return asked_;
    }
    if (waiting_.empty())
        return std::nullopt;
    asked_ = std::move(waiting_.front());
    waiting_.pop_front();
    return asked_;
}

bool Isolation::can_isolate() const
{
    return query_.metrics.size() > 1 || (!query_.breakdown.empty() && query_.wants_totals);
}

void Isolation::answered(boost::json::value body)
{
    ++calls_;
    if (is_blank_and_suspicious(body)) {
        blank_ = true;
        if (!has_asked_enough())
            return narrow({model::Absence::empty, {}, true, false, false});
        asked_.metrics = unsettled();
    }
    const auto* data = array_in(body, "data");
    found_something_ = found_something_ || (data != nullptr && !data->empty());
    answers_.answered.push_back({asked_.metrics, std::move(body)});
    clear_asked();
}

bool Isolation::is_blank_and_suspicious(const boost::json::value& body) const
{
    const auto* data = array_in(body, "data");
    const bool is_blank = data != nullptr && data->empty();
    return is_blank && query_.expects_numbers && (asked_.metrics.size() > 1 || blank_);
}

std::optional<graph::Failure> Isolation::refused(const graph::Failure& failure)
{
    ++calls_;
    const bool blames_a_metric = may_blame_a_metric(failure);
    if (!blames_a_metric && !absence_of(failure, query_.subject))
        return failure;
    if (!first_refusal_)
        first_refusal_ = failure;
    const auto named = blamed(failure);
    const bool is_vague = named.empty() && (failure.kind == FailureClass::bad_request ||
                                            failure.kind == FailureClass::unknown_error);
    all_vague_ = all_vague_ && is_vague;
    if (!blames_a_metric)
        give_up_all(failure);
    else if (!named.empty())
        give_up_named(named, cause_of(failure));
    else if (is_vague && has_asked_enough())
        return first_refusal_;
    else if (failure.kind == FailureClass::unknown_error && is_last_resort())
        return failure;
    else
        narrow(cause_of(failure));
    return std::nullopt;
}

/// The only metric, in its plainest form: what is refused now may as well be an outage.
bool Isolation::is_last_resort() const
{
    return query_.metrics.size() == 1 && (asked_.breakdown.empty() || !query_.wants_totals);
}

/// Nothing was answered yet, and so many calls were refused for no reason of a metric: something
/// else is wrong.
bool Isolation::has_asked_enough() const
{
    const auto round = halvings(query_.metrics.size()) + 1;
    return calls_ > 2 * round && query_.metrics.size() > 1 && answers_.answered.empty() &&
           all_vague_;
}

Isolation::Cause Isolation::cause_of(const graph::Failure& failure) const
{
    const auto reason = absence_of(failure, query_.subject).value_or(model::Absence::unsupported);
    const bool unknown = failure.kind == FailureClass::unknown_error;
    const bool of_breakdown = failure.kind == FailureClass::bad_breakdown || unknown;
    return {reason, failure.message, false, unknown, of_breakdown};
}

/// The metrics of the portion that the refusal names: those that its list of valid ones lacks, the
/// one at the place it says, or the one in its words.
Names Isolation::blamed(const graph::Failure& failure)
{
    if (auto printed = graph::printed_metrics(failure.message)) {
        auto lacking = without(asked_.metrics, printed->valid);
        if (lacking.empty() && printed->refused_at < asked_.metrics.size())
            lacking = {asked_.metrics.at(printed->refused_at)};
        answers_.printed = std::move(printed->valid);
        return lacking;
    }
    const auto named = graph::named_metric(failure.message);
    return named && contains(asked_.metrics, *named) ? Names{*named} : Names{};
}

/// The refusal is about the object: no other portion can be answered either.
void Isolation::give_up_all(const graph::Failure& failure)
{
    const auto reason = *absence_of(failure, query_.subject);
    for (const auto& metric : unsettled())
        answers_.absent.push_back({metric, reason});
    answers_.refusals.push_back({{}, {}, reason, failure.message, true});
}

/// Takes what has neither an answer nor a reason yet.
Names Isolation::unsettled()
{
    auto names = asked_.metrics;
    if (search_) {
        names = std::move(search_->suspects);
        std::ranges::move(search_->waiting, std::back_inserter(names));
    }
    for (auto& portion : waiting_)
        std::ranges::move(portion.metrics, std::back_inserter(names));
    search_.reset();
    waiting_.clear();
    return names;
}

/// What was refused before for no reason may have been refused for these: it is asked again.
void Isolation::give_up_named(const Names& named, const Cause& cause)
{
    auto rest = without(asked_.metrics, named);
    const auto breakdown = asked_.breakdown;
    if (search_) {
        for (auto* others : {&search_->suspects, &search_->waiting})
            std::ranges::move(without(*others, asked_.metrics), std::back_inserter(rest));
        search_.reset();
    }
    for (const auto& metric : named)
        convict(metric, breakdown, cause, true);
    if (!rest.empty())
        waiting_.push_front({std::move(rest), breakdown});
}

/// The portion holds a culprit.
void Isolation::narrow(Cause cause)
{
    if (!search_)
        search_ = Search{asked_.metrics, {}, asked_.breakdown, {}, false};
    auto others = without(search_->suspects, asked_.metrics);
    std::ranges::move(others, std::back_inserter(search_->waiting));
    search_->suspects = asked_.metrics;
    search_->cause = std::move(cause);
    search_->is_proven = true;
    settle();
}

/// The portion holds no culprit.
void Isolation::clear_asked()
{
    if (!search_)
        return;
    search_->suspects = without(std::move(search_->suspects), asked_.metrics);
    search_->is_proven = false;
    settle();
}

/// Ends the search when one suspect is left, or none: then the first refusal was a passing one.
void Isolation::settle()
{
    const auto left = search_->suspects.size();
    const bool asks_it_alone = left == 1 && !search_->is_proven && search_->waiting.empty();
    if (left > 1 || asks_it_alone)
        return;
    const auto ended = std::move(*search_);
    search_.reset();
    if (!ended.suspects.empty())
        convict(ended.suspects.front(), ended.breakdown, ended.cause, ended.is_proven);
    if (!ended.waiting.empty())
        waiting_.push_front({ended.waiting, ended.breakdown});
}

/// Gives the metric up, or its breakdown only where that may be to blame.
void Isolation::convict(
    const std::string& metric, const std::string& breakdown, Cause cause, bool proven)
{
    const bool is_split = !breakdown.empty();
    const bool keeps_total = is_split && query_.wants_totals && cause.blames_breakdown;
    const bool loses_split = keeps_total || (is_split && !query_.wants_totals);
    answers_.absent.push_back({loses_split ? split_name(metric, breakdown) : metric, cause.reason});
    if (!is_of_this_call_only(cause.words))
        answers_.refusals.push_back(
            {metric, loses_split ? breakdown : std::string{}, cause.reason, cause.words,
             proven && !cause.is_unknown_error && !cause.is_blank});
    if (keeps_total)
        ask_later({metric}, {});
}

void Isolation::ask_later(Names metrics, const std::string& breakdown)
{
    if (!metrics.empty())
        waiting_.push_back({std::move(metrics), breakdown});
}

graph::Outcome<MetricAnswers> Isolation::take()
{
    const bool failed_as_a_whole =
        query_.metrics.size() > 1 && answers_.answered.empty() && first_refusal_ && all_vague_;
    if (failed_as_a_whole)
        return *first_refusal_;
    answers_.answered_nothing = !found_something_;
    if (blank_ && !found_something_) // the whole object has nothing to say: no metric's fault
        answers_.refusals.clear();
    return std::move(answers_);
}

} // namespace insightd::collectors
