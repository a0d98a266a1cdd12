#include "storage/migrations.hpp"

#include "storage/connection.hpp"
#include "storage/engine_turning.hpp"
#include "storage/schema.hpp"

#include <fmt/format.h>

#include <map>

namespace insightd::storage
{
namespace
{

constexpr int oldest_server = 130000;

constexpr auto make_schemas = R"(
    CREATE SCHEMA IF NOT EXISTS insightd;
    CREATE SCHEMA IF NOT EXISTS store;
    CREATE SCHEMA IF NOT EXISTS insights;
    CREATE TABLE IF NOT EXISTS insightd.schema_version (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    ))";

using Applied = std::map<int, std::string>; ///< number to checksum

Applied applied_in(pqxx::transaction_base& tx)
{
    Applied applied;
    const auto known = tx.exec("SELECT to_regclass('insightd.schema_version') IS NOT NULL");
    if (!known[0][0].as<bool>())
        return applied;
    for (const auto& row : tx.exec("SELECT number, checksum FROM insightd.schema_version"))
        applied[row[0].as<int>()] = row[1].as<std::string>();
    return applied;
}

std::string checksum(pqxx::transaction_base& tx, const Migration& migration)
{
    const auto row = tx.exec_params1(
        "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", std::string{migration.sql});
    return row[0].as<std::string>();
}

std::string full_name(const Migration& migration)
{
    return fmt::format("{:04}_{}", migration.number, migration.name);
}

void check_known(pqxx::transaction_base& tx, const Applied& applied)
{
    const auto newest = migrations().back().number;
    if (!applied.empty() && applied.rbegin()->first > newest)
        throw model::Unavailable{fmt::format(
            "the schema is at version {}, this insightd knows {}: install the newer insightd",
            applied.rbegin()->first, newest)};
    for (const auto& migration : migrations()) {
        const auto found = applied.find(migration.number);
        if (found != applied.end() && found->second != checksum(tx, migration))
            throw model::Unavailable{fmt::format(
                "migration {} was changed after it had been applied: install the insightd that "
                "made this schema, or restore the file",
                full_name(migration))};
    }
}

/// Filters and privileges of readers and the writer belong to the schema as it is now.
void secure(pqxx::transaction_base& tx)
{
    const auto known = tx.exec("SELECT to_regprocedure('insightd.secure()') IS NOT NULL");
    if (known[0][0].as<bool>())
        tx.exec("SELECT insightd.secure()");
}

void make_schemas_in(pqxx::connection& connection)
{
    pqxx::work tx{connection};
    tx.exec(schema_lock);
    tx.exec(make_schemas);
    tx.commit();
}

void apply(pqxx::connection& connection, const Migration& migration)
{
    pqxx::work tx{connection};
    tx.exec(schema_lock);
    // Another instance may have been faster.
    if (applied_in(tx).contains(migration.number))
        return;
    tx.exec(std::string{migration.sql});
    secure(tx);
    tx.exec_params0(
        "INSERT INTO insightd.schema_version(number, name, checksum) VALUES ($1, $2, $3)",
        migration.number, std::string{migration.name}, checksum(tx, migration));
    tx.commit();
}

Applied look(pqxx::connection& connection)
{
    if (connection.server_version() < oldest_server)
        throw model::Unavailable{fmt::format(
            "PostgreSQL {} is too old: insightd needs 13 or newer",
            connection.server_version() / 10000)};
    pqxx::read_transaction tx{connection};
    auto applied = applied_in(tx);
    check_known(tx, applied);
    return applied;
}

} // namespace

MigrationReport migrate(pqxx::connection& connection, bool dry_run, const EngineWish& wish)
{
    return translated([&] {
        const auto applied = look(connection);
        MigrationReport report;
        report.server = fmt::format(
            "PostgreSQL {}.{}", connection.server_version() / 10000,
            connection.server_version() % 10000);
        report.version = applied.empty() ? 0 : applied.rbegin()->first;
        // With nothing to apply, the writer, who owns nothing, may run this too.
        if (!dry_run && report.version < migrations().back().number)
            make_schemas_in(connection);
        for (const auto& migration : migrations()) {
            if (applied.contains(migration.number))
                continue;
            report.applied.push_back(full_name(migration));
            if (dry_run)
                continue;
            apply(connection, migration);
            report.version = migration.number;
        }
        report.engine =
            see_to_engine(connection, wish, {applied.empty(), !report.applied.empty(), dry_run});
        return report;
    });
}

MigrationReport migrate(const std::string& url, bool dry_run, const EngineWish& wish)
{
    return migrate(*connect(url), dry_run, wish);
}

void require_newest_schema(pqxx::connection& connection)
{
    const auto report = migrate(connection, true);
    if (!report.applied.empty())
        throw model::Unavailable{fmt::format(
            "the schema is at version {}, older than this insightd: run `insightd migrate`",
            report.version)};
}

void require_newest_schema(const std::string& url)
{
    require_newest_schema(*connect(url));
}

} // namespace insightd::storage
