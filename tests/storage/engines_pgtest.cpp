#include "storage/engine.hpp"
#include "storage/migrations.hpp"
#include "tests/storage/a_year.hpp"
#include "tests/storage/readers.hpp"
#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <map>

// Facts that an extension keeps: what plain PostgreSQL can tell of it, and, where a server with the
// extension is at hand, the same views before and after.
namespace insightd::storage
{
namespace
{

using insightd::testing::grant_all;
using insightd::testing::grant_some;

/// A word for each view: how many rows, and which.
std::map<std::string, std::string> digests(const std::string& url)
{
    std::map<std::string, std::string> all;
    for (const auto& view : query(
             url, "SELECT relname FROM pg_class WHERE relnamespace = 'insights'::regnamespace AND "
                  "relkind = 'v'"))
        all[*view[0]] = query1(
                            url, fmt::format(
                                     "SELECT count(*) || ' ' || coalesce(md5(string_agg(v::text, "
                                     "'|' ORDER BY v::text)), '') FROM insights.{} v",
                                     *view[0]))
                            .value();
    return all;
}

class Engines : public DatabaseTest
{
protected:
    MigrationReport migrate_to(config::Engine engine) const
    {
        return migrate(url, false, {engine, true});
    }
};

TEST_F(Engines, ExtensionThatIsMissingIsSaidAndNothingIsChanged)
{
    for (const auto engine : {config::Engine::timescaledb, config::Engine::citus})
        EXPECT_THROW(migrate_to(engine), EngineTrouble);
    EXPECT_EQ(migrate_to(config::Engine::automatic).engine, "");
    EXPECT_EQ(count("insightd.engine"), "0");
}

/// As TimescaleDB's tables take the place of ours.
TEST_F(Engines, ViewsReadTheTableThatTookThePlaceOfAnother)
{
    query(url, a_year);
    grant_some(url, "engines_client", {"shop"});
    const auto before = digests(url);
    const auto rights = "SELECT string_agg(relname || coalesce(relacl::text, '') || "
                        "coalesce(reloptions::text, '') || coalesce(obj_description(oid), ''), ' ' "
                        "ORDER BY relname) FROM pg_class WHERE relnamespace = "
                        "'insights'::regnamespace";
    const auto rights_before = query1(url, rights);
    query(
        url, "ALTER TABLE store.media_sample RENAME TO media_sample_plain; "
             "CREATE TABLE store.media_sample (LIKE store.media_sample_plain INCLUDING ALL); "
             "INSERT INTO store.media_sample SELECT * FROM store.media_sample_plain; "
             "SELECT insightd.repoint_views('media_sample_plain', 'media_sample'); "
             "DROP TABLE store.media_sample_plain");
    EXPECT_EQ(digests(url), before);
    EXPECT_EQ(query1(url, rights), rights_before);
}

TEST_F(Engines, OnCitusAReaderReadsTheTablesAndNoneIsLimited)
{
    query(url, "INSERT INTO insightd.engine (name, checksum) VALUES ('citus', 'x')");
    EXPECT_THROW(grant_some(url, "citus_client", {"shop"}), NotPossible);
    grant_all(url, "citus_analyst");
    grant_all(url, "citus_analyst");
    const auto may = "SELECT has_table_privilege('citus_analyst', 'store.media_sample', 'SELECT') "
                     "|| ' ' || has_schema_privilege('citus_analyst', 'insightd', 'USAGE')";
    EXPECT_EQ(query1(url, may), "true false");
    revoke_reader(url, "citus_analyst");
    EXPECT_EQ(query1(url, may), "false false");
}

/// Where the environment names an empty database that has the extension.
class WithExtension : public ::testing::TestWithParam<config::Engine>
{
};

TEST_P(WithExtension, PlainTablesAreTurnedAndEveryViewSaysTheSame)
{
    const bool is_citus = GetParam() == config::Engine::citus;
    const auto* const variable = is_citus ? "INSIGHTD_TEST_CITUS" : "INSIGHTD_TEST_TIMESCALEDB";
    const auto* const url = std::getenv(variable);
    if (url == nullptr)
        GTEST_SKIP() << variable << " names no database: the SQL for this extension was not run";
    migrate(url, false, {config::Engine::postgresql, false});
    query(
        url, fmt::format(
                 "INSERT INTO store.account (account_id, name, login, timezone) VALUES ({}, "
                 "'shop', 'instagram', 'America/Sao_Paulo')",
                 account));
    query(url, a_year);
    const auto before = digests(url);
    EXPECT_EQ(migrate(url, false, {GetParam(), true}).engine, is_citus ? "citus" : "timescaledb");
    EXPECT_EQ(digests(url), before);
    EXPECT_EQ(migrate(url, false, {}).engine, "") << "once";
}

INSTANTIATE_TEST_SUITE_P(
    Each, WithExtension, ::testing::Values(config::Engine::timescaledb, config::Engine::citus));

} // namespace
} // namespace insightd::storage
