#include "tests/bench/scheduling/measures.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv)
{
    CLI::App app{"Benchmarks of the scheduler: memory, decisions, and the start of a daemon."};
    insightd::bench::Size structure{10'000, 1'000};
    insightd::bench::Size restart{1'000, 1'000};
    std::size_t decisions = 5'000'000;
    app.add_option("--accounts", structure.accounts, "of the structure in memory");
    app.add_option("--posts", structure.posts, "of each account of it");
    app.add_option("--decisions", decisions, "to measure");
    app.add_option(
        "--stored-accounts", restart.accounts, "in the database of the restart; 0: none");
    app.add_option("--stored-posts", restart.posts, "of each account of it");
    app.add_option(
        "--database", restart.database, "of the restart: filled once, and used again after that");
    CLI11_PARSE(app, argc, argv);
    if (structure.accounts > 0)
        insightd::bench::measure_structure(structure, decisions);
    if (restart.accounts > 0)
        insightd::bench::measure_restart(restart);
}
