#pragma once

#include "daemon/reload/changes.hpp"

#include <boost/asio/awaitable.hpp>

namespace insightd::replicas
{
class Replica;
}

namespace insightd::daemon
{

class Engine;

/// Tells the engine which accounts are removed, added and changed, and the replica which are
/// removed: those that are added are its own only once the database knows them. The loop turns in
/// between, at least every few milliseconds, for as many accounts as there may be. `changes` must
/// outlive it.
boost::asio::awaitable<void>
hand_over(const reload::Changes& changes, Engine& engine, replicas::Replica& replica);

} // namespace insightd::daemon
