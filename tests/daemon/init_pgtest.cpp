#include "tests/daemon/logins.hpp"
#include "tests/daemon/terminal.hpp"

#include <pwd.h>
#include <sys/stat.h>

// `insightd init` from its first question to rows in the database: a person at a terminal, and a
// program that fills machines in.
namespace insightd
{
namespace
{

namespace fs = std::filesystem;
using insightd::testing::Logins;
using insightd::testing::Process;
using insightd::testing::query1;
using insightd::testing::Terminal;
using insightd::testing::text_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The sandbox, and a folder in which a configuration is to be made.
class Init : public ::testing::Test
{
protected:
    Init() { fs::create_directory(folder); }

    /// What every test answers by option: where this test's stand-ins are.
    std::vector<std::string> command(std::vector<std::string> options = {}) const
    {
        std::vector<std::string> words{INSIGHTD_PROGRAM,
                                       "init",
                                       file.string(),
                                       "--graph-url",
                                       graph_url(),
                                       "--state-dir",
                                       (folder / "state").string()};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }

    std::string graph_url() const
    {
        std::smatch match;
        const auto text = text_of(logins.sandbox.config_file());
        std::regex_search(text, match, std::regex{R"(graph_url: \{instagram: "([^"]+)\")"});
        return match[1];
    }

    Process run(std::vector<std::string> words, const std::string& input = {}) const
    {
        words.insert(words.begin(), INSIGHTD_PROGRAM);
        words.insert(words.end(), {"-c", file.string()});
        Process process{std::move(words), input};
        process.finish();
        return process;
    }

    /// The sandbox's clock is not the machine's, and no answer of the wizard.
    void take_clock_of_sandbox() const
    {
        const auto text = text_of(logins.sandbox.config_file());
        std::smatch clock, login_url;
        std::regex_search(text, clock, std::regex{"clock: .*\n"});
        std::regex_search(text, login_url, std::regex{"  login_url: .*\n"});
        const auto own =
            std::regex_replace(text_of(file), std::regex{"api:\n"}, "api:\n" + login_url.str());
        std::ofstream{file} << own << "\n" << clock.str();
    }

    std::vector<std::string> files() const
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator{folder})
            names.push_back(entry.path().filename());
        std::ranges::sort(names);
        return names;
    }

    /// As it would be typed.
    std::string token() const
    {
        auto text = logins.fixed_token("metricsaurus");
        text.erase(text.find_last_not_of('\n') + 1);
        return text;
    }

    Logins logins;
    fs::path folder = logins.sandbox.folder.path() / "init";
    fs::path file = folder / "insightd.yaml";
};

TEST_F(Init, LeadsAPersonToRowsInTheDatabase)
{
    Terminal terminal{command()};
    ASSERT_TRUE(terminal.answer("PostgreSQL [embedded]: ", "postgresql://127.0.0.1:1/insights"))
        << terminal.shown();
    EXPECT_TRUE(terminal.wait_for("nothing listens there: start PostgreSQL"));
    EXPECT_TRUE(terminal.answer("PostgreSQL [postgresql", logins.database));
    EXPECT_TRUE(terminal.wait_for("ok    PostgreSQL"));
    EXPECT_TRUE(terminal.answer("Login [instagram]: ", "instagrm"));
    EXPECT_TRUE(terminal.wait_for("did you mean `instagram`?"));
    EXPECT_TRUE(terminal.answer("Login [instagram]: ", ""));
    EXPECT_TRUE(terminal.answer("Id of the Meta app: ", ""));
    EXPECT_TRUE(terminal.answer("Where the token is kept [vault]: ", ""));
    ASSERT_TRUE(terminal.wait_for("Token (not shown): "));
    EXPECT_FALSE(terminal.echoes());
    terminal.type("IGAAnottoken\n");
    EXPECT_TRUE(terminal.wait_for("take another, or leave it empty"));
    EXPECT_TRUE(terminal.answer("Token (not shown): ", token()));
    EXPECT_TRUE(terminal.wait_for("it is the token of @metricsaurus, and insights can be read"));
    EXPECT_TRUE(terminal.answer("Account id [1784", ""));
    EXPECT_TRUE(terminal.answer("Name [metricsaurus]: ", ""));
    EXPECT_TRUE(terminal.answer("Time zone [", "Mars/Olympus"));
    EXPECT_TRUE(terminal.answer("Time zone [", "Europe/Berlin"));
    EXPECT_TRUE(terminal.answer("Collect [profile", "profile"));
    EXPECT_TRUE(terminal.answer("Status page [127.0.0.1:9464]: ", "0"));
    const auto& shown = terminal.finish();
    EXPECT_EQ(terminal.exit_code, 0) << shown;
    EXPECT_THAT(
        shown, AllOf(
                   HasSubstr("the token of @metricsaurus is sealed"),
                   HasSubstr("insightd check --online -c " + file.string()),
                   Not(HasSubstr("sandboxtoken")), Not(HasSubstr("IGAAnottoken"))));
    EXPECT_THAT(text_of(file), Not(HasSubstr("sandboxtoken")));
    EXPECT_EQ(run({"check"}).exit_code, 0);
    take_clock_of_sandbox();
    const auto collect = run({"collect"});
    EXPECT_EQ(collect.exit_code, 0) << collect.output();
    EXPECT_EQ(query1(logins.database, "SELECT count(*) > 0 FROM insights.account_latest"), "t");
}

TEST_F(Init, RunsUnattendedByOptions)
{
    Process init{
        command(
            {"--database", logins.database, "--token", "file", "--token-stdin", "--collect",
             "profile,media", "--timezone", "UTC"}),
        token()};
    const auto text = init.finish();
    EXPECT_EQ(init.exit_code, 0) << text;
    EXPECT_THAT(files(), ::testing::ElementsAre("insightd.yaml", "metricsaurus.token"));
    struct stat facts = {};
    stat((folder / "metricsaurus.token").c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_THAT(
        text_of(file), AllOf(
                           HasSubstr("# yaml-language-server: $schema="),
                           HasSubstr("metricsaurus.token"), Not(HasSubstr("sandboxtoken"))));
    EXPECT_THAT(
        run({"check", "--online"}).output(),
        AllOf(HasSubstr("ok    database"), HasSubstr("ok    account metricsaurus")));
}

TEST_F(Init, NamesTheOptionThatIsWrongAndWritesNothing)
{
    struct Case {
        std::vector<std::string> options;
        const char* words;
    };
    for (const auto& one :
         {Case{{}, "--user-id: is needed"}, Case{{"--user-id", "x"}, "--user-id: `user_id` must"},
          Case{{"--user-id", "1784", "--database", "host=127.0.0.1 port=1"}, "nothing listens"},
          Case{{"--user-id", "1784", "--listen", "localhost"}, "--listen: `listen`"}}) {
        Process init{command(one.options)};
        EXPECT_THAT(init.finish(), AllOf(HasSubstr(one.words), HasSubstr("nothing is written")));
        EXPECT_EQ(init.exit_code, 64);
        EXPECT_THAT(files(), IsEmpty());
    }
}

TEST_F(Init, WritesForADatabaseThatIsNotThereYetIfToldTo)
{
    Process init{command(
        {"--offline", "--user-id", "1784", "--database", "host=127.0.0.1 port=1 dbname=insights"})};
    EXPECT_THAT(init.finish(), HasSubstr("insightd token add shop -c"));
    EXPECT_EQ(init.exit_code, 0) << init.output();
    EXPECT_EQ(run({"check"}).exit_code, 0);
}

TEST_F(Init, LeavesAFileThatIsThereAsItIs)
{
    std::ofstream{file} << "mine\n";
    Process init{command({"--user-id", "1784"})};
    EXPECT_THAT(init.finish(), HasSubstr("is there already, and is left as it is"));
    EXPECT_EQ(init.exit_code, 74);
    EXPECT_EQ(text_of(file), "mine\n");
}

TEST_F(Init, CtrlCLeavesNothingBehindAndATerminalThatShows)
{
    for (const auto* last : {"PostgreSQL [embedded]: ", "Token (not shown): "}) {
        Terminal terminal{command()};
        for (const auto* prompt : {"PostgreSQL [", "Login [", "app: ", "kept [", "Token (not"}) {
            if (std::string{last}.starts_with(prompt)) {
                ASSERT_TRUE(terminal.wait_for(prompt));
                terminal.press_ctrl_c();
                break;
            }
            ASSERT_TRUE(terminal.answer(prompt, "")) << terminal.shown();
        }
        terminal.finish();
        EXPECT_EQ(terminal.exit_code, 130) << terminal.shown();
        EXPECT_TRUE(terminal.echoes());
        EXPECT_THAT(files(), IsEmpty());
    }
}

TEST_F(Init, EndOfInputLeavesNothingBehind)
{
    Terminal terminal{command()};
    ASSERT_TRUE(terminal.wait_for("PostgreSQL ["));
    terminal.press_ctrl_d();
    EXPECT_THAT(terminal.finish(), HasSubstr("nothing is written"));
    EXPECT_EQ(terminal.exit_code, 75);
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(Init, TellsRootWhoseFolderItIs)
{
    const auto* other = getpwnam("nobody");
    if (geteuid() != 0 || other == nullptr)
        GTEST_SKIP() << "only root meets this";
    fs::create_directory(folder / "state");
    ASSERT_EQ(chown((folder / "state").c_str(), other->pw_uid, other->pw_gid), 0);
    Process init{command({"--database", logins.database, "--token-stdin"}), token()};
    EXPECT_THAT(init.finish(), HasSubstr("sudo -u nobody insightd token add metricsaurus"));
    EXPECT_EQ(init.exit_code, 0) << init.output();
    EXPECT_FALSE(fs::exists(folder / "state" / "vault.key"));
}

} // namespace
} // namespace insightd
