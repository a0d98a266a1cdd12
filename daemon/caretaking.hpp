#pragma once

#include "daemon/clock.hpp"
#include "storage/caretaker.hpp"
#include "storage/model/lease.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace insightd::daemon
{

/// What is done about stored rows beside all else, quietly: the months to come get their
/// partitions, old readings of the instance's own accounts are thinned, the primary keys of
/// months that have ended are rebuilt. Memory that is free goes back to the machine.
class Caretaking
{
public:
    struct Services {
        boost::asio::any_io_executor loop;
        const Clock& clock;
        storage::Caretaker& caretaker;
        std::optional<std::chrono::seconds> full_resolution; ///< nothing: for ever
        std::function<std::vector<model::Lease>()> leases;   ///< of the accounts that are its own
    };

    explicit Caretaking(Services services);

    /// Rounds, until stop(). Nothing is thrown: a database that is away is said once.
    boost::asio::awaitable<void> run();

    /// Everything that is due now. Throws model::Unavailable.
    boost::asio::awaitable<void> round();

    /// A step under way ends, a rebuilding is broken off; nothing more is begun.
    void stop();

private:
    boost::asio::awaitable<void> thin_own_accounts();
    boost::asio::awaitable<void> thin(model::Lease lease);
    boost::asio::awaitable<void> rebuild_months();
    boost::asio::awaitable<std::string> try_round();
    boost::asio::awaitable<void> rest(std::chrono::steady_clock::duration duration);

    Services services_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

} // namespace insightd::daemon
