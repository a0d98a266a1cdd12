#include "tests/daemon/process.hpp"
#include "tests/storage/readers.hpp"

#include "storage/migrations.hpp"

#include <gmock/gmock.h>

// `insightd grant-reader` as a process, and the daemon as the writer, who owns nothing.
namespace insightd
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::fresh_database;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto seen = "SELECT string_agg(account, ' ') FROM insights.account_owner";

TEST(ReaderCommand, GrantsAnswersAndRevokes)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database, {}, "1"};
    auto grant = sandbox.insightd(
        {"grant-reader", "--accounts", "tiny_garden", "by_command", "--timeout", "5m",
         "--password"},
        "open sesame\n");
    const auto text = grant.finish();
    EXPECT_EQ(grant.exit_code, 0) << text;
    EXPECT_THAT(text, HasSubstr("of tiny_garden only; a statement ends after 300 s"));
    EXPECT_THAT(text, HasSubstr(" -d test_"));
    EXPECT_THAT(text, HasSubstr(" -U by_command"));
    EXPECT_THAT(text, Not(HasSubstr("sesame")));
    EXPECT_EQ(query1(as_login(database, "by_command"), seen), "tiny_garden");
    EXPECT_EQ(query1(as_login(database, "by_command"), "SHOW statement_timeout"), "5min");

    auto revoke = sandbox.insightd({"grant-reader", "by_command", "--revoke"});
    EXPECT_THAT(revoke.finish(), HasSubstr("reads nothing any more"));
    EXPECT_EQ(revoke.exit_code, 0);
    EXPECT_THROW(query1(as_login(database, "by_command"), seen), std::exception);
}

TEST(ReaderCommand, MistakesAreOneHelpfulLineAndExit64)
{
    SandboxProcess sandbox{fresh_database(), {}, "1"};
    for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"one"}, "--accounts shop,bakery, or --all"},
             {{"one", "--all", "--accounts", "tiny_garden"}, "--accounts shop,bakery, or --all"},
             {{"one", "--accounts", "tiny_gardn"}, "did you mean `tiny_garden`?"},
             {{"one", "--all", "--timeout", "soon"}, "no duration"},
             {{"one", "--all", "--password"}, "no password on standard input"},
             {{"postgres", "--all"}, "a login of its own"}}) {
        auto command = words;
        command.insert(command.begin(), "grant-reader");
        auto grant = sandbox.insightd(command);
        EXPECT_THAT(grant.finish(), HasSubstr(said));
        EXPECT_EQ(grant.exit_code, 64) << grant.output();
    }
}

TEST(WriterProcess, CollectsWithoutOwningAnything)
{
    const auto database = fresh_database();
    query(
        database, "DO $$ BEGIN CREATE ROLE insightd_writer LOGIN; EXCEPTION WHEN duplicate_object "
                  "THEN NULL; END $$");
    const auto writer = as_login(database, "insightd_writer");
    SandboxProcess sandbox{writer, {}, "1"};
    auto early = sandbox.insightd({"collect", "tiny_garden"});
    EXPECT_THAT(early.finish(), HasSubstr("run `insightd migrate` as the owner"));
    EXPECT_EQ(early.exit_code, 69);

    storage::migrate(database, false);
    auto collect = sandbox.insightd({"collect", "tiny_garden"});
    collect.finish();
    EXPECT_EQ(collect.exit_code, 0) << collect.output();
    EXPECT_EQ(
        query1(database, "SELECT count(*) > 5 FROM insights.media_latest WHERE views > 0"), "t");
    auto run = sandbox.insightd({"run", "--no-migrate"});
    EXPECT_TRUE(run.wait_for("poll account=bakery_berlin collector=account_insights"))
        << run.output();
    run.end(SIGTERM);
    EXPECT_EQ(run.exit_code, 0) << run.output();
    EXPECT_THAT(run.output(), Not(HasSubstr("permission denied")));
    for (const auto* command : {"status", "explain"}) {
        auto read = std::string{command} == "status" ? sandbox.insightd({"status"})
                                                     : sandbox.insightd({"explain", "tiny_garden"});
        read.finish();
        EXPECT_EQ(read.exit_code, 0) << command << read.output();
    }
}

} // namespace
} // namespace insightd
