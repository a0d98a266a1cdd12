#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// What the daemon does where the platform takes fewer calls than it would like to make.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using sandbox::Host;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr std::size_t accounts = 3; // two of the Instagram app, one of the Facebook app

/// Old posts want most of the calls.
constexpr auto many_readings = R"(
defaults:
  schedule: {media_insights: [{until: 48h, every: 15m}, {until: 60d, every: 45m}]}
)";

/// Calls that were answered, by what they were for.
struct Tally {
    std::int64_t stories = 0;
    std::int64_t fresh_posts = 0;
    std::int64_t old_posts = 0;
    std::int64_t all = 0;
};

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
        });
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    Tally tally(Host host) const { return tallies.at(host); }

    /// Every story that ended has its reading in its last minutes.
    void expect_no_story_late() const
    {
        EXPECT_GT(number("SELECT count(*) FROM store.story WHERE state = 'final'"), 20);
        EXPECT_EQ(
            value("SELECT string_agg(reason, '; ') FROM store.story WHERE state = 'missed'"),
            std::nullopt);
    }

    std::map<Host, Tally> tallies{{Host::instagram, {}}, {Host::facebook, {}}};

private:
    void count(const sandbox::Request& request, model::Instant now)
    {
        auto& tally = tallies.at(request.host);
        ++tally.all;
        const auto parts = sandbox::path_of(request).parts;
        if (parts.size() < 2 || parts.back() != "insights")
            return;
        const auto media = world.media(std::stoll(parts.front()), now);
        if (!media)
            return;
        ++(media->is_story()                 ? tally.stories
           : now - media->published_at < 48h ? tally.fresh_posts
                                             : tally.old_posts);
    }

    static sandbox::World::Options options()
    {
        sandbox::World::Options options;
        options.start = start;
        options.days_of_history = 20;
        options.story_every = 3h;
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
    EXPECT_GT(share(got.fresh_posts, would_like.fresh_posts), 0.8);
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

/// Another program uses the pool up all at once, as nobody could foresee.
void expect_recovery(sandbox::CallLimits limits, int sandbox::CallLimits::*others)
{
    Scarce scarce{limits};
    scarce.run_until(start + 3h);
    scarce.faults.limits.*others = 100;
    scarce.run_until(start + 6h);
    EXPECT_GT(scarce.api.counters().throttled(), 0) << "it was hit";
    EXPECT_EQ(scarce.api.counters().while_blocked(), 0) << "not one wasted call";
    const auto before = scarce.tally(Host::instagram).all;
    scarce.faults.limits.*others = 10;
    scarce.run_until(start + 9h);
    EXPECT_EQ(scarce.api.counters().while_blocked(), 0);
    EXPECT_GT(scarce.tally(Host::instagram).all, before + 100) << "resumes by itself";
    EXPECT_EQ(
        scarce.number("SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
}

TEST(Budget, AppThatAnotherProgramUsesUpRecovers)
{
    sandbox::CallLimits limits;
    limits.app_calls_an_hour = 1000;
    expect_recovery(limits, &sandbox::CallLimits::others_of_app);
}

TEST(Budget, AccountThatAnotherProgramUsesUpRecovers)
{
    sandbox::CallLimits limits;
    limits.account_calls_a_day = 20000;
    expect_recovery(limits, &sandbox::CallLimits::others_of_accounts);
}

} // namespace
} // namespace insightd
