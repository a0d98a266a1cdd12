#include "storage/vault/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <optional>

namespace insightd::vault
{
namespace
{

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

unsigned char* writable(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* readable(const std::string& text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// What is bound to the box without standing in it.
std::string bound_to(const model::TokenFacts& facts, const std::string& key_id)
{
    return fmt::format(
        "insightd token 1\n{}\n{}\n{}", facts.account_id, model::to_string(facts.kind), key_id);
}

/// Nonce and ciphertext.
std::string boxed(const Key& key, const std::string& text, const std::string& bound)
{
    std::string box(nonce_size + text.size() + tag_size, '\0');
    randombytes_buf(box.data(), nonce_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        writable(box) + nonce_size, nullptr, readable(text), text.size(), readable(bound),
        bound.size(), nullptr, readable(box), key.bytes());
    return box;
}

/// Nothing if it was changed, or bound to something else.
std::optional<config::Secret>
unboxed(const Key& key, const std::string& box, const std::string& bound)
{
    if (box.size() <= nonce_size + tag_size)
        return std::nullopt;
    std::string text(box.size() - nonce_size - tag_size, '\0');
    const auto failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        writable(text), nullptr, nullptr, readable(box) + nonce_size, box.size() - nonce_size,
        readable(bound), bound.size(), readable(box), key.bytes());
    return failed == 0 ? std::optional{config::Secret{std::move(text)}} : std::nullopt;
}

std::string bound_to_people(const std::string& key_id)
{
    return "insightd people key 1\n" + key_id;
}

} // namespace

model::SealedToken
seal(const Keyring& keys, const config::Secret& token, const model::TokenFacts& facts)
{
    const auto& key = keys.newest();
    return {facts, key.id(), boxed(key, token.reveal(), bound_to(facts, key.id())), 0};
}

config::Secret open(const Keyring& keys, const model::SealedToken& sealed)
{
    const auto& key = keys.of_id(sealed.key_id);
    auto token = unboxed(key, sealed.box, bound_to(sealed.facts, sealed.key_id));
    if (!token)
        throw KeyTrouble{fmt::format(
            "the sealed token of account {} was changed or moved: log in again",
            sealed.facts.account_id)};
    return std::move(*token);
}

model::SealedKey seal_people_key(const Keyring& keys, const Key& key)
{
    const auto& sealing = keys.newest();
    return {sealing.id(), boxed(sealing, key.hex().reveal(), bound_to_people(sealing.id()))};
}

Key open_people_key(const Keyring& keys, const model::SealedKey& sealed)
{
    const auto digits =
        unboxed(keys.of_id(sealed.key_id), sealed.box, bound_to_people(sealed.key_id));
    if (!digits)
        throw KeyTrouble{"the sealed key of people's names was changed: restore the row of "
                         "insightd.people_key from a backup"};
    return Key::from_hex(digits->reveal());
}

} // namespace insightd::vault
