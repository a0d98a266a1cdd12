#pragma once

#include "storage/spool/spool_file.hpp"

#include <chrono>
#include <string>

namespace insightd::bench
{

/// What rows on their way cost.
struct Measured {
    double real = 0, cpu = 0, server = 0; ///< seconds; CPU of this process, and of PostgreSQL's
    spool::Depth waited;                  ///< the rows

    double per_second() const { return static_cast<double>(waited.rows) / real; }
    void print(const std::string& what) const;
};

/// CPU seconds of the backends that are connected to the database: what PostgreSQL spent on what it
/// was sent.
double cpu_of_server(const std::string& url);

class Stopwatch
{
public:
    /// What passed since it was made, for rows that waited before.
    Measured taken_for(const spool::Depth& waited) const;

private:
    static double cpu_of_this_process();

    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    double cpu_ = cpu_of_this_process();
};

} // namespace insightd::bench
