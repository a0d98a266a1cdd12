#pragma once

#include "storage/model/conversation.hpp"
#include "storage/model/token.hpp"

#include <pqxx/pqxx>

#include <optional>
#include <utility>
#include <vector>

/// People: the sealed key of their pseudonyms, and how they are forgotten.
namespace insightd::storage
{

/// Nothing until one was kept.
std::optional<model::SealedKey> read_people_key(pqxx::transaction_base& tx);

/// Keeps the key unless there is one; returns the one that is there now.
model::SealedKey keep_people_key(pqxx::transaction_base& tx, const model::SealedKey& key);

/// The same key, sealed anew.
void reseal_people_key(pqxx::transaction_base& tx, const model::SealedKey& anew);

/// Every account that anything is stored of.
std::vector<model::AccountId> read_accounts(pqxx::transaction_base& tx);

/// Removes what is stored of the people, given as account and keyed hash: their conversations, with
/// both sides' messages, what they wrote elsewhere, their comments, media in which an account is
/// tagged, and mentions; under the other keys that stood beside the given one as well. Rows of them
/// that come later are not taken.
model::ForgottenPerson forget_person(
    pqxx::transaction_base& tx,
    const std::vector<std::pair<model::AccountId, std::string>>& person);

} // namespace insightd::storage
