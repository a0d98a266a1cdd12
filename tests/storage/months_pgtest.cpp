#include "storage/caretaker.hpp"
#include "tests/storage/with_database.hpp"

#include <pqxx/pqxx>

// A partition for each month: made ahead, over the turn of the year, and whatever lies there
// already.
namespace insightd::storage
{
namespace
{

class Months : public DatabaseTest
{
protected:
    void make(const std::string& now)
    {
        insightd::testing::run(loop, caretaker.make_months(at(now)));
    }
    void insert(const std::string& times) const
    {
        query(
            url, "INSERT INTO store.media_sample (account_id, media_id, observed_at, views) SELECT "
                 "1, 1, t::timestamptz, 1 FROM unnest('{" +
                     times + "}'::text[]) t");
    }
    std::vector<std::string> partitions() const
    {
        return column("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
                      "'store.media_sample'::regclass ORDER BY 1");
    }
    /// Where each row lies, in the order of time.
    std::vector<std::string> places() const
    {
        return column(
            "SELECT tableoid::regclass::text FROM store.media_sample ORDER BY observed_at");
    }

    Caretaker caretaker{url};

private:
    std::vector<std::string> column(const std::string& sql) const
    {
        std::vector<std::string> names;
        for (const auto& row : query(url, sql))
            names.push_back(row[0]->substr(std::string{"store.media_sample_"}.size()));
        return names;
    }
};

TEST_F(Months, AreThereThreeAheadOverTheTurnOfTheYear)
{
    make("2026-11-30T23:59:59Z");
    EXPECT_THAT(partitions(), ElementsAre("202611", "202612", "202701", "202702", "rest"));
    make("2026-12-31T12:00:00Z");
    make("2026-12-31T12:00:00Z");
    EXPECT_THAT(
        partitions(), ElementsAre("202611", "202612", "202701", "202702", "202703", "rest"));
    insert("2026-12-31 23:59:59.999999+00,2027-01-01 00:00+00,2027-02-28 23:00+00");
    EXPECT_THAT(places(), ElementsAre("202612", "202701", "202702"));
}

TEST_F(Months, RowsThatAreThereAlreadyMove)
{
    insert("2026-11-30 23:59+00,2026-12-01 00:00+00,2026-12-31 23:59+00,2027-01-01 00:00+00");
    EXPECT_THAT(places(), ElementsAre("rest", "rest", "rest", "rest"));
    query(url, "SELECT store.ensure_month('2026-12-31')");
    EXPECT_THAT(places(), ElementsAre("rest", "202612", "202612", "rest"));
    insert("2026-12-05 00:00+00");
    EXPECT_THAT(places(), ElementsAre("rest", "202612", "202612", "202612", "rest"));
    EXPECT_EQ(
        query1(
            url,
            "SELECT count(*) FROM pg_index WHERE indrelid = 'store.media_sample_202612'::regclass"),
        query1(
            url, "SELECT count(*) FROM pg_index WHERE indrelid = 'store.media_sample'::regclass"))
        << "it has the same indexes";
    EXPECT_THROW(insert("2026-12-05 00:00+00"), std::exception) << "and the key";
}

TEST_F(Months, AreNotInsistedOnBehindALongQuery)
{
    pqxx::connection db{url};
    {
        pqxx::work reader{db};
        reader.exec("SELECT count(*) FROM store.media_sample");
        EXPECT_THROW(make("2026-11-15T12:00:00Z"), model::Unavailable);
        EXPECT_THAT(partitions(), ElementsAre("rest"));
    }
    make("2026-11-15T12:00:00Z");
    EXPECT_EQ(partitions().size(), 5U);
}

/// Who writes into a month that is there does not stand in the way, nor waits.
TEST_F(Months, AreMadeBesideAWriter)
{
    make("2026-11-15T12:00:00Z");
    pqxx::connection db{url};
    pqxx::work writer{db};
    writer.exec("INSERT INTO store.media_sample (account_id, media_id, observed_at) VALUES (1, 1, "
                "'2026-11-15 12:00+00')");
    make("2026-12-15T12:00:00Z");
    EXPECT_EQ(partitions().size(), 6U);
}

} // namespace
} // namespace insightd::storage
