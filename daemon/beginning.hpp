#pragma once

#include "daemon/daemon.hpp"

namespace insightd::daemon
{

/// Returns once something is collected: on what the database remembers, or, until that can be
/// asked, what cannot be fetched again on what the cache knows.
boost::asio::awaitable<void> begin(Daemon& daemon);

} // namespace insightd::daemon
