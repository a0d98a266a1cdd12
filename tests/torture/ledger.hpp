#pragma once

#include "tests/torture/platform.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

/// The database compared with what was answered, from outside the daemon.
namespace insightd::torture
{

/// A number in the database, under the same names as answers.
struct Stored {
    sandbox::Instant observed_at;
    double number = 0;
};

struct Ledger {
    std::map<std::string, std::vector<Stored>> series;        ///< by name, by time
    std::map<std::int64_t, std::set<sandbox::Instant>> noted; ///< when anything was, by account
    std::size_t rows = 0;
};

Ledger read_ledger(const std::string& database);

/// Why an answer may be missing; empty: it may not.
using Excuse = std::function<std::string(const std::string& name, const Answer&)>;

/// The virtual time that may lie between an answer and what its row is stamped with.
using Closeness = std::function<std::chrono::microseconds(const Answer&, sandbox::Instant stamped)>;

struct Findings {
    std::size_t answers = 0;                    ///< numbers that were answered
    std::size_t rows = 0;                       ///< rows that were compared
    std::map<std::string, std::size_t> excused; ///< numbers, by reason
    std::vector<std::string> wrong;
    std::vector<sandbox::Instant> moments; ///< of what is wrong
};

/// Every number that was answered is stored, as a row or by one that says the same, but for those
/// that are asked again; every stored number was answered at its time, and no answer stands there
/// twice.
Findings compare(
    const Answers& answers, const Ledger& ledger, const Closeness& close_by, const Excuse& excuse);

} // namespace insightd::torture
