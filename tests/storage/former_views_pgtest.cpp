#include "storage/migrations.hpp"
#include "tests/storage/with_database.hpp"

#include <algorithm>
#include <regex>

// Views that were made faster tell what they told before, row by row.
namespace insightd::storage
{
namespace
{

/// Migrations that made views faster and changed nothing else about them.
const std::vector<std::string> made_faster{"speed", "followers"};

const Migration& named(const std::string& name)
{
    return *std::ranges::find(migrations(), name, &Migration::name);
}

/// The text of the view in the newest migration up to that number that defines it.
std::string definition(const std::string& view, int number)
{
    const auto head = "VIEW insights." + view + " AS\n";
    for (auto migration = migrations().rbegin(); migration != migrations().rend(); ++migration) {
        const auto begin = migration->sql.find(head);
        if (migration->number > number || begin == std::string_view::npos)
            continue;
        const auto body = begin + head.size();
        return std::string{migration->sql.substr(body, migration->sql.find(";\n", body) - body)};
    }
    throw std::runtime_error{"no migration defines " + view};
}

std::vector<std::string> replaced_in(const Migration& migration)
{
    const std::string sql{migration.sql};
    static const std::regex head{R"(CREATE OR REPLACE VIEW insights\.(\w+) AS)"};
    std::vector<std::string> names;
    for (std::sregex_iterator found{sql.begin(), sql.end(), head}, end; found != end; ++found)
        names.push_back((*found)[1]);
    return names;
}

class FormerViews : public DatabaseTest
{
protected:
    FormerViews()
    {
        query(url, insightd::testing::fixture_text("storage/troubled.sql"));
        query(url, "CREATE SCHEMA slow; CREATE SCHEMA fast");
    }

    std::string rows_only_in(const std::string& one, const std::string& other) const
    {
        return query1(
                   url, "SELECT count(*) FROM (SELECT * FROM " + one +
                            " EXCEPT ALL SELECT * FROM " + other + ") missing")
            .value();
    }

    void make(const std::string& name, const std::string& body)
    {
        query(url, "CREATE OR REPLACE VIEW " + name + " AS " + body);
    }

    void compare(const std::string& view, int number)
    {
        make("slow." + view, definition(view, number - 1));
        make("fast." + view, definition(view, number));
        EXPECT_NE(count("slow." + view), "0") << view << " has nothing to compare";
        EXPECT_EQ(rows_only_in("slow." + view, "fast." + view), "0") << view;
        EXPECT_EQ(rows_only_in("fast." + view, "slow." + view), "0") << view;
    }
};

TEST_F(FormerViews, HadTheSameRows)
{
    for (const auto& name : made_faster)
        for (const auto& view : replaced_in(named(name)))
            compare(view, named(name).number);
}

TEST_F(FormerViews, AreComparedOnEveryKindOfTrouble)
{
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(DISTINCT m.value, ' ' ORDER BY m.value) "
                 "FROM insights.media_daily d, jsonb_each_text(d.marks) m"),
        "correction first recovery reset");
    EXPECT_NE(
        query1(url, "SELECT count(*) FROM insights.account_daily WHERE revised_after_final"), "0");
}

TEST_F(FormerViews, DaysAsOfATimeAreThoseOfTheirReadings)
{
    const std::string then{"'2026-01-08T12:00:00Z'"};
    const auto plain =
        "(SELECT a.account_id::text, d.day, c.metric, c.dimension_value, c.value, d.observed_at "
        "FROM store.account a CROSS JOIN LATERAL (SELECT DISTINCT ON (s.day) s.* "
        "FROM store.account_day s WHERE s.account_id = a.account_id AND s.observed_at <= " +
        then +
        " ORDER BY s.day, s.observed_at DESC) d CROSS JOIN LATERAL store.cells(d.breakdowns) c) p";
    const auto asked = "(SELECT account_id, day, metric, dimension_value, value, observed_at "
                       "FROM insights.account_breakdown_as_of(" +
                       then + ")) f";
    EXPECT_NE(count(asked), "0");
    EXPECT_EQ(rows_only_in(plain, asked), "0");
    EXPECT_EQ(rows_only_in(asked, plain), "0");
}

} // namespace
} // namespace insightd::storage
