#include "storage/statement.hpp"
#include "tests/storage/with_database.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

namespace insightd::storage
{
namespace
{

namespace json = boost::json;

std::string text_in(const json::object& node, std::string_view key)
{
    const auto* found = node.if_contains(key);
    return found != nullptr ? std::string{found->as_string()} : std::string{};
}

/// Scans of our tables that are given no key.
void collect_whole_scans(const json::object& node, std::vector<std::string>& found)
{
    const auto table = text_in(node, "Relation Name");
    const bool has_key = node.contains("Index Cond") || node.contains("Recheck Cond");
    if (text_in(node, "Node Type").ends_with("Scan") && !table.empty() && !has_key)
        found.push_back(text_in(node, "Node Type") + " of " + table);
    if (const auto* inner = node.if_contains("Plans"))
        for (const auto& plan : inner->as_array())
            collect_whole_scans(plan.as_object(), found);
}

std::vector<std::string> whole_scans(pqxx::work& tx, const Statement& statement)
{
    tx.exec0("PREPARE " + tx.quote_name(statement.name) + " AS " + statement.sql);
    const auto row =
        tx.exec1("EXPLAIN (FORMAT JSON) EXECUTE " + tx.quote_name(statement.name) + "(1, '[]')");
    std::vector<std::string> found;
    collect_whole_scans(
        json::parse(row[0].c_str()).as_array().at(0).as_object().at("Plan").as_object(), found);
    return found;
}

/// A loss may be one of all accounts.
constexpr std::string_view may_be_of_all = "backfill_after_loss";

/// Plans are kept by a connection: those of a new database still serve when its tables have grown.
TEST(StatementPlans, ThoseOfANewDatabaseReadNoTableWhole)
{
    pqxx::connection db{migrated_database()};
    pqxx::work tx{db};
    tx.exec0("SET plan_cache_mode TO force_generic_plan");
    tx.exec0(std::string{seek_by_key});
    for (const auto* statement : all_statements()) {
        if (statement->name == may_be_of_all)
            continue;
        EXPECT_EQ(whole_scans(tx, *statement), std::vector<std::string>{}) << statement->name;
    }
}

} // namespace
} // namespace insightd::storage
