#pragma once

#include "storage/model/time.hpp"
#include "tests/bench/spool/measured.hpp"

#include <filesystem>
#include <string>

namespace insightd::bench
{

/// A spool that is full, and the database that its rows have not reached.
struct Filled {
    std::filesystem::path spool;
    std::string database_url;
    model::Instant now; ///< of the rows' clock
};

/// The rows go as insightd sends them.
Measured drain(const Filled& filled);

/// For comparison: one batch after the other on one connection, a transaction each, and none waits
/// for the disk but every 64th.
Measured drain_one_by_one(const Filled& filled);

} // namespace insightd::bench
