#include "daemon/engine.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

// An account whose calls go out several in one request.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using sandbox::Host;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

std::vector<sandbox::AccountSpec> one_facebook_account()
{
    return {sandbox::three_accounts().at(1)};
}

class Batched : public Simulation
{
public:
    explicit Batched(std::size_t batch = config::Api{}.batch, const std::string& yaml = {})
        : Simulation{start, yaml, one_facebook_account()}
    {
        config.api.batch = batch;
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    /// Every row of a table, as text.
    std::string all_of(const std::string& table) const
    {
        return value(
                   fmt::format(
                       "SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM {} t",
                       table))
            .value();
    }
};

/// What was read. How fast posts are expected to change depends on the order in which they came.
const std::vector<std::string> tables{
    "store.media_sample",
    "(SELECT to_jsonb(s) - "
    "'{change_per_hour,change_evidence,change_unread,change_waited,change_at}'"
    "::text[] FROM store.media_state s)",
    "store.media_count", "store.account_day", "store.story"};

TEST(Batch, SavesRequestsAndNeitherCallsNorRows)
{
    Batched batched;
    Batched single{0};
    std::int64_t readings = 0;
    batched.api.watch([&](const auto& request, const auto&, auto now) {
        const auto parts = sandbox::path_of(request).parts;
        readings += parts.back() == "insights" && batched.world.media(std::stoll(parts[0]), now);
    });
    for (auto* simulation : {&batched, &single})
        simulation->run_until(start);
    EXPECT_EQ(batched.api.calls(), single.api.calls());
    EXPECT_GT(readings, 40);
    const auto requests_for_readings = batched.api.requests() - (batched.api.calls() - readings);
    EXPECT_LT(requests_for_readings * 5, readings) << "all posts are due at once";
    for (auto* simulation : {&batched, &single})
        simulation->run_until(start + 6h);
    EXPECT_EQ(batched.api.calls(), single.api.calls());
    EXPECT_EQ(single.api.requests(), single.api.calls());
    EXPECT_LT(batched.api.requests(), single.api.requests());
    for (const auto& table : tables) {
        EXPECT_GT(batched.all_of(table).size(), 100U) << table;
        EXPECT_EQ(batched.all_of(table), single.all_of(table)) << table;
    }
}

TEST(Batch, BackfillReadsItsPostsInBatches)
{
    Batched batched;
    Batched single{1};
    for (auto* simulation : {&batched, &single}) {
        simulation->engine->only_backfill();
        simulation->run_until(start + 1h);
        EXPECT_EQ(simulation->value("SELECT finished_at IS NOT NULL FROM store.backfill"), "t");
    }
    EXPECT_EQ(batched.api.calls(), single.api.calls());
    EXPECT_LT(batched.api.requests(), single.api.requests());
    EXPECT_EQ(
        batched.number("SELECT count(*) FROM store.media_sample"),
        single.number("SELECT count(*) FROM store.media_sample"));
}

TEST(Batch, MemberThatFailsLeavesTheOthersAlone)
{
    Batched batched;
    const auto forbidden = batched.world.posts(0, start).at(3).id;
    batched.faults.forbidden_media = {forbidden};
    batched.run_until(start + 1h);
    EXPECT_LT(batched.api.requests(), batched.api.calls());
    EXPECT_EQ(
        batched.number(fmt::format(
            "SELECT count(*) FROM store.media_sample WHERE views IS NOT NULL AND media_id = {}",
            forbidden)),
        0);
    EXPECT_GE(
        batched.number(
            "SELECT count(DISTINCT media_id) FROM store.media_sample WHERE reach IS NOT NULL"),
        static_cast<std::int64_t>(batched.world.posts(0, start).size()) - 1);
}

TEST(Batch, UnfinishedAndFailedMembersAreAskedAgain)
{
    Batched batched;
    batched.faults.batches.unfinished = 0.3;
    batched.faults.random_errors = 0.1;
    batched.run_until(start + 2h);
    batched.faults.batches.unfinished = 0;
    batched.faults.random_errors = 0;
    batched.run_until(start + 26h);
    EXPECT_GE(
        batched.number(
            "SELECT count(DISTINCT media_id) FROM store.media_sample WHERE reach IS NOT NULL"),
        static_cast<std::int64_t>(batched.world.posts(0, start).size()));
    EXPECT_EQ(
        batched.number("SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
}

TEST(Batch, HostThatKnowsNoneIsAskedOneByOne)
{
    Batched batched;
    Batched single{0};
    batched.faults.batches.unknown = true;
    for (auto* simulation : {&batched, &single})
        simulation->run_until(start + 2h);
    EXPECT_EQ(batched.api.requests(), single.api.requests() + 1) << "it is found out once";
    for (const auto& table : tables)
        EXPECT_EQ(batched.all_of(table), single.all_of(table)) << table;
}

TEST(Batch, KeepsWithinTheLimits)
{
    Batched batched;
    batched.faults.limits.account_calls_a_day = 1000; // it would like to make 3,500
    batched.run_until(start + 24h);
    EXPECT_EQ(batched.api.counters().throttled(), 0);
    EXPECT_GT(batched.api.calls(), 700) << "what there is is used";
    EXPECT_LT(batched.api.requests(), batched.api.calls());
}

/// The list is read in pages: what was too much is not asked for again with each new list.
TEST(Batch, ListThatShrankStaysSmallWhileItsRowsAreHeavy)
{
    Batched simulation;
    simulation.faults.most_rows = 30;
    std::map<std::string, std::int64_t> refused;
    std::int64_t pages = 0;
    simulation.api.watch([&](const auto& request, const auto& response, auto) {
        if (sandbox::path_of(request).parts.back() != "media")
            return;
        ++pages;
        if (response.status == 500)
            ++refused[request.param("limit")];
    });
    simulation.run_until(start + 24h);
    EXPECT_GT(pages, 40);
    EXPECT_EQ(refused["100"], 1) << "not once for each list";
    EXPECT_EQ(refused["50"], 1);
    EXPECT_LE(refused["37"], 6) << "steps back up, each later than the one before";
    simulation.faults.most_rows = 100;
    simulation.run_until(start + 72h);
    EXPECT_EQ(refused["100"], 1);
}

} // namespace
} // namespace insightd
