#include "daemon/status_pages.hpp"

#include "daemon/engine.hpp"
#include "daemon/status_page/words.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// The pages for people, of a whole insightd in stepped time.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

/// A busy machine's.
constexpr auto patience = 2min;

class Watched : public Simulation
{
public:
    explicit Watched(std::string yaml = {}, std::string reads_from = {})
        : Simulation{start, std::move(yaml)}, reader{
                                                  reads_from.empty() ? database_url : reads_from,
                                                  3s}
    {
    }

    /// By somebody who waited since the last time.
    http::Answer page(std::string path, std::string query = {})
    {
        time += 1min;
        return again(std::move(path), std::move(query));
    }

    http::Answer again(std::string path, std::string query = {})
    {
        http::Question question;
        question.path = std::move(path);
        question.query = std::move(query);
        return testing::run(loop, pages.answer(std::move(question)));
    }

    std::string number(const std::string& sql) const
    {
        return status_page::number(std::stoll(value(sql).value()));
    }

    std::chrono::nanoseconds time{1h};
    storage::PageReader reader;
    daemon::StatusPages pages{
        {loop.get_executor(), config, clock, *engine, *tokens, store->writer, reader, nullptr,
         [this] { return time; }}};
};

constexpr auto newest_post =
    "SELECT media_id FROM insights.media_latest WHERE account = 'metricsaurus' AND views > 0 AND "
    "product_type <> 'STORY' ORDER BY published_at DESC LIMIT 1";

TEST(StatusPages, ShowWhatThePlatformTold)
{
    Watched simulation;
    simulation.run_until(start + 3h);
    const auto overview = simulation.page("/").body;
    EXPECT_THAT(
        overview,
        AllOf(
            HasSubstr("All 3 accounts are collected"), HasSubstr("metricsaurus"),
            HasSubstr("bakery_berlin"), HasSubstr("tiny_garden"), HasSubstr("Open stories")));

    const auto account = simulation.page("/account/metricsaurus").body;
    const auto followers = simulation.world.followers(0, simulation.clock.now());
    EXPECT_THAT(account, HasSubstr("@metricsaurus"));
    EXPECT_THAT(
        account, HasSubstr(simulation.number("SELECT followers_count FROM insights.account_latest "
                                             "WHERE account = 'metricsaurus'")));
    EXPECT_GT(followers, 0);
    EXPECT_THAT(account, AllOf(HasSubstr("Views per day"), HasSubstr("class=\"bar")));

    const auto id = simulation.value(newest_post).value();
    EXPECT_THAT(account, HasSubstr("/account/metricsaurus/media/" + id));
    const auto post = simulation.page("/account/metricsaurus/media/" + id);
    EXPECT_EQ(post.status, 200);
    const auto media = simulation.world.media(std::stoll(id), simulation.clock.now());
    ASSERT_TRUE(media);
    const auto read_at = at(simulation
                                .value(
                                    "SELECT to_char(changed_at AT TIME ZONE 'UTC', "
                                    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM insights.media_latest "
                                    "WHERE media_id = '" +
                                    id + "'")
                                .value());
    const auto truth =
        std::get<std::int64_t>(simulation.world.media_metric(*media, "views", read_at));
    EXPECT_THAT(post.body, HasSubstr("<dt>Views</dt><dd>" + status_page::number(truth) + "</dd>"));
    EXPECT_THAT(post.body, HasSubstr("stroke-dasharray")) << "its newest numbers are provisional";
}

TEST(StatusPages, AreSafeToShow)
{
    Watched simulation;
    const auto answer = simulation.page("/");
    EXPECT_EQ(answer.type, "text/html; charset=utf-8");
    EXPECT_THAT(
        answer.headers,
        ::testing::Contains(::testing::Pair(
            "content-security-policy", HasSubstr("default-src 'none'; style-src 'sha256-"))));
    EXPECT_THAT(answer.body, Not(HasSubstr("<script")));
    EXPECT_THAT(answer.body, Not(HasSubstr(" style=")));
    EXPECT_THAT(answer.body, Not(HasSubstr(" src=")));
}

TEST(StatusPages, ThatAreNoneSaySo)
{
    Watched simulation;
    for (const auto* path :
         {"/account/nobody", "/account/", "/account/metricsaurus/media/x",
          "/account/metricsaurus/media/1", "/account/metricsaurus/media/99999999999999999999",
          "/account/metricsaurus/media", "/account/%zz", "/account/metricsaurus/media/-1"})
        EXPECT_EQ(simulation.page(path).status, 404) << path;
    EXPECT_TRUE(daemon::StatusPages::are_at("/"));
    EXPECT_FALSE(daemon::StatusPages::are_at("/metrics"));
    EXPECT_FALSE(daemon::StatusPages::are_at("/readyz"));
}

TEST(StatusPages, FindAccountsByName)
{
    Watched simulation;
    const auto body = simulation.page("/", "x=1&q=BERL%49N").body;
    EXPECT_THAT(body, AllOf(HasSubstr("/account/bakery_berlin"), Not(HasSubstr("/account/tiny"))));
    EXPECT_THAT(simulation.page("/", "q=%3Cb%3E").body, Not(HasSubstr("<b>")));
}

TEST(StatusPages, NameADeadTokenAndTheCommand)
{
    Watched simulation;
    simulation.faults.dead_token_of = "bakery_berlin";
    simulation.run_until(start + 2h);
    const auto body = simulation.page("/").body;
    EXPECT_THAT(
        body, AllOf(
                  HasSubstr("1 account needs you"), HasSubstr("■"),
                  HasSubstr("put a new token where the configuration")));
}

TEST(StatusPages, ShowWhatTheDaemonKnowsWhileTheDatabaseIsAway)
{
    Watched simulation;
    simulation.run_until(start + 1h);
    EXPECT_THAT(simulation.page("/").body, Not(HasSubstr("does not answer")));
    simulation.database_away();
    simulation.run_until(start + 2h);
    const auto body = simulation.page("/").body;
    EXPECT_THAT(
        body, AllOf(
                  HasSubstr("The database does not answer"),
                  HasSubstr("What it told last is shown: 1 h ago"), HasSubstr("metricsaurus"),
                  HasSubstr("rows wait"), HasSubstr("Open stories")));
    EXPECT_EQ(simulation.page("/account/metricsaurus").status, 200);
    EXPECT_EQ(simulation.page("/account/metricsaurus/media/17").status, 200);
    simulation.database_back();
    EXPECT_THAT(simulation.page("/").body, Not(HasSubstr("does not answer")));
}

TEST(StatusPages, OfAReaderThatGetsNoAnswerSayWhy)
{
    Watched simulation{{}, "postgresql:///insights?host=/nowhere"};
    EXPECT_THAT(
        simulation.page("/").body,
        AllOf(
            HasSubstr("The database does not answer"),
            HasSubstr("Only what the daemon knows itself is shown"), HasSubstr("metricsaurus")));
}

TEST(StatusPages, CostNothingWhenTheyAreReloaded)
{
    Watched simulation;
    const auto first = simulation.page("/").body;
    simulation.run_until(start + 1h);
    for (int times = 0; times < 1000; ++times)
        ASSERT_EQ(simulation.again("/").body, first);
    int refused = 0;
    for (int times = 0; times < 100; ++times)
        refused += simulation.again("/", "q=" + std::to_string(times)).status == 503;
    EXPECT_GE(refused, 80) << "new ones are made so many a second";
    EXPECT_NE(simulation.page("/").body, first);
}

TEST(StatusPages, OfFiveHundredAccountsAreReadWithTheirGaps)
{
    Watched simulation;
    testing::query(
        simulation.database_url,
        "INSERT INTO store.account (account_id, name, login, collects) SELECT 17000000000 + n, "
        "'many_' || n, 'instagram', '{profile,media,media_insights,stories,account_insights}' "
        "FROM generate_series(1, 500) n");
    testing::query(
        simulation.database_url,
        "INSERT INTO store.collection (account_id, collector, started_at, last_success_at, "
        "first_started_at) SELECT account_id, c, '2026-03-01 11:00+00', '2026-03-01 11:00+00', "
        "'2026-02-01' FROM store.account, unnest(collects) c WHERE name LIKE 'many%'");
    const auto facts = testing::run(simulation.loop, simulation.reader.accounts());
    EXPECT_GE(facts.health.size(), 2'500U);
    const auto gaps = testing::run(simulation.loop, simulation.reader.gaps());
    EXPECT_GE(gaps.size(), 500U) << "none of their days was read";
    EXPECT_THAT(simulation.page("/").body, Not(HasSubstr("many_"))) << "not of the configuration";
}

} // namespace
} // namespace insightd
