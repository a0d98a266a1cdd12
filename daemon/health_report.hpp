#pragma once

#include "config/config.hpp"
#include "storage/model/block.hpp"
#include "storage/model/history.hpp"
#include "storage/model/lease.hpp"
#include "storage/model/retention.hpp"
#include "storage/model/token.hpp"
#include "storage/spool/spool_file.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What `status` prints.
namespace insightd::daemon
{

/// What is known of the accounts and their tokens, of those who collect them, of what stops them,
/// of what is left of old readings, and of what waits on this machine.
struct Status {
    model::Instant now;
    std::optional<spool::Depth> spool; ///< nothing: there is none, or none that may be read
    std::optional<std::chrono::seconds> full_resolution; ///< as configured; nothing: for ever
    // What only the database can tell:
    std::vector<model::Health> health;
    std::vector<model::TokenStatus> tokens; ///< what is known of them, never a token
    model::Sharing sharing;
    std::vector<model::Block> blocks;
    model::ThinningProgress thinning;
};

/// A table for people: one line per account and collector, ages reckoned at `status.now`, how long
/// the account's token lives, and who collects it. With a width in characters, columns that matter
/// less go until the others fit.
std::string health_table(const Status& status, std::optional<std::size_t> width = std::nullopt);

/// One line for each token that somebody has to look after: how it is, why, and the mend.
std::string token_lines(const Status& status);

/// All of it for programs: an object, instants in ISO 8601, absent values null.
std::string status_json(const Status& status);

/// One line for each block of the platform that stands at `now`; accounts are named as configured.
std::string block_lines(
    const std::vector<model::Block>& blocks, const config::Config& config, model::Instant now);

/// One line for each instance that runs.
std::string instance_lines(const model::Sharing& sharing);

/// How long every reading is kept (nothing: for ever), and how far thinning has come, in one line.
std::string retention_line(
    const std::optional<std::chrono::seconds>& full, const model::ThinningProgress& progress);

/// What waits on this machine for the database, what is lost and what is kept aside, in one line;
/// empty if there is nothing of it.
std::string spool_line(const spool::Depth& depth, model::Instant now);

/// For programs, when the database cannot be asked: an object of why, and of what waits.
std::string outage_json(const std::string& reason, const Status& status);

} // namespace insightd::daemon
