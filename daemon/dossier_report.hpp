#pragma once

#include "config/config.hpp"
#include "storage/database.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

/// What `explain` prints.
namespace insightd::daemon
{

/// What the store remembers of the dossier's account.
struct Remembered {
    model::AccountHistory history;
    std::vector<model::StoredPost> posts;
};

boost::asio::awaitable<Remembered>
remembered(storage::Database& database, model::AccountId account);

/// Adds the section "due next": what is asked when, by which rule of the configuration. `account`
/// is null if the YAML does not name the account any more: then nothing is due. A running daemon
/// may have put something off after a failure: the section on the collectors says so.
void add_rules(
    model::Dossier& dossier, const config::Account* account, const Remembered& remembered,
    model::Instant now);

/// For people: each section's columns aligned.
std::string dossier_text(const model::Dossier& dossier);

/// For programs: an object of arrays of objects, one array for each section.
std::string dossier_json(const model::Dossier& dossier);

} // namespace insightd::daemon
