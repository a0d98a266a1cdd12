#pragma once

#include "collectors/graph/client.hpp"
#include "config/config.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// The smallest calls that tell what a token is good for.
namespace insightd::daemon
{

/// Who a token speaks for.
struct Whose {
    std::int64_t id = 0; ///< of the professional account
    std::string username;
};

/// Instagram: `/me`, whose user_id is the professional id; Facebook: the account's own node, which
/// only a token of its Page may read. Source: graph-api.md section 3.1.
boost::asio::awaitable<graph::Outcome<Whose>>
ask_whose(graph::Client& api, const config::Account& account);

/// One day's reach, which needs the insights permission; nothing if it was answered.
boost::asio::awaitable<std::optional<graph::Failure>>
ask_for_insights(graph::Client& api, const config::Account& account);

} // namespace insightd::daemon
