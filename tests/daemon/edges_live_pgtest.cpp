#include "tests/daemon/edges.hpp"

#include <gmock/gmock.h>

// Live broadcasts, against the sandbox's truth.
namespace insightd
{
namespace
{

using config::Collector;
using namespace std::chrono_literals;

constexpr std::int64_t show = 17'700'000'000'000'001;

/// One of an hour at the Instagram account, one of 30 minutes at the Facebook account.
sandbox::World::Options with_broadcasts()
{
    sandbox::World::Options options;
    options.start = edges_start;
    options.days_of_history = 2;
    options.broadcasts = {
        {0, show, edges_start + 65min, edges_start + 125min},
        {1, show + 1, edges_start + 3h, edges_start + 3h + 30min}};
    return options;
}

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds.value())}};
}

TEST(EdgesLive, ViewersAreTheTruthOfEachInstantAndTheEndIsNoted)
{
    Edges edges{{Collector::live_media}, with_broadcasts()};
    edges.begin();
    edges.run_until(edges_start + 6h);
    const auto rows =
        edges.rows("SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, viewers, "
                   "comments_count, like_count FROM insights.live_viewers");
    ASSERT_GT(rows.size(), 65U) << "a reading each minute";
    for (const auto& row : rows) {
        const auto when = instant(row[1]);
        const auto on_air = edges.world.on_air(std::stoll(*row[0]) == show ? 0 : 1, when);
        ASSERT_EQ(on_air.size(), 1U) << "none after its end";
        EXPECT_EQ(std::stoll(*row[2]), sandbox::World::live_viewers(on_air.front(), when));
        EXPECT_EQ(std::stoll(*row[3]), sandbox::World::live_comments(on_air.front(), when));
        EXPECT_EQ(row[4], "7");
    }
    for (const auto& row :
         edges.rows("SELECT (extract(epoch FROM started_at) * 1000000)::bigint, "
                    "(extract(epoch FROM first_seen_at) * 1000000)::bigint, "
                    "(extract(epoch FROM last_seen_at) * 1000000)::bigint, "
                    "(extract(epoch FROM ended_by) * 1000000)::bigint, is_live, product_type "
                    "FROM insights.live_broadcasts ORDER BY started_at")) {
        const bool is_first = instant(row[0]) == edges_start + 65min;
        const auto end = is_first ? edges_start + 125min : edges_start + 3h + 30min;
        EXPECT_LE(instant(row[1]) - instant(row[0]), 10min);
        EXPECT_LT(instant(row[2]), end);
        EXPECT_GE(instant(row[3]), end);
        EXPECT_LE(instant(row[3]) - end, 1min) << "it is looked at often until it ends";
        EXPECT_EQ(row[4], "f");
        EXPECT_EQ(row[5], "LIVE");
    }
    EXPECT_EQ(edges.number("SELECT count(*) FROM insights.live_broadcasts"), 2);
    EXPECT_EQ(
        edges.number("SELECT peak_viewers FROM insights.live_broadcasts WHERE peak_viewers > 80"),
        edges.number("SELECT max(viewers) FROM insights.live_viewers"));
}

TEST(EdgesLive, WhileThereIsNoneItIsAskedRarely)
{
    sandbox::World::Options options;
    options.start = edges_start;
    options.days_of_history = 2;
    Edges edges{{Collector::live_media}, options, {sandbox::three_accounts().front()}};
    const auto& calls = edges.count_calls("/live_media");
    edges.begin();
    edges.run_until(edges_start + 24h);
    EXPECT_LE(calls, 24 * 6 + 1);
    EXPECT_GE(calls, 24 * 6 - 1);
    EXPECT_EQ(edges.number("SELECT count(*) FROM store.live_broadcast"), 0);
    EXPECT_EQ(edges.health("live_media"), "ok");
}

/// A daemon that died during a broadcast knows of it, and notes its end.
TEST(EdgesLive, EndIsNotedAfterARestart)
{
    Edges edges{{Collector::live_media}, with_broadcasts()};
    edges.begin();
    edges.run_until(edges_start + 100min);
    EXPECT_EQ(edges.number("SELECT count(*) FROM insights.live_broadcasts WHERE is_live"), 1);
    edges.clock.jump_to(edges_start + 130min);
    edges.begin();
    edges.run_until(edges_start + 135min);
    EXPECT_EQ(edges.number("SELECT count(*) FROM insights.live_broadcasts WHERE is_live"), 0);
    EXPECT_EQ(
        edges.value("SELECT ended_by - last_seen_at > interval '25 minutes' FROM "
                    "insights.live_broadcasts"),
        "t")
        << "between the two, nobody knows when";
}

TEST(EdgesLive, AVersionWithoutViewersTellsTheRest)
{
    Edges edges{{Collector::live_media}, with_broadcasts()};
    edges.faults.no_live_viewers = true;
    const auto& calls = edges.count_calls("/live_media");
    edges.begin();
    edges.run_until(edges_start + 4h);
    EXPECT_EQ(edges.number("SELECT count(*) FROM insights.live_broadcasts"), 2);
    EXPECT_EQ(edges.number("SELECT count(viewers) FROM insights.live_viewers"), 0);
    EXPECT_GT(edges.number("SELECT count(comments_count) FROM insights.live_viewers"), 60);
    EXPECT_EQ(edges.health("live_media"), "ok");
    EXPECT_LT(
        calls, 3 + edges.number("SELECT count(*) FROM insights.live_viewers") + 3 * (4 * 6 + 2))
        << "the refused field costs a call once a day";
}

TEST(EdgesLive, SurvivesAnOutageOfTheDatabase)
{
    Edges edges{{Collector::live_media}, with_broadcasts(), {sandbox::three_accounts().front()}};
    edges.begin();
    edges.run_until(edges_start + 80min);
    edges.database_away();
    edges.run_until(edges_start + 3h);
    edges.database_back();
    edges.run_until(edges_start + 4h);
    EXPECT_GT(edges.number("SELECT count(*) FROM insights.live_viewers"), 45);
    EXPECT_EQ(
        edges.value("SELECT ended_by - last_seen_at <= interval '1 minute' FROM "
                    "insights.live_broadcasts"),
        "t");
}

} // namespace
} // namespace insightd
