#include "daemon/vault_keys.hpp"

namespace insightd::daemon
{
namespace
{

vault::Keyring keys_at(const config::SecretReference& place)
{
    if (place.kind == config::SecretReference::Kind::file)
        return vault::Keyring::of_file(place.name);
    const auto text = config::resolve(place);
    if (const auto* reason = std::get_if<std::string>(&text))
        throw vault::KeyTrouble{"the vault's key: " + *reason};
    return vault::Keyring::parse(std::get<config::Secret>(text));
}

} // namespace

std::filesystem::path own_key_file(const config::Config& config)
{
    return config.state_dir / "vault.key";
}

vault::Keyring keys_to_open(const config::Config& config)
{
    return config.vault_key ? keys_at(*config.vault_key)
                            : vault::Keyring::of_file(own_key_file(config));
}

vault::Keyring keys_to_seal(const config::Config& config)
{
    return config.vault_key ? keys_at(*config.vault_key)
                            : vault::Keyring::of_file_or_new(own_key_file(config));
}

} // namespace insightd::daemon
