#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

// What an operator can ask and do about people: insightd conversations, insightd forget-person.
namespace insightd
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

/// The sandbox's first person writes to every account; ids begin with this one.
constexpr auto somebody = "5000000000000001";

class PeopleCommands : public ::testing::Test
{
protected:
    PeopleCommands()
    {
        std::ifstream in{sandbox.config_file()};
        std::string text{std::istreambuf_iterator<char>{in}, {}};
        const auto collect = "defaults: {collect: {conversations: metadata}}\n";
        text.insert(text.find("accounts:"), collect);
        std::ofstream{sandbox.config_file()} << text;
    }

    /// What it printed; `code` is how it ended.
    std::string say(std::vector<std::string> words)
    {
        auto process = sandbox.insightd(std::move(words));
        const auto text = process.finish();
        code = process.exit_code;
        return text;
    }

    std::string count(const std::string& table) const
    {
        return query1(database, "SELECT count(*) FROM " + table).value();
    }

    const std::string database = fresh_database();
    SandboxProcess sandbox{database, {"--chats", "2"}};
    int code = -1;
};

TEST_F(PeopleCommands, ConversationsAreListedWithTheirTimes)
{
    const auto line = "2026-02-[0-9]+T[0-9:.]+Z  [^ ]+\n";
    EXPECT_THAT(say({"conversations", "tiny_garden"}), ContainsRegex(line));
    EXPECT_EQ(code, 0);
}

TEST_F(PeopleCommands, TokenThatIsNotThePagesIsOneClearLineAndExit77)
{
    EXPECT_THAT(
        say({"conversations", "bakery_berlin"}), HasSubstr("bakery_berlin: needs_login 190"));
    EXPECT_EQ(code, 77);
}

TEST_F(PeopleCommands, NewestMessagesOfOnePersonAreShownWithTheirDirections)
{
    const auto text = say({"conversations", "tiny_garden", "--with", somebody});
    EXPECT_EQ(code, 0) << text;
    EXPECT_THAT(text, AllOf(HasSubstr("  in   "), HasSubstr("  out  ")));
}

TEST_F(PeopleCommands, WhoeverIsForgottenIsGoneAtAllAccountsAndStaysSo)
{
    say({"collect", "tiny_garden", "metricsaurus"});
    ASSERT_EQ(code, 0);
    const auto before = std::stoll(count("store.conversation"));
    ASSERT_GT(before, 0);
    EXPECT_THAT(
        say({"forget-person", somebody}), ContainsRegex("forgotten: [1-9].* conversations"));
    EXPECT_EQ(code, 0);
    const auto after = std::stoll(count("store.conversation"));
    EXPECT_LT(after, before);
    say({"collect", "tiny_garden", "metricsaurus"});
    EXPECT_EQ(code, 0);
    EXPECT_EQ(std::stoll(count("store.conversation")), after);
}

TEST_F(PeopleCommands, WhoeverIsNamedInTheConfigurationIsToBeRemovedThere)
{
    std::ifstream in{sandbox.config_file()};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const std::string with =
        std::string{"    collect: {conversations: {mode: metadata, with: [\""} + somebody +
        "\"]}}\n";
    std::ofstream{sandbox.config_file()} << text << with;
    EXPECT_THAT(say({"forget-person", somebody}), HasSubstr("remove it there"));
    EXPECT_EQ(code, 0);
}

TEST_F(PeopleCommands, PersonIsGivenByAnIdOrAUsername)
{
    EXPECT_THAT(say({"forget-person", "Jane Doe"}), HasSubstr("by an Instagram-scoped id"));
    EXPECT_EQ(code, 64);
    EXPECT_THAT(say({"forget-person", "@jane.doe"}), HasSubstr("ok    forgotten: 0"));
    EXPECT_EQ(code, 0);
}

} // namespace
} // namespace insightd
