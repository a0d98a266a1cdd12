#include "storage/vault/pseudonyms.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace insightd::vault
{
namespace
{

constexpr std::size_t name_bytes = 16;
static_assert(name_bytes >= crypto_generichash_BYTES_MIN);

} // namespace

std::string
KeyedPseudonyms::named(std::string_view kind, model::AccountId account, std::string_view id) const
{
    const auto text = fmt::format("insightd {} 1\n{}\n{}", kind, account, id);
    std::array<unsigned char, name_bytes> hash{};
    crypto_generichash(
        hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
        key_.bytes(), Key::size);
    std::string digits(name_bytes * 2 + 1, '\0'); // libsodium ends it with a zero
    sodium_bin2hex(digits.data(), digits.size(), hash.data(), hash.size());
    digits.pop_back();
    return digits;
}

std::string KeyedPseudonyms::of_person(model::AccountId account, std::string_view id) const
{
    return named("person", account, id);
}

std::string KeyedPseudonyms::of_conversation(model::AccountId account, std::string_view id) const
{
    return named("conversation", account, id);
}

std::string KeyedPseudonyms::of_message(model::AccountId account, std::string_view id) const
{
    return named("message", account, id);
}

std::string KeyedPseudonyms::of_comment(model::AccountId account, std::string_view id) const
{
    return named("comment", account, id);
}

} // namespace insightd::vault
