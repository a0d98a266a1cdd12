#pragma once

#include "daemon/engine.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace insightd::daemon
{

/// What the engine keeps of the coroutines under way. Apart from engine.hpp, so that only the
/// engine's own files read Asio's headers.
struct Engine::Running {
    explicit Running(const boost::asio::any_io_executor& loop) : wake{loop}, idle{loop} {}

    boost::asio::steady_timer wake; ///< the loop sleeps on it until the next task is due
    boost::asio::steady_timer idle; ///< cancelled when the last account has been served
    std::deque<Account*> ready;     ///< with work, waiting for their turn
    std::unordered_map<Account*, boost::asio::cancellation_signal> cut_off;
    std::unordered_map<Account*, boost::asio::cancellation_signal> cut_off_looks;
    std::unordered_map<model::AccountId, std::uint32_t> places; ///< of the accounts, in their order
    std::unordered_set<Account*> looked_after;                  ///< their tokens, at this moment
    std::vector<std::pair<Task, model::Instant>> withheld;      ///< due, but may not be done now
    std::unordered_map<std::uint32_t, config::Account> to_come; ///< settings, at the end of a turn
    std::unordered_set<std::uint32_t> removed; ///< places of accounts that are configured no more
    std::vector<std::uint32_t> vacant;         ///< places that nobody has
    std::size_t served_now = 0;
    std::size_t looks_now = 0; ///< at tokens
    bool stopping = false;
    std::chrono::seconds grace{};
    std::string api_version;      ///< that the host said it answered by; empty until told
    std::optional<bool> store_up; ///< nothing: not tried yet
    std::exception_ptr gave_up;   ///< the store's exception that ended a pass
};

} // namespace insightd::daemon
