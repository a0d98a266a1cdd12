#pragma once

#include "storage/model/conversation.hpp"
#include "storage/vault/keyring.hpp"

#include <string>
#include <string_view>

namespace insightd::vault
{

/// Names made with a key of their own: BLAKE2b with that key over kind, account and id, 128 bits in
/// hex. The same id has another name at another account; without the key nobody can tell, or try,
/// which id a name stands for.
class KeyedPseudonyms final : public model::Pseudonyms
{
public:
    explicit KeyedPseudonyms(Key key) : key_{std::move(key)} {}

    std::string of_person(model::AccountId account, std::string_view id) const override;
    std::string of_conversation(model::AccountId account, std::string_view id) const override;
    std::string of_message(model::AccountId account, std::string_view id) const override;
    std::string of_comment(model::AccountId account, std::string_view id) const override;

private:
    std::string named(std::string_view kind, model::AccountId account, std::string_view id) const;

    Key key_;
};

} // namespace insightd::vault
