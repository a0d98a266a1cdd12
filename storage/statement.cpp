#include "storage/statement.hpp"

#include "storage/model/writer.hpp"
#include "storage/write.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <pqxx/pqxx>

#include <map>

namespace insightd::storage
{
namespace
{

using ByName = std::map<std::string_view, const Statement*, std::less<>>;

const Statement& statement_named(const std::string& name)
{
    static const ByName all = [] {
        ByName found;
        for (const auto part :
             {account_statements(), day_statements(), media_statements(), sample_statements(),
              run_statements(), backfill_statements(), loss_statements(), story_statements(),
              presence_statements(), lesson_statements()})
            for (const auto& statement : part)
                found[statement.name] = &statement;
        return found;
    }();
    const auto found = all.find(name);
    if (found == all.end())
        throw model::Refused{"rows for '" + name + "', which this insightd does not know"};
    return *found->second;
}

} // namespace

void Steps::add(const Statement& statement, const boost::json::value& rows)
{
    steps_.push_back({statement.name, boost::json::serialize(rows)});
}

std::vector<Step> single_rows(const Step& step)
{
    const auto rows = boost::json::parse(step.rows);
    if (!rows.is_array())
        return {step};
    std::vector<Step> singles;
    for (const auto& row : rows.as_array())
        singles.push_back({step.statement, boost::json::serialize(boost::json::array{row})});
    return singles;
}

void perform(pqxx::transaction_base& tx, model::AccountId account, const std::vector<Step>& steps)
{
    for (const auto& step : steps) {
        const auto& statement = statement_named(step.statement);
        tx.conn().prepare(statement.name, statement.sql); // nothing happens the second time
        tx.exec_prepared(statement.name, account, step.rows);
    }
}

} // namespace insightd::storage
