#include "storage/statement.hpp"

#include "storage/leases.hpp"
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

/// Kept in spools, as the names of statements are.
constexpr auto fence_name = "fence";

using ByName = std::map<std::string_view, const Statement*, std::less<>>;

const Statement& statement_named(const std::string& name)
{
    static const ByName all = [] {
        ByName found;
        for (const auto* statement : all_statements())
            found[statement->name] = statement;
        return found;
    }();
    const auto found = all.find(name);
    if (found == all.end())
        throw model::Refused{"rows for '" + name + "', which this insightd does not know"};
    return *found->second;
}

} // namespace

std::vector<const Statement*> all_statements()
{
    std::vector<const Statement*> all;
    for (const auto part :
         {account_statements(), day_statements(), media_statements(), sample_statements(),
          run_statements(), backfill_statements(), loss_statements(), story_statements(),
          presence_statements(), lesson_statements(), conversation_statements(), push_statements(),
          publishing_limit_statements(), competitor_statements(), live_statements(),
          tag_statements(), comment_statements(), mention_statements(), public_text_statements()})
        for (const auto& statement : part)
            all.push_back(&statement);
    return all;
}

void Steps::add(const Statement& statement, const boost::json::value& rows)
{
    steps_.push_back({statement.name, boost::json::serialize(rows)});
}

void Steps::add_fence(std::int64_t fence)
{
    steps_.push_back({fence_name, std::to_string(fence)});
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

bool is_fence(const Step& step)
{
    return step.statement == fence_name;
}

std::size_t
perform(pqxx::transaction_base& tx, model::AccountId account, const std::vector<Step>& steps)
{
    tx.exec0(std::string{seek_by_key});
    bool is_owner = true;
    std::size_t passed_over = 0;
    for (const auto& step : steps) {
        if (is_fence(step)) {
            is_owner = holds_fence(tx, account, step.rows);
            continue;
        }
        const auto& statement = statement_named(step.statement);
        if (!is_owner && statement.nature == Nature::state) {
            ++passed_over;
            continue;
        }
        tx.conn().prepare(statement.name, statement.sql); // nothing happens the second time
        tx.exec_prepared(statement.name, account, step.rows);
    }
    return passed_over;
}

} // namespace insightd::storage
