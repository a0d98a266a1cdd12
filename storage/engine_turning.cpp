#include "storage/engine_turning.hpp"

#include "storage/migrations.hpp"

#include <fmt/format.h>

namespace insightd::storage
{
namespace
{

EngineSituation look(pqxx::transaction_base& tx, bool is_new)
{
    EngineSituation situation;
    for (const auto& row : tx.exec("SELECT extname FROM pg_extension"))
        situation.extensions.insert(row[0].as<std::string>());
    situation.applied = engine_of(tx);
    situation.is_new = is_new;
    return situation;
}

std::string checksum(pqxx::transaction_base& tx, const std::string& engine)
{
    const std::string sql{engine_files().at(engine)};
    return tx.exec_params1("SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", sql)[0]
        .as<std::string>();
}

bool is_due(pqxx::transaction_base& tx, const std::string& engine, bool has_changed)
{
    if (engine.empty())
        return false;
    if (has_changed || engine_of(tx).empty())
        return true;
    const auto known =
        tx.exec_params1("SELECT checksum FROM insightd.engine WHERE name = $1", engine)[0];
    return known.as<std::string>() != checksum(tx, engine);
}

/// On Citus they would have to read the tables themselves, where nothing limits them.
void check_limited_readers(pqxx::transaction_base& tx, const std::string& engine)
{
    if (engine != "citus")
        return;
    for (const auto& row : tx.exec("SELECT reader FROM insightd.reader WHERE NOT sees_all LIMIT 1"))
        throw EngineTrouble{fmt::format(
            "'{}' sees some accounts only, which Citus cannot keep to: run `insightd grant-reader "
            "{} --all` or `--revoke` first",
            row[0].c_str(), row[0].c_str())};
}

void turn(pqxx::connection& connection, const std::string& engine)
{
    pqxx::work tx{connection};
    tx.exec(schema_lock);
    tx.exec0("SET LOCAL statement_timeout = 0"); // all rows may have to be copied
    check_limited_readers(tx, engine);
    tx.exec(std::string{engine_files().at(engine)});
    tx.exec_params0(
        "INSERT INTO insightd.engine (name, checksum) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE "
        "SET checksum = excluded.checksum, applied_at = excluded.applied_at",
        engine, checksum(tx, engine));
    tx.exec("SELECT insightd.secure()");
    tx.commit();
}

} // namespace

std::string engine_of(pqxx::transaction_base& tx)
{
    const auto has_ledger = tx.exec1("SELECT to_regclass('insightd.engine') IS NOT NULL");
    if (!has_ledger[0].as<bool>())
        return {};
    const auto known = tx.exec("SELECT name FROM insightd.engine");
    return known.empty() ? std::string{} : known[0][0].as<std::string>();
}

std::string
see_to_engine(pqxx::connection& connection, const EngineWish& wish, const EngineOccasion& occasion)
{
    std::string engine;
    {
        pqxx::read_transaction tx{connection};
        engine = chosen_engine(wish, look(tx, occasion.is_new));
        if (!is_due(tx, engine, occasion.has_changed))
            return {};
    }
    if (!occasion.dry_run)
        turn(connection, engine);
    return engine;
}

} // namespace insightd::storage
