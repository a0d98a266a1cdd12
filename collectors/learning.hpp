#pragma once

#include "collectors/graph/client.hpp"
#include "collectors/metric_matrix.hpp"
#include "collectors/metric_query.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace insightd::collectors
{

/// One poll of one object: who asks, what is known of its metrics, and how the poll goes.
struct Poll {
    graph::Client& api;
    MetricMatrix& matrix;
    MetricTarget target;
    model::Instant now;

    /// An account that has, or may have, fewer than 100 followers: refusals of metrics that need
    /// them say nothing of others.
    bool may_be_too_small = false;
    bool teaches = true; ///< not where the window asked for lies far back: others are served then

    bool siblings_answered = false; ///< by an earlier query of the poll
    bool is_doubtful = false;       ///< a metric is suspected: to be asked again soon
};

/// Asks for what the matrix has no lesson against, in one call; then, each by itself, for what is
/// suspected, is to be tried again, or has to prove itself. Teaches the matrix what came of it.
/// While a lesson holds the metric is absent with its reason, and costs no call.
/// Where siblings were answered in the same poll, a missing permission, or an error without a
/// reason that stays through all tries, is the metric's own; without siblings it is a failure of
/// the call. Where the rate limit ends it after some were answered, these are returned all the
/// same, with what broke it off.
boost::asio::awaitable<graph::Outcome<MetricAnswers>> ask_as_learned(Poll& poll, MetricQuery query);

} // namespace insightd::collectors
