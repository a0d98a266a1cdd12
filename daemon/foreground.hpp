#pragma once

#include "config/config.hpp"
#include "daemon/engine.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/progress_bar.hpp"
#include "storage/database.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

/// What commands share that collect in the foreground, before a person's eyes.
namespace insightd::daemon
{

/// Work under way may take this long to end after Ctrl-C.
inline constexpr std::chrono::seconds foreground_grace{8};

/// Leaves only the named accounts; false, with a word on stderr, if one is not in the file.
bool keep_named(config::Config& config, const std::vector<std::string>& names);

/// The accounts are a running daemon's: what two read at once is read twice.
struct OwnedByDaemon : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws OwnedByDaemon, which says whose they are, if a running daemon has one of the configured
/// accounts.
boost::asio::awaitable<void>
refuse_if_owned(storage::Database& database, const config::Config& config);

/// One pass that makes no call which others were told not to make, and tells them of its own
/// blocks. Throws model::Unavailable.
boost::asio::awaitable<void> pass_beside_others(Engine& engine, storage::Database& database);

/// Until the timer is destroyed.
boost::asio::awaitable<void>
show_progress(const Engine& engine, ProgressBar& bar, boost::asio::steady_timer& tick);

/// One line on stderr for each thing that an operator has to know, and the code for all of them.
ExitCode report(const std::vector<Engine::Complaint>& complaints);

} // namespace insightd::daemon
