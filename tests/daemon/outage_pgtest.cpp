#include "daemon/engine.hpp"
#include "daemon/pages.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

// Hours without PostgreSQL, in stepped time.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr auto stories_only = R"(
defaults:
  collect: [profile, stories]
)";

std::int64_t number(const Simulation& simulation, const std::string& sql)
{
    return std::stoll(simulation.value(sql).value());
}

constexpr auto story_samples = "SELECT count(*) FROM store.media_sample JOIN store.media USING "
                               "(account_id, media_id) WHERE product_type = 'STORY'";

TEST(Outage, StoriesAreReadThroughAnHourWithoutTheDatabase)
{
    Simulation simulation{start, stories_only};
    simulation.run_until(start + 1h);
    simulation.database_away();
    simulation.run_until(start + 2h);
    EXPECT_GT(simulation.store->writer.depth().rows, 20);
    EXPECT_FALSE(simulation.engine->store_is_up());
    const daemon::Pages pages{
        simulation.config, simulation.clock, *simulation.engine, *simulation.tokens,
        simulation.store->writer};
    EXPECT_THAT(pages.answer({"/readyz", ""}).body, HasSubstr(R"("away (spooling )"));
    EXPECT_THAT(
        pages.answer({"/metrics", ""}).body,
        HasSubstr(fmt::format("insightd_spool_rows {}", simulation.store->writer.depth().rows)));
    EXPECT_THAT(
        pages.answer({"/metrics", ""}).body,
        HasSubstr(R"(insightd_spool_state{state="spooling"} 1)"));
    simulation.database_back();
    EXPECT_TRUE(simulation.engine->store_is_up());
    EXPECT_EQ(simulation.store->writer.depth().rows, 0);
    EXPECT_GT(
        number(
            simulation, std::string{story_samples} +
                            " AND observed_at > '2026-03-01T13:05:00Z' AND observed_at < "
                            "'2026-03-01T14:00:00Z'"),
        0);
    EXPECT_EQ(
        number(
            simulation,
            "SELECT count(*) FROM insights.collection_health WHERE collector = 'stories' AND state "
            "= 'ok' AND last_success_at > '2026-03-01T13:45:00Z'"),
        3);
}

/// Stories that were published in the hours before `end`, of all accounts, by the world's word.
std::set<std::int64_t> stories_of_the_world(const Simulation& simulation, model::Instant end)
{
    std::set<std::int64_t> all;
    for (auto instant = start; instant <= end; instant += 1h)
        for (std::size_t account = 0; account < simulation.config.accounts.size(); ++account)
            for (const auto& story : simulation.world.stories(account, instant))
                all.insert(story.id);
    return all;
}

/// Each is born, read and over while nothing can be stored, or was known before, or ends after.
TEST(Outage, WholeDayWithoutTheDatabaseLosesNoStory)
{
    Simulation simulation{start, stories_only};
    simulation.run_until(start + 1h);
    simulation.database_away();
    simulation.run_until(start + 25h);
    EXPECT_FALSE(simulation.engine->store_is_up());
    const auto spooled = simulation.store->writer.depth().rows;
    simulation.database_back();
    simulation.run_until(start + 50h);

    const auto expected = stories_of_the_world(simulation, start + 25h);
    EXPECT_GT(expected.size(), 10);
    EXPECT_GT(spooled, 1'000);
    std::set<std::int64_t> stored;
    for (const auto& row :
         simulation.rows("SELECT media_id, state, reason FROM store.story WHERE published_at < "
                         "'2026-03-02T13:00:00Z'")) {
        stored.insert(std::stoll(*row[0]));
        EXPECT_EQ(*row[1], "final") << *row[0] << ": " << row[2].value_or("");
    }
    EXPECT_EQ(stored, expected);
    EXPECT_EQ(number(simulation, "SELECT count(*) FROM store.loss"), 0);
    EXPECT_EQ(
        number(
            simulation,
            "SELECT count(*) FROM store.story WHERE published_at < '2026-03-02T13:00:00Z' AND "
            "(last_numbers_at < window_from OR last_numbers_at > expires_at OR last_numbers_at IS "
            "NULL)"),
        0)
        << "each has a reading of its last minutes";
}

TEST(Outage, StartWithoutTheDatabaseReadsTheStoriesItKnowsAndFindsNewOnes)
{
    Simulation simulation{start, stories_only};
    simulation.run_until(start + 1h);
    const auto stories =
        number(simulation, "SELECT count(*) FROM store.media WHERE product_type = 'STORY'");
    simulation.database_away();
    simulation.begin();
    const auto calls = simulation.api.calls();
    simulation.run_until(start + 7h);
    EXPECT_GT(simulation.api.calls() - calls, 100);
    simulation.database_back();
    EXPECT_GT(
        number(simulation, "SELECT count(*) FROM store.media WHERE product_type = 'STORY'"),
        stories)
        << "new ones";
    EXPECT_EQ(
        number(
            simulation,
            "SELECT count(*) FROM store.media JOIN store.media_state USING (account_id, media_id) "
            "WHERE product_type = 'STORY' AND expires_at > '2026-03-01T19:00:00Z' AND checked_at < "
            "'2026-03-01T18:30:00Z'"),
        0)
        << "each was read until the end";
    const auto before = simulation.api.calls();
    simulation.run_until(start + 8h);
    EXPECT_LT(simulation.api.calls() - before, 200) << "nothing is done twice";
}

/// Calls of six hours without the database, of which the platform fails for one, and what they left
/// in it; the cache is looked into so many times more, as a daemon does that looks for its database
/// again.
std::pair<std::int64_t, std::string> six_hours_away(int more_looks)
{
    Simulation simulation{start, stories_only};
    simulation.run_until(start + 1h);
    simulation.database_away();
    simulation.begin();
    const auto before = simulation.api.calls();
    simulation.run_until(start + 2h);
    simulation.faults.html = true;
    for (int look = 0; look < more_looks; ++look) {
        simulation.run_until(simulation.clock.now() + 10min);
        testing::run(simulation.loop, simulation.store->begin_from_cache(*simulation.engine));
    }
    simulation.run_until(start + 3h);
    simulation.faults.html = false;
    simulation.run_until(start + 7h);
    simulation.database_back();
    return {
        simulation.api.calls() - before,
        simulation
            .value("SELECT coalesce(string_agg(g::text, ' ' ORDER BY g::text), 'none') FROM "
                   "insights.data_gaps g")
            .value()};
}

TEST(Outage, WhatHasBegunIsNotBegunAgainByAnotherLookAtTheCache)
{
    EXPECT_EQ(six_hours_away(3), six_hours_away(0));
}

TEST(Outage, RestOfTheWorkBeginsWhenTheDatabaseIsThereForTheFirstTime)
{
    Simulation simulation{start};
    simulation.database_away();
    simulation.begin();
    simulation.run_until(start + 20min);
    EXPECT_GT(simulation.store->writer.depth().rows, 0) << "stories and profiles";
    simulation.database_back();
    simulation.run_until(start + 40min);
    EXPECT_EQ(
        number(simulation, "SELECT count(*) FROM insights.collection_health WHERE state <> 'ok'"),
        0);
    EXPECT_GT(number(simulation, "SELECT count(*) FROM store.account_day"), 10);
}

constexpr auto days_only = R"(
defaults:
  collect: [profile, account_insights]
  backfill: {calls_per_hour: 1000}
)";

/// Every day that is final, with its numbers.
std::string final_days(const Simulation& simulation)
{
    return simulation
        .value("SELECT string_agg(format('%s %s %s %s', account_id, day, views, reach), ', ' "
               "ORDER BY account_id, day) FROM insights.account_daily WHERE is_final")
        .value();
}

TEST(Outage, DaysThatAFullSpoolDroppedAreReadAgain)
{
    Simulation whole{start, days_only, sandbox::many_accounts(1)};
    Simulation holed{start, days_only, sandbox::many_accounts(1)};
    for (auto* simulation : {&whole, &holed})
        simulation->faults.days = {60, 60};
    holed.config.spool.max_rows = 10;
    holed.begin();
    for (auto* simulation : {&whole, &holed})
        simulation->run_until(start + 5min);
    holed.database_away();
    for (auto* simulation : {&whole, &holed})
        simulation->run_until(start + 8h);
    EXPECT_GT(holed.store->writer.dropped_rows(), 10);
    holed.database_back();
    EXPECT_NE(final_days(holed), final_days(whole)) << "what was dropped is missing";
    for (auto* simulation : {&whole, &holed})
        simulation->run_until(start + 20h);
    EXPECT_EQ(final_days(holed), final_days(whole));
    EXPECT_EQ(
        number(holed, "SELECT count(*) FROM insights.backfill_status WHERE state <> 'finished'"),
        0);
}

} // namespace
} // namespace insightd
