#pragma once

#include "storage/model/shown.hpp"

#include <pqxx/pqxx>

#include <optional>
#include <string>

/// What pages show. Bounded: of what may be much, the newest.
namespace insightd::storage
{

/// Without gaps.
model::ShownAccounts read_shown_accounts(pqxx::transaction_base& tx);

/// Of all accounts that have some: of hundreds of accounts it takes longer than all the rest.
std::vector<model::GapsOfAccount> read_shown_gaps(pqxx::transaction_base& tx);

/// By the name in the YAML. Nothing of it is known: empty.
model::ShownAccount read_shown_account(pqxx::transaction_base& tx, const std::string& account);

/// Nothing if the account has no such post or story.
std::optional<model::ShownPostHistory>
read_shown_post(pqxx::transaction_base& tx, const std::string& account, model::MediaId id);

} // namespace insightd::storage
