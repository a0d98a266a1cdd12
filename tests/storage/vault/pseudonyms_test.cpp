#include "storage/vault/pseudonyms.hpp"
#include "storage/vault/seal.hpp"

#include <gmock/gmock.h>

namespace insightd::vault
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

Keyring ring(char digit)
{
    return Keyring::parse(config::Secret{std::string(64, digit)});
}

TEST(Pseudonyms, OneIdHasOneNameWithOneKey)
{
    const KeyedPseudonyms names{Key::from_hex(std::string(64, 'a'))};
    const auto name = names.of_person(1, "42");
    EXPECT_EQ(name.size(), 32U);
    EXPECT_THAT(name, Not(HasSubstr("42")));
    EXPECT_EQ(names.of_person(1, "42"), name);
    EXPECT_NE(names.of_person(2, "42"), name) << "at another account another";
    EXPECT_NE(names.of_person(1, "43"), name);
    EXPECT_NE(names.of_message(1, "42"), name);
    EXPECT_NE(names.of_conversation(1, "42"), names.of_message(1, "42"));
    const KeyedPseudonyms others{Key::from_hex(std::string(64, 'b'))};
    EXPECT_NE(others.of_person(1, "42"), name);
}

TEST(PeopleKey, OpensAsItWasSealed)
{
    const auto key = Key::random();
    const auto sealed = seal_people_key(ring('a'), key);
    EXPECT_THAT(sealed.box, Not(HasSubstr(key.hex().reveal())));
    EXPECT_EQ(open_people_key(ring('a'), sealed).id(), key.id());
    EXPECT_THROW(open_people_key(ring('b'), sealed), KeyTrouble);
    auto changed = sealed;
    changed.box.back() = static_cast<char>(changed.box.back() ^ 1);
    EXPECT_THAT(
        [&] { open_people_key(ring('a'), changed); },
        ThrowsMessage<KeyTrouble>(HasSubstr("was changed")));
}

} // namespace
} // namespace insightd::vault
