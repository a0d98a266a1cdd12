#include "storage/retention.hpp"

#include "storage/caretaker.hpp"
#include "tests/storage/a_year.hpp"
#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>

#include <map>

// Old readings are thinned, and no view of the contract says anything else than before.
namespace insightd::storage
{
namespace
{

using ::testing::Each;
using ::testing::Field;

class Retention : public DatabaseTest
{
protected:
    static constexpr std::chrono::days full{90};

    model::ThinOrder order(const std::string& now) const
    {
        return {account, at(now) - full, at(now), std::nullopt};
    }

    std::vector<model::ThinnedRows> would_take(const std::string& now) const
    {
        return result_of(would_thin, now);
    }
    /// All of it, by steps.
    std::vector<model::ThinnedRows> thin_all(const std::string& now) const
    {
        return result_of(thin, now);
    }

    /// One transaction, which is committed or not.
    model::ThinStep step(const model::ThinOrder& what, bool commits = true) const
    {
        pqxx::connection db{url};
        pqxx::work tx{db};
        auto done = thin_step(tx, what);
        if (commits)
            tx.commit();
        return done;
    }

    /// To the end of the pass; returns rows taken.
    std::int64_t pass(const std::string& now) const
    {
        std::int64_t rows = 0;
        for (auto done = step(order(now)); !done.is_over; done = step(order(now)))
            for (const auto& part : done.taken)
                rows += part.rows;
        return rows;
    }

    void remember(const std::string& name, const std::string& rows) const
    {
        query(url, fmt::format("CREATE TABLE before.\"{}\" AS SELECT {}", name, rows));
    }
    /// Rows that are not the same as those remembered.
    std::string differences(const std::string& name, const std::string& rows) const
    {
        return query1(
                   url, fmt::format(
                            "SELECT count(*) FROM ((TABLE before.\"{0}\" EXCEPT ALL SELECT {1}) "
                            "UNION ALL (SELECT {1} EXCEPT ALL TABLE before.\"{0}\")) d",
                            name, rows))
            .value();
    }

private:
    using Work =
        void (&)(const std::string&, const std::vector<model::ThinOrder>&, const ThinningHeard&);

    /// Sums by month and table.
    std::vector<model::ThinnedRows> result_of(Work work, const std::string& now) const
    {
        std::map<std::pair<model::Day, std::string>, std::int64_t> sums;
        work(url, {order(now)}, [&](const std::vector<model::ThinnedRows>& taken) {
            for (const auto& part : taken)
                sums[{part.month, part.table}] += part.rows;
        });
        std::vector<model::ThinnedRows> all;
        for (const auto& [key, rows] : sums)
            all.push_back({key.first, key.second, rows});
        return all;
    }
};

class ThinnedYear : public Retention
{
protected:
    ThinnedYear() { query(url, a_year); }
    static constexpr auto now = "2026-02-20T12:00:00Z";

    std::int64_t stored(const std::string& table) const
    {
        return std::stoll(count("store." + table));
    }
};

/// What may differ, and why; `*` stands for the whole view.
const std::map<std::string, std::string> exceptions{
    {"retention_status", "*"},     // tells of it
    {"account_revision", "*"},     // lists the readings themselves
    {"account_daily", "revisions"} // counts them
};

/// The columns of a view that thinning leaves alone; empty if it has none.
std::string columns_of(const std::string& url, const std::string& view)
{
    const auto exception = exceptions.find(view);
    const auto except = exception == exceptions.end() ? std::string{} : exception->second;
    if (except == "*")
        return {};
    return query1(
               url, fmt::format(
                        "SELECT string_agg(format('v.%I', attname), ', ' ORDER BY attnum) FROM "
                        "pg_attribute WHERE attrelid = 'insights.{}'::regclass AND attnum > 0 AND "
                        "attname <> '{}'",
                        view, except))
        .value();
}

TEST_F(ThinnedYear, ViewsAndWhatWasKnownAtMidnightAreTheSame)
{
    std::map<std::string, std::string> same;
    for (const auto& view : query(
             url, "SELECT relname FROM pg_class WHERE relnamespace = 'insights'::regnamespace AND "
                  "relkind = 'v'"))
        if (const auto columns = columns_of(url, *view[0]); !columns.empty())
            same[*view[0]] = fmt::format("{} FROM insights.{} v", columns, *view[0]);
    EXPECT_GT(same.size(), 20U);
    for (const auto* function : {"media_as_of", "account_breakdown_as_of"})
        same[function] = fmt::format(
            "t, v.* FROM generate_series(timestamptz '2025-01-10 02:59:59+00', '2025-12-01', '1 "
            "month') t, insights.{}(t, '{}') v",
            function, account);
    same["account_daily_as_of"] = fmt::format(
        "t, v.day, v.is_final, v.reach, v.observed_at, v.final_at, v.revised_after_final FROM "
        "generate_series(timestamptz '2025-01-10 02:59:59+00', '2025-12-01', '1 month') t, "
        "insights.account_daily_as_of(t, '{}') v",
        account);
    query(url, "CREATE SCHEMA before");
    for (const auto& [name, rows] : same)
        remember(name, rows);
    const auto samples = stored("media_sample"), days = stored("account_day");
    thin_all(now);
    EXPECT_LT(stored("media_sample"), samples * 2 / 3);
    EXPECT_LT(stored("account_day"), days / 2);
    for (const auto& [name, rows] : same)
        EXPECT_EQ(differences(name, rows), "0") << name;
    EXPECT_NE(
        query1(url, "SELECT count(*) FROM insights.media_daily WHERE marks IS NOT NULL"), "0");
    EXPECT_NE(
        query1(url, "SELECT count(*) FROM insights.account_daily WHERE revised_after_final"), "0");
    EXPECT_NE(query1(url, "SELECT count(*) FROM insights.absence WHERE since IS NOT NULL"), "0");
}

TEST_F(ThinnedYear, DryRunTakesNothingAndSaysWhatARunTakes)
{
    const auto samples = stored("media_sample");
    const auto planned = would_take(now);
    EXPECT_EQ(stored("media_sample"), samples);
    EXPECT_GT(planned.size(), 30U) << "ten months of four tables";
    EXPECT_EQ(thin_all(now), planned);
    EXPECT_THAT(would_take(now), Each(Field(&model::ThinnedRows::rows, 0))) << "nothing twice";
}

TEST_F(ThinnedYear, PassGoesOnWhereItWasBrokenOff)
{
    std::int64_t planned = 0, taken = 0;
    for (const auto& part : would_take(now))
        planned += part.rows;
    for (int steps = 0; steps < 5; ++steps) {
        step(order(now), false); // a crash before the commit
        for (const auto& part : step(order(now)).taken)
            taken += part.rows;
    }
    EXPECT_EQ(query1(url, "SELECT state FROM insights.retention_status"), "running");
    auto progress = thinning_progress(url);
    EXPECT_EQ(progress.rows, taken);
    EXPECT_EQ(progress.running, 1);
    EXPECT_LT(progress.slowest, day("2025-11-01"));
    taken += pass(now);
    EXPECT_EQ(taken, planned);
    progress = thinning_progress(url);
    EXPECT_EQ(
        progress,
        (model::ThinningProgress{1, 1, 0, day("2025-11-01"), day("2025-11-01"), planned}));
    EXPECT_EQ(
        query1(url, "SELECT state || ' ' || rows_thinned FROM insights.retention_status"),
        fmt::format("thinned {}", planned));
    EXPECT_EQ(
        query1(url, "SELECT full_since FROM insights.retention_status"), "2025-11-01 03:00:00+00")
        << "a month is thinned once all of it is 90 days old";
}

TEST_F(ThinnedYear, RowsThatComeLateAreThinnedByTheNextPass)
{
    pass(now);
    query(
        url, fmt::format(
                 "INSERT INTO store.media_sample (account_id, media_id, observed_at, views) SELECT "
                 "{}, 8, t, 7 FROM generate_series(timestamptz '2025-10-03 12:00+00', '2025-10-03 "
                 "18:00+00', '1 h') t",
                 account));
    EXPECT_EQ(pass(now), 0) << "nothing is due";
    const auto late = "SELECT count(*) FROM store.media_sample WHERE media_id = 8 AND views = 7";
    EXPECT_EQ(query1(url, late), "7") << "they stay until then";
    EXPECT_GT(pass("2026-03-05T12:00:00Z"), 0) << "a month later";
    EXPECT_LT(std::stoi(*query1(url, late)), 4);
}

TEST_F(ThinnedYear, WhoseAccountItIsNoMoreTakesNothing)
{
    auto what = order(now);
    what.fence = 7;
    EXPECT_TRUE(step(what).is_over);
    query(url, fmt::format("INSERT INTO store.lease (account_id, fence) VALUES ({}, 7)", account));
    EXPECT_FALSE(step(what).is_over);
    query(url, "UPDATE store.lease SET fence = 8");
    EXPECT_TRUE(step(what).is_over);
}

class ThinnedPost : public Retention
{
protected:
    ThinnedPost() { write_post(at("2026-02-27T12:00:00Z")); }

    void read(const std::string& time, std::int64_t number)
    {
        write_sample(at(time), {views(number)});
    }
    std::vector<std::string> kept() const
    {
        std::vector<std::string> times;
        for (const auto& row : query(
                 url, "SELECT to_char(observed_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI') FROM "
                      "store.media_sample ORDER BY 1"))
            times.push_back(*row[0]);
        return times;
    }
    static constexpr auto much_later = "2026-09-20T12:00:00Z";
};

TEST_F(ThinnedPost, KeepsTheLastOfEachDayOfTheAccount)
{
    for (const auto* time :
         {"01T00:00", "01T09:00", "01T15:00", "02T02:59", "02T03:01", "02T20:00"})
        read(
            fmt::format("2026-05-{}:00Z", time), std::stoi(std::string{time}.substr(0, 2)) * 100 +
                                                     std::stoi(std::string{time}.substr(3, 2)));
    read("2026-08-01T12:00:00Z", 9000);
    pass(much_later);
    // The first of the month is that of April: 01T00:00 UTC is still 30 April in São Paulo.
    EXPECT_THAT(
        kept(),
        ElementsAre("05-01 00:00", "05-01 09:00", "05-02 02:59", "05-02 20:00", "08-01 12:00"))
        << "and the first of a month";
}

TEST_F(ThinnedPost, KeepsTheNeighboursOfEachAge)
{
    for (int minute = 0; minute < 120; minute += 10)
        read(fmt::format("2026-02-27T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60), minute + 1);
    read("2026-08-01T12:00:00Z", 9000);
    pass(much_later);
    EXPECT_THAT(
        kept(),
        ElementsAre("02-27 12:00", "02-27 13:00", "02-27 13:10", "02-27 13:50", "08-01 12:00"));
}

TEST_F(ThinnedPost, WhatIsNotSettledStays)
{
    for (const auto* time :
         {"01T09:00", "01T10:00", "01T11:00", "02T09:00", "02T10:00", "02T11:00"})
        read(fmt::format("2026-05-{}:00Z", time), std::stoi(std::string{time}.substr(3, 2)));
    read("2026-05-04T06:00:00Z", 20); // settles the first of May, not the second
    pass(much_later);
    EXPECT_THAT(
        kept(), ElementsAre(
                    "05-01 09:00", "05-01 11:00", "05-02 09:00", "05-02 10:00", "05-02 11:00",
                    "05-04 06:00"));
}

TEST_F(ThinnedPost, DayThatIsNotFinalStays)
{
    for (int hour = 0; hour < 10; ++hour)
        write(one_day(at(fmt::format("2026-03-01T{:02}:30:00Z", hour + 9)), false, hour));
    pass(much_later);
    EXPECT_EQ(count("store.account_day"), "10");
    write(one_day(at("2026-03-04T09:00:00Z"), true, 100));
    thin_all(much_later);
    EXPECT_EQ(query(url, "SELECT observed_at FROM store.account_day").size(), 3U)
        << "the first, the last of its date, the final one";
}

TEST_F(ThinnedPost, StoriesStay)
{
    for (int hour = 0; hour < 10; ++hour)
        read(fmt::format("2026-05-01T{:02}:30:00Z", hour), hour);
    read("2026-08-01T12:00:00Z", 9000);
    query(url, "UPDATE store.media SET product_type = 'STORY'");
    pass(much_later);
    EXPECT_EQ(count("store.media_sample"), "11");
}

/// Nobody who reads or writes waits: no lock on a table but the one of every DELETE.
TEST_F(ThinnedYear, StepLocksNoTableAgainstAnyoneAndIsSmall)
{
    pqxx::connection db{url};
    pqxx::work tx{db};
    std::int64_t most = 0;
    for (int steps = 0; steps < 8; ++steps)
        for (const auto& part : thin_step(tx, order(now)).taken)
            most = std::max(most, part.rows);
    EXPECT_GT(most, 0);
    const auto locks = tx.exec(
        "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' "
        "AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')");
    EXPECT_TRUE(locks.empty());
}

} // namespace
} // namespace insightd::storage
