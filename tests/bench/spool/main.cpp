#include "daemon/engine.hpp"
#include "daemon/log.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "tests/bench/spool/draining.hpp"
#include "tests/daemon/simulation.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// How fast what waits in the spool reaches PostgreSQL: the real engine collects from the sandbox
// on a stepped clock while the database is away; then all of it is handed over, in two ways, to two
// copies of the database. Both must hold the same rows afterwards.
namespace insightd::bench
{
namespace
{

using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

struct Wish {
    std::int64_t rows = 100'000;
    std::size_t accounts = 60;
    int days_of_history = 40;
    int drains = 3;
    std::string collect = "profile, media, media_insights, stories, account_insights";
};

std::unique_ptr<Simulation> simulation_of(const Wish& wish)
{
    const model::Instant start = std::chrono::sys_days{2026y / 3 / 1} + 12h;
    sandbox::World::Options world;
    world.start = start;
    world.days_of_history = wish.days_of_history;
    auto simulation = std::make_unique<Simulation>(
        start,
        fmt::format(
            "spool: {{max_rows: {}}}\ndefaults: {{collect: [{}]}}\n", 2 * wish.rows, wish.collect),
        sandbox::many_accounts(wish.accounts), world);
    simulation->run_until(start + 2h);
    return simulation;
}

/// Until so many rows wait. The engine and the sandbox share the loop: what this takes is mostly
/// theirs.
Filled fill(Simulation& simulation, const Wish& wish)
{
    const Stopwatch watch;
    const auto& writer = simulation.store->writer;
    simulation.database_away();
    while (writer.depth().rows < wish.rows)
        simulation.run_until(simulation.clock.now() + 1h);
    watch.taken_for(writer.depth()).print("into the spool");
    simulation.engine.reset();
    simulation.tokens.reset();
    simulation.store.reset(); // closes the file
    return {daemon::spool_file(simulation.config), simulation.database_url, simulation.clock.now()};
}

/// "media_sample 12345 -8203" for each table: the rows, and a sum over all that they say.
std::vector<std::string> contents(const std::string& url)
{
    std::vector<std::string> all;
    for (const auto& table : query(
             url, "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'store'::regnamespace "
                  "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"))
        all.push_back(query1(
                          url, fmt::format(
                                   "SELECT format('%s %s %s', '{0}', count(*), "
                                   "sum(hashtextextended(t::text, 0))) FROM store.{0} t",
                                   table.at(0).value()))
                          .value());
    return all;
}

/// The same rows into another copy of the database.
std::vector<std::string>
drained(const Filled& filled, const char* how, const std::function<Measured(const Filled&)>& drain)
{
    const testing::ScratchFolder folder;
    const Filled copy{
        folder.path() / "spool" / "spool.db", testing::copied_database(filled.database_url),
        filled.now};
    std::filesystem::create_directory(copy.spool.parent_path());
    std::filesystem::copy_file(filled.spool, copy.spool);
    query(copy.database_url, "CHECKPOINT");
    drain(copy).print(how);
    auto found = contents(copy.database_url);
    testing::drop_database(copy.database_url);
    return found;
}

int bench(const Wish& wish)
{
    const auto simulation = simulation_of(wish);
    const auto filled = fill(*simulation, wish);
    testing::durable_database(); // as where nobody told PostgreSQL not to wait for its disk
    const auto expected = drained(filled, "out of it, one by one", drain_one_by_one);
    bool same = true;
    for (int number = 0; number < wish.drains; ++number)
        same = drained(filled, "out of it", drain) == expected && same;
    fmt::print("{}\n", same ? "both ways left the same rows" : "THE ROWS DIFFER");
    return same ? 0 : 1;
}

} // namespace
} // namespace insightd::bench

int main(int argc, char** argv)
{
    insightd::bench::Wish wish;
    CLI::App app{"How fast the spool empties into a PostgreSQL that waits for its disk"};
    app.add_option("--rows", wish.rows, "that wait")->capture_default_str();
    app.add_option("--accounts", wish.accounts)->capture_default_str();
    app.add_option("--days-of-history", wish.days_of_history, "posts before the start")
        ->capture_default_str();
    app.add_option("--drains", wish.drains, "so often")->capture_default_str();
    app.add_option("--collect", wish.collect, "what the rows are of")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    insightd::daemon::log::set_level(insightd::daemon::log::Level::silent);
    return insightd::bench::bench(wish);
}
