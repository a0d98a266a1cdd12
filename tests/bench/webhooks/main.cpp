#include "tests/bench/webhooks/load.hpp"
#include "tests/daemon/process.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <fstream>
#include <iterator>

// Webhooks into the real program at a steady rate: with the database there, and with it away. All
// that was acknowledged must be a row afterwards.
namespace insightd::bench
{
namespace
{

using insightd::testing::allow_connections;
using insightd::testing::durable_database;
using insightd::testing::Process;
using insightd::testing::query1;
using insightd::testing::ScratchFolder;

constexpr std::int64_t first_account = 17'841'400'000'000'001;
constexpr std::int64_t first_story = 18'000'000'000'000'001;

struct Wish {
    std::size_t per_second = 1000;
    std::size_t seconds = 30;
    std::size_t accounts = 500;
    std::size_t connections = 32;
};

/// Nothing is collected: what is measured is what is pushed.
std::string
write_config(const std::filesystem::path& folder, const std::string& database, std::size_t accounts)
{
    std::ofstream{folder / "secret"} << "the app's secret\n";
    std::ofstream yaml{folder / "insightd.yaml"};
    yaml << fmt::format(
        "database: \"{0}\"\nstate_dir: {1}/state\nhttp: {{listen: \"127.0.0.1:0\"}}\n"
        "api: {{app: {{id: \"1\", secret: {{file: {1}/secret}}}}, graph_url: "
        "\"http://127.0.0.1:9\"}}\n"
        "webhooks: {{verify_token: {{file: {1}/secret}}, max_per_second: 1000000}}\n"
        "defaults: {{collect: [], backfill: {{automatic: off}}}}\naccounts:\n",
        database, folder.string());
    for (std::size_t at = 0; at < accounts; ++at)
        yaml << fmt::format(
            "  - {{name: account{}, user_id: \"{}\", token: {{file: {}/secret}}}}\n", at,
            first_account + static_cast<std::int64_t>(at), folder.string());
    return folder / "insightd.yaml";
}

std::uint16_t port_in(const std::string& log)
{
    const std::string words = "pages address=127.0.0.1 port=";
    return static_cast<std::uint16_t>(std::stoi(log.substr(log.find(words) + words.size())));
}

double cpu_seconds(pid_t process)
{
    std::ifstream file{fmt::format("/proc/{}/stat", process)};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::istringstream fields{text.substr(text.rfind(')') + 2)};
    constexpr int before_times = 11;
    std::string skipped;
    for (int field = 0; field < before_times; ++field)
        fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double percentile(const Outcome& outcome, double share)
{
    const auto last = static_cast<double>(outcome.milliseconds.size() - 1);
    return outcome.milliseconds.at(static_cast<std::size_t>(last * share));
}

/// Returns how many were acknowledged.
std::size_t measure(const char* what, const Load& load, const Process& daemon)
{
    const auto cpu = cpu_seconds(daemon.id());
    const auto outcome = send(load);
    fmt::print(
        "{:<22}{:>8.0f}/s {:>8} of {:>6} acknowledged, after {:>6.1f} ms (p50) {:>7.1f} ms (p99) "
        "{:>7.1f} ms (most), {:.0f}% of a core\n",
        what, static_cast<double>(load.deliveries) / outcome.seconds, outcome.acknowledged,
        load.deliveries, percentile(outcome, 0.5), percentile(outcome, 0.99),
        outcome.milliseconds.back(), 100 * (cpu_seconds(daemon.id()) - cpu) / outcome.seconds);
    return outcome.acknowledged;
}

int bench(const Wish& wish)
{
    const auto database = durable_database();
    const ScratchFolder folder;
    const auto config = write_config(folder.path(), database, wish.accounts);
    Process daemon{{INSIGHTD_PROGRAM, "run", "--config", config}};
    if (!daemon.wait_for("collecting"))
        throw std::runtime_error{"the daemon did not start: " + daemon.output()};
    Load load{
        port_in(daemon.output()),
        "the app's secret",
        wish.accounts,
        first_account,
        first_story,
        wish.per_second,
        wish.per_second * wish.seconds,
        wish.connections};
    auto acknowledged = measure("the database is there", load, daemon);
    load.first_story += static_cast<std::int64_t>(load.deliveries);
    allow_connections(database, false);
    acknowledged += measure("the database is away", load, daemon);
    allow_connections(database, true);
    daemon.wait_for("spool_drained");
    const auto rows = query1(database, "SELECT count(*) FROM store.story_push").value();
    const auto readings = query1(database, "SELECT count(*) FROM store.media_sample").value();
    fmt::print(
        "{} acknowledged, {} pushes and {} readings in PostgreSQL\n", acknowledged, rows, readings);
    const bool lost = std::to_string(acknowledged) != rows || rows != readings;
    fmt::print("{}\n", lost ? "SOME ARE LOST" : "none is lost");
    daemon.end(SIGTERM);
    return lost ? 1 : 0;
}

} // namespace
} // namespace insightd::bench

int main(int argc, char** argv)
{
    CLI::App app{"Webhooks at a steady rate into insightd, with PostgreSQL there and away"};
    insightd::bench::Wish wish;
    app.add_option("--per-second", wish.per_second, "deliveries; 1000 if not given");
    app.add_option("--for", wish.seconds, "seconds of each phase; 30 if not given");
    app.add_option("--accounts", wish.accounts, "500 if not given");
    app.add_option("--connections", wish.connections, "32 if not given");
    CLI11_PARSE(app, argc, argv);
    return insightd::bench::bench(wish);
}
