#pragma once

#include "storage/model/lease.hpp"

#include <pqxx/pqxx>

#include <string>
#include <vector>

/// Who lives and who has what, by the database's own clock. An instance is alive as long as its row
/// is there: one transaction decides its death, and every other one sees the same.
namespace insightd::storage
{

/// Who was not heard of for so long is removed.
inline constexpr std::chrono::seconds lease_life{15};

/// One heartbeat: renews, removes the dead, gives back, takes. A few rows change, however many
/// accounts there are; many only when many change hands.
model::BeatAnswer beat(pqxx::transaction_base& tx, const model::Beat& beat);

/// The instance goes: all that it has is free at once, but for those whose rows it could not store
/// yet. These are its successor's in the same home, or free once it is missed.
void leave(
    pqxx::transaction_base& tx, const std::string& instance_id,
    const std::vector<model::AccountId>& unstored);

/// Locks the lease until the end of the transaction; false if it is not the one of that fence, for
/// another taking came after it. That nobody ever took the account is model::never_taken.
bool holds_fence(pqxx::transaction_base& tx, model::AccountId account, const std::string& fence);

/// Those of the accounts that a living instance has. One that was not heard of for long is dead,
/// even if nobody removed it yet.
std::vector<model::Owner>
read_owners(pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts);

/// Everybody, and every configured account.
model::Sharing read_sharing(pqxx::transaction_base& tx);

} // namespace insightd::storage
