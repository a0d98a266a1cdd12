#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// Deleted needs proof: what becomes of posts that are deleted, archived, throttled or come back.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

constexpr auto posts_only = R"(
defaults:
  collect: [profile, media, media_insights]
  schedule: {media_list: 1h, media_insights: [{until: 730d, every: 4h}]}
)";

/// One account with a few posts, none of which dies by itself.
class Posts : public Simulation
{
public:
    Posts() : Simulation{start, posts_only, sandbox::many_accounts(1), options()} {}

    static sandbox::World::Options options()
    {
        auto options = options_at(start);
        options.days_of_history = 8;
        return options;
    }

    std::int64_t post(std::size_t nth) const { return world.posts(0, start).at(nth).id; }

    std::string presence(std::int64_t id, const std::string& column = "presence") const
    {
        return value(fmt::format(
                         "SELECT {} FROM insights.media_latest WHERE media_id = '{}'", column, id))
            .value_or("NULL");
    }
    std::string number_gone() const
    {
        return value("SELECT count(*) FROM insights.media_latest WHERE presence = 'gone' "
                     "OR removed_at IS NOT NULL OR absent::text LIKE '%gone%'")
            .value();
    }
};

TEST(Presence, DeletionIsProvenKeepsItsNumbersSurvivesRestartsAndIsTakenBack)
{
    Posts simulation;
    const auto id = simulation.post(3);
    simulation.world.remove(id, start + 3h, start + 48h);
    simulation.run_until(start + 6h);
    EXPECT_EQ(simulation.presence(id), "suspect");
    EXPECT_EQ(simulation.presence(id, "absent ->> 'reach'"), "suspect");
    simulation.begin();
    simulation.run_until(start + 14h);
    EXPECT_EQ(simulation.presence(id), "gone") << "a restart does not begin the proof anew";
    EXPECT_EQ(simulation.presence(id, "removed_at IS NOT NULL AND views IS NOT NULL"), "t");
    EXPECT_EQ(simulation.presence(id, "absent ->> 'reach'"), "gone") << "no suspicion any more";
    EXPECT_EQ(
        simulation.value(fmt::format(
            "SELECT count(*) || ' ' || count(*) FILTER (WHERE is_final) || ' ' || (SELECT "
            "string_agg(DISTINCT presence, ' ') FROM insights.media_growth g WHERE g.media_id = "
            "d.media_id) FROM insights.media_daily d WHERE media_id = '{}' GROUP BY media_id",
            id)),
        simulation.value(fmt::format(
            "SELECT count(*) || ' ' || count(*) || ' gone' FROM insights.media_daily "
            "WHERE media_id = '{}'",
            id)))
        << "nothing will follow: all its days are final";
    EXPECT_EQ(simulation.number_gone(), "1");
    const auto asked_at = simulation.presence(id, "asked_at");
    simulation.begin();
    simulation.run_until(start + 40h);
    EXPECT_EQ(simulation.presence(id, "asked_at"), asked_at) << "it is not read any more";
    simulation.run_until(start + 54h);
    EXPECT_EQ(simulation.presence(id), "listed");
    EXPECT_EQ(simulation.presence(id, "removed_at IS NULL AND returned_at IS NOT NULL"), "t");
    EXPECT_EQ(simulation.presence(id, "checked_at > returned_at AND absent IS NULL"), "t");
}

/// Posts of the second account, so many hours apart, and none that is published later.
class OldPosts : public Simulation
{
public:
    OldPosts(std::chrono::hours apart, std::chrono::days youngest, const char* yaml)
        : Simulation{start, yaml, sandbox::many_accounts(2), options(apart, youngest)}
    {
    }

    static sandbox::World::Options options(std::chrono::hours apart, std::chrono::days youngest)
    {
        auto options = options_at(start);
        options.days_of_history = 9;
        options.post_every = apart;
        options.last_post = start - youngest;
        return options;
    }

    std::string states() const
    {
        return value(fmt::format(
                         "SELECT string_agg(presence, ' ' ORDER BY published_at DESC) FROM "
                         "insights.media_latest WHERE account_id = '{}'",
                         world.accounts()[1].user_id))
            .value_or("none");
    }
};

TEST(Presence, OnlyPostThatIsDeletedIsGoneSinceThePlatformCountsNone)
{
    OldPosts simulation{24h * 9, std::chrono::days{1}, posts_only};
    const auto posts = simulation.world.posts(1, start);
    ASSERT_EQ(posts.size(), 1);
    simulation.world.remove(posts.front().id, start + 3h);
    simulation.run_until(start + 30h);
    EXPECT_EQ(simulation.states(), "suspect");
    simulation.run_until(start + 5 * 24h);
    EXPECT_EQ(simulation.states(), "gone");
}

TEST(Presence, PostWhoseSiblingsAreNotReadAnyMoreIsProvenGoneByOneOfThem)
{
    OldPosts simulation{48h, std::chrono::days{1}, R"(
defaults:
  collect: [profile, media, media_insights]
  schedule: {media_list: 1h, media_insights: [{until: 2d, every: 4h}]}
)"};
    simulation.world.remove(simulation.world.posts(1, start).front().id, start + 3h);
    simulation.run_until(start + 3 * 24h);
    EXPECT_EQ(simulation.states().substr(0, 11), "gone listed");
    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.media_latest WHERE presence <> 'listed'"),
        "1");
}

TEST(Presence, ThrottlingInDisguiseDeletesNothing)
{
    Posts simulation;
    simulation.run_until(start + 2h);
    for (const auto share : {0.5, 1.0, 0.9}) {
        simulation.faults.gone_in_disguise = share;
        simulation.run_until(simulation.clock.now() + 16h);
        EXPECT_EQ(simulation.number_gone(), "0") << share;
    }
    simulation.faults.gone_in_disguise = 0;
    simulation.run_until(simulation.clock.now() + 5h);
    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.media_latest WHERE presence <> 'listed'"),
        "0");
}

TEST(Presence, ArchivedPostIsHiddenAndReadOn)
{
    Posts simulation;
    const auto id = simulation.post(2);
    simulation.world.archive(id, start + 3h, start + 30h);
    simulation.run_until(start + 20h);
    EXPECT_EQ(simulation.presence(id), "hidden");
    EXPECT_EQ(simulation.presence(id, "checked_at > '2026-03-02T03:00:00Z'"), "t");
    simulation.run_until(start + 32h);
    EXPECT_EQ(simulation.presence(id), "listed");
}

TEST(Presence, CollaborationsAreToldApart)
{
    Posts simulation;
    const auto id = simulation.post(1);
    simulation.world.share(
        id, {17841400000009999, "partner", "", sandbox::Host::instagram, 10, "UTC"});
    simulation.run_until(start + 1h);
    EXPECT_EQ(simulation.presence(id, "is_collaboration"), "t");
    EXPECT_EQ(simulation.presence(simulation.post(2), "is_collaboration"), "f");
}

} // namespace
} // namespace insightd
