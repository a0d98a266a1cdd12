#pragma once

#include "storage/model/lease.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace insightd::storage
{

/// Heartbeats, on a thread and a connection of their own: nothing else that is asked of the
/// database may hold one up. Every call throws model::Unavailable when the database is away.
class Heart
{
public:
    /// As for Database. Gives up after `patience`; after twice that at a heartbeat that registers.
    Heart(
        std::string url, std::chrono::steady_clock::duration patience,
        std::function<void()> before_connecting = {});
    ~Heart(); ///< waits for the transaction under way

    /// See storage/leases.hpp. One transaction.
    boost::asio::awaitable<model::BeatAnswer> beat(model::Beat beat);
    boost::asio::awaitable<void>
    leave(std::string instance_id, std::vector<model::AccountId> unstored);

    /// Whether a call is under way, perhaps one that was given up.
    bool is_busy() const;

private:
    class Connected;

    std::unique_ptr<Connected> worker_;
    std::chrono::steady_clock::duration patience_;
};

} // namespace insightd::storage
