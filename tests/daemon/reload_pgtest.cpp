#include "tests/daemon/logins.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

// The program takes over another configuration while it runs.
namespace insightd
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::fresh_database;
using insightd::testing::page;
using insightd::testing::Process;
using insightd::testing::query1;
using insightd::testing::SandboxProcess;
using insightd::testing::text_of;
using ::testing::HasSubstr;
using ::testing::Not;

/// Waits for the end of the line too, so that the pages' port is all there.
void wait_for_line(Process& daemon, const std::string& words)
{
    ASSERT_TRUE(daemon.wait_for(words)) << daemon.output();
    ASSERT_TRUE(daemon.wait_for("\n"));
}

/// Whether SIGHUP waits or is caught: its bit in the masks of proc(5).
bool heeds_hangup(const Process& process)
{
    std::ifstream status{"/proc/" + std::to_string(process.id()) + "/status"};
    bool heeds = false;
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:") || line.starts_with("SigCgt:"))
            heeds = heeds || std::stoull(line.substr(7), nullptr, 16) % 2 == 1;
    return heeds;
}

class Reload : public ::testing::Test
{
protected:
    Reload()
    {
        whole.insert(whole.find("accounts:"), "http: {listen: \"127.0.0.1:0\"}\n");
        write(whole);
    }

    /// In one step, as editors do it.
    void write(const std::string& text) const
    {
        const auto fresh = file.parent_path() / "fresh.yaml";
        std::ofstream{fresh} << text;
        std::filesystem::rename(fresh, file);
    }

    static std::string without(std::string text, const std::string& name)
    {
        const auto begin = text.find("  - name: " + name + "\n");
        const auto end = text.find("  - name: ", begin + 1);
        return text.erase(begin, end == std::string::npos ? end : end - begin);
    }

    static std::string replaced(std::string text, const std::string& words, const std::string& by)
    {
        return text.replace(text.find(words), words.size(), by);
    }

    Process run() const
    {
        auto daemon = sandbox.insightd({"run"});
        EXPECT_TRUE(daemon.wait_for("posts_loaded"));
        return daemon;
    }

    /// Asks again and again: what it is about happens by itself.
    void wait_until(const std::string& condition) const
    {
        for (int tries = 0; query1(database, "SELECT " + condition) != "t"; ++tries)
            ASSERT_LT(tries, 200'000) << condition;
    }

    static std::string collects(const std::string& name)
    {
        return "EXISTS (SELECT FROM insights.collection_health WHERE account = '" + name +
               "' AND collector = 'profile' AND state = 'ok')";
    }

    static std::string owned(const std::string& name)
    {
        return "(SELECT instance_id IS NOT NULL FROM insights.account_owner WHERE account = '" +
               name + "')";
    }

    std::string database = fresh_database();
    SandboxProcess sandbox{database};
    std::filesystem::path file = sandbox.config_file();
    std::string whole = text_of(file);
};

TEST_F(Reload, AccountIsAddedAtSighup)
{
    write(without(whole, "tiny_garden"));
    auto daemon = run();
    write(whole);
    daemon.send(SIGHUP);
    wait_for_line(daemon, "config_reloaded added=1 removed=0 changed=0 accounts=3");
    ASSERT_TRUE(daemon.wait_for("poll account=tiny_garden collector=stories"));
    wait_until(collects("tiny_garden"));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

TEST_F(Reload, AccountIsRemovedWhenTheFileIsReplacedAndGivenBack)
{
    auto daemon = run();
    wait_until(collects("bakery_berlin"));
    write(without(whole, "bakery_berlin"));
    wait_for_line(daemon, "config_reloaded added=0 removed=1 changed=0 accounts=2");
    wait_until("NOT " + owned("bakery_berlin"));
    const std::string read_at = "(SELECT last_success_at FROM insights.collection_health WHERE "
                                "account = 'tiny_garden' AND collector = 'profile')";
    const auto then = query1(database, "SELECT " + read_at).value();
    wait_until(read_at + " > timestamptz '" + then + "' + interval '5 hours'");
    EXPECT_EQ(query1(database, "SELECT " + owned("metricsaurus")), "t");
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
    const auto gone = daemon.output().find("accounts_changed taken=0 lost=1 owned=2");
    ASSERT_NE(gone, std::string::npos) << daemon.output();
    EXPECT_THAT(daemon.output().substr(gone), Not(HasSubstr("account=bakery_berlin")));
}

TEST_F(Reload, FileThatIsWrittenOverIsTakenUpAsWell)
{
    auto daemon = run();
    std::ofstream{file} << replaced(whole, "name: tiny_garden", "name: big_garden");
    wait_for_line(daemon, "config_reloaded added=0 removed=0 changed=1");
    ASSERT_TRUE(daemon.wait_for("poll account=big_garden"));
    wait_until(collects("big_garden"));
    daemon.end(SIGTERM);
}

TEST_F(Reload, ChangedIntervalIsKept)
{
    auto daemon = run();
    wait_until(collects("tiny_garden"));
    const std::string distance =
        "(SELECT next_due_at - last_started_at FROM insights.collection_health WHERE account = "
        "'tiny_garden' AND collector = 'profile')";
    wait_until(distance + " > interval '20 minutes'");
    write(replaced(whole, "accounts:", "defaults: {schedule: {profile: 5m}}\naccounts:"));
    wait_for_line(daemon, "config_reloaded added=0 removed=0 changed=3");
    wait_until(distance + " <= interval '6 minutes'");
    daemon.end(SIGTERM);
}

TEST_F(Reload, SwitchedCollectorsAreTakenOver)
{
    auto daemon = run();
    write(replaced(
        whole, "accounts:", "defaults: {collect: [profile, publishing_limit]}\naccounts:"));
    wait_for_line(daemon, "config_reloaded");
    ASSERT_TRUE(daemon.wait_for("collector=publishing_limit"));
    wait_until(
        "NOT EXISTS (SELECT FROM insights.collection_health WHERE collector = 'stories' AND state "
        "<> 'off')");
    daemon.end(SIGTERM);
}

TEST_F(Reload, BadFileLeavesEverythingAsItWasAndIsToldWithItsPlace)
{
    auto daemon = run();
    write(replaced(without(whole, "tiny_garden"), "timezone: Europe/Berlin", "timezone: Nowhere"));
    wait_for_line(daemon, "<3>config_not_reloaded reason=");
    EXPECT_THAT(
        daemon.output(),
        ::testing::ContainsRegex("config_not_reloaded reason=\"[^ ]*insightd.yaml:[0-9]+:15: "
                                 "`Nowhere` is no time zone"));
    const auto readiness = page(daemon.output(), "/readyz");
    EXPECT_THAT(readiness, HasSubstr("\"is_as_in_the_file\":false"));
    EXPECT_THAT(readiness, HasSubstr("`Nowhere` is no time zone"));
    EXPECT_THAT(readiness, HasSubstr("\"accounts\":3"));
    EXPECT_THAT(page(daemon.output(), "/"), HasSubstr("`Nowhere` is no time zone"));
    auto metrics = page(daemon.output(), "/metrics");
    EXPECT_THAT(metrics, HasSubstr("insightd_config_reloads_total{result=\"failure\"} 1"));
    EXPECT_THAT(metrics, HasSubstr("insightd_config_last_reload_successful 0"));

    write(without(whole, "tiny_garden"));
    wait_for_line(daemon, "config_reloaded added=0 removed=1");
    EXPECT_THAT(page(daemon.output(), "/readyz"), HasSubstr("\"is_as_in_the_file\":true"));
    metrics = page(daemon.output(), "/metrics");
    EXPECT_THAT(metrics, HasSubstr("insightd_config_reloads_total{result=\"success\"} 1"));
    EXPECT_THAT(metrics, HasSubstr("insightd_config_last_reload_successful 1"));
    EXPECT_THAT(metrics, Not(HasSubstr("account=\"tiny_garden\"")));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

TEST_F(Reload, FileThatIsGoneIsOneLineAndItsReturnIsSeen)
{
    auto daemon = run();
    std::filesystem::remove(file);
    wait_for_line(daemon, "config_not_reloaded");
    EXPECT_THAT(daemon.output(), HasSubstr("insightd.yaml:1:1: cannot be read"));
    write(without(whole, "tiny_garden"));
    wait_for_line(daemon, "config_reloaded added=0 removed=1");
    daemon.end(SIGTERM);
}

TEST_F(Reload, WhatOnlyAStartReadsIsNamedAndTheRestIsTakenOver)
{
    auto daemon = run();
    auto text = replaced(without(whole, "tiny_garden"), "state_dir: ", "state_dir: /elsewhere");
    text = replaced(text, "http: {listen: \"127.0.0.1:0\"}", "http: {listen: \"127.0.0.1:1\"}");
    write(text);
    wait_for_line(daemon, "config_reloaded added=0 removed=1");
    wait_for_line(daemon, "<4>config_needs_restart keys=\"state_dir, http\"");
    EXPECT_THAT(
        page(daemon.output(), "/readyz"), HasSubstr("\"need_restart\":\"state_dir, http\""));
    EXPECT_THAT(page(daemon.output(), "/"), HasSubstr("state_dir, http"));
    daemon.end(SIGTERM);
}

TEST_F(Reload, LevelOfTheLogIsTakenOver)
{
    auto daemon = run();
    write(whole + "log: {level: debug}\n");
    ASSERT_TRUE(daemon.wait_for("<7>call "));
    EXPECT_THAT(daemon.output(), HasSubstr("config_reloaded added=0 removed=0 changed=0"));
    daemon.end(SIGTERM);
}

TEST_F(Reload, WhileTheDatabaseIsAwayNewOnesWaitForIt)
{
    write(without(whole, "tiny_garden"));
    auto daemon = run();
    allow_connections(database, false);
    write(without(whole, "bakery_berlin"));
    wait_for_line(daemon, "config_reloaded added=1 removed=1");
    ASSERT_TRUE(daemon.wait_for("config_not_in_database"));
    allow_connections(database, true);
    ASSERT_TRUE(daemon.wait_for("poll account=tiny_garden"));
    wait_until(collects("tiny_garden") + " AND NOT " + owned("bakery_berlin"));
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

TEST_F(Reload, BeforeTheDatabaseWasEverReached)
{
    write(without(whole, "tiny_garden"));
    allow_connections(database, false);
    auto daemon = sandbox.insightd({"run"});
    ASSERT_TRUE(daemon.wait_for("store_away"));
    write(without(whole, "bakery_berlin"));
    wait_for_line(daemon, "config_reloaded added=1 removed=1");
    allow_connections(database, true);
    ASSERT_TRUE(daemon.wait_for("poll account=tiny_garden collector=media "));
    wait_until(collects("tiny_garden") + " AND " + collects("metricsaurus"));
    wait_until("count(*) = 0 FROM insights.account_owner WHERE account = 'bakery_berlin' AND "
               "instance_id IS NOT NULL");
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

TEST_F(Reload, AnotherInstanceTakesWhatOneHasConfiguredNoMore)
{
    const auto folder = sandbox.folder.path() / "second";
    std::filesystem::create_directory(folder);
    std::ofstream{folder / "insightd.yaml"} << replaced(
        whole, "state_dir: " + (sandbox.folder.path() / "state").string(),
        "state_dir: " + (folder / "state").string());
    write(without(without(whole, "tiny_garden"), "metricsaurus"));
    auto one = run();
    wait_until(owned("bakery_berlin"));
    Process two{{INSIGHTD_PROGRAM, "run", "--config", (folder / "insightd.yaml").string()}};
    const auto is_of = [](const Process& instance, const std::string& name) {
        return "EXISTS (SELECT FROM insights.account_owner WHERE account = '" + name +
               "' AND pid = " + std::to_string(instance.id()) + ")";
    };
    ASSERT_TRUE(two.wait_for("accounts_changed"));
    wait_until(is_of(two, "tiny_garden") + " AND " + is_of(one, "bakery_berlin"));
    write(without(without(whole, "bakery_berlin"), "metricsaurus"));
    wait_for_line(one, "config_reloaded added=1 removed=1");
    wait_until(is_of(two, "bakery_berlin"));
    ASSERT_TRUE(two.wait_for("poll account=bakery_berlin"));
    one.end(SIGTERM);
    two.end(SIGTERM);
    EXPECT_EQ(one.exit_code, 0) << one.output();
    EXPECT_EQ(two.exit_code, 0) << two.output();
}

TEST_F(Reload, SighupNeverEndsTheProgramHoweverOftenItComes)
{
    auto daemon = sandbox.insightd({"run"});
    while (!heeds_hangup(daemon)) { // before main() begins nothing can
    }
    for (int time = 0; time < 200; ++time)
        daemon.send(SIGHUP);
    ASSERT_TRUE(daemon.wait_for("posts_loaded")) << daemon.output();
    for (int time = 0; time < 200; ++time) {
        write(time % 2 == 0 ? without(whole, "tiny_garden") : whole);
        daemon.send(SIGHUP);
    }
    wait_until(owned("tiny_garden"));
    ASSERT_TRUE(daemon.wait_for("config_reloaded"));
    daemon.send(SIGHUP);
    daemon.end(SIGTERM);
    EXPECT_EQ(daemon.exit_code, 0) << daemon.output();
}

} // namespace
} // namespace insightd
