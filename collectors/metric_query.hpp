#pragma once

#include "collectors/catalog.hpp"
#include "collectors/graph/failure.hpp"
#include "storage/model/reading.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What is asked of /<media>/insights and /<user>/insights, and what comes of it.
namespace insightd::collectors
{

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Metrics that are asked for in one call.
struct MetricQuery {
    /// Whose insights: decides which refusals are absences, see absence_of().
    catalog::Subject subject = catalog::Subject::account;
    std::string path; ///< below the version, such as "17918195224117851/insights"
    std::vector<std::string> metrics;
    std::string breakdown; ///< dimensions to split by, with commas; empty for none
    Parameters parameters; ///< without `metric` and `breakdown`

    /// Whether a metric whose breakdown is refused is asked for its total: not where another query
    /// answers the totals.
    bool wants_totals = true;
    /// The object has answered numbers before: an answer without anything is then as suspicious as
    /// a refusal, for one withdrawn metric may take its siblings along.
    bool expects_numbers = false;
};

/// The body that answered some of the metrics.
struct MetricAnswer {
    std::vector<std::string> metrics;
    boost::json::value body;
};

/// A metric that the API does not answer, and what it said of it.
struct MetricRefusal {
    std::string metric;    ///< empty: every metric of the object
    std::string breakdown; ///< of the split that is refused; empty: the metric itself
    model::Absence reason{};
    std::string words;    ///< the API's; empty for an answer without anything
    bool certain = false; ///< named or refused by itself, in words that no outage uses
};

/// All answers to one query, and the metrics that have none, each with its reason.
struct MetricAnswers {
    std::vector<MetricAnswer> answered;
    std::vector<model::Reading> absent;
    std::vector<MetricRefusal> refusals; ///< what can be learned for the next query
    std::vector<std::string> printed;    ///< the list of valid metrics, where a refusal printed it
    bool answered_nothing = false;       ///< no body held anything
    /// No more calls may be made: what was not asked is absent as call_failed.
    std::optional<graph::Failure> broken_off{};
};

/// The name under which a refused split is absent: "views by follow_type".
std::string split_name(const std::string& metric, const std::string& breakdown);

} // namespace insightd::collectors
