#include "daemon/account.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

// What another configuration does to the plans of an account.
namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using namespace std::chrono_literals;

const auto now = at("2026-03-01T12:00:00Z");
constexpr model::MediaId post = 17900000000000001;

class AccountChange : public ::testing::Test
{
protected:
    AccountChange()
    {
        settings.user_id = 17841400000000001;
        for (const auto collector :
             {config::Collector::profile, config::Collector::media,
              config::Collector::media_insights, config::Collector::stories})
            settings.collect[collector] = true;
        settings.schedule.polling = config::Polling::tiers;
    }

    void begin()
    {
        account.emplace(0, settings);
        model::AccountHistory history;
        for (const auto* collector : {"profile", "media", "stories"})
            history.last_success[collector] = now - 1min;
        account->remember(history, now, scheduler);
        model::StoredPost stored;
        stored.id = post;
        stored.product_type = "FEED";
        stored.published_at = now - 30 * 24h;
        account->remember_post(stored);
        account->plan_post(post, now, scheduler);
        account->posts_are_remembered(now, scheduler);
    }

    void change() { account->change(settings, now, scheduler); }
    std::optional<model::Instant> due(Job job, model::MediaId media = 0) const
    {
        return scheduler.due_of({job, 0, media});
    }

    config::Account settings;
    Scheduler scheduler;
    std::optional<Account> account;
};

TEST_F(AccountChange, WhatIsNotConcernedKeepsItsPlan)
{
    begin();
    std::array<std::optional<model::Instant>, job_count> before;
    for (std::size_t job = 0; job < job_count; ++job)
        before.at(job) = due(static_cast<Job>(job));
    const auto reading = due(Job::media_insights, post);
    ASSERT_TRUE(reading);
    settings.name = "another";
    settings.metrics.media["views"] = true;
    settings.settling_margin = 4h;
    change();
    for (std::size_t job = 0; job < job_count; ++job)
        EXPECT_EQ(due(static_cast<Job>(job)), before.at(job)) << job;
    EXPECT_EQ(due(Job::media_insights, post), reading);
    EXPECT_EQ(account->settings().name, "another");
}

TEST_F(AccountChange, JobThatIsSwitchedOnIsDueAtOnceAndOffNoMore)
{
    begin();
    EXPECT_EQ(due(Job::publishing_limit), std::nullopt);
    settings.collect[config::Collector::publishing_limit] = true;
    settings.collect[config::Collector::profile] = false;
    change();
    EXPECT_EQ(due(Job::publishing_limit), now);
    EXPECT_EQ(due(Job::profile), std::nullopt);
}

TEST_F(AccountChange, ShorterIntervalBringsTheNextReadingForward)
{
    settings.schedule.profile = 24h;
    begin();
    ASSERT_GT(*due(Job::profile), now + 5min);
    settings.schedule.profile = 5min;
    change();
    EXPECT_LE(*due(Job::profile), now + 5min);
    EXPECT_GT(*due(Job::profile), now);
}

TEST_F(AccountChange, LongerIntervalLeavesTheNextReadingWhereItIs)
{
    begin();
    const auto before = due(Job::profile);
    settings.schedule.profile = 24h;
    change();
    EXPECT_EQ(due(Job::profile), before);
}

TEST_F(AccountChange, PostsArePlannedAnew)
{
    begin();
    settings.schedule.media_insights = {{24h * 60, 5min}};
    change();
    EXPECT_LE(*due(Job::media_insights, post), now + 5min);
    settings.schedule.media_insights = {{24h, 5min}};
    change();
    EXPECT_EQ(due(Job::media_insights, post), std::nullopt) << "older than the last tier";
}

TEST_F(AccountChange, PostThatWasPutOffStaysPutOff)
{
    begin();
    scheduler.put_off({Job::media_insights, 0, post}, now + 3h);
    settings.schedule.media_insights = {{24h * 60, 5min}};
    change();
    EXPECT_EQ(due(Job::media_insights, post), now + 3h);
}

TEST_F(AccountChange, PostsAreLeftAloneWhereTheirCollectorIsSwitchedOff)
{
    begin();
    settings.collect[config::Collector::media_insights] = false;
    change();
    EXPECT_EQ(due(Job::media_insights, post), std::nullopt);
    settings.collect[config::Collector::media_insights] = true;
    change();
    EXPECT_TRUE(due(Job::media_insights, post));
}

TEST_F(AccountChange, AnotherTokenIsLookedAtAtOnce)
{
    begin();
    scheduler.add(account->token_task(), now + 24h);
    change();
    EXPECT_EQ(due(Job::token), now + 24h);
    settings.token = config::SecretReference{config::SecretReference::Kind::env, "OTHER"};
    change();
    EXPECT_EQ(due(Job::token), now);
}

TEST_F(AccountChange, ThePastIsFetchedOrLeftAsTheSettingsSay)
{
    begin();
    ASSERT_TRUE(due(Job::backfill));
    settings.backfill.automatic = false;
    change();
    EXPECT_EQ(due(Job::backfill), std::nullopt);
    settings.backfill.automatic = true;
    change();
    EXPECT_EQ(due(Job::backfill), now);
}

TEST_F(AccountChange, WhatWaitsForTheStoreIsNotPlannedBeforeIt)
{
    account.emplace(0, settings);
    account->remember_stories({}, now, scheduler); // the database is away
    ASSERT_TRUE(due(Job::profile));
    settings.collect[config::Collector::publishing_limit] = true;
    settings.collect[config::Collector::media] = false;
    change();
    settings.collect[config::Collector::media] = true;
    change();
    EXPECT_EQ(due(Job::publishing_limit), std::nullopt);
    EXPECT_EQ(due(Job::media_list), std::nullopt);
    account->remember({}, now, scheduler);
    account->posts_are_remembered(now, scheduler);
    EXPECT_EQ(due(Job::publishing_limit), now);
    EXPECT_EQ(due(Job::media_list), now);
}

TEST_F(AccountChange, OneThatDidNotBeginPlansNothing)
{
    settings.backfill.automatic = false;
    account.emplace(0, settings);
    settings.backfill.automatic = true;
    settings.collect[config::Collector::publishing_limit] = true;
    change();
    EXPECT_EQ(scheduler.next_due(), std::nullopt);
    EXPECT_TRUE(account->collects(Job::publishing_limit)) << "but it will";
}

} // namespace
} // namespace insightd::daemon
