#include "storage/statement.hpp"

#include <boost/json/serialize.hpp>

namespace insightd::storage
{

void execute(
    pqxx::transaction_base& tx, const Statement& statement, model::AccountId account,
    const boost::json::value& rows)
{
    tx.conn().prepare(statement.name, statement.sql); // nothing happens the second time
    tx.exec_prepared0(statement.name, account, boost::json::serialize(rows));
}

} // namespace insightd::storage
