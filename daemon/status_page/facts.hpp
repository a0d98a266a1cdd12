#pragma once

#include "storage/model/shown.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What the pages are made of: what the daemon knows itself, and what the store told.
namespace insightd::status_page
{

/// How an account's token is; never the token.
struct Token {
    std::string state;  ///< as in insights.token_status; empty: nobody looked yet
    std::string reason; ///< why it is not ok
    std::string mend;   ///< the command, or what to do; empty if nothing is to be done
    std::optional<model::Instant> expires_at; ///< nothing: never, or not known
};

struct Budget {
    std::optional<double> app_percent, account_percent; ///< of the platform's limits
    std::int64_t calls_in_hour = 0;
    std::optional<model::Instant> blocked_until; ///< if it is now
};

/// What the daemon knows of one account without asking anybody.
struct AccountNow {
    model::AccountId id{};
    std::string name;
    bool is_ours = true; ///< this instance collects it
    std::optional<Token> token;
    Budget budget;
    std::vector<model::KnownMedia> open_stories; ///< of its own accounts
};

/// What is wrong with the spool, in the order in which it matters.
enum class SpoolTrouble : std::uint8_t { none, full, unusable };

struct DaemonNow {
    model::Instant now;
    std::string version;
    bool is_stepped = false; ///< the clock is a simulated one
    bool database_is_up = true;
    std::int64_t spool_rows = 0;
    std::optional<model::Instant> spool_oldest;
    std::int64_t spool_dropped = 0;                 ///< rows, since the start
    std::int64_t spool_set_aside = 0;               ///< records that are kept for inspection
    std::optional<model::Instant> spool_damaged_at; ///< nothing: not since the start
    SpoolTrouble spool_trouble = SpoolTrouble::none;
    std::chrono::microseconds machine_ahead{}; ///< of `now`; 0: this machine's clock is right
    std::string config_trouble; ///< the file's first mistake, with its place; empty: it has none
    std::string config_waits;   ///< keys of the file that a restart takes over; empty: none
    std::size_t instances = 1;
    std::vector<AccountNow> accounts; ///< in the order of the configuration

    /// What an operator can do about a collector that fails; empty where time heals.
    std::function<std::string(model::AccountId, const model::Health&)> advice;
};

/// What the store told, and when; it may be a while ago.
template <class Facts> struct Stored {
    std::optional<Facts> facts; ///< nothing: it was never asked with success
    model::Instant as_of;       ///< when it told them
    std::string why_not;        ///< why they are not newer; empty: they are of now
};

} // namespace insightd::status_page
