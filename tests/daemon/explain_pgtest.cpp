#include "daemon/dossier_report.hpp"
#include "daemon/store.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

// What was asked when, what came back, which rule applied, what is due next.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

/// A day of one account, and what `explain` says of it.
class Explain : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        simulation = std::make_unique<Simulation>(
            start, "defaults: {metrics: {media: [crossposted_views]}, schedule: {media_insights: "
                   "[{until: 48h, every: 2h}, {until: 60d, every: 1d}], stories: 1h}}\n");
        simulation->run_until(start + 26h);
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static std::optional<model::Dossier> dossier_of(const std::string& target)
    {
        auto& database = simulation->store->database;
        auto dossier = insightd::testing::run(simulation->loop, database.dossier(target));
        if (!dossier)
            return std::nullopt;
        const auto remembered = insightd::testing::run(
            simulation->loop, daemon::remembered(database, dossier->account_id));
        const auto account = std::ranges::find(
            simulation->config.accounts, dossier->account_id, &config::Account::user_id);
        daemon::add_rules(*dossier, &*account, remembered, simulation->clock.now());
        return dossier;
    }

    static std::string text_of(const std::string& target)
    {
        const auto dossier = dossier_of(target);
        return dossier ? daemon::dossier_text(*dossier) : "";
    }

    static std::string one(const std::string& sql) { return simulation->value(sql).value(); }

    static std::unique_ptr<Simulation> simulation;
};

std::unique_ptr<Simulation> Explain::simulation;

TEST_F(Explain, PostTellsWhenItWasAskedWhatCameAndWhenItIsDueByWhichRule)
{
    const auto id = one("SELECT media_id FROM insights.media_latest WHERE account = 'metricsaurus' "
                        "AND product_type = 'REELS' AND absent ->> 'crossposted_views' = "
                        "'not_crossposted' ORDER BY published_at DESC LIMIT 1");
    const auto text = text_of(id);
    EXPECT_THAT(text, HasSubstr("REELS " + id + " of metricsaurus"));
    EXPECT_THAT(text, HasSubstr("not_crossposted"));
    EXPECT_THAT(text, HasSubstr("metrics that are not asked, or asked apart"));
    EXPECT_THAT(text, HasSubstr("Fatal")) << "in the platform's own words";
    EXPECT_THAT(text, HasSubstr("due next"));
    EXPECT_THAT(text, HasSubstr("(schedule.media_insights)"));
    const auto views = one("SELECT views FROM insights.media_latest WHERE media_id = '" + id + "'");
    EXPECT_THAT(text, HasSubstr("views " + views));
    EXPECT_EQ(
        text_of(one("SELECT permalink FROM insights.media_latest WHERE media_id = '" + id + "'")),
        text);
}

TEST_F(Explain, DueTimeIsTheSchedulersOwn)
{
    const auto id = one("SELECT media_id FROM insights.media_latest WHERE account = 'metricsaurus' "
                        "AND product_type = 'FEED' ORDER BY published_at DESC LIMIT 1");
    const auto due = dossier_of(id)->sections.back().lines.front().at(1);
    const auto asked_at = [&] {
        return one(
            "SELECT to_char(asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI UTC') FROM "
            "insights.media_latest WHERE media_id = '" +
            id + "'");
    };
    const auto before = asked_at();
    for (int step = 0; step < 60 && asked_at() == before; ++step)
        simulation->run_until(simulation->clock.now() + 30min);
    EXPECT_EQ(asked_at(), due);
}

TEST_F(Explain, StoryTellsItsLineOfTheLedger)
{
    const auto id =
        one("SELECT media_id FROM insights.story_summary WHERE state = 'final' LIMIT 1");
    EXPECT_THAT(text_of(id), HasSubstr("story ledger"));
    EXPECT_THAT(text_of(id), HasSubstr("closed as final"));
}

TEST_F(Explain, StoryThatWasClosedLongAgoIsNotReadAnyMore)
{
    const auto id =
        one("SELECT media_id FROM insights.story_summary WHERE state = 'final' LIMIT 1");
    const auto go_on = [](const std::string& days) {
        one("WITH moved AS (UPDATE store.collection SET started_at = started_at + " + days +
            " RETURNING 1) SELECT count(*) FROM moved");
    };
    go_on("interval '4 days'");
    const auto text = text_of(id);
    go_on("interval '-4 days'");
    EXPECT_THAT(text, HasSubstr("closed: it is not read any more"));
    EXPECT_THAT(text, HasSubstr("final"));
}

TEST_F(Explain, AccountTellsItsCollectorsDaysAndRules)
{
    const auto text = text_of("metricsaurus");
    for (const auto* part :
         {"account metricsaurus", "collectors", "days, newest first", "open stories", "due next",
          "every 15 min"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_EQ(text_of(std::to_string(simulation->world.accounts()[0].user_id)), text);
}

TEST_F(Explain, ProgramsGetTheSameAsJson)
{
    const auto json = boost::json::parse(daemon::dossier_json(*dossier_of("metricsaurus")));
    EXPECT_EQ(json.at("account").as_string(), "metricsaurus");
    EXPECT_GT(json.at("collectors").as_array().size(), 3U);
    EXPECT_TRUE(json.at("due next").at(0).as_object().contains("why"));
}

TEST_F(Explain, FailingCollectorIsDueWhenTheDaemonTriesItAgain)
{
    simulation->faults.html = true;
    simulation->run_until(simulation->clock.now() + 4h);
    const auto lines = dossier_of("metricsaurus")->sections.back().lines;
    const auto profile = std::ranges::find(
        lines, "profile", [](const auto& line) -> const auto& { return line.front(); });
    EXPECT_EQ(
        profile->at(1), one("SELECT to_char(next_due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "
                            "UTC') FROM insights.collection_health WHERE account = 'metricsaurus' "
                            "AND collector = 'profile'"));
    EXPECT_THAT(profile->at(2), HasSubstr("put off since it fails: transient"));
    simulation->faults.html = false;
}

TEST_F(Explain, KnowsNothingOfStrangers)
{
    EXPECT_FALSE(dossier_of("nobody"));
}

} // namespace
} // namespace insightd
