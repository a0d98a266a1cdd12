#pragma once

#include "config/secret.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// Logins that read the contract, the schema `insights`, and nothing else.
namespace insightd::storage
{

/// What was asked for cannot be: one line says why, and what to do instead.
struct NotPossible : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ReaderWish {
    std::string name; ///< of the role, to the letter
    /// By name or id; nothing: all, also those to come.
    std::optional<std::vector<std::string>> accounts;
    std::chrono::seconds statement_timeout{};
    std::optional<config::Secret> password; ///< nothing: as it is
    bool messages = false;                  ///< texts of messages too: the schema insights_text
};

struct GrantedReader {
    bool is_new = false;               ///< the role was made
    std::string host, port, database;  ///< where it connects to
    std::vector<std::string> accounts; ///< names of those it sees; empty: all
    std::string left_to_superuser;     ///< SQL that this login may not run; empty as a rule
};

/// Makes the role if there is none, gives it what the wish says and takes all else of ours from it;
/// one transaction. The schema must be up to date, and `url` the login of its owner. Blocks. Throws
/// NotPossible, and model::Unavailable when the database is away or does not allow it.
GrantedReader grant_reader(const std::string& url, const ReaderWish& wish);

/// Takes everything from it; the role itself stays. False if it was no reader. Throws as above.
bool revoke_reader(const std::string& url, const std::string& name);

} // namespace insightd::storage
