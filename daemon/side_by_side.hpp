#pragma once

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <vector>

namespace insightd::daemon
{

/// Runs the coroutines at once, on the loop of the caller, to the end of each; there is at least
/// one. What broke them off, in the order of the coroutines; nothing where one ended well.
boost::asio::awaitable<std::vector<std::exception_ptr>>
side_by_side(std::vector<boost::asio::awaitable<void>> coroutines);

} // namespace insightd::daemon
