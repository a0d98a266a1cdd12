#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

// `insightd backfill` as a process: what it prints and answers, Ctrl-C, and going on.
namespace insightd
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::HasSubstr;
using ::testing::Not;

std::int64_t number(const std::string& url, const std::string& sql)
{
    return std::stoll(query1(url, sql).value_or("0"));
}

TEST(BackfillCommand, FetchesTheNamedAccountAndSaysWhatItGot)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database, {"--days-served", "45"}, "1"};
    auto backfill = sandbox.insightd({"backfill", "metricsaurus"});
    const auto text = backfill.finish();
    EXPECT_EQ(backfill.exit_code, 0) << text;
    EXPECT_THAT(text, HasSubstr("metricsaurus: "));
    EXPECT_THAT(text, HasSubstr("days from 2026-01-16 to 2026-02-26; ended because"));
    EXPECT_THAT(text, HasSubstr("100%"));
    EXPECT_EQ(number(database, "SELECT count(DISTINCT account_id) FROM store.account_day"), 1);
    EXPECT_EQ(
        number(database, "SELECT count(*) FROM insights.media_latest WHERE asked_at IS NULL"), 0);

    auto again = sandbox.insightd({"backfill", "metricsaurus", "--since", "2026-02-01"});
    EXPECT_THAT(again.finish(), HasSubstr("days from 2026-02-01 to 2026-02-26"));
    EXPECT_EQ(again.exit_code, 0);
}

TEST(BackfillCommand, InterruptedItSaysHowToGoOnAndGoesOn)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database, {"--days-served", "90"}, "1"};
    auto first = sandbox.insightd({"backfill", "metricsaurus"});
    ASSERT_TRUE(first.wait_for("looking how far back"));
    while (number(
               database,
               "SELECT coalesce(to_regclass('insights.backfill_status')::oid::bigint, 0)") == 0 ||
           number(database, "SELECT max(days_done) FROM store.backfill") < 5) {
    }
    first.end(SIGINT);
    EXPECT_EQ(first.exit_code, 75) << first.output();
    EXPECT_THAT(first.output(), HasSubstr("go on with `insightd backfill metricsaurus`"));
    const auto done = number(database, "SELECT max(days_done) FROM store.backfill");
    EXPECT_EQ(number(database, "SELECT count(*) FROM store.account_day"), done)
        << "what it says is done is stored";
    auto second = sandbox.insightd({"backfill", "metricsaurus"});
    EXPECT_THAT(second.finish(), HasSubstr("ended because"));
    EXPECT_EQ(second.exit_code, 0) << second.output();
    EXPECT_EQ(
        number(database, "SELECT count(*) FROM store.account_day"),
        number(database, "SELECT count(DISTINCT day) FROM store.account_day"))
        << "no day twice";
}

TEST(BackfillCommand, WaitsForTheRateLimitAndSaysSoOnce)
{
    SandboxProcess sandbox{
        fresh_database(),
        {"--days-served", "45", "--account-calls", "10000", "--others-of-accounts", "60"},
        "1"};
    auto backfill = sandbox.insightd({"backfill", "metricsaurus"});
    ASSERT_TRUE(backfill.wait_for("waiting for the platform's rate limit"));
    backfill.end(SIGINT);
    EXPECT_EQ(backfill.exit_code, 75) << "interrupted";
    EXPECT_THAT(backfill.output(), HasSubstr("go on with `insightd backfill metricsaurus`"));
    EXPECT_THAT(backfill.output(), Not(HasSubstr("held_back"))) << "nothing is wrong";
}

TEST(BackfillCommand, DatesThatCannotBeMeantAreOneHelpfulLine)
{
    SandboxProcess sandbox{fresh_database(), {}, "1"};
    for (const auto& [since, words] :
         {std::pair{"2999-01-01", "lies in the future"},
          {"yesterday", "a date such as"},
          {"2025-02-30", "a date such as"}}) {
        auto backfill = sandbox.insightd({"backfill", "--since", since});
        EXPECT_THAT(backfill.finish(), HasSubstr(words));
        EXPECT_EQ(backfill.exit_code, 64) << since;
    }
    auto unknown = sandbox.insightd({"backfill", "nobody"});
    unknown.finish();
    EXPECT_EQ(unknown.exit_code, 64);
}

TEST(BackfillCommand, DeadTokenIsExit77AndTheOthersAreFetched)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{
        database, {"--days-served", "8", "--dead-token-of", "metricsaurus"}, "1"};
    auto backfill = sandbox.insightd({"backfill", "metricsaurus", "tiny_garden"});
    const auto text = backfill.finish();
    EXPECT_EQ(backfill.exit_code, 77) << text;
    EXPECT_THAT(text, HasSubstr("get a new token"));
    EXPECT_EQ(
        query1(
            database, "SELECT state FROM insights.backfill_status WHERE account = 'tiny_garden'"),
        "finished");
}

} // namespace
} // namespace insightd
