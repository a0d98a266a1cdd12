#pragma once

#include "storage/model/rows.hpp"

#include <boost/json/value.hpp>
#include <pqxx/pqxx>

#include <string>

namespace insightd::storage
{

/// SQL that takes an account ($1) and rows as jsonb ($2). The server parses and plans it once for a
/// connection: with so many columns that costs as much as running it for fifty rows.
struct Statement {
    std::string name; ///< unique in the program
    std::string sql;
};

/// Runs the statement, which must return no rows, prepared at its first use on the connection.
void execute(
    pqxx::transaction_base& tx, const Statement& statement, model::AccountId account,
    const boost::json::value& rows);

} // namespace insightd::storage
