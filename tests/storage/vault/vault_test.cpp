#include "storage/vault/seal.hpp"
#include "tests/support/private_postgres.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/stat.h>

namespace insightd::vault
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

const std::string first_key(64, 'a');
const std::string second_key(64, 'b');
const config::Secret token{"IGAA-marker-token"};

Keyring ring(const std::string& lines)
{
    return Keyring::parse(config::Secret{lines});
}

model::TokenFacts facts_of(model::AccountId account)
{
    model::TokenFacts facts;
    facts.account_id = account;
    facts.kind = model::TokenKind::instagram_user;
    return facts;
}

TEST(Vault, OpensWhatItSealed)
{
    const auto keys = ring(first_key);
    const auto sealed = seal(keys, token, facts_of(1));
    EXPECT_EQ(open(keys, sealed).reveal(), token.reveal());
    EXPECT_EQ(sealed.key_id, keys.newest().id());
    EXPECT_THAT(sealed.box, Not(HasSubstr("marker")));
    EXPECT_NE(seal(keys, token, facts_of(1)).box, sealed.box) << "a nonce is never used twice";
}

TEST(Vault, RowThatWasMovedToAnotherAccountDoesNotOpen)
{
    const auto keys = ring(first_key);
    auto sealed = seal(keys, token, facts_of(1));
    sealed.facts.account_id = 2;
    EXPECT_THAT(
        [&] { open(keys, sealed); }, ThrowsMessage<KeyTrouble>(HasSubstr("changed or moved")));
    sealed.facts = facts_of(1);
    sealed.facts.kind = model::TokenKind::page;
    EXPECT_THROW(open(keys, sealed), KeyTrouble);
}

TEST(Vault, ChangedOrShortenedBoxDoesNotOpen)
{
    const auto keys = ring(first_key);
    const auto sealed = seal(keys, token, facts_of(1));
    for (std::size_t at = 0; at < sealed.box.size(); ++at) {
        auto changed = sealed;
        changed.box[at] = static_cast<char>(changed.box[at] ^ 1);
        EXPECT_THROW(open(keys, changed), KeyTrouble) << at;
        changed.box = sealed.box.substr(0, at);
        EXPECT_THROW(open(keys, changed), KeyTrouble) << at;
    }
}

TEST(Vault, NewKeySealsAndOldOneStillOpens)
{
    const auto old = ring(first_key);
    const auto sealed = seal(old, token, facts_of(1));
    const auto both = ring(second_key + "\n" + first_key + "\n");
    EXPECT_EQ(open(both, sealed).reveal(), token.reveal());
    EXPECT_EQ(seal(both, token, facts_of(1)).key_id, ring(second_key).newest().id());
}

TEST(Vault, MissingKeySaysWhichAndNeverShowsOne)
{
    const auto sealed = seal(ring(first_key), token, facts_of(1));
    try {
        open(ring(second_key), sealed);
        ADD_FAILURE() << "another key opened it";
    } catch (const KeyTrouble& trouble) {
        EXPECT_THAT(trouble.what(), HasSubstr(sealed.key_id));
        EXPECT_THAT(trouble.what(), HasSubstr("not at hand"));
        EXPECT_THAT(trouble.what(), Not(HasSubstr(std::string(16, 'b'))));
    }
}

TEST(Keyring, RefusesWhatIsNoKeyWithoutRepeatingIt)
{
    for (const auto& text :
         {std::string{"hunter2"}, std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'x')})
        EXPECT_THAT(
            [&] { ring(text); },
            ThrowsMessage<KeyTrouble>(AllOf(HasSubstr("64 hex digits"), Not(HasSubstr(text)))));
    EXPECT_THROW(ring("\n\n"), KeyTrouble);
}

class KeyFile : public ::testing::Test
{
protected:
    std::filesystem::path file() const { return folder.path() / "state" / "vault.key"; }

    insightd::testing::ScratchFolder folder;
};

TEST_F(KeyFile, IsMadeOnceForItsOwnerAlone)
{
    const auto made = Keyring::of_file_or_new(file());
    struct stat facts {
    };
    ASSERT_EQ(stat(file().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_EQ(Keyring::of_file(file()).newest().id(), made.newest().id());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{file().parent_path()}, {}), 1)
        << "nothing is left behind";
}

TEST_F(KeyFile, ThatOthersCanReadIsRefused)
{
    Keyring::of_file_or_new(file());
    chmod(file().c_str(), 0640);
    EXPECT_THAT(
        [&] { Keyring::of_file(file()); }, ThrowsMessage<KeyTrouble>(HasSubstr("chmod 600")));
}

TEST_F(KeyFile, RotatesAndForgets)
{
    const auto old = Keyring::of_file_or_new(file());
    const auto sealed = seal(old, token, facts_of(1));
    old.with(Key::random()).save(file());
    const auto both = Keyring::of_file(file());
    EXPECT_NE(both.newest().id(), old.newest().id());
    EXPECT_EQ(open(both, sealed).reveal(), token.reveal());
    both.only(1).save(file());
    EXPECT_THROW(open(Keyring::of_file(file()), sealed), KeyTrouble);
}

TEST_F(KeyFile, InAFolderThatCannotBeSaysWhatToDo)
{
    std::ofstream{folder.path() / "state"} << "a file where a folder should be";
    EXPECT_THAT(
        [&] { Keyring::of_file_or_new(file()); },
        ThrowsMessage<KeyTrouble>(HasSubstr("give its folder")));
}

TEST_F(KeyFile, ThatIsGoneIsNotReplacedWhereATokenIsToBeOpened)
{
    EXPECT_THAT(
        [&] { Keyring::of_file(file()); }, ThrowsMessage<KeyTrouble>(HasSubstr("cannot be read")));
    EXPECT_FALSE(std::filesystem::exists(file()));
}

} // namespace
} // namespace insightd::vault
