#pragma once

#include "collectors/collected.hpp"
#include "collectors/graph/client.hpp"
#include "collectors/metric_query.hpp"
#include "storage/model/reading.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

/// What /<media>/insights and /<user>/insights have in common.
namespace insightd::collectors
{

/// Asks for the metrics together. A refused metric is isolated, so that its siblings still arrive,
/// at the cost that Isolation promises; it comes back as absent. Where its breakdown
/// is refused, its total is asked for without, and the split comes back as absent by split_name().
/// Where several are refused one by one, and no refusal says what is wrong with its metric, the
/// call itself failed. A query without metrics is not sent.
/// Source: graph-api.md section 0, rule 2, and section 4.2.
boost::asio::awaitable<graph::Outcome<MetricAnswers>>
ask_metrics(graph::Client& api, MetricQuery query);

/// Whether dimension values are folded to lower case: media tables are upper case in the documents
/// and lower case in answers; account tables are the same in both and kept as sent.
enum class Case { folded, as_sent };

/// Reads every metric of a body: `values[0].value` or `total_value.value`, and all breakdowns.
/// A metric that was asked for and not answered, or with neither number nor cell, is absent: empty.
/// Cells are in the order of their dimension values, whatever order they were sent in.
/// Source: graph-api.md sections 4.3 and 5.
graph::Outcome<model::Readings> decode_readings(
    const boost::json::value& body, const std::vector<std::string>& asked, Case dimension_values);

/// Joins what two calls answered about the same thing. A metric keeps its first number.
void merge(model::Readings& into, model::Readings&& from);

/// All answers as readings of one moment.
graph::Outcome<model::Readings> decode_answers(MetricAnswers answers, Case dimension_values);

} // namespace insightd::collectors
