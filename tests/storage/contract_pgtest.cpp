#include "storage/migrations.hpp"
#include "tests/storage/with_database.hpp"

#include <regex>

// What the comments of the views promise of every number: unit, and whether it may be summed.
namespace insightd::storage
{
namespace
{

/// view.column and comment of each number that a BI tool would offer to sum.
std::vector<insightd::testing::Row> numbers()
{
    const auto url = fresh_database();
    migrate(url, false);
    return query(
        url, "SELECT c.relname || '.' || a.attname, col_description(c.oid, a.attnum) "
             "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
             "WHERE c.relnamespace = 'insights'::regnamespace AND a.attnum > 0 AND "
             "a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, "
             "'numeric'::regtype, 'float4'::regtype, 'float8'::regtype, 'interval'::regtype)");
}

TEST(Contract, EveryNumberSaysWhetherItMayBeSummed)
{
    static const std::regex vocabulary{
        R"(.*(Additive over [a-z, ]+)"
        R"((; (contains|a part of) [a-z_, ]+: sum one of them)?)"
        R"((; (the same as|its days sum to|counts again) insights\.[a-z_]+\.[a-z_]+: sum one of them)?)"
        R"((; splits insights\.[a-z_]+: sum one of them)?)"
        R"(|Not additive: [^.]+( insights\.[a-z_]+(\.[a-z_]+)?)?)\.)"};
    const auto all = numbers();
    EXPECT_GT(all.size(), 150U);
    for (const auto& row : all) {
        const auto& comment = row[1].value();
        EXPECT_TRUE(std::regex_match(comment, vocabulary)) << *row[0] << ": " << comment;
        EXPECT_EQ(comment.find("dditive"), comment.rfind("dditive")) << *row[0] << " says it twice";
    }
}

TEST(Contract, EveryNumberHasAUnitOrNamesItsRow)
{
    static const std::regex unit{
        R"(.*\((count|accounts|milliseconds|percent|minutes|hours|days|changes|views per hour|ratio|0 to 1|0 to 23|1 Monday)[^)]*\).*)"};
    static const std::regex other{
        R"(.*(metric's (own )?unit|in its unit|process id|Hour 0 to 23).*)"};
    for (const auto& row : numbers())
        EXPECT_TRUE(std::regex_match(*row[1], unit) || std::regex_match(*row[1], other))
            << *row[0] << ": " << *row[1];
}

TEST(Contract, ReachAndItsLikeAreNeverAdditive)
{
    static const std::regex alike{
        R"((.*_)?(reach|engaged|avg|mean|median|rate|percent|followers)(_.*)?)"};
    std::size_t found = 0;
    for (const auto& row : numbers()) {
        const auto column = row[0]->substr(row[0]->find('.') + 1);
        const bool is_estimate = row[1]->find("estimated") != std::string::npos;
        if (!is_estimate && !std::regex_match(column, alike))
            continue;
        ++found;
        EXPECT_NE(row[1]->find("Not additive: "), std::string::npos) << *row[0] << ": " << *row[1];
    }
    EXPECT_GT(found, 20U);
}

} // namespace
} // namespace insightd::storage
