#include "storage/spool/spool_file.hpp"
#include "tests/daemon/process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <fstream>

// The program itself: exit codes, one clear line for each fault, signals, kill -9.
namespace insightd
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::fresh_database;
using insightd::testing::Process;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

std::int64_t number(const std::string& url, const std::string& sql)
{
    return std::stoll(query1(url, sql).value());
}

int occurrences(const std::string& text, const std::string& words)
{
    int count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        ++count;
    return count;
}

TEST(Program, TenMistakesAreTenLinesAndExit78)
{
    Process check{
        {INSIGHTD_PROGRAM, "check", "--config",
         std::string{INSIGHTD_FIXTURES} + "/config/invalid_ten.yaml"}};
    const auto text = check.finish();
    EXPECT_EQ(check.exit_code, 78);
    EXPECT_EQ(std::ranges::count(text, '\n'), 10) << text;
}

TEST(Program, CommandLineThatIsNoneIsExit64)
{
    Process program{{INSIGHTD_PROGRAM, "colect"}};
    program.finish();
    EXPECT_EQ(program.exit_code, 64);
}

TEST(Program, CollectStoresEverythingInOnePass)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto collect = sandbox.insightd({"collect"});
    const auto text = collect.finish();
    EXPECT_EQ(collect.exit_code, 0) << text;
    EXPECT_THAT(text, HasSubstr("stored"));
    EXPECT_GT(number(database, "SELECT count(*) FROM insights.media_latest WHERE views > 0"), 50);
    EXPECT_EQ(
        number(database, "SELECT count(*) FROM insights.collection_health WHERE state = 'ok'"), 18);
}

TEST(Program, CollectTakesNamedAccountsOnly)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto collect = sandbox.insightd({"collect", "tiny_garden"});
    collect.finish();
    EXPECT_EQ(collect.exit_code, 0) << collect.output();
    EXPECT_EQ(number(database, "SELECT count(DISTINCT account_id) FROM store.media"), 1);
    auto unknown = sandbox.insightd({"collect", "nobody"});
    unknown.finish();
    EXPECT_EQ(unknown.exit_code, 64);
}

TEST(Program, BlockOfThePlatformIsShownAndHeededByTheNextCommand)
{
    const std::vector<std::string> limits{"--account-calls", "50", "--others-of-accounts", "100"};
    SandboxProcess sandbox{fresh_database(), limits, "1"};
    auto first = sandbox.insightd({"collect"});
    first.finish();
    EXPECT_EQ(first.exit_code, 75) << first.output();

    auto status = sandbox.insightd({"status"});
    EXPECT_THAT(status.finish(), HasSubstr("too many calls of metricsaurus; the next one is made"));

    auto second = sandbox.insightd({"collect"});
    EXPECT_THAT(second.finish(), HasSubstr("with 0 calls"));
    EXPECT_EQ(second.exit_code, 75) << second.output();
}

TEST(Program, DeadDatabaseIsOneClearLineAndExit69)
{
    SandboxProcess sandbox{"host=/nonexistent dbname=insights"};
    for (const auto& words :
         {std::vector<std::string>{"check", "--online"}, {"collect"}, {"migrate"}}) {
        auto program = sandbox.insightd(words);
        const auto text = program.finish();
        EXPECT_EQ(program.exit_code, 69) << words.front();
        EXPECT_THAT(text, HasSubstr("see that PostgreSQL runs")) << words.front();
    }
}

TEST(Program, BadTokenIsOneClearLineAndExit77)
{
    SandboxProcess sandbox{fresh_database(), {"--dead-token-of", "metricsaurus"}};
    for (const auto& words : {std::vector<std::string>{"check", "--online"}, {"collect"}}) {
        auto program = sandbox.insightd(words);
        const auto text = program.finish();
        EXPECT_EQ(program.exit_code, 77) << text;
        EXPECT_THAT(text, HasSubstr("metricsaurus"));
        EXPECT_THAT(text, HasSubstr("190/463"));
        EXPECT_THAT(text, HasSubstr("get a new token"));
        EXPECT_THAT(text, Not(HasSubstr("sandbox-token")));
    }
}

TEST(Program, WrongClockIsOneClearLineAndExit71)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    std::ifstream in{sandbox.config_file()};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const auto clock = text.find("clock:");
    text.erase(clock, text.find('\n', clock) - clock); // the sandbox lives in another year
    std::ofstream{sandbox.config_file()} << text;
    auto check = sandbox.insightd({"check", "--online"});
    EXPECT_THAT(check.finish(), HasSubstr("FAIL  clock: this machine is"));
    EXPECT_EQ(check.exit_code, 71) << check.output();
}

TEST(Program, UnreachableHostIsOneClearLineAndExit69)
{
    std::string config;
    const auto database = fresh_database();
    insightd::testing::ScratchFolder folder;
    {
        SandboxProcess sandbox{database};
        std::filesystem::copy(
            sandbox.folder.path(), folder.path(),
            std::filesystem::copy_options::recursive |
                std::filesystem::copy_options::overwrite_existing);
        std::ifstream in{sandbox.config_file()};
        config.assign(std::istreambuf_iterator<char>{in}, {});
        for (auto found = config.find(sandbox.folder.path()); found != std::string::npos;
             found = config.find(sandbox.folder.path()))
            config.replace(found, sandbox.folder.path().string().size(), folder.path());
    }
    std::ofstream{folder.path() / "insightd.yaml"} << config;
    for (const auto& words : {std::vector<std::string>{"check", "--online"}, {"collect"}}) {
        auto all = words;
        all.insert(all.begin(), INSIGHTD_PROGRAM);
        all.insert(all.end(), {"--config", folder.path() / "insightd.yaml"});
        Process program{all};
        const auto text = program.finish();
        EXPECT_EQ(program.exit_code, 69) << text;
        EXPECT_THAT(text, HasSubstr("connecting to http://127.0.0.1"));
        // check speaks of each account, collect once of each host
        EXPECT_EQ(occurrences(text, "connecting to"), words.front() == "check" ? 3 : 2) << text;
        EXPECT_THAT(text, HasSubstr("api.graph_url"));
    }
}

TEST(Program, RunStaysUpWithoutItsDatabaseAndSaysSoOnce)
{
    SandboxProcess sandbox{"host=/nonexistent dbname=insights"};
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("store_away"));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    const auto first = daemon.output().find("store_away");
    EXPECT_EQ(daemon.output().find("store_away", first + 1), std::string::npos);
}

TEST(Program, SecondOneInTheSameFolderRefusesToStartAndSaysWhatToDo)
{
    SandboxProcess sandbox{fresh_database()};
    auto first = sandbox.insightd({"run"});
    ASSERT_TRUE(first.wait_for("collecting"));
    auto second = sandbox.insightd({"run"});
    const auto text = second.finish();
    EXPECT_EQ(second.exit_code, 75);
    EXPECT_THAT(text, HasSubstr("another insightd uses it; give each a state_dir of its own"));
    first.end(SIGTERM);
    EXPECT_EQ(first.exit_code, 0) << first.output();
}

std::chrono::duration<double> time_to_stop(Process& daemon)
{
    const auto start = std::chrono::steady_clock::now();
    daemon.end(SIGTERM);
    return std::chrono::steady_clock::now() - start;
}

TEST(Program, StopsInTenSecondsWhileTheHostStalls)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("collector=media "));
    sandbox.stall();
    EXPECT_LT(time_to_stop(daemon), 10s);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    EXPECT_THAT(daemon.output(), HasSubstr("stopped"));
}

TEST(Program, StopsInTenSecondsWhileTheDatabaseStalls)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("collector=media "));
    const auto backends = query( // one takes rows, one heartbeats
        database, "SELECT pid FROM pg_stat_activity WHERE application_name = 'insightd' AND "
                  "datname = current_database()");
    for (const auto& backend : backends)
        kill(static_cast<pid_t>(std::stol(*backend[0])), SIGSTOP);
    EXPECT_LT(time_to_stop(daemon), 10s);
    for (const auto& backend : backends)
        kill(static_cast<pid_t>(std::stol(*backend[0])), SIGCONT);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    const auto waiting = spool::look_into(sandbox.folder.path() / "state/spool/spool.db");
    ASSERT_TRUE(waiting);
    EXPECT_GT(waiting->rows, 0) << "what was under way is spooled";
}

TEST(Program, StatusTellsOfTheSpoolWhileTheDatabaseIsAway)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    {
        auto daemon = sandbox.insightd({"run"});
        ASSERT_TRUE(daemon.wait_for("collecting"));
        allow_connections(database, false);
        ASSERT_TRUE(daemon.wait_for("store_away"));
        ASSERT_TRUE(daemon.wait_for("collector=stories"));
        daemon.end(SIGTERM);
        EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    }
    auto table = sandbox.insightd({"status"});
    EXPECT_THAT(table.finish(), HasSubstr("records wait for the database"));
    EXPECT_EQ(table.exit_code, 69);
    auto json = sandbox.insightd({"status", "--json"});
    EXPECT_THAT(json.finish(), HasSubstr(R"("database":"away")"));
    EXPECT_EQ(json.exit_code, 69);
}

TEST(Program, RowsThatNeitherTheDatabaseNorTheSpoolTakesWaitAndAreStoredLater)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    const auto state = sandbox.folder.path() / "state";
    std::filesystem::create_directories(state);
    std::ofstream{state / "spool"} << "where a folder should be";
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("spool_unusable"));
    ASSERT_TRUE(daemon.wait_for("poll "));
    allow_connections(database, false);
    EXPECT_TRUE(daemon.wait_for("rows_wait"));
    allow_connections(database, true);
    EXPECT_TRUE(daemon.wait_for("rows_stored_again"));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    EXPECT_EQ(number(database, "SELECT count(*) FROM store.loss"), 0);
}

TEST(Program, RunLeavesAnOldSchemaAloneIfToldSo)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto daemon = sandbox.insightd({"run", "--no-migrate"});
    ASSERT_TRUE(daemon.wait_for("run `insightd migrate`"));
    EXPECT_EQ(query1(database, "SELECT to_regnamespace('store')"), std::nullopt);
    sandbox.insightd({"migrate"}).finish();
    EXPECT_TRUE(daemon.wait_for("collector=media ")) << "goes on by itself";
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0);
}

TEST(Program, OneDeadTokenLeavesTheOtherAccountsAlone)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database, {"--dead-token-of", "bakery_berlin"}};
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("account=bakery_berlin"));
    while (number(database, "SELECT count(*) FROM store.account_state") < 2) {
    }
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0);
    EXPECT_EQ(
        query1(
            database, "SELECT error_class FROM insights.collection_health "
                      "WHERE account = 'bakery_berlin' AND state = 'failing' LIMIT 1"),
        "needs_login");
}

TEST(Program, MissingTokenIsSeenInTheHealthOfTheAccount)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    std::filesystem::remove(sandbox.folder.path() / "bakery_berlin.token");
    auto collect = sandbox.insightd({"collect"});
    EXPECT_THAT(collect.finish(), HasSubstr("bakery_berlin: "));
    EXPECT_EQ(collect.exit_code, 77);
    EXPECT_EQ(
        number(
            database, "SELECT count(*) FROM insights.collection_health WHERE state = 'failing' AND "
                      "account = 'bakery_berlin' AND error_class = 'needs_login' AND next_due_at > "
                      "last_started_at"),
        5)
        << "every collector that was due";
}

TEST(Program, SwitchedOffCollectorsAreOffNotForgotten)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    std::ifstream in{sandbox.config_file()};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    text.insert(text.find("accounts:"), "defaults: {collect: [profile]}\n");
    std::ofstream{sandbox.config_file()} << text;
    sandbox.insightd({"collect"}).finish();
    EXPECT_EQ(
        number(database, "SELECT count(*) FROM insights.collection_health WHERE state = 'ok'"), 3);
    EXPECT_EQ(
        number(database, "SELECT count(*) FROM insights.collection_health WHERE state = 'off'"),
        15);
}

TEST(Program, StatusLeavesAnOldSchemaAlone)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    auto status = sandbox.insightd({"status"});
    EXPECT_THAT(status.finish(), HasSubstr("run `insightd migrate`"));
    EXPECT_EQ(status.exit_code, 69);
    EXPECT_EQ(query1(database, "SELECT to_regnamespace('store')"), std::nullopt);
}

TEST(Program, StatusTellsPeopleAndPrograms)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    sandbox.insightd({"collect", "tiny_garden"}).finish();
    auto table = sandbox.insightd({"status"});
    EXPECT_THAT(table.finish(), HasSubstr("tiny_garden"));
    auto json = sandbox.insightd({"status", "--json"});
    EXPECT_THAT(json.finish(), HasSubstr(R"("collector":"profile","state":"ok")"));
}

TEST(Program, NothingAcknowledgedIsLostAndNothingDoubledByKill9)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    for (int life = 0; life < 4; ++life) {
        const auto before =
            number(
                database, "SELECT coalesce(to_regclass('store.media_sample')::oid::bigint, 0)") == 0
                ? 0
                : number(database, "SELECT count(*) FROM store.media_sample");
        auto daemon = sandbox.insightd({"run"});
        ASSERT_TRUE(daemon.wait_for("collecting"));
        while (number(database, "SELECT count(*) FROM store.media_sample") < before + 100) {
        }
        daemon.end(SIGKILL);
        EXPECT_GE(number(database, "SELECT count(*) FROM store.media_sample"), before + 100);
    }
    // A row that repeats the one before it, less than 24 hours later, would be a doubled one.
    EXPECT_EQ(
        number(
            database,
            "SELECT count(*) FROM (SELECT observed_at - lag(observed_at) OVER w AS since, "
            "m.facts = lag(m.facts) OVER w AS same FROM (SELECT media_id, observed_at, to_jsonb(r) "
            "- "
            "'{observed_at,before_held_until}'::text[] AS facts FROM store.media_sample r) m "
            "WINDOW w AS (PARTITION BY media_id ORDER BY observed_at)) "
            "rows "
            "WHERE same AND since < interval '24 hours'"),
        0);
    EXPECT_EQ(
        number(
            database,
            "SELECT count(*) FROM store.media_state s WHERE checked_at IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM store.media_sample m WHERE m.media_id = s.media_id AND m.observed_at = "
            "s.row_at)"),
        0)
        << "every state rests on a row";
}

/// What the daemon acknowledged into its spool: readings of media, by media and instant.
std::vector<std::pair<std::string, std::string>> spooled_readings(const SandboxProcess& sandbox)
{
    const auto copy = sandbox.folder.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(sandbox.folder.path() / "state" / "spool", copy);
    spool::SpoolFile file{copy / "spool.db", {}, {}};
    std::vector<std::pair<std::string, std::string>> readings;
    for (const auto& record : file.next(100'000, 1 << 30, {}))
        for (const auto& step : record.steps) {
            if (step.statement != "media_samples")
                continue;
            const auto rows = boost::json::parse(step.rows);
            for (const auto& row : rows.as_array())
                readings.emplace_back(
                    std::to_string(row.at("media_id").as_int64()),
                    std::string{row.at("observed_at").as_string()});
        }
    return readings;
}

TEST(Program, StoriesGoOnWhileTheDatabaseIsAwayAndKill9LosesNoneOfThem)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database};
    const auto spool_file = sandbox.folder.path() / "state/spool/spool.db";
    {
        auto daemon = sandbox.insightd({"run"});
        ASSERT_TRUE(daemon.wait_for("collecting"));
        while (number(database, "SELECT count(*) FROM store.media_sample") < 100) {
        }
        allow_connections(database, false);
        ASSERT_TRUE(daemon.wait_for("store_away"));
        while (spool::look_into(spool_file).value_or(spool::Depth{}).rows < 1500)
            ASSERT_TRUE(daemon.wait_for("collector=stories"));
        daemon.end(SIGKILL);
    }
    auto acknowledged = spooled_readings(sandbox);
    EXPECT_GT(acknowledged.size(), 20U);
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("spool_recovered")) << daemon.output();
    ASSERT_TRUE(daemon.wait_for("store_away"));
    const auto before = spool::look_into(spool_file)->records;
    ASSERT_TRUE(daemon.wait_for("collector=stories")) << "it collects without the database";
    while (spool::look_into(spool_file)->records <= before) {
    }
    daemon.send(SIGSTOP); // what lies there is then as after a crash
    for (const auto& later : spooled_readings(sandbox))
        acknowledged.push_back(later);
    daemon.send(SIGCONT);
    allow_connections(database, true);
    ASSERT_TRUE(daemon.wait_for("spool_drained")) << daemon.output();
    ASSERT_TRUE(daemon.wait_for("collecting")) << daemon.output();
    ASSERT_TRUE(daemon.wait_for("collector=account_insights")) << "everything else begins";
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    for (const auto& [media, observed_at] : acknowledged)
        EXPECT_EQ(
            number(
                database, "SELECT count(*) FROM store.media_state WHERE media_id = " + media +
                              " AND checked_at >= '" + observed_at + "'"),
            1)
            << media << " read at " << observed_at;
    EXPECT_EQ(number(database, "SELECT count(*) FROM store.loss"), 0);
}

/// A configuration without a sandbox: nobody is asked.
class Alone
{
public:
    explicit Alone(const std::string& database) : database_{database} {}

    /// `run` with these keys beside the necessary ones, and so many accounts without a token.
    Process run(const std::string& keys, int accounts = 1) const
    {
        std::ofstream yaml{file()};
        yaml << "database: \"" << database_
             << "\"\nstate_dir: " << (folder.path() / "state").string() << "\n"
             << keys << "accounts:\n";
        for (int number = 1; number <= accounts; ++number)
            yaml << "  - {name: shop_" << number << ", user_id: \"" << 17841400000000000 + number
                 << "\", token: {env: NOT_SET}, timezone: UTC}\n";
        yaml.close();
        return Process{{INSIGHTD_PROGRAM, "run", "--config", file()}};
    }

    std::string file() const { return folder.path() / "insightd.yaml"; }

    insightd::testing::ScratchFolder folder;

private:
    std::string database_;
};

TEST(Program, FortyDeadTokensAreTwentyLinesAndOneThatTellsOfTheRestAtTheEnd)
{
    const auto database = fresh_database();
    const Alone alone{database};
    auto daemon = alone.run("", 40);
    ASSERT_TRUE(daemon.wait_for("token_dead")) << daemon.output();
    const auto* const dead = "SELECT count(*) FROM insights.token_status WHERE state <> 'ok'";
    for (int tries = 0; number(database, dead) < 40; ++tries)
        ASSERT_LT(tries, 200'000);
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0);
    EXPECT_EQ(occurrences(daemon.output(), "<3>token_dead "), 20) << daemon.output();
    EXPECT_EQ(occurrences(daemon.output(), "<3>repeats event=token_dead suppressed="), 1);
}

TEST(Program, WhatTheConfigurationNamesAndCannotBeUsedIsExit78WithItsPlace)
{
    const Alone alone{"host=/nonexistent dbname=insights"};
    const std::string app = "api: {app: {id: \"1\", secret: {env: PATH}}";
    const std::string webhooks = "webhooks: {listen: \"127.0.0.1:0\", verify_token: {env: ";
    struct Case {
        std::string keys, said;
    };
    const std::vector<Case> cases{
        {app + "}\n" + webhooks + "NOT_SET}}\n",
         "webhooks.verify_token: environment variable NOT_SET is not set"},
        {"api: {app: {id: \"1\", secret: {env: NOT_SET}}}\n" + webhooks + "PATH}}\n",
         "api.app.secret: environment variable NOT_SET is not set"},
        {app + "}\n" + webhooks + "PATH}, certificate: {chain: " + alone.file() +
             ", key: " + alone.file() + "}}\n",
         "webhooks.certificate: " + alone.file()},
        {app + ", ca_file: " + alone.file() + "}\n",
         "api.ca_file: " + alone.file() + " cannot be read"},
        {"http: {listen: \"insights.example:9464\"}\n", "give an address such as 127.0.0.1"}};
    for (const auto& [keys, said] : cases) {
        auto daemon = alone.run(keys);
        const auto text = daemon.finish();
        EXPECT_EQ(daemon.exit_code, 78) << text;
        EXPECT_THAT(text, HasSubstr("insightd: " + alone.file() + ": "));
        EXPECT_THAT(text, HasSubstr(said));
    }
}

TEST(Program, AddressThatAnotherProgramUsesIsExit69)
{
    const Alone one{"host=/nonexistent dbname=insights"},
        other{"host=/nonexistent dbname=insights"};
    auto first = one.run("http: {listen: \"127.0.0.1:0\"}\n");
    ASSERT_TRUE(first.wait_for("store_away")) << first.output();
    const auto at = first.output().find("port=") + 5;
    const auto port = first.output().substr(at, first.output().find('\n', at) - at);
    auto second = other.run("http: {listen: \"127.0.0.1:" + port + "\"}\n");
    EXPECT_THAT(second.finish(), HasSubstr("another program uses it"));
    EXPECT_EQ(second.exit_code, 69) << "it may be gone at the next try";
}

TEST(Program, FaultsOfTheApiNeverStopTheRest)
{
    const auto database = fresh_database();
    SandboxProcess sandbox{database, {"--errors", "0.2", "--most-rows", "30"}};
    auto collect = sandbox.insightd({"collect"});
    collect.finish();
    EXPECT_GT(number(database, "SELECT count(*) FROM insights.media_latest WHERE views > 0"), 50);
    EXPECT_GT(number(database, "SELECT count(*) FROM insights.account_daily"), 5);
}

} // namespace
} // namespace insightd
