#include "tests/daemon/grafana_boards.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/storage/readers.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <set>

// Every query of every dashboard, as Grafana sends it, with the login that the documents give it,
// on a database that has something of everything they ask for.
namespace insightd::grafana
{
namespace
{

using insightd::testing::at;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::Simulation;
using ::testing::ContainsRegex;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");
constexpr auto from = "2026-02-01T00:00:00Z", to = "2026-03-06T00:00:00Z";

/// What days of collecting by one daemon in one process leave empty.
constexpr auto rarities = R"(
INSERT INTO store.budget_block (pool, account_id, until)
    SELECT name, account_id, clock_timestamp() FROM store.account;
INSERT INTO store.instance (instance_id, host, pid, version, accounts, heartbeat_at)
    VALUES ('i', 'h', 1, 'v', '{1}', clock_timestamp() + interval '1 hour'); -- lives however long this takes
)";

class Grafana : public ::testing::Test
{
protected:
    /// Four days, of which the daemon slept through more than one: stories are missed. The totals
    /// of a post fall.
    static void SetUpTestSuite()
    {
        auto accounts = sandbox::three_accounts();
        accounts.resize(2);
        simulation = std::make_unique<Simulation>(start, std::string{}, accounts);
        for (const auto& post : simulation->world.posts(0, start + 12h))
            if (post.published_at > start - 12h)
                simulation->world.recount(post.id, start + 30h, 0.2);
        simulation->run_until(start + 36h);
        simulation->clock.jump_to(start + 62h);
        simulation->begin();
        simulation->run_until(start + 84h);
        query(simulation->database_url, rarities);
        insightd::testing::grant_all(simulation->database_url, "grafana");
        url = insightd::testing::as_login(simulation->database_url, "grafana");
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static std::string expand(const std::string& sql, const Choice& choice)
    {
        return expanded(sql, from, to, choice);
    }

    static std::vector<std::string> options_of(const Variable& variable, const Choice& choice)
    {
        std::vector<std::string> options;
        for (const auto& option : variable.options)
            options.push_back(quoted(option));
        if (!variable.query.empty()) // of two columns the value is __value, which stands first
            for (const auto& row : query(url, expand(variable.query, choice)))
                options.push_back(quoted(row.at(0).value()));
        return options;
    }

    /// Everything that can be chosen on a board.
    static std::vector<Choice> choices(const Board& board)
    {
        std::vector<Choice> all{{}};
        for (const auto& variable : board.variables) {
            std::vector<Choice> longer;
            for (auto choice : all) {
                std::string joined;
                for (const auto& option : options_of(variable, choice)) {
                    joined += (joined.empty() ? "" : ",") + option;
                    choice[variable.name] = option;
                    if (!variable.many)
                        longer.push_back(choice);
                }
                choice[variable.name] = joined;
                if (variable.many)
                    longer.push_back(choice);
            }
            all = std::move(longer);
        }
        return all;
    }

    /// A row of what the query returns that is not all NULL, as JSON; nothing if there is none.
    static std::optional<std::string> row_of(const std::string& sql)
    {
        const auto rows = query(
            url, "SELECT to_jsonb(q) FROM (" + sql +
                     "\n) q WHERE jsonb_strip_nulls(to_jsonb(q)) <> '{}' LIMIT 1");
        return rows.empty() ? std::nullopt : rows[0].at(0);
    }

    /// The query for the first choice that has rows; nothing if none has.
    static std::optional<std::string>
    answered(const std::string& sql, const std::vector<Choice>& all)
    {
        std::set<std::string> asked;
        for (const auto& choice : all) {
            const auto expanded_sql = expand(sql, choice);
            if (asked.insert(expanded_sql).second && row_of(expanded_sql))
                return expanded_sql;
        }
        return std::nullopt;
    }

    static std::unique_ptr<Simulation> simulation;
    static std::string url; ///< as the reader
};

std::unique_ptr<Simulation> Grafana::simulation;
std::string Grafana::url;

/// The columns that a panel's settings and links speak of.
std::set<std::string> columns_named(const Panel& panel)
{
    std::set<std::string> names;
    for (const auto& change : panel.json.at("fieldConfig").at("overrides").as_array())
        if (text_at(change, "/matcher/id") == "byName")
            names.insert(text_at(change, "/matcher/options"));
    if (const auto* x = panel.json.at("options").as_object().if_contains("xField"))
        names.insert(boost::json::value_to<std::string>(*x));
    static const std::regex field{R"(\$\{__data\.fields\.([a-z_]+)\})"};
    const auto text = boost::json::serialize(panel.json);
    for (std::sregex_iterator at{text.begin(), text.end(), field}, end; at != end; ++at)
        names.insert((*at)[1]);
    return names;
}

TEST_F(Grafana, EveryQueryReturnsRowsWithTheColumnsItsPanelSpeaksOf)
{
    std::size_t panels = 0;
    for (const auto& board : boards()) {
        const auto all = choices(board);
        for (const auto& panel : board.panels) {
            SCOPED_TRACE(board.file + ": " + panel.title);
            const auto sql = answered(panel.sql, all);
            ASSERT_TRUE(sql) << "no row for any choice\n" << expand(panel.sql, all.at(0));
            const auto row = boost::json::parse(*row_of(*sql)).as_object();
            for (const auto& name : columns_named(panel))
                EXPECT_TRUE(row.contains(name)) << name;
            ++panels;
        }
    }
    EXPECT_GT(panels, 50U);
}

TEST_F(Grafana, TimeSeriesHaveATimeAndNumbers)
{
    for (const auto& board : boards()) {
        const auto all = choices(board);
        for (const auto& panel : board.panels) {
            if (!panel.is_time_series)
                continue;
            SCOPED_TRACE(board.file + ": " + panel.title);
            const auto sql = answered(panel.sql, all).value();
            EXPECT_THAT(
                *query1(url, "SELECT pg_typeof(q.time)::text FROM (" + sql + "\n) q LIMIT 1"),
                ContainsRegex("^timestamp"));
            const auto row = boost::json::parse(*row_of(sql));
            for (const auto& [name, value] : row.as_object()) {
                const bool is_number = value.is_number() || value.is_null();
                EXPECT_TRUE(name == "time" || name == "metric" || is_number) << name;
            }
        }
    }
}

TEST_F(Grafana, WhatGrafanaDoesNotKnowAndWhatIsNoViewIsRefused)
{
    EXPECT_THROW(expand("SELECT $__never(day)", {}), std::runtime_error);
    EXPECT_THROW(expand("SELECT ${nobody:sqlstring}", {{"account", "'a'"}}), std::runtime_error);
    EXPECT_ANY_THROW(row_of("SELECT * FROM store.account"));
}

} // namespace
} // namespace insightd::grafana
