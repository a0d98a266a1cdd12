#include "tests/daemon/simulation.hpp"
#include "tests/documents/documents.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

// What the documents show as answers is what a database answers: weeks of the sandbox's three
// accounts until now, collected by the real engine, with a morning on which the platform answered
// nothing and two days on which one token was dead.
namespace insightd
{
namespace
{

using insightd::testing::Simulation;
using namespace std::chrono_literals;

void collect_until(Simulation& simulation, model::Instant now)
{
    const auto broken_off = now - 9 * 24h;
    simulation.run_until(broken_off);
    simulation.faults.hangs_up = true;
    simulation.run_until(broken_off + 5h);
    simulation.faults.hangs_up = false;
    simulation.run_until(now - 6 * 24h);
    simulation.faults.dead_token_of = "bakery_berlin";
    simulation.run_until(now - 4 * 24h);
    simulation.faults.dead_token_of.clear();
    simulation.run_until(now);
}

/// As psql prints it.
std::string answer_of(
    const std::string& database, const testing::ScratchFolder& folder, const std::string& query)
{
    const auto file = folder.path() / "query.sql";
    std::ofstream{file} << query;
    const auto command = fmt::format("psql -X -q -f {} \"{}\" 2>&1", file.string(), database);
    const std::unique_ptr<FILE, int (*)(FILE*)> psql{popen(command.c_str(), "r"), pclose};
    std::string answer;
    std::array<char, 4096> part{};
    while (const auto length = std::fread(part.data(), 1, part.size(), psql.get()))
        answer.append(part.data(), length);
    while (answer.ends_with("\n\n"))
        answer.pop_back();
    return answer;
}

void write_answers(
    const std::string& document, const std::string& database, const testing::ScratchFolder& folder)
{
    std::ifstream in{document};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    std::ofstream{document} << documents::with_answers(
        text, [&](const std::string& query) { return answer_of(database, folder, query); });
}

} // namespace
} // namespace insightd

int main(int argc, char** argv)
{
    using namespace insightd;
    int weeks = 5;
    bool holds = false;
    std::vector<std::string> files;
    CLI::App app{
        "Collects weeks of the sandbox into a database of its own and writes what it answers "
        "into documents, under each query"};
    app.add_option("documents", files, "Markdown files; they are changed")
        ->check(CLI::ExistingFile);
    app.add_option("--weeks", weeks)->capture_default_str();
    app.add_flag("--hold", holds, "keep the database until Enter is pressed");
    CLI11_PARSE(app, argc, argv);
    const auto now =
        std::chrono::time_point_cast<model::Instant::duration>(std::chrono::system_clock::now());
    testing::Simulation simulation{now - weeks * 7 * std::chrono::hours{24}};
    collect_until(simulation, now);
    for (const auto& file : files)
        write_answers(file, simulation.database_url, simulation.folder);
    if (holds) {
        fmt::print("psql \"{}\"\n", simulation.database_url);
        std::fflush(stdout);
        std::cin.get();
    }
}
