#include "tests/daemon/process.hpp"

#include <gmock/gmock.h>

#include <fstream>

// `insightd thin` as a process: what it says before, and what it does.
namespace insightd
{
namespace
{

using insightd::testing::fresh_database;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class ThinCommand : public ::testing::Test
{
protected:
    ThinCommand()
    {
        sandbox.insightd({"collect"}).finish();
        query(
            database,
            "INSERT INTO store.account_sample (account_id, observed_at, followers_count) SELECT "
            "min(account_id), t, 7 FROM store.account, generate_series(timestamptz '2025-06-10 "
            "12:00+00', '2025-06-10 20:00+00', '1 h') t GROUP BY t");
    }

    std::string status()
    {
        auto program = sandbox.insightd({"status"});
        return program.finish();
    }

    std::string stored() const
    {
        return *query1(
            database, "SELECT count(*) FROM store.account_sample WHERE observed_at < '2026-01-01'");
    }

    std::string database = fresh_database();
    SandboxProcess sandbox{database, {}, "1"};
};

TEST_F(ThinCommand, SaysWhatItWouldTakeAndTakesItOnceTheConfigurationSaysSo)
{
    auto forever = sandbox.insightd({"thin"});
    EXPECT_THAT(forever.finish(), HasSubstr("storage.retention.full is `forever`"));
    EXPECT_EQ(forever.exit_code, 78);
    auto without_yaml = sandbox.insightd({"thin", "--full", "90d"});
    EXPECT_THAT(without_yaml.finish(), HasSubstr("goes with --dry-run"));
    EXPECT_EQ(without_yaml.exit_code, 64);
    auto dry = sandbox.insightd({"thin", "--dry-run", "--full", "90d"});
    const auto planned = dry.finish();
    EXPECT_EQ(dry.exit_code, 0);
    EXPECT_THAT(planned, ContainsRegex("2025-06 +0 +7 +0 +0\n"));
    EXPECT_THAT(planned, HasSubstr("none was"));
    EXPECT_EQ(stored(), "9");

    std::ofstream{sandbox.config_file(), std::ios::app} << "storage: {retention: {full: 90d}}\n";
    auto real = sandbox.insightd({"thin"});
    const auto done = real.finish();
    EXPECT_EQ(real.exit_code, 0);
    EXPECT_EQ(planned.substr(0, done.size()), done) << "the same table";
    EXPECT_EQ(stored(), "2");
}

TEST_F(ThinCommand, StatusSaysWhatIsKeptAndHowFarThinningHasCome)
{
    EXPECT_THAT(
        status(), HasSubstr("retention: every reading is kept for ever: nothing was thinned"));
    std::ofstream{sandbox.config_file(), std::ios::app} << "storage: {retention: {full: 90d}}\n";
    sandbox.insightd({"thin"}).finish();
    const auto day = *query1(database, "SELECT max(full_since) FROM store.retention");
    EXPECT_THAT(
        status(), ContainsRegex(
                      "retention: every reading is kept for 90d, older months are thinned: [0-9] "
                      "of 3 accounts are thinned, and in full from .*" +
                      day + " on; 7 rows taken, 0 under way\n"));
}

} // namespace
} // namespace insightd
