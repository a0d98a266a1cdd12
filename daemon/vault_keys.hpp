#pragma once

#include "config/config.hpp"
#include "storage/vault/keyring.hpp"

/// Where the configuration says that the vault's key is.
namespace insightd::daemon
{

/// The file that holds the key if `vault.key` names no other place.
std::filesystem::path own_key_file(const config::Config& config);

/// The keys that open what is sealed. Throws vault::KeyTrouble.
vault::Keyring keys_to_open(const config::Config& config);

/// The same, to seal with: our own file is made if it is not there. Throws vault::KeyTrouble.
vault::Keyring keys_to_seal(const config::Config& config);

} // namespace insightd::daemon
