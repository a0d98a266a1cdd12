#pragma once

#include "daemon/daemon.hpp"

// A daemon among others: its accounts come and go. deploy/docs/replicas.md.
namespace insightd::daemon
{

/// Tells the replica who works, and whose folder it has. Before the first heartbeat.
void introduce(Daemon& daemon);

/// From the first heartbeat that was answered.
void keep_beating(Daemon& daemon);

/// What is taken after the beginning.
void take_over_from_now_on(Daemon& daemon);

/// The cache is of the accounts that are this instance's own.
void keep_own_cache(Daemon& daemon);

/// The end: given back, and forgotten where others have it now.
boost::asio::awaitable<void> leave(Daemon& daemon);

} // namespace insightd::daemon
