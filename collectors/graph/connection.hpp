#pragma once

#include "collectors/graph/endpoint.hpp"
#include "collectors/graph/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace insightd::graph
{

/// What one exchange came to, and whether the connection can be used again.
struct Exchange {
    Outcome<HttpReply> reply;
    bool reusable = false;
    bool died_unanswered = false; ///< closed by the other side before a byte of the answer
};

/// One connection to one host.
class Connection
{
public:
    virtual ~Connection() = default;
    virtual boost::asio::awaitable<Exchange>
    exchange(const Endpoint& endpoint, const HttpRequest& request) = 0;

    std::chrono::steady_clock::time_point used_at; ///< end of the last exchange
};

/// Resolves, connects and, for https, shakes hands and verifies chain and name; each step within
/// the limits' timeout. Unreachable says which step failed and what to do.
boost::asio::awaitable<Outcome<std::unique_ptr<Connection>>> connect(
    boost::asio::any_io_executor loop, boost::asio::ssl::context& tls, const Endpoint& endpoint,
    const Transport::Limits& limits);

} // namespace insightd::graph
