#include "storage/vault/seal.hpp"

#include <fmt/format.h>
#include <sodium.h>

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

} // namespace

model::SealedToken
seal(const Keyring& keys, const config::Secret& token, const model::TokenFacts& facts)
{
    const auto& key = keys.newest();
    const auto& text = token.reveal();
    const auto bound = bound_to(facts, key.id());
    std::string box(nonce_size + text.size() + tag_size, '\0');
    randombytes_buf(box.data(), nonce_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        writable(box) + nonce_size, nullptr, readable(text), text.size(), readable(bound),
        bound.size(), nullptr, readable(box), key.bytes());
    return {facts, key.id(), std::move(box), 0};
}

config::Secret open(const Keyring& keys, const model::SealedToken& sealed)
{
    const auto& key = keys.of_id(sealed.key_id);
    const auto& box = sealed.box;
    const auto bound = bound_to(sealed.facts, sealed.key_id);
    if (box.size() > nonce_size + tag_size) {
        std::string text(box.size() - nonce_size - tag_size, '\0');
        const auto failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
            writable(text), nullptr, nullptr, readable(box) + nonce_size, box.size() - nonce_size,
            readable(bound), bound.size(), readable(box), key.bytes());
        if (failed == 0)
            return config::Secret{std::move(text)};
    }
    throw KeyTrouble{fmt::format(
        "the sealed token of account {} was changed or moved: log in again",
        sealed.facts.account_id)};
}

} // namespace insightd::vault
