#include "daemon/reload/reading.hpp"
#include "tests/support/private_postgres.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace insightd::reload
{
namespace
{

using insightd::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReadingTest : public ::testing::Test
{
protected:
    void write(const std::string& accounts)
    {
        std::ofstream{file} << "database: postgresql:///insights\naccounts:\n" << accounts;
    }
    Reading read(std::size_t known = 0) const { return reload::read(file, {}, running, known); }

    static std::string account(int number)
    {
        const auto text = std::to_string(number);
        return "  - {name: shop_" + text + ", user_id: " + text + ", token: {env: T}}\n";
    }

    ScratchFolder folder;
    std::filesystem::path file = folder.path() / "insightd.yaml";
    config::Config running;
};

TEST_F(ReadingTest, SaysWhatItTakesToComeThere)
{
    write(account(1));
    running = read().wanted;
    write(account(1) + account(2));
    const auto reading = read();
    ASSERT_TRUE(reading.is_good());
    EXPECT_THAT(reading.changes.added, ElementsAre(reading.wanted.accounts.at(1)));
    EXPECT_EQ(reading.fingerprint, fingerprint_of(file));
}

TEST_F(ReadingTest, TheSameTextIsNotLookedAtAgainUnlessAsked)
{
    write("  - {name: broken\n");
    const auto known = fingerprint_of(file);
    EXPECT_TRUE(read(known).is_as_before);
    EXPECT_FALSE(read(0).is_as_before);
    EXPECT_FALSE(read(0).is_good());
    write(account(1));
    EXPECT_FALSE(read(known).is_as_before);
}

TEST_F(ReadingTest, FirstMistakeIsToldWithItsPlace)
{
    write(account(1) + "  - {name: shop_2, user_id: 1, token: {env: T}, colour: red}\n");
    const auto reading = read();
    EXPECT_EQ(reading.mistakes.all.size(), 2U);
    EXPECT_THAT(first_of(reading.mistakes), StartsWith(file.string() + ":4:29: `user_id` 1"));
    EXPECT_THAT(first_of(reading.mistakes), EndsWith("line 3")) << "one line";
}

TEST_F(ReadingTest, FileThatIsGoneIsAMistake)
{
    const auto reading = read(17);
    EXPECT_FALSE(reading.is_good());
    EXPECT_FALSE(reading.is_as_before);
    EXPECT_EQ(reading.fingerprint, 0U);
    EXPECT_THAT(first_of(reading.mistakes), HasSubstr("insightd.yaml:1:1: cannot be read"));
}

} // namespace
} // namespace insightd::reload
