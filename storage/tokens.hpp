#pragma once

#include "storage/model/token.hpp"

#include <pqxx/pqxx>

#include <chrono>
#include <optional>
#include <vector>

/// Sealed tokens and what is known of them. Nothing here can open one.
namespace insightd::storage
{

std::optional<model::SealedToken> read_token(pqxx::transaction_base& tx, model::AccountId account);

/// All that are stored, by account.
std::vector<model::SealedToken> read_tokens(pqxx::transaction_base& tx);

/// A login's token takes the place of any, and how the one before was doing is forgotten with it.
void put_token(pqxx::transaction_base& tx, const model::SealedToken& token);

/// Puts the token in the place of the one of `token.revision`, and ends the claim on it. Its own
/// revision; nothing, and nothing is changed, if that one was replaced or forgotten meanwhile. It
/// may be said again by one who did not hear what became of it: no two boxes are the same.
std::optional<std::int64_t>
replace_token(pqxx::transaction_base& tx, const model::SealedToken& token);

/// False if there was none.
bool remove_token(pqxx::transaction_base& tx, model::AccountId account);

/// Takes the token of that revision for oneself, by the database's own clock: two instances never
/// refresh one token at once. False if another has it, or has replaced it.
bool claim_token(
    pqxx::transaction_base& tx, model::AccountId account, std::int64_t revision,
    std::chrono::seconds duration);

/// Gives the claim on that revision back, and notes when to try again.
void release_token(
    pqxx::transaction_base& tx, model::AccountId account, std::int64_t revision,
    model::Instant next_refresh_at);

/// Puts boxes that were sealed anew in the place of the old ones. A token that was replaced since
/// it was read stays as it is. Returns how many were taken.
std::size_t reseal_tokens(pqxx::transaction_base& tx, const std::vector<model::SealedToken>& anew);

void write_token_states(pqxx::transaction_base& tx, const std::vector<model::TokenState>& states);

/// One for each account that is configured or has a token.
std::vector<model::TokenStatus> read_token_status(pqxx::transaction_base& tx);

} // namespace insightd::storage
