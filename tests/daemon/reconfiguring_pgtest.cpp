#include "collectors/graph/transport.hpp"
#include "daemon/engine.hpp"
#include "daemon/post_loading.hpp"
#include "daemon/replicas/ownership.hpp"
#include "daemon/setup.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>

// Accounts come, change and go while the engine works; what was answered is stored.
namespace insightd
{
namespace
{

using daemon::ids_of;
using insightd::testing::at;
using insightd::testing::run;
using insightd::testing::Simulation;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using namespace std::chrono_literals;

const auto start = at("2026-03-06T12:00:00Z");

class Reconfigured : public ::testing::Test
{
protected:
    Reconfigured()
    {
        simulation.api.watch([this](const auto& request, const auto& answer, auto) {
            paths.push_back(request.path);
            static const std::regex of_media{"/v[0-9.]+/(1(?:79|80)[0-9]+)/insights"};
            std::smatch found;
            if (answer.status == 200 && std::regex_match(request.path, found, of_media))
                answered.insert(found[1]);
            if (on_call)
                on_call();
        });
        take(all);
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

    /// They are its own from now on; the leases are those that a heartbeat granted.
    void take(const std::vector<model::AccountId>& taken)
    {
        std::vector<model::Lease> leases;
        for (const auto account : all)
            leases.push_back({account, 5});
        ownership.answered(now, leases, false);
        engine.take_over(taken, run(simulation.loop, simulation.store->database.history(taken)));
        run(simulation.loop, simulation.store->load_posts(engine));
    }

    void pass() { run(simulation.loop, engine.pass()); }

    /// Once the account is in the middle of reading its posts.
    void in_the_middle(std::function<void()> what)
    {
        on_call = [this, what = std::move(what)]() mutable {
            if (answered.size() < 5)
                return;
            const auto once = std::move(what);
            on_call = {};
            once();
        };
    }

    std::size_t calls_for(model::AccountId account) const
    {
        const auto id = std::to_string(account);
        return static_cast<std::size_t>(std::ranges::count_if(
            paths, [&](const auto& path) { return path.find(id) != std::string::npos; }));
    }

    std::set<std::string> stored() const
    {
        std::set<std::string> media;
        for (const auto& row : simulation.rows("SELECT DISTINCT media_id FROM store.media_sample"))
            media.insert(row.at(0).value());
        return media;
    }

    Simulation simulation{start};
    replicas::Moment now = 1h;
    std::vector<config::Account> accounts = simulation.config.accounts;
    std::vector<model::AccountId> all = ids_of(simulation.config);
    replicas::Ownership ownership{all, [this] { return now; }};
    daemon::Engine engine{services(), daemon::Engine::StorePatience::give_up};
    std::vector<std::string> paths;
    std::set<std::string> answered; ///< media whose insights were
    std::function<void()> on_call;
};

TEST_F(Reconfigured, OfOneThatIsRemovedEverythingThatWasAnsweredIsStored)
{
    in_the_middle([this] { engine.remove(all); });
    pass();
    ASSERT_THAT(answered, Not(IsEmpty()));
    EXPECT_EQ(stored(), answered);
    for (const auto id : all) {
        EXPECT_FALSE(engine.owns(id));
        EXPECT_TRUE(engine.is_at_rest(id));
    }
    const auto calls = paths.size();
    simulation.clock.jump_to(start + 24h);
    pass();
    EXPECT_EQ(paths.size(), calls) << "and nothing is asked any more";
    EXPECT_EQ(engine.next_due(), std::nullopt);
}

TEST_F(Reconfigured, OneThatIsRemovedLeavesTheOthersAlone)
{
    in_the_middle([this] { engine.remove({all.front()}); });
    pass();
    EXPECT_THAT(stored(), IsSupersetOf(answered));
    EXPECT_TRUE(engine.owns(all.at(1)));
    paths.clear();
    simulation.clock.jump_to(start + 2h);
    pass();
    EXPECT_EQ(calls_for(all.front()), 0U);
    EXPECT_GT(calls_for(all.at(1)), 0U);
    EXPECT_GT(calls_for(all.at(2)), 0U);
}

TEST_F(Reconfigured, OneThatIsAddedIsAskedOnceItIsTaken)
{
    engine.remove({all.front()});
    engine.add(accounts.front());
    EXPECT_FALSE(engine.owns(all.front()));
    pass();
    EXPECT_EQ(calls_for(all.front()), 0U);
    take({all.front()});
    pass();
    EXPECT_GT(calls_for(all.front()), 0U);
    EXPECT_THAT(stored(), IsSupersetOf(answered));
}

TEST_F(Reconfigured, OneThatComesBackDuringItsLastTurnBeginsAnew)
{
    in_the_middle([this] {
        engine.remove({all.front()});
        auto settings = accounts.front();
        settings.name = "comes_back";
        engine.add(settings);
    });
    pass();
    EXPECT_FALSE(engine.owns(all.front()));
    EXPECT_THAT(stored(), IsSupersetOf(answered));
    EXPECT_EQ(engine.backfills().front().account, "comes_back");
    take({all.front()});
    pass();
    EXPECT_TRUE(engine.owns(all.front()));
}

TEST_F(Reconfigured, PlacesOfThoseThatWentAreTakenByThoseThatCome)
{
    for (int time = 0; time < 50; ++time) {
        engine.remove({all.at(1)});
        auto settings = accounts.at(1);
        settings.user_id = all.at(1) + 1'000 + time % 2;
        engine.add(settings);
        engine.remove({settings.user_id});
        engine.add(accounts.at(1));
    }
    EXPECT_EQ(engine.backfills().size(), 3U);
    take({all.at(1)});
    pass();
    EXPECT_GT(calls_for(all.at(1)), 0U);
}

TEST_F(Reconfigured, TurnEndsUnderTheSettingsItBeganUnder)
{
    auto settings = accounts.front();
    settings.name = "another";
    settings.collect[config::Collector::publishing_limit] = true;
    in_the_middle([this, settings] {
        engine.change(settings);
        EXPECT_FALSE(engine.has_changed_all());
        EXPECT_EQ(engine.backfills().front().account, accounts.front().name);
    });
    pass();
    EXPECT_TRUE(engine.has_changed_all());
    EXPECT_EQ(engine.backfills().front().account, "another");
    EXPECT_THAT(paths, Contains(HasSubstr("content_publishing_limit")));
    EXPECT_THAT(stored(), IsSupersetOf(answered));
}

TEST_F(Reconfigured, ChangeAsksNothingTwice)
{
    pass();
    paths.clear();
    for (auto settings : accounts) {
        settings.name += "_renamed";
        settings.timezone = "Asia/Tokyo";
        engine.change(settings);
    }
    EXPECT_TRUE(engine.has_changed_all());
    pass();
    EXPECT_THAT(paths, IsEmpty());
}

TEST_F(Reconfigured, TokenOfAnotherPlaceIsTakenUp)
{
    pass();
    auto settings = accounts.front();
    settings.token = config::SecretReference{
        config::SecretReference::Kind::file, simulation.folder.path() / "no.token"};
    engine.change(settings);
    pass();
    EXPECT_EQ(
        simulation.value(
            "SELECT state FROM insights.token_status WHERE account_id = '" +
            std::to_string(all.front()) + "'"),
        "needs_login");
    engine.change(accounts.front());
    simulation.clock.jump_to(start + 2h);
    paths.clear();
    pass();
    EXPECT_GT(calls_for(all.front()), 0U);
}

} // namespace
} // namespace insightd
