#pragma once

#include "daemon/caretaking.hpp"
#include "daemon/engine.hpp"
#include "daemon/pages.hpp"
#include "daemon/replicas/replica.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/setup.hpp"
#include "daemon/status_pages.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/witnessed_clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>

namespace insightd::daemon
{

/// Everything that lives as long as the daemon.
struct Daemon {
    Daemon(config::Config settings, const DatabaseLocation& location);

    config::Config config; ///< accounts and log level may change: Reloading
    boost::asio::io_context loop{1};
    std::unique_ptr<WitnessedClock> clock;
    graph::Transport transport;
    Store store;
    storage::Heart heart;
    storage::Caretaker caretaker;
    replicas::Replica replica;
    TokenKeeper tokens;
    Engine engine;
    Pages pages;
    storage::PageReader page_reader;
    StatusPages status_pages;
    Caretaking caretaking;
    ServiceManager service{loop.get_executor()};
    boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
    boost::asio::steady_timer retry{loop};
    boost::asio::steady_timer posts_retry{loop};
    boost::asio::steady_timer overdue{loop};
    boost::asio::steady_timer repeats{loop}; ///< of the log
    storage::Database::OldSchema old_schema = storage::Database::OldSchema::migrate;
    boost::asio::steady_timer first_look{loop}; ///< at the database; cancelled when it has answered
    boost::asio::steady_timer sides_end{loop};
    std::size_t sides = 0;                         ///< coroutines beside the main one
    std::optional<model::LeaseMemory> kept_memory; ///< as the cache has it, or is about to
    bool owes_cache = false;                       ///< the last write into it failed
    std::size_t fenced_off = 0;                    ///< as far as it was said
    bool joined = false;                           ///< sends heartbeats
    bool takes_over = false;                       ///< what they bring
    bool begun = false;                            ///< with what the database remembers
    bool loads_posts = false;                      ///< at this moment
    bool stopping = false;
};

/// Waits, unless the timer is cancelled before.
boost::asio::awaitable<void> nap(boost::asio::steady_timer& timer, std::chrono::seconds most);

/// Work beside the main coroutine. A broken promise of ours ends the daemon all the same.
void on_the_side(Daemon& daemon, boost::asio::awaitable<void> work);

} // namespace insightd::daemon
