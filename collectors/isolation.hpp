#pragma once

#include "collectors/metric_query.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace insightd::collectors
{

/// What one call asks for: some of a query's metrics, with its breakdown or without.
struct Portion {
    std::vector<std::string> metrics;
    std::string breakdown;
};

/// One query under way: decides what to ask next, without asking. A metric that is refused is found
/// and given up, so that its siblings are answered all the same.
///
/// One refused metric among n costs at most ⌈log2 n⌉ + 1 calls beside the first: one where the
/// refusal names it, or prints the list of valid ones; else a search that asks one half at a time.
/// A half that is answered clears its metrics; one that is refused holds the culprit, and the other
/// half waits. In the end one call asks for all that waited, or, if nothing did, for the culprit by
/// itself, which may be cleared. Each further refused metric costs the same again.
/// Source: graph-api.md section 0, rule 2, and sections 4.2 and 4.4.
class Isolation
{
public:
    explicit Isolation(MetricQuery query);

    /// What to ask now; nothing when all is settled.
    std::optional<Portion> next();

    /// Whether an unknown error of the portion under way tells something about its metrics. If not,
    /// it is an outage, and to be tried again.
    bool can_isolate() const;

    /// The portion was answered.
    void answered(boost::json::value body);

    /// The portion was refused. Returns a failure where the query has failed as a whole.
    std::optional<graph::Failure> refused(const graph::Failure& failure);

    /// What came of it, once next() has nothing more.
    graph::Outcome<MetricAnswers> take();

private:
    using Names = std::vector<std::string>;

    /// Why a portion has no answer.
    struct Cause {
        model::Absence reason{};
        std::string words;
        bool is_blank = false; ///< it was answered, by nothing at all
        bool is_unknown_error = false;
        bool blames_breakdown = false;
    };

    /// A culprit is among the suspects.
    struct Search {
        Names suspects;
        Names waiting; ///< to be asked afterwards, in one call
        std::string breakdown;
        Cause cause;
        bool is_proven = false; ///< the suspects themselves were refused last
    };

    Cause cause_of(const graph::Failure& failure) const;
    Names blamed(const graph::Failure& failure);
    void give_up_all(const graph::Failure& failure);
    void give_up_named(const Names& named, const Cause& cause);
    void narrow(Cause cause);
    void clear_asked();
    void settle();
    Names unsettled();
    void convict(const std::string& metric, const std::string& breakdown, Cause cause, bool proven);
    void ask_later(Names metrics, const std::string& breakdown);
    bool is_blank_and_suspicious(const boost::json::value& body) const;
    bool has_asked_enough() const;
    bool is_last_resort() const;

    MetricQuery query_;
    MetricAnswers answers_;
    Portion asked_;
    std::deque<Portion> waiting_;
    std::optional<Search> search_;
    std::optional<graph::Failure> first_refusal_;
    std::size_t calls_ = 0;
    bool all_vague_ = true;
    bool blank_ = false;           ///< a portion was answered by nothing at all
    bool found_something_ = false; ///< a body held something
};

} // namespace insightd::collectors
