#pragma once

#include "config/secret.hpp"
#include "storage/model/token.hpp"
#include "storage/vault/keyring.hpp"

namespace insightd::vault
{

/// Seals with the newest key: XChaCha20-Poly1305 with a random nonce. Account, kind and key id are
/// bound to it, so that a row that was moved to another account does not open.
model::SealedToken
seal(const Keyring& keys, const config::Secret& token, const model::TokenFacts& facts);

/// The token. Throws KeyTrouble if the key is not at hand or the row was changed or moved.
config::Secret open(const Keyring& keys, const model::SealedToken& sealed);

/// The same of the key that people's pseudonyms are made with.
model::SealedKey seal_people_key(const Keyring& keys, const Key& key);
Key open_people_key(const Keyring& keys, const model::SealedKey& sealed);

} // namespace insightd::vault
