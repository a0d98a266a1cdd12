#include "daemon/account.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;

const auto now = at("2026-03-01T12:00:00Z");

model::Batch day_that_ends_at(model::Instant end)
{
    model::Batch rows;
    rows.days.emplace_back();
    rows.days.back().day_end = end;
    return rows;
}

TEST(Account, PlansDaysFromTheNewestThatIsKnown)
{
    Account account{0, {}};
    Scheduler scheduler;
    EXPECT_EQ(account.day_plan().known_day_end, std::nullopt);

    model::AccountHistory history;
    history.newest_day_end = at("2026-02-26T23:00:00Z");
    account.remember(history, now, scheduler);
    EXPECT_EQ(account.day_plan().known_day_end, at("2026-02-26T23:00:00Z"));

    account.learn(day_that_ends_at(at("2026-02-27T23:00:00Z")), now, scheduler);
    account.learn(day_that_ends_at(at("2026-02-20T23:00:00Z")), now, scheduler);
    EXPECT_EQ(account.day_plan().known_day_end, at("2026-02-27T23:00:00Z"));
}

constexpr model::MediaId post = 17900000000000001;

config::Account reading_posts()
{
    config::Account settings;
    settings.collect[config::Collector::media_insights] = true;
    return settings;
}

model::StoredPost stored_post(model::Instant published_at)
{
    model::StoredPost stored;
    stored.id = post;
    stored.product_type = "FEED";
    stored.published_at = published_at;
    return stored;
}

model::Batch run_of(const char* collector, model::Instant started_at, bool succeeded)
{
    model::Batch rows;
    auto& run = rows.runs.emplace_back();
    run.collector = collector;
    run.started_at = started_at;
    run.succeeded = succeeded;
    return rows;
}

TEST(Account, KnowsWhenAJobLastSucceededFromTheStoreAndFromWhatIsStored)
{
    config::Account settings;
    settings.collect[config::Collector::profile] = true;
    Account account{0, settings};
    Scheduler scheduler;
    EXPECT_EQ(account.last_success(Job::profile), std::nullopt);

    model::AccountHistory history;
    history.last_success["profile"] = now - std::chrono::hours{3};
    history.last_success["tags"] = now - std::chrono::hours{900};
    account.remember(history, now, scheduler);
    EXPECT_EQ(account.last_success(Job::profile), now - std::chrono::hours{3});
    EXPECT_EQ(account.last_success(Job::tags), std::nullopt) << "switched off since";

    account.learn(run_of("profile", now, false), now, scheduler);
    EXPECT_EQ(account.last_success(Job::profile), now - std::chrono::hours{3});
    account.learn(run_of("profile", now, true), now, scheduler);
    EXPECT_EQ(account.last_success(Job::profile), now);
}

TEST(Account, ReadingOfAStoryThatFailedFailsNoMoreOnceNoStoryIsOpen)
{
    config::Account settings;
    settings.collect[config::Collector::stories] = true;
    Account account{0, settings};
    Scheduler scheduler;
    account.remember({}, now, scheduler);
    account.trouble(Job::story_insights).kind = graph::FailureClass::transient;
    EXPECT_EQ(account.failing(Job::stories), std::nullopt);

    model::StoryEntry story;
    story.media_id = 18;
    story.expires_at = now + std::chrono::hours{9};
    account.stories().take({story});
    EXPECT_EQ(account.failing(Job::stories), graph::FailureClass::transient);
    account.trouble(Job::stories).kind = graph::FailureClass::no_permission;
    EXPECT_EQ(account.failing(Job::stories), graph::FailureClass::no_permission) << "as its list";
}

TEST(Account, ASuspectPastTheLastTierIsPlannedSoon)
{
    Account account{0, reading_posts()};
    Scheduler scheduler;
    model::AccountHistory history;
    history.presences.emplace_back();
    history.presences.back().media_id = post;
    history.presences.back().state = model::PresenceState::suspect;
    history.presences.back().lists_missing = 1;
    account.remember(history, now, scheduler);
    account.remember_post(stored_post(now - std::chrono::days{3'000}));
    const auto plan = account.plan_of(post, now);
    ASSERT_TRUE(plan);
    EXPECT_GT(plan->due, now);
    EXPECT_LT(plan->due, now + std::chrono::hours{24});
}

TEST(Account, BeginsThePastOnceItKnowsItsPosts)
{
    auto settings = reading_posts();
    settings.backfill.automatic = true;
    Account account{0, settings};
    Scheduler scheduler;
    model::AccountHistory finished;
    finished.backfill.emplace();
    finished.backfill->finished_at = now;
    account.remember(finished, now, scheduler);
    account.remember_past({}, now, scheduler);
    EXPECT_EQ(scheduler.due_of(account.backfill_task()), std::nullopt);
    account.posts_are_remembered(now, scheduler);
    EXPECT_EQ(scheduler.due_of(account.backfill_task()), now);

    account.remember_past(finished, now, scheduler);
    account.remember_past({}, now + std::chrono::hours{1}, scheduler);
    EXPECT_EQ(scheduler.due_of(account.backfill_task()), now + std::chrono::hours{1});
}

} // namespace
} // namespace insightd::daemon
