#include "storage/engine.hpp"

#include <gmock/gmock.h>

#include <algorithm>

// Which extension keeps the facts, by what the configuration says and what the database has.
namespace insightd::storage
{
namespace
{

using config::Engine;
using ::testing::HasSubstr;

constexpr EngineWish by_itself{Engine::automatic, false};
constexpr EngineWish migrates{Engine::automatic, true};

EngineSituation fresh(std::set<std::string> extensions)
{
    return {std::move(extensions), "", true};
}

EngineSituation plain(std::set<std::string> extensions)
{
    return {std::move(extensions), "", false};
}

std::string trouble(const EngineWish& wish, const EngineSituation& situation)
{
    try {
        return "none: " + chosen_engine(wish, situation);
    } catch (const EngineTrouble& why) {
        return why.what();
    }
}

TEST(Engine, IsTheOneThatANewDatabaseHas)
{
    EXPECT_EQ(chosen_engine(by_itself, fresh({"plpgsql"})), "");
    EXPECT_EQ(chosen_engine(by_itself, fresh({"plpgsql", "timescaledb"})), "timescaledb");
    EXPECT_EQ(chosen_engine(by_itself, fresh({"citus", "citus_columnar"})), "citus");
}

TEST(Engine, OfTwoMustBeNamed)
{
    const auto both = fresh({"citus", "timescaledb"});
    EXPECT_THAT(
        trouble(by_itself, both), HasSubstr("citus and timescaledb: say in storage.engine"));
    EXPECT_EQ(chosen_engine({Engine::citus, false}, both), "citus");
    EXPECT_EQ(chosen_engine({Engine::postgresql, false}, both), "");
}

TEST(Engine, ThatIsAskedForMustBeThere)
{
    EXPECT_THAT(
        trouble({Engine::timescaledb, false}, fresh({"plpgsql"})),
        HasSubstr("`CREATE EXTENSION timescaledb`"));
    EXPECT_THAT(
        trouble(by_itself, {{"plpgsql"}, "citus", false}), HasSubstr("the database lacks it"));
}

/// Copying a hundred million rows is nothing that a daemon does at its start because somebody
/// installed something.
TEST(Engine, TurnsTablesThatAreThereOnlyWhenAPersonMigrates)
{
    EXPECT_EQ(chosen_engine(by_itself, plain({"timescaledb"})), "");
    EXPECT_EQ(chosen_engine(migrates, plain({"timescaledb"})), "timescaledb");
    EXPECT_EQ(chosen_engine({Engine::postgresql, true}, plain({"timescaledb"})), "");
    EXPECT_THAT(
        trouble({Engine::timescaledb, false}, plain({"timescaledb"})),
        HasSubstr("run `insightd migrate`"));
    EXPECT_EQ(chosen_engine({Engine::citus, true}, plain({"citus"})), "citus");
}

TEST(Engine, ThatKeepsTheFactsKeepsThem)
{
    const EngineSituation turned{{"citus", "timescaledb"}, "timescaledb", false};
    EXPECT_EQ(chosen_engine(by_itself, turned), "timescaledb");
    EXPECT_EQ(chosen_engine(migrates, turned), "timescaledb");
    EXPECT_THAT(
        trouble({Engine::postgresql, true}, turned),
        HasSubstr("storage.engine is postgresql, and timescaledb keeps the facts already"));
    EXPECT_THAT(trouble({Engine::citus, true}, turned), HasSubstr("keeps the facts already"));
}

TEST(Engine, HasAShortFileForEachExtension)
{
    ASSERT_EQ(engine_files().size(), 2U);
    for (const auto& [name, sql] : engine_files())
        EXPECT_LT(std::ranges::count(sql, '\n'), 80) << name;
}

} // namespace
} // namespace insightd::storage
