#include "collectors/graph/transport.hpp"
#include "daemon/engine.hpp"
#include "daemon/replicas/ownership.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

// The engine works for its own accounts only, and only while it may.
namespace insightd
{
namespace
{

using daemon::ids_of;
using insightd::testing::at;
using insightd::testing::run;
using insightd::testing::Simulation;
using replicas::Ownership;
using ::testing::Contains;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

const auto start = at("2026-03-06T12:00:00Z");

class Owned : public ::testing::Test
{
protected:
    Owned()
    {
        simulation.api.watch([this](const auto& request, const auto&, auto) {
            paths.insert(request.path);
            if (on_call)
                on_call();
        });
    }

    daemon::Engine::Services services()
    {
        auto& loop = simulation.loop;
        return {
            loop.get_executor(),
            simulation.config,
            simulation.clock,
            *simulation.transport,
            simulation.store->writer,
            *simulation.tokens,
            daemon::pause_between_tries(loop.get_executor(), simulation.clock),
            &simulation.store->writer,
            nullptr,
            &ownership};
    }

    /// A heartbeat that says so; fences are of the database only where it has a lease.
    void beat(const std::vector<model::AccountId>& held)
    {
        std::vector<model::Lease> leases;
        for (const auto account : held)
            leases.push_back({account, 5});
        const auto change = ownership.answered(now, leases, false);
        engine.let_go(change.lost);
        std::vector<model::AccountId> taken = change.taken;
        engine.take_over(taken, run(simulation.loop, simulation.store->database.history(taken)));
        run(simulation.loop, simulation.store->load_posts(engine));
        engine.look_again();
    }

    void pass() { run(simulation.loop, engine.pass()); }

    std::string calls_for(model::AccountId account) const
    {
        const auto id = std::to_string(account);
        return std::to_string(std::ranges::count_if(
            paths, [&](const std::string& path) { return path.find(id) != std::string::npos; }));
    }

    Simulation simulation{start};
    replicas::Moment now = 1h;
    std::vector<model::AccountId> all = ids_of(simulation.config);
    Ownership ownership{all, [this] { return now; }};
    daemon::Engine engine{services(), daemon::Engine::StorePatience::give_up};
    std::set<std::string> paths;
    std::function<void()> on_call;
};

TEST_F(Owned, OnlyItsOwnAccountsAreAsked)
{
    beat({all.front()});
    pass();
    EXPECT_NE(calls_for(all.front()), "0");
    EXPECT_EQ(calls_for(all.at(1)), "0");
    EXPECT_EQ(calls_for(all.at(2)), "0");
    EXPECT_TRUE(engine.is_at_rest(all.at(1)));
}

TEST_F(Owned, StoppedOneAsksNothingUntilAHeartbeatHasToldItWhatIsItsOwn)
{
    beat(all);
    now += 1min;
    pass();
    EXPECT_THAT(paths, IsEmpty());
    beat({all.front()});
    pass();
    EXPECT_NE(calls_for(all.front()), "0");
    EXPECT_EQ(calls_for(all.at(1)), "0");
}

TEST_F(Owned, StopInTheMiddleOfATurnEndsItsCallsAndKeepsItsAnswers)
{
    beat({all.front()});
    int calls = 0;
    on_call = [&] {
        if (++calls == 95)
            now += 1min;
    };
    pass();
    EXPECT_LE(calls, 95 + static_cast<int>(simulation.config.api.connections_per_host));
    const auto samples = simulation.value("SELECT count(*) FROM store.media_sample");
    EXPECT_NE(samples, "0");
    EXPECT_THAT(engine.complaints(), IsEmpty()) << "nothing is wrong with the platform";
    on_call = {};
    beat({all.front()});
    pass();
    EXPECT_GT(
        std::stoi(*simulation.value("SELECT count(*) FROM store.media_sample")),
        std::stoi(*samples));
}

TEST_F(Owned, FencedOneStoresWhatItSawAndNoState)
{
    beat(all); // fences that no lease of the database has
    pass();
    EXPECT_NE(simulation.value("SELECT count(*) FROM store.media_sample"), "0");
    EXPECT_NE(simulation.value("SELECT count(*) FROM store.account_day"), "0");
    EXPECT_EQ(simulation.value("SELECT count(*) FROM store.collection"), "0");
    EXPECT_GT(simulation.store->database.fenced_off(), 0U);
    EXPECT_NE(
        simulation.value("SELECT count(*) FROM store.story WHERE last_answer_at IS NOT NULL"), "0")
        << "that a story was read is true whoever read it";
}

TEST_F(Owned, CutOffFromPeersItAsksForStoriesOnly)
{
    beat({all.front()});
    ownership.unanswered();
    pass();
    ASSERT_THAT(paths, Not(IsEmpty()));
    EXPECT_THAT(paths, Contains(EndsWith("/stories")));
    EXPECT_THAT(paths, Each(Not(EndsWith("/media"))));
    EXPECT_EQ(calls_for(all.at(1)), "0");
    beat({all.front()});
    pass();
    EXPECT_THAT(paths, Contains(EndsWith("/media")));
}

TEST_F(Owned, LostAndTakenBackIsAskedOnceAsAfterARestart)
{
    for (const auto account : all)
        simulation.rows(
            "INSERT INTO store.lease (account_id, fence) VALUES (" + std::to_string(account) +
            ", 5)");
    beat(all);
    pass();
    const auto calls = engine.progress().calls;
    beat({});
    EXPECT_EQ(engine.next_due(), std::nullopt);
    beat(all);
    pass();
    EXPECT_EQ(engine.progress().calls, calls) << "nothing is due yet";
    simulation.clock.jump_to(start + 16min);
    pass();
    std::map<std::string, int> asked;
    simulation.clock.jump_to(start + 2h);
    simulation.api.watch([&](const auto& request, const auto&, auto) { ++asked[request.path]; });
    pass();
    ASSERT_THAT(asked, Not(IsEmpty()));
    for (const auto& [path, count] : asked) {
        if (path.find("/stories") != std::string::npos) {
            EXPECT_EQ(count, 1) << path;
        }
    }
}

} // namespace
} // namespace insightd
