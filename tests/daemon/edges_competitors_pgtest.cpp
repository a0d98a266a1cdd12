#include "tests/daemon/edges.hpp"

#include <gmock/gmock.h>

// Competitors, against the sandbox's truth: the world's other accounts.
namespace insightd
{
namespace
{

using config::Collector;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

sandbox::World::Options few_posts()
{
    sandbox::World::Options options;
    options.start = edges_start;
    options.days_of_history = 10;
    return options;
}

/// The Facebook account of the three looks at the others; they collect nothing.
class Rivals : public Edges
{
public:
    explicit Rivals(
        std::vector<std::string> names,
        const std::vector<Collector>& wanted = {Collector::competitors})
        : Edges{wanted, few_posts()}
    {
        for (auto& account : config.accounts)
            for (auto& [collector, on] : account.collect)
                on = on && account.login == config::Login::facebook;
        config.accounts.at(1).competitors = std::move(names);
        watch();
        begin();
    }

    /// Calls about the competitor of this name.
    std::int64_t calls_about(const std::string& name) const
    {
        const auto found = calls_.find(name);
        return found != calls_.end() ? found->second : 0;
    }

private:
    void watch()
    {
        api.watch(
            [this](const sandbox::Request& request, const sandbox::Response&, model::Instant) {
                const auto fields = request.param("fields");
                const std::string opening = "business_discovery.username(";
                if (fields.starts_with(opening))
                    ++calls_[fields.substr(opening.size(), fields.find(')') - opening.size())];
            });
    }

    std::map<std::string, std::int64_t> calls_;
};

std::size_t index_of(const Edges& edges, const std::optional<std::string>& name)
{
    const auto& accounts = edges.world.accounts();
    return static_cast<std::size_t>(
        std::ranges::find(accounts, *name, &sandbox::AccountSpec::username) - accounts.begin());
}

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds.value())}};
}

TEST(EdgesCompetitors, CountersAreTheTruthOfEachInstant)
{
    Rivals rivals{{"metricsaurus", "tiny_garden"}};
    rivals.run_until(edges_start + 3 * 24h);
    const auto rows = rivals.rows(
        "SELECT username, (extract(epoch FROM observed_at) * 1000000)::bigint, followers_count, "
        "follows_count, media_count FROM store.competitor_sample");
    ASSERT_GT(rows.size(), 10U);
    for (const auto& row : rows) {
        const auto account = index_of(rivals, row[0]);
        const auto when = instant(row[1]);
        EXPECT_EQ(std::stoll(*row[2]), rivals.world.followers(account, when));
        EXPECT_EQ(std::stoll(*row[3]), rivals.world.follows(account));
        EXPECT_EQ(std::stoll(*row[4]), rivals.world.media_count(account, when));
    }
    EXPECT_EQ(
        rivals.value("SELECT string_agg(competitor || ' ' || state || ' ' || competitor_id, ', ' "
                     "ORDER BY competitor) FROM insights.competitor_latest"),
        "metricsaurus ok 17841400000000001, tiny_garden ok 17841400000000003");
    EXPECT_GE(rivals.number("SELECT count(*) FROM insights.competitor_daily"), 6);
    EXPECT_EQ(rivals.health("competitors"), "ok");
}

TEST(EdgesCompetitors, PostsAreTheTruthOfEachInstant)
{
    Rivals rivals{{"metricsaurus"}};
    rivals.faults.discovery.hides_likes = {"tiny_garden"};
    rivals.run_until(edges_start + 2 * 24h);
    const auto rows = rivals.rows(
        "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, like_count, "
        "comments_count, view_count FROM store.competitor_media_sample");
    ASSERT_GT(rows.size(), 20U);
    std::size_t with_views = 0;
    for (const auto& row : rows) {
        const auto when = instant(row[1]);
        const auto media = rivals.world.media(std::stoll(*row[0]), when);
        ASSERT_TRUE(media);
        const auto truth = [&](const char* metric) {
            return std::to_string(
                std::get<std::int64_t>(rivals.world.media_metric(*media, metric, when)));
        };
        EXPECT_EQ(row[2], truth("likes"));
        EXPECT_EQ(row[3], truth("comments"));
        EXPECT_EQ(row[4].has_value(), media->media_type() == "VIDEO");
        if (row[4]) {
            EXPECT_EQ(row[4], truth("views"));
            ++with_views;
        }
    }
    EXPECT_GT(with_views, 0U);
    const auto seen = rivals.number("SELECT count(*) FROM insights.competitor_media_latest");
    const auto now = rivals.clock.now();
    EXPECT_GE(seen, std::ssize(rivals.world.posts(0, now - 6h))) << "fewer than 25 in ten days";
    EXPECT_LE(seen, std::ssize(rivals.world.posts(0, now)));
}

TEST(EdgesCompetitors, HiddenLikesAreNoZero)
{
    Rivals rivals{{"tiny_garden"}};
    rivals.faults.discovery.hides_likes = {"tiny_garden"};
    rivals.run_until(edges_start + 7h);
    EXPECT_GT(
        rivals.number("SELECT count(comments_count) FROM insights.competitor_media_latest"), 3);
    EXPECT_EQ(rivals.number("SELECT count(like_count) FROM insights.competitor_media_latest"), 0);
}

/// Unknown, personal, for people above an age: said of each, asked once a day, and no failure.
TEST(EdgesCompetitors, WhoCannotBeSeenIsSaidAndAskedOnceADay)
{
    ::testing::internal::CaptureStderr();
    Rivals rivals{{"nobody_at_all", "tiny_garden", "metricsaurus"}};
    rivals.faults.discovery.personal = {"tiny_garden"};
    rivals.run_until(edges_start + 20h);
    rivals.begin(); // a new life remembers
    rivals.run_until(edges_start + 23h);
    EXPECT_EQ(rivals.calls_about("nobody_at_all"), 1);
    EXPECT_EQ(rivals.calls_about("tiny_garden"), 1);
    EXPECT_GE(rivals.calls_about("metricsaurus"), 4);
    const auto log = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(log, HasSubstr("competitor_unavailable"));
    EXPECT_THAT(log, HasSubstr("competitor=nobody_at_all"));
    EXPECT_THAT(
        rivals
            .value("SELECT refusal FROM insights.competitor_latest "
                   "WHERE competitor = 'nobody_at_all'")
            .value(),
        HasSubstr("The user with username: nobody_at_all cannot be found."));
    EXPECT_EQ(
        rivals.number("SELECT count(*) FROM insights.competitor_latest WHERE state = "
                      "'unavailable' AND refused_since IS NOT NULL AND followers_count IS NULL"),
        2);
    EXPECT_EQ(rivals.health("competitors"), "ok");
    rivals.faults.discovery.personal.clear();
    rivals.run_until(edges_start + 49h);
    EXPECT_EQ(
        rivals.value("SELECT state FROM insights.competitor_latest WHERE competitor = "
                     "'tiny_garden'"),
        "ok");
    EXPECT_LE(rivals.calls_about("nobody_at_all"), 3);
}

TEST(EdgesCompetitors, WhatWasToldBeforeARefusalStays)
{
    Rivals rivals{{"metricsaurus"}};
    rivals.run_until(edges_start + 7h);
    const auto before = rivals.number("SELECT followers_count FROM insights.competitor_latest");
    rivals.faults.discovery.age_gated = {"metricsaurus"};
    rivals.run_until(edges_start + 14h);
    EXPECT_GE(rivals.number("SELECT followers_count FROM insights.competitor_latest"), before);
    EXPECT_EQ(rivals.value("SELECT state FROM insights.competitor_latest"), "unavailable");
}

TEST(EdgesCompetitors, AFieldThatIsNotServedCostsNothingButItself)
{
    Rivals rivals{{"metricsaurus", "tiny_garden"}};
    rivals.faults.discovery.no_views = true;
    rivals.run_until(edges_start + 7h);
    EXPECT_GT(rivals.number("SELECT count(like_count) FROM insights.competitor_media_latest"), 10);
    EXPECT_EQ(rivals.number("SELECT count(view_count) FROM insights.competitor_media_latest"), 0);
    EXPECT_EQ(rivals.health("competitors"), "ok");
}

/// Two accounts name the same one: one call is enough, and each has the rows.
TEST(EdgesCompetitors, SameOneOfTwoAccountsIsAskedOnce)
{
    Edges edges{{Collector::competitors}, few_posts(), sandbox::many_accounts(4)};
    for (auto& account : edges.config.accounts) {
        account.collect[Collector::competitors] = account.login == config::Login::facebook;
        if (account.login == config::Login::facebook)
            account.competitors = {"account_0"};
    }
    std::int64_t calls = 0;
    edges.api.watch([&](const sandbox::Request& request, const sandbox::Response&, model::Instant) {
        calls += request.param("fields").starts_with("business_discovery");
    });
    edges.begin();
    edges.run_until(edges_start + 1min);
    EXPECT_LE(calls, 2) << "both at the same moment, at most";
    calls = 0;
    edges.run_until(edges_start + 10 * 24h);
    EXPECT_LE(calls, 10 * 4 + 2);
    EXPECT_GE(calls, 10 * 4 - 2);
    EXPECT_EQ(
        edges.number("SELECT count(DISTINCT account_id) FROM insights.competitor_latest "
                     "WHERE state = 'ok'"),
        2);
}

/// A limit of its own that is used up, then an outage of it: stories and lists go on as ever.
TEST(EdgesCompetitors, WhatStopsThemStopsNothingElse)
{
    Rivals rivals{
        {"metricsaurus", "tiny_garden"},
        {Collector::competitors, Collector::profile, Collector::media, Collector::stories}};
    rivals.faults.discovery.throttled = true;
    rivals.run_until(edges_start + 6h);
    EXPECT_LE(rivals.calls_about("metricsaurus"), 25) << "no storm";
    rivals.faults.discovery.throttled = false;
    rivals.faults.discovery.fails = true;
    rivals.run_until(edges_start + 12h);
    EXPECT_LE(rivals.calls_about("metricsaurus") + rivals.calls_about("tiny_garden"), 70);
    EXPECT_EQ(rivals.health("competitors"), "failing");
    for (const auto* collector : {"profile", "media", "stories"})
        EXPECT_EQ(rivals.health(collector), "ok") << collector;
    EXPECT_EQ(
        rivals.number("SELECT count(*) FROM insights.data_gaps WHERE collector IN ('profile', "
                      "'media', 'stories')"),
        0);
    rivals.faults.discovery.fails = false;
    rivals.run_until(edges_start + 20h);
    EXPECT_EQ(rivals.health("competitors"), "ok");
}

/// Beside the account's limit, which others have used up.
TEST(EdgesCompetitors, AreNotCountedForTheAccount)
{
    Rivals rivals{{"metricsaurus"}};
    rivals.faults.limits.account_calls_a_day = 1000;
    rivals.faults.limits.others_of_accounts = 99;
    rivals.run_until(edges_start + 7h);
    EXPECT_EQ(rivals.health("competitors"), "ok");
    EXPECT_GE(rivals.calls_about("metricsaurus"), 1);
    EXPECT_EQ(rivals.api.calls_of(1), 0) << "the sandbox counts none of them";
}

} // namespace
} // namespace insightd
