#pragma once

#include "storage/model/rebuilding.hpp"
#include "storage/model/retention.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace insightd::storage
{

/// Work on what is stored that nobody waits for, on a thread and a connection of its own: writing
/// never stands behind it. Every call throws model::Unavailable when the database is away.
class Caretaker
{
public:
    /// As for Database.
    explicit Caretaker(std::string url, std::function<void()> before_connecting = {});
    ~Caretaker(); ///< waits for the transaction under way

    /// Partitions of the samples for the month of `now` and the three to come, a transaction each.
    /// Gives up rather than make others wait behind a long query: writing makes what is missing.
    boost::asio::awaitable<void> make_months(model::Instant now);

    /// See storage/retention.hpp. One transaction.
    boost::asio::awaitable<model::ThinStep> thin(model::ThinOrder order);

    /// See storage/rebuilding.hpp.
    boost::asio::awaitable<std::optional<model::RebuiltMonth>> rebuild_month(model::Instant now);

    /// Breaks a rebuilding off, at once; none is begun any more.
    void stop_rebuilding() { is_stopping_ = true; }

    /// Whether a call is under way: the destructor waits for it.
    bool is_busy() const;

private:
    class Connected;

    std::string url_;
    std::atomic<bool> is_stopping_ = false; ///< read on the thread
    std::unique_ptr<Connected> worker_;
};

} // namespace insightd::storage
