#pragma once

#include "storage/model/history.hpp"

#include <pqxx/pqxx>

#include <map>
#include <string>
#include <vector>

/// What the daemon reads back.
namespace insightd::storage
{

std::vector<model::AccountHistory>
read_history(pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts);

/// The posts of the accounts that are not removed and were published in [`from`, `until`): as many
/// as may be, in one query.
std::vector<model::StoredPost> read_posts(
    pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts, model::Instant from,
    model::Instant until);

/// The stories of the accounts that are of use to a daemon, the newest first, with their lines of
/// the ledger: those not closed, highlights, and what was closed lately. A story without a line is
/// one whose line was refused. The ids are given as an array literal such as "{1,2}".
std::map<model::AccountId, std::vector<model::KnownMedia>>
read_stories(pqxx::transaction_base& tx, const std::string& account_ids);

std::vector<model::Health> read_health(pqxx::transaction_base& tx);

/// The same without gaps, which take longer to find than all the rest.
std::vector<model::Health> read_collectors(pqxx::transaction_base& tx);

} // namespace insightd::storage
