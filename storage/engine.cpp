#include "storage/engine.hpp"

#include <fmt/format.h>

#include <vector>

namespace insightd::storage
{
namespace
{

/// "" stands for PostgreSQL itself.
std::string name_of(config::Engine engine)
{
    switch (engine) {
    case config::Engine::timescaledb:
        return "timescaledb";
    case config::Engine::citus:
        return "citus";
    case config::Engine::automatic:
    case config::Engine::postgresql:
        break;
    }
    return {};
}

std::string detected(const std::set<std::string>& extensions)
{
    std::vector<std::string> found;
    for (const auto& [name, sql] : engine_files())
        if (extensions.contains(name))
            found.push_back(name);
    if (found.size() > 1)
        throw EngineTrouble{fmt::format(
            "the database has the extensions {} and {}: say in storage.engine which is to keep "
            "the facts, or `postgresql` for neither",
            found[0], found[1])};
    return found.empty() ? std::string{} : found.front();
}

/// By itself nothing is turned into anything: what is there stays.
std::string wanted(const EngineWish& wish, const EngineSituation& situation)
{
    if (wish.engine != config::Engine::automatic)
        return name_of(wish.engine);
    if (!situation.applied.empty() || !(situation.is_new || wish.converts))
        return situation.applied;
    return detected(situation.extensions);
}

} // namespace

std::string chosen_engine(const EngineWish& wish, const EngineSituation& situation)
{
    const auto engine = wanted(wish, situation);
    if (!situation.applied.empty() && engine != situation.applied)
        throw EngineTrouble{fmt::format(
            "storage.engine is {}, and {} keeps the facts already: say so, or load a dump into a "
            "new database",
            engine.empty() ? "postgresql" : engine, situation.applied)};
    if (!engine.empty() && !situation.extensions.contains(engine))
        throw EngineTrouble{fmt::format(
            "{0} is to keep the facts, and the database lacks it: install it on the server, then "
            "let a superuser run `CREATE EXTENSION {0}`",
            engine)};
    if (!engine.empty() && situation.applied.empty() && !situation.is_new && !wish.converts)
        throw EngineTrouble{fmt::format(
            "storage.engine is {}, and the tables are plain PostgreSQL's: run `insightd migrate`, "
            "which turns them",
            engine)};
    return engine;
}

} // namespace insightd::storage
