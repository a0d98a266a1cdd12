#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include "daemon/dossier_report.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// Posts are read by how they change.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-03-02T00:00:00Z");
constexpr auto by_change = R"(
defaults:
  collect: [profile, media, media_insights]
  schedule:
    polling: adaptive
    freshness: 2h
    media_list: 1h
    media_insights: [{until: 730d, every: 20d}]
)";

/// Two days of one account, whose floors are so far away that change alone decides.
class Polling : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        auto accounts = sandbox::three_accounts();
        accounts.resize(1);
        simulation = std::make_unique<Simulation>(start, by_change, accounts);
        simulation->run_until(start + 48h);
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static std::int64_t number(const std::string& sql)
    {
        return std::stoll(simulation->value(sql).value());
    }

    /// Readings of each post of those ages, on average; a reading that brings no change is no row.
    static double readings(const std::string& ages)
    {
        return std::stod(simulation
                             ->value(
                                 "SELECT count(s.*)::numeric / count(DISTINCT m.media_id) FROM "
                                 "store.media m LEFT JOIN store.media_sample s USING (account_id, "
                                 "media_id) WHERE m.published_at " +
                                 ages)
                             .value());
    }

    static std::unique_ptr<Simulation> simulation;
};

std::unique_ptr<Simulation> Polling::simulation;

TEST_F(Polling, ReadsWhatChangesAndLetsTheRestLie)
{
    const auto young = readings("BETWEEN '2026-02-28' AND '2026-03-02'");
    const auto old = readings("< '2026-02-16'");
    EXPECT_GT(young, 2 * old);
    EXPECT_GE(old, 1) << "each was read once";
}

TEST_F(Polling, KeepsTheRateOfEachPost)
{
    EXPECT_EQ(number("SELECT count(*) FROM insights.media_pace WHERE changes_per_hour IS NULL"), 0);
    EXPECT_GT(
        number(
            "SELECT count(*) FROM insights.media_pace WHERE changes_per_hour > 0 AND judged_at >= "
            "read_at"),
        10);
}

TEST_F(Polling, TellsWhyAPostIsDue)
{
    auto& database = simulation->store->database;
    const auto id = simulation->value("SELECT media_id FROM insights.media_pace ORDER BY "
                                      "changes_per_hour DESC LIMIT 1");
    auto dossier = insightd::testing::run(simulation->loop, database.dossier(id.value()));
    const auto remembered =
        insightd::testing::run(simulation->loop, daemon::remembered(database, dossier->account_id));
    daemon::add_rules(
        *dossier, &simulation->config.accounts.front(), remembered, simulation->clock.now());
    const auto text = daemon::dossier_text(*dossier);
    EXPECT_THAT(text, HasSubstr("per hour"));
    EXPECT_THAT(text, HasSubstr("at the latest younger than 730 d: every 20 d"));
}

/// The last one: it starts the daemon anew.
TEST_F(Polling, ARestartReadsNothingBeforeItsTime)
{
    const auto asked = [] {
        return number("SELECT count(*) FROM insights.media_pace WHERE read_at > "
                      "timestamptz '2026-03-04T00:00:00Z'");
    };
    ASSERT_EQ(asked(), 0);
    const auto posts = number("SELECT count(*) FROM insights.media_pace");
    simulation->begin();
    EXPECT_EQ(simulation->engine->accounts_without_posts().size(), 0U);
    EXPECT_EQ(simulation->engine->tracked(), static_cast<std::size_t>(posts));
    simulation->run_until(start + 48h + 10min);
    EXPECT_LT(asked(), posts / 2);
}

/// As an operator gets it who configures nothing, one post of which is deleted.
TEST(DefaultPolling, ReadsEveryPostNoneTooOftenAndDecidesSuspects)
{
    auto accounts = sandbox::three_accounts();
    accounts.resize(1);
    Simulation simulation{
        start,
        "defaults:\n  collect: [profile, media, media_insights]\n  schedule: {polling: adaptive}\n",
        accounts};
    const auto deleted = simulation.world.posts(0, start).at(3).id;
    simulation.world.remove(deleted, start + 3h);
    simulation.run_until(start + 24h);

    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.media_pace WHERE read_at IS NULL"), "0");
    EXPECT_EQ(
        simulation.value("SELECT string_agg(media_id, ' ') FROM insights.media_latest WHERE "
                         "presence <> 'listed'"),
        std::to_string(deleted));
    EXPECT_EQ(
        simulation.value("SELECT string_agg(presence, ' ') FROM insights.media_latest WHERE "
                         "presence <> 'listed'"),
        "gone");
    // While there is a suspect, the newest post is asked beside it as a witness.
    const auto gaps = fmt::format(
        "SELECT count(*), min(gap) >= interval '5 minutes' FROM (SELECT media_id, observed_at, "
        "observed_at - lag(observed_at) OVER (PARTITION BY media_id ORDER BY observed_at) AS gap "
        "FROM store.media_sample) g WHERE gap IS NOT NULL AND media_id <> {} AND "
        "observed_at NOT BETWEEN '2026-03-02T03:00:00Z' AND '2026-03-02T12:00:00Z'",
        deleted);
    const auto row = simulation.rows(gaps).front();
    EXPECT_GT(std::stoi(row.at(0).value()), 30);
    EXPECT_EQ(row.at(1), "t");
}

} // namespace
} // namespace insightd
