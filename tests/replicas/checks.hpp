#pragma once

#include "tests/replicas/replica_process.hpp"
#include "tests/torture/platform.hpp"

#include <string>
#include <vector>

namespace insightd::torture
{

/// What happened, from outside the daemons.
struct Story {
    const Platform& platform;
    const std::string& database;
    const std::vector<Trouble>& troubles;
    Real calm_from, calm_until; ///< nothing was done to anybody
};

/// From now on the database notes by itself who owns what.
void watch_owners(const std::string& database);

/// Whoever called owned the account. Each check prints figures and returns what was wrong.
std::vector<std::string> check_callers(const Story& story);

/// Accounts of one that went have another owner soon.
std::vector<std::string> check_takeovers(const Story& story);

/// Every account is asked for: never long without a call, and by one only where nothing happened.
std::vector<std::string> check_polling(const Story& story);

/// What the platform answered is stored, each number under its time, but for answers that a signal
/// cut off; and nothing is stored that was not answered.
std::vector<std::string> check_numbers(const Story& story);

} // namespace insightd::torture
