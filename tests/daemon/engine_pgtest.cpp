#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// How the engine answers faults, and how it goes on after them.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

std::int64_t number(const Simulation& simulation, const std::string& sql)
{
    return std::stoll(simulation.value(sql).value());
}

std::int64_t samples_of(const Simulation& simulation, std::size_t account)
{
    return number(
        simulation, fmt::format(
                        "SELECT count(*) FROM store.media_sample WHERE account_id = {}",
                        simulation.world.accounts()[account].user_id));
}

TEST(Engine, ThrottledAccountWaitsAsLongAsItIsToldAndTheOthersGoOn)
{
    Simulation simulation{start};
    simulation.faults.throttled = "metricsaurus";
    simulation.run_until(start + 4min);
    EXPECT_EQ(samples_of(simulation, 0), 0);
    EXPECT_GT(samples_of(simulation, 1), 0);
    EXPECT_EQ(simulation.api.calls_of(0), 1) << "calling while throttled prolongs the block";
    simulation.faults.throttled.clear();
    simulation.run_until(start + 30min);
    EXPECT_GT(samples_of(simulation, 0), 0) << "resumes by itself";
}

TEST(Engine, DeadTokenPausesOneAccountUntilItLives)
{
    Simulation simulation{start};
    simulation.faults.dead_token_of = "bakery_berlin";
    simulation.run_until(start + 1h);
    EXPECT_EQ(samples_of(simulation, 1), 0);
    EXPECT_GT(samples_of(simulation, 0), 0);
    EXPECT_EQ(
        simulation.value("SELECT DISTINCT error_class FROM insights.collection_health "
                         "WHERE account = 'bakery_berlin' AND state = 'failing'"),
        "needs_login");
    simulation.faults.dead_token_of.clear();
    simulation.run_until(start + 3h);
    EXPECT_GT(samples_of(simulation, 1), 0);
    EXPECT_EQ(
        number(
            simulation, "SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
}

TEST(Engine, StopCutsCallsOffAndKeepsWhatWasAnswered)
{
    Simulation simulation{start, "defaults: {collect: [media, media_insights]}\n"};
    int answers = 0;
    simulation.api.watch([&](const sandbox::Request& request, const sandbox::Response&, auto) {
        if (request.path.ends_with("/insights") && ++answers == 20)
            simulation.engine->stop(0s);
    });
    insightd::testing::run(simulation.loop, simulation.engine->run());
    const auto kept = number(simulation, "SELECT count(*) FROM store.media_sample");
    EXPECT_GT(kept, 0) << "those whose calls were all answered";
    EXPECT_LE(kept, answers);
}

TEST(Engine, EveryFifthCallFailingLosesNothing)
{
    Simulation simulation{start};
    simulation.faults.errors = 0.2;
    simulation.run_until(start + 2h);
    for (std::size_t account = 0; account < 3; ++account) {
        EXPECT_GT(samples_of(simulation, account), 20) << account;
        EXPECT_GT(
            number(
                simulation, fmt::format(
                                "SELECT count(*) FROM store.account_day WHERE account_id = {}",
                                simulation.world.accounts()[account].user_id)),
            5);
    }
}

TEST(Engine, NonsenseFromTheHostIsRecordedAndSurvived)
{
    Simulation simulation{start};
    for (auto* fault :
         {&simulation.faults.html, &simulation.faults.truncated, &simulation.faults.cursor_loop}) {
        *fault = true;
        simulation.run_until(simulation.clock.now() + 1h);
        EXPECT_GT(
            number(
                simulation,
                "SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
            0);
        *fault = false;
    }
    simulation.run_until(simulation.clock.now() + 6h);
    EXPECT_EQ(
        number(
            simulation, "SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
    EXPECT_GT(samples_of(simulation, 0), 20);
}

TEST(Engine, PageThatIsTooMuchIsAskedForInSmallerOnes)
{
    Simulation simulation{start};
    simulation.faults.most_rows = 10;
    simulation.run_until(start + 1min);
    EXPECT_GE(
        number(simulation, "SELECT count(*) FROM store.media WHERE product_type <> 'STORY'"),
        static_cast<std::int64_t>(simulation.world.posts(0, start).size() * 3 - 3));
}

TEST(Engine, RowThatTheStoreRefusesSinksNoOther)
{
    Simulation simulation{start};
    simulation.rows("ALTER TABLE store.media ADD CHECK (media_type <> 'CAROUSEL_ALBUM')");
    simulation.run_until(start + 1min);
    EXPECT_GT(number(simulation, "SELECT count(*) FROM store.media"), 20);
    EXPECT_EQ(
        number(
            simulation, "SELECT count(*) FROM insights.collection_health WHERE collector = 'media' "
                        "AND state = 'failing' AND error_class = 'rows_refused'"),
        3);
    EXPECT_EQ(simulation.engine->complaints().size(), 3U);
    EXPECT_GT(simulation.store->writer.depth().set_aside, 2);
    simulation.rows("ALTER TABLE store.media DROP CONSTRAINT media_media_type_check");
    simulation.run_until(start + 25h);
    EXPECT_GT(
        number(simulation, "SELECT count(*) FROM store.media WHERE media_type = 'CAROUSEL_ALBUM'"),
        3);
}

TEST(Engine, RestartGoesOnWhereTheStoreSaysAndAsksNothingTwice)
{
    Simulation simulation{start};
    simulation.run_until(start + 3h);
    const auto calls = simulation.api.calls();
    const auto samples = number(simulation, "SELECT count(*) FROM store.media_sample");
    simulation.begin();
    simulation.run_until(simulation.clock.now());
    EXPECT_LT(simulation.api.calls() - calls, 5) << "nothing was due";
    simulation.run_until(start + 5h);
    EXPECT_GT(number(simulation, "SELECT count(*) FROM store.media_sample"), samples);
}

TEST(Engine, DatabaseThatWasCutOffHoldsNothingUp)
{
    Simulation simulation{start};
    simulation.run_until(start + 10min);
    simulation.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'insightd' AND datname = current_database()");
    const auto samples = number(simulation, "SELECT count(*) FROM store.media_sample");
    simulation.run_until(start + 1h);
    EXPECT_GT(number(simulation, "SELECT count(*) FROM store.media_sample"), samples);
    simulation.run_until(start + 3h);
    EXPECT_EQ(
        number(
            simulation, "SELECT count(*) FROM insights.collection_health WHERE state = 'never_run' "
                        "OR last_success_at < '2026-03-01T13:30:00Z' AND collector <> 'audience'"),
        0)
        << "every collector came round again";
}

} // namespace
} // namespace insightd
