#pragma once

#include "collectors/collected.hpp"
#include "collectors/graph/client.hpp"
#include "daemon/account.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace insightd::daemon
{

/// One piece of the account's past, as its plan says: a look back, a day, the list of posts, or so
/// many posts. Its row tells how far it came; a failure keeps its place. No call at all while too
/// much of the platform's limit is used.
boost::asio::awaitable<collectors::Collected> read_past(
    graph::Client& api, collectors::MetricMatrix& matrix, Account& account, std::size_t posts,
    model::Instant now);

} // namespace insightd::daemon
