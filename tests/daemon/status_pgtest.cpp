#include "tests/daemon/process.hpp"
#include "tests/daemon/terminal.hpp"

#include <gmock/gmock.h>

// `insightd status` as it is watched: on a terminal in place, elsewhere block by block.
namespace insightd
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::fresh_database;
using insightd::testing::SandboxProcess;
using insightd::testing::Terminal;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto enters = "\x1b[?1049h";
constexpr auto leaves = "\x1b[?1049l";

class StatusWatch : public ::testing::Test
{
protected:
    StatusWatch() { sandbox.insightd({"collect", "tiny_garden"}).finish(); }

    std::vector<std::string> command(const char* seconds) const
    {
        return {INSIGHTD_PROGRAM, "status", "--watch", seconds, "-c", sandbox.config_file()};
    }

    std::string database = fresh_database();
    SandboxProcess sandbox{database};
};

TEST_F(StatusWatch, RedrawsInPlaceAndLeavesTheTerminalAsItWas)
{
    for (const int signal : {SIGINT, SIGTERM}) {
        Terminal terminal{command("1"), 90};
        ASSERT_TRUE(terminal.wait_for(enters));
        ASSERT_TRUE(terminal.wait_for("\x1b[H")) << terminal.shown();
        ASSERT_TRUE(terminal.wait_for("tiny_garden"));
        EXPECT_THAT(terminal.shown(), Not(HasSubstr("OWNER"))) << "no room for it";
        ASSERT_TRUE(terminal.wait_for("\x1b[H")) << "once more, by itself";
        if (signal == SIGINT)
            terminal.press_ctrl_c();
        else
            terminal.send(signal);
        const auto& shown = terminal.finish();
        EXPECT_EQ(terminal.exit_code, 0);
        EXPECT_GT(shown.rfind(leaves), shown.rfind(enters));
        EXPECT_TRUE(shown.ends_with(leaves));
    }
}

TEST_F(StatusWatch, FollowsTheSizeOfTheTerminal)
{
    Terminal terminal{command("3600"), 90};
    ASSERT_TRUE(terminal.wait_for("tiny_garden"));
    terminal.resize(200);
    ASSERT_TRUE(terminal.wait_for("OWNER")) << terminal.shown();
    terminal.press_ctrl_c();
    terminal.finish();
}

TEST_F(StatusWatch, GoesOnWhileTheDatabaseIsAway)
{
    Terminal terminal{command("1"), 200};
    ASSERT_TRUE(terminal.wait_for("tiny_garden"));
    allow_connections(database, false);
    ASSERT_TRUE(terminal.wait_for("the database"));
    allow_connections(database, true);
    ASSERT_TRUE(terminal.wait_for("tiny_garden")) << terminal.shown();
    terminal.press_ctrl_c();
    terminal.finish();
    EXPECT_EQ(terminal.exit_code, 0);
}

TEST_F(StatusWatch, IsBlocksElsewhereAndLinesForPrograms)
{
    auto blocks = sandbox.insightd({"status", "--watch", "1"});
    ASSERT_TRUE(blocks.wait_for("insightd status at"));
    ASSERT_TRUE(blocks.wait_for("OWNER"));
    blocks.send(SIGTERM);
    EXPECT_THAT(blocks.finish(), Not(HasSubstr("\x1b")));
    EXPECT_EQ(blocks.exit_code, 0);
    auto lines = sandbox.insightd({"status", "--json", "--watch", "1"});
    ASSERT_TRUE(lines.wait_for("}\n{")) << "an object a line";
    lines.send(SIGTERM);
    EXPECT_THAT(lines.finish(), HasSubstr(R"("retention":{"full_resolution_seconds":null)"));
}

TEST_F(StatusWatch, WantsASensibleNumberOfSeconds)
{
    auto status = sandbox.insightd({"status", "--watch", "0"});
    status.finish();
    EXPECT_EQ(status.exit_code, 64);
}

} // namespace
} // namespace insightd
