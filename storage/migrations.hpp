#pragma once

#include "storage/engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace insightd::storage
{

/// One numbered SQL file of storage/migrations, embedded in the binary.
struct Migration {
    int number = 0;
    std::string_view name; ///< the file's name without number and ending
    std::string_view sql;
};

/// All migrations in order.
const std::vector<Migration>& migrations();

/// Held, to the end of the transaction, by whoever changes the schema or who may read it.
constexpr auto schema_lock = "SELECT pg_advisory_xact_lock(hashtext('insightd.migrate'))";

/// What `migrate` found and did.
struct MigrationReport {
    std::vector<std::string> applied; ///< or, for a dry run, what would be: "0001_tables"
    std::string engine;               ///< the extension whose file was run, or would be
    int version = 0;                  ///< the schema's number now
    std::string server;               ///< "PostgreSQL 15.8"
};

/// Brings the schema up to date: each file in a transaction of its own under an advisory lock,
/// checksummed. Blocks. Throws model::Unavailable when the database is away or too old (below 13),
/// when a file that was applied has been changed since, or when the schema is newer than the
/// binary; EngineTrouble, which is one of these, if the wish cannot be.
MigrationReport migrate(const std::string& url, bool dry_run, const EngineWish& wish = {});

/// Throws model::Unavailable, which says what to do, for a schema that is older than the binary.
void require_newest_schema(const std::string& url);

} // namespace insightd::storage
