#include "storage/rebuilding.hpp"
#include "tests/storage/with_database.hpp"

#include <pqxx/pqxx>

// The primary key of a month that has ended is rebuilt once, beside everybody else.
namespace insightd::storage
{
namespace
{

const auto never = [] { return false; };

class Rebuilding : public DatabaseTest
{
protected:
    Rebuilding()
    {
        query(url, "SELECT store.ensure_month('2026-05-01'), store.ensure_month('2026-06-01')");
        // As they come in: those of a post between those of others.
        query(
            url, "INSERT INTO store.media_sample (account_id, media_id, observed_at, views) "
                 "SELECT 1, m, t, 1 FROM generate_series(timestamptz '2026-05-01 00:00+00', "
                 "'2026-05-05 23:00+00', '1 h') t, generate_series(1, 100) m ORDER BY t, m");
    }

    std::optional<model::RebuiltMonth> rebuild(const std::string& now) const
    {
        return rebuild_month(url, at(now), never);
    }

    /// Changes with each rebuilding.
    std::string files() const
    {
        return *query1(
            url, "SELECT string_agg(relname || ' ' || relfilenode, ', ' ORDER BY relname) FROM "
                 "pg_class WHERE relname LIKE 'media_sample_2026%' AND relkind = 'i'");
    }
    std::string names_of_indexes() const
    {
        return *query1(
            url, "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ' ORDER BY "
                 "indexrelid::regclass::text) "
                 "FROM pg_index WHERE indrelid = 'store.media_sample_202605'::regclass");
    }
    bool is_waiting() const
    {
        return query1(
                   url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND query LIKE 'REINDEX%' AND wait_event_type = 'Lock'") == "1";
    }
    void put_row(const std::string& time) const
    {
        query(
            url, "SET statement_timeout = '5s'; INSERT INTO store.media_sample (account_id, "
                 "media_id, observed_at, views) VALUES (1, 1, '" +
                     time + "', 1)");
    }
};

TEST_F(Rebuilding, ShrinksTheKeyOfAMonthThatHasEndedOnce)
{
    const auto names = names_of_indexes();
    const auto before = files();
    const auto rebuilt = rebuild("2026-06-08T00:00:00Z");
    ASSERT_TRUE(rebuilt);
    EXPECT_EQ(rebuilt->month, day("2026-05-01"));
    EXPECT_LT(rebuilt->bytes_after, rebuilt->bytes_before);
    EXPECT_EQ(
        query1(url, "SELECT pg_relation_size('store.media_sample_202605_pkey')"),
        std::to_string(rebuilt->bytes_after));
    EXPECT_EQ(
        query1(url, "SELECT month || ' ' || bytes_before FROM insightd.rebuilt_month"),
        "2026-05-01 " + std::to_string(rebuilt->bytes_before));
    EXPECT_EQ(names_of_indexes(), names);
    EXPECT_NE(files(), before);
    EXPECT_EQ(count("store.media_sample"), "12000");

    const auto after = files();
    EXPECT_FALSE(rebuild("2026-06-09T00:00:00Z"));
    EXPECT_EQ(files(), after) << "once";
}

TEST_F(Rebuilding, LeavesAMonthAloneForAWeek)
{
    EXPECT_FALSE(rebuild("2026-06-07T23:59:59Z")) << "rows come late";
}

TEST_F(Rebuilding, BeginsWithTheOldestMonth)
{
    query(url, "SELECT store.ensure_month('2025-12-01')");
    EXPECT_EQ(rebuild("2026-07-20T00:00:00Z")->month, day("2025-12-01"));
    EXPECT_EQ(rebuild("2026-07-20T00:00:00Z")->month, day("2026-05-01"));
    EXPECT_EQ(rebuild("2026-07-20T00:00:00Z")->month, day("2026-06-01"));
    EXPECT_FALSE(rebuild("2026-07-20T00:00:00Z"));
}

TEST_F(Rebuilding, IsDoneByOneAtATime)
{
    {
        pqxx::connection other{url};
        pqxx::work turn{other};
        turn.exec("SELECT pg_advisory_xact_lock(hashtext('insightd.rebuild_month'))");
        EXPECT_FALSE(rebuild("2026-06-08T00:00:00Z"));
    }
    EXPECT_TRUE(rebuild("2026-06-08T00:00:00Z"));
}

/// What keeps it waiting: a writer before the new index is filled, a reader before the old one
/// goes.
class BrokenOffRebuilding : public Rebuilding, public ::testing::WithParamInterface<const char*>
{
};

TEST_P(BrokenOffRebuilding, HoldsNobodyUpAndIsDoneAgain)
{
    const auto names = names_of_indexes();
    {
        pqxx::connection db{url};
        pqxx::work other{db};
        other.exec(GetParam());
        const auto once_it_waits = [this] {
            if (!is_waiting())
                return false;
            put_row("2026-05-20 12:00+00");
            EXPECT_EQ(count("store.media_sample"), "12001");
            return true;
        };
        EXPECT_THROW(
            rebuild_month(url, at("2026-06-08T00:00:00Z"), once_it_waits), model::Unavailable);
    }
    EXPECT_THAT(names_of_indexes(), HasSubstr("false")) << "something was left behind";
    EXPECT_EQ(count("insightd.rebuilt_month"), "0");

    EXPECT_EQ(rebuild("2026-06-08T00:00:00Z")->month, day("2026-05-01"));
    EXPECT_EQ(names_of_indexes(), names);
}

INSTANTIATE_TEST_SUITE_P(
    Behind, BrokenOffRebuilding,
    ::testing::Values(
        "INSERT INTO store.media_sample (account_id, media_id, observed_at) VALUES (1, 1, "
        "'2026-05-31 12:00+00')",
        "SELECT count(*) FROM store.media_sample"));

TEST_F(Rebuilding, IsLeftToTheOwner)
{
    query(
        url, "CREATE ROLE stranger_to_keys LOGIN; GRANT USAGE ON SCHEMA store, insightd TO "
             "stranger_to_keys; "
             "GRANT SELECT ON ALL TABLES IN SCHEMA insightd TO stranger_to_keys");
    EXPECT_FALSE(rebuild_month(url + " user=stranger_to_keys", at("2026-06-08T00:00:00Z"), never));
    EXPECT_TRUE(rebuild("2026-06-08T00:00:00Z"));
}

TEST_F(Rebuilding, IsNotForTablesOfAnExtension)
{
    query(url, "INSERT INTO insightd.engine (name, checksum) VALUES ('citus', 'x')");
    EXPECT_FALSE(rebuild("2026-06-08T00:00:00Z"));
}

} // namespace
} // namespace insightd::storage
