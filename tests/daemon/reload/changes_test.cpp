#include "daemon/reload/changes.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace insightd::reload
{
namespace
{

using config::Config;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

config::Account account(std::int64_t user_id, std::string name)
{
    config::Account settings;
    settings.user_id = user_id;
    settings.name = std::move(name);
    settings.token = config::SecretReference{config::SecretReference::Kind::env, "TOKEN"};
    settings.collect[config::Collector::profile] = true;
    return settings;
}

Config running()
{
    Config config;
    config.database_url = "postgresql:///insights";
    config.accounts = {account(1, "one"), account(2, "two"), account(3, "three")};
    return config;
}

TEST(Changes, TheSameFileChangesNothing)
{
    EXPECT_EQ(changes_between(running(), running()), Changes{});
}

TEST(Changes, OrderIsNoChange)
{
    auto wanted = running();
    std::swap(wanted.accounts.front(), wanted.accounts.back());
    EXPECT_EQ(changes_between(running(), wanted), Changes{});
}

TEST(Changes, AccountsComeAndGoByTheirIds)
{
    auto wanted = running();
    wanted.accounts.erase(wanted.accounts.begin());
    wanted.accounts.push_back(account(4, "one")); // the name of one that goes
    const auto changes = changes_between(running(), wanted);
    EXPECT_THAT(changes.removed, ElementsAre(1));
    EXPECT_THAT(changes.added, ElementsAre(account(4, "one")));
    EXPECT_THAT(changes.changed, IsEmpty());
}

TEST(Changes, EverythingThatIsSaidOfAnAccountCounts)
{
    using Account = config::Account;
    const std::vector<std::pair<const char*, std::function<void(Account&)>>> cases{
        {"name", [](Account& it) { it.name = "another"; }},
        {"login", [](Account& it) { it.login = config::Login::facebook; }},
        {"token", [](Account& it) { it.token->name = "OTHER"; }},
        {"token in the vault", [](Account& it) { it.token.reset(); }},
        {"collect", [](Account& it) { it.collect[config::Collector::profile] = false; }},
        {"schedule", [](Account& it) { it.schedule.stories = 1min; }},
        {"tiers", [](Account& it) { it.schedule.media_insights.front().every = 1min; }},
        {"metrics", [](Account& it) { it.metrics.media["views"] = false; }},
        {"tried metrics", [](Account& it) { it.metrics.tried_media["new"].ask_alone = true; }},
        {"conversations", [](Account& it) { it.conversations.with = {"7"}; }},
        {"competitors", [](Account& it) { it.competitors = {"other"}; }},
        {"comments", [](Account& it) { it.comments.keep_text = 1h; }},
        {"backfill", [](Account& it) { it.backfill.automatic = false; }},
        {"timezone", [](Account& it) { it.timezone = "Asia/Tokyo"; }},
        {"settling_margin", [](Account& it) { it.settling_margin = 1h; }},
    };
    for (const auto& [what, change] : cases) {
        auto wanted = running();
        change(wanted.accounts.at(1));
        const auto changes = changes_between(running(), wanted);
        EXPECT_THAT(changes.changed, ElementsAre(wanted.accounts.at(1))) << what;
        EXPECT_THAT(changes.added, IsEmpty()) << what;
        EXPECT_THAT(changes.removed, IsEmpty()) << what;
        EXPECT_THAT(changes.need_restart, IsEmpty()) << what;
    }
}

TEST(Changes, WhatOnlyAStartReadsIsNamed)
{
    const std::vector<std::pair<const char*, std::function<void(Config&)>>> cases{
        {"database", [](Config& it) { it.database_url = "postgresql:///other"; }},
        {"database", [](Config& it) { it.embedded_database = true; }},
        {"state_dir", [](Config& it) { it.state_dir = "/elsewhere"; }},
        {"api", [](Config& it) { it.api.version = "v99.0"; }},
        {"api", [](Config& it) { it.api.app.secret.emplace(); }},
        {"spool", [](Config& it) { it.spool.patience = 1s; }},
        {"storage", [](Config& it) { it.storage.full_resolution = 24h * 30; }},
        {"vault", [](Config& it) { it.vault_key.emplace(); }},
        {"http",
         [](Config& it) {
             it.http = config::HttpListener{"::1", 9464};
         }},
        {"webhooks", [](Config& it) { it.webhooks.emplace(); }},
        {"clock", [](Config& it) { it.clock.emplace(); }},
    };
    for (const auto& [key, change] : cases) {
        auto wanted = running();
        change(wanted);
        Changes expected;
        expected.need_restart = {key};
        EXPECT_EQ(changes_between(running(), wanted), expected) << key;
    }
}

TEST(Changes, WhatOnlyACommandReadsIsNone)
{
    auto wanted = running();
    wanted.login.port = 1;
    EXPECT_EQ(changes_between(running(), wanted), Changes{});
}

TEST(Changes, LevelOfTheLogIsTakenOver)
{
    auto wanted = running();
    wanted.log_level = config::LogLevel::debug;
    Changes expected;
    expected.log_level = true;
    EXPECT_EQ(changes_between(running(), wanted), expected);
}

} // namespace
} // namespace insightd::reload
