#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

// What the daemon does where the platform takes fewer calls than it would like to make.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::run;
using insightd::testing::Simulation;
using sandbox::Host;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr std::size_t accounts = 3; // two of the Instagram app, one of the Facebook app

/// Old posts want most of the calls.
constexpr auto many_readings = R"(
defaults:
  schedule:
    stories: 1h
    media_list: 30m
    account_insights: 6h
    media_insights: [{until: 48h, every: 30m}, {until: 60d, every: 30m}]
)";

/// Calls that were answered, by what they were for.
struct Tally {
    std::int64_t stories = 0;
    std::int64_t fresh_posts = 0;
    std::int64_t old_posts = 0;
    std::int64_t lists = 0;
    std::int64_t account_days = 0;
    std::int64_t all = 0;
};

bool is_throttled(const sandbox::Response& response)
{
    return response.body.find("(#4)") != std::string::npos ||
           response.body.find("(#80002)") != std::string::npos;
}

class Scarce : public Simulation
{
public:
    explicit Scarce(sandbox::CallLimits limits = {})
        : Simulation{start, many_readings, sandbox::many_accounts(accounts), options()}
    {
        faults.limits = limits;
        api.watch([this](const auto& request, const auto& response, auto now) {
            if (response.status == 200)
                count(request, now);
            else if (request.host == Host::instagram && is_throttled(response))
                ++refusals[now];
        });
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    Tally tally(Host host) const { return tallies.at(host); }

    /// Every story that ended has its reading in its last minutes.
    void expect_no_story_late() const
    {
        EXPECT_GT(number("SELECT count(*) FROM store.story WHERE state = 'final'"), 8);
        EXPECT_EQ(
            value("SELECT string_agg(reason, '; ') FROM store.story WHERE state = 'missed'"),
            std::nullopt);
    }

    std::map<model::Instant, int> refusals; ///< of too many calls of the Instagram app
    std::map<Host, Tally> tallies{{Host::instagram, {}}, {Host::facebook, {}}};

private:
    void count(const sandbox::Request& request, model::Instant now)
    {
        auto& tally = tallies.at(request.host);
        ++tally.all;
        const auto parts = sandbox::path_of(request).parts;
        if (parts.size() < 2 || parts.back() != "insights") {
            ++tally.lists;
            return;
        }
        const auto media = world.media(std::stoll(parts.front()), now);
        auto& kind = !media                            ? tally.account_days
                     : media->is_story()               ? tally.stories
                     : now - media->published_at < 48h ? tally.fresh_posts
                                                       : tally.old_posts;
        ++kind;
    }

    static sandbox::World::Options options()
    {
        sandbox::World::Options options;
        options.start = start;
        options.days_of_history = 20;
        options.story_every = 6h;
        return options;
    }
};

/// What the daemon would like to do in a day.
const std::map<Host, Tally>& wanted()
{
    static const auto tallies = [] {
        Scarce plenty;
        plenty.run_until(start + 24h);
        return plenty.tallies;
    }();
    return tallies;
}

void expect_least_valuable_shed(const Tally& got, const Tally& would_like)
{
    const auto share = [](std::int64_t part, std::int64_t whole) {
        return static_cast<double>(part) / static_cast<double>(whole);
    };
    EXPECT_GT(share(got.stories, would_like.stories), 0.95);
    EXPECT_GT(share(got.fresh_posts, would_like.fresh_posts), 0.7);
    EXPECT_LT(share(got.old_posts, would_like.old_posts), 0.5);
    EXPECT_GT(share(got.old_posts, would_like.old_posts), 0.05) << "what is left is used";
    EXPECT_GT(share(got.all, would_like.all), 0.3) << "what is left is used";
}

TEST(Budget, HalfOfTheAppsCallsAreEnoughForWhatMatters)
{
    const auto would_like = wanted().at(Host::instagram);
    sandbox::CallLimits limits;
    limits.app_calls_an_hour = would_like.all / 24 / 2;
    Scarce scarce{limits};
    scarce.run_until(start + 24h);
    EXPECT_EQ(scarce.api.counters().throttled(), 0);
    scarce.expect_no_story_late();
    expect_least_valuable_shed(scarce.tally(Host::instagram), would_like);
    EXPECT_EQ(
        scarce.number("SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"), 0)
        << "what is put off has not failed";
}

TEST(Budget, HalfOfAnAccountsCallsAreEnoughForWhatMatters)
{
    const auto would_like = wanted().at(Host::facebook); // one account
    sandbox::CallLimits limits;
    limits.account_calls_a_day = would_like.all / 2;
    Scarce scarce{limits};
    scarce.run_until(start + 24h);
    EXPECT_EQ(scarce.api.counters().throttled(), 0);
    scarce.expect_no_story_late();
    expect_least_valuable_shed(scarce.tally(Host::facebook), would_like);
}

/// Another program uses the pool up all at once, as nobody could foresee, and for three hours.
void let_others_use_it_up(Scarce& scarce, int sandbox::CallLimits::*others)
{
    scarce.run_until(start + 3h);
    scarce.faults.limits.*others = 100;
    scarce.run_until(start + 6h);
    EXPECT_GT(scarce.refusals.size(), 1U) << "it was hit";
    const auto before = scarce.tally(Host::instagram).all;
    scarce.faults.limits.*others = 10;
    scarce.run_until(start + 9h);
    EXPECT_GT(scarce.tally(Host::instagram).all, before + 100) << "resumes by itself";
    EXPECT_EQ(
        scarce.number("SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
}

TEST(Budget, AccountThatAnotherProgramUsesUpRecoversWithoutOneWastedCall)
{
    sandbox::CallLimits limits;
    limits.account_calls_a_day = 20000;
    Scarce scarce{limits};
    let_others_use_it_up(scarce, &sandbox::CallLimits::others_of_accounts);
    EXPECT_EQ(scarce.api.counters().while_blocked(), 0) << "it is told how long";
}

/// Eight readers of an account wait for two connections, and a block begins in their midst.
TEST(Budget, CallThatWaitsForAConnectionIsNotSentDuringABlock)
{
    sandbox::CallLimits limits;
    limits.account_calls_a_day = 20000;
    Scarce scarce{limits};
    scarce.config.api.connections_per_host = 2;
    scarce.config.api.calls_per_account = 8;
    scarce.begin();
    int readings = 0;
    scarce.api.watch([&](const auto& request, const auto&, auto now) {
        const auto parts = sandbox::path_of(request).parts;
        const bool is_of_post = parts.size() == 2 && parts.back() == "insights" &&
                                scarce.world.media(std::stoll(parts.front()), now);
        if (is_of_post && ++readings == 10)
            scarce.faults.limits.others_of_accounts = 100;
    });
    scarce.run_until(start + 1h); // begins with one reading of every post
    EXPECT_GT(scarce.api.counters().throttled(), 0) << "it was hit";
    EXPECT_EQ(scarce.api.counters().while_blocked(), 0);
}

/// The platform counts for everybody, and forgets nothing when a daemon dies.
TEST(Budget, DaemonThatStartsDuringABlockMakesNoCall)
{
    sandbox::CallLimits limits;
    limits.account_calls_a_day = 20000;
    Scarce scarce{limits};
    scarce.run_until(start + 3h);
    scarce.faults.limits.others_of_accounts = 100;
    while (scarce.engine->blocks().size() < accounts)
        scarce.run_until(scarce.clock.now() + 1min);
    const auto told = scarce.engine->blocks();
    run(scarce.loop, scarce.store->database.share_blocks(told));
    const auto throttled = scarce.api.counters().throttled();

    scarce.begin();
    scarce.engine->heed(run(scarce.loop, scarce.store->database.blocks()));
    scarce.run_until(std::ranges::min(told, {}, &model::Block::until).until - 1s);
    EXPECT_EQ(scarce.api.counters().throttled(), throttled);
    EXPECT_EQ(scarce.api.counters().while_blocked(), 0);
}

/// Nobody tells how long an app is blocked: one call finds out, after 1, 2, 4 … 30 minutes.
TEST(Budget, AppThatAnotherProgramUsesUpIsTriedByOneCallAtATime)
{
    sandbox::CallLimits limits;
    limits.app_calls_an_hour = 1000;
    Scarce scarce{limits};
    let_others_use_it_up(scarce, &sandbox::CallLimits::others_of_app);
    std::chrono::minutes wait{1};
    for (auto refused = std::next(scarce.refusals.begin()); refused != scarce.refusals.end();
         ++refused) {
        EXPECT_EQ(refused->second, 1) << "never several at once";
        EXPECT_GE(refused->first - std::prev(refused)->first, wait);
        wait = std::min(2 * wait, std::chrono::minutes{30});
    }
}

} // namespace
} // namespace insightd
