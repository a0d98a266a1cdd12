#include "tests/bench/spool/measured.hpp"

#include "tests/support/private_postgres.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace insightd::bench
{
namespace
{

double seconds_of(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

void Measured::print(const std::string& what) const
{
    const auto of_each = [&](double seconds) {
        return 1e6 * seconds / static_cast<double>(waited.rows);
    };
    fmt::print(
        "{:<28}{:>7} rows in {:>6} batches,{:>6.1f} MB,{:>6.1f} s{:>7.0f} rows/s; CPU us a row: "
        "{:.1f} here",
        what, waited.rows, waited.records, static_cast<double>(waited.bytes) / 1e6, real,
        per_second(), of_each(cpu));
    if (server > 0)
        fmt::print(", {:.1f} in PostgreSQL", of_each(server));
    fmt::print("\n");
    std::fflush(stdout);
}

double cpu_of_server(const std::string& url)
{
    double ticks = 0;
    for (const auto& row : testing::query(
             url, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                  "pg_backend_pid()")) {
        std::ifstream in{"/proc/" + row.at(0).value() + "/stat"};
        std::vector<std::string> words{std::istream_iterator<std::string>{in}, {}};
        constexpr std::size_t user = 13, system = 14; // proc(5), from 0; the name has no blank here
        if (words.size() > system)
            ticks += std::stod(words[user]) + std::stod(words[system]);
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Measured Stopwatch::taken_for(const spool::Depth& waited) const
{
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began_;
    return {passed.count(), cpu_of_this_process() - cpu_, 0, waited};
}

double Stopwatch::cpu_of_this_process()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

} // namespace insightd::bench
