#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

namespace insightd::graph
{

/// The addresses of a host name, or of an address written out. Gives up after `timeout` with
/// timed_out, although the system's resolver cannot be interrupted: its answer is then dropped.
boost::asio::awaitable<
    std::pair<boost::system::error_code, boost::asio::ip::tcp::resolver::results_type>>
resolve(
    boost::asio::any_io_executor loop, std::string host, std::string port,
    std::chrono::seconds timeout);

} // namespace insightd::graph
