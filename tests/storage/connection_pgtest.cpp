#include "storage/connection.hpp"
#include "tests/storage/with_database.hpp"

#include <algorithm>

namespace insightd::storage
{
namespace
{

/// The same database, as people write it who like URLs.
std::string as_url(std::string words)
{
    std::ranges::replace(words, ' ', '&');
    return "postgresql:///?" + words;
}

std::string shown(pqxx::connection& connection, const std::string& setting)
{
    pqxx::nontransaction tx{connection};
    return tx.exec("SHOW " + setting)[0][0].as<std::string>();
}

struct ConnectionTest : DatabaseTest {
};

TEST_F(ConnectionTest, HasItsDeadlinesHoweverTheDatabaseIsWritten)
{
    for (const auto& written : {url, as_url(url)}) {
        const auto connection = connect(written);
        EXPECT_EQ(shown(*connection, "statement_timeout"), "1min") << written;
        EXPECT_EQ(shown(*connection, "idle_in_transaction_session_timeout"), "10s") << written;
        EXPECT_EQ(shown(*connection, "jit"), "off") << written;
        EXPECT_EQ(shown(*connection, "application_name"), "insightd") << written;
    }
}

TEST_F(ConnectionTest, CommitsWaitForTheDiskThoughTheServersDoNot)
{
    const auto as_preset = [&](const std::string& preset) {
        query(
            url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit TO " +
                     preset + "', current_database()); END $$");
        return shown(*connect(url), "synchronous_commit");
    };
    EXPECT_EQ(as_preset("off"), "on");
    EXPECT_EQ(as_preset("remote_apply"), "remote_apply");
}

TEST_F(ConnectionTest, OnlyWhatSpeaksOfTheRowsRefusesThem)
{
    const auto raise = [&](const std::string& sqlstate) {
        translated([&] {
            pqxx::nontransaction{*connect(url)}.exec(
                "DO $$ BEGIN RAISE SQLSTATE '" + sqlstate + "'; END $$");
        });
    };
    for (const auto* of_rows :
         {"21000", "22003", "22P02", "23502", "23503", "23505", "23514", "54000"})
        EXPECT_THROW(raise(of_rows), model::Refused) << of_rows;
    for (const auto* of_others :
         {"0A000", "25006", "26000", "40001", "42501", "42P01", "53100", "55000", "57014", "P0001",
          "XX000", "TS101"})
        EXPECT_THROW(raise(of_others), model::Unavailable) << of_others;
}

TEST_F(ConnectionTest, WhatTheUserSetStays)
{
    const auto connection = connect(as_url(url) + "&application_name=mine&options=-c%20jit%3Don");
    EXPECT_EQ(shown(*connection, "application_name"), "mine");
    EXPECT_EQ(shown(*connection, "jit"), "on");
}

} // namespace
} // namespace insightd::storage
