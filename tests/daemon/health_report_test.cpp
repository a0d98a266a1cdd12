#include "daemon/health_report.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

// What `status` says, to people and to programs.
namespace insightd::daemon
{
namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::sys_days june{2026y / 6 / 1}, august{2026y / 8 / 1};

TEST(RetentionLine, SaysThatNothingIsTaken)
{
    EXPECT_EQ(
        retention_line(std::nullopt, {3, 0, 0, {}, {}, 0}),
        "retention: every reading is kept for ever: nothing was thinned so far\n");
    EXPECT_EQ(
        retention_line(200h, {3, 0, 0, {}, {}, 0}),
        "retention: every reading is kept for 200h, older months are thinned: nothing was thinned "
        "so far\n");
}

TEST(RetentionLine, SaysHowFarThinningHasCome)
{
    EXPECT_EQ(
        retention_line(2160h, {3, 2, 0, august, august, 7}),
        "retention: every reading is kept for 90d, older months are thinned: 2 of 3 accounts are "
        "thinned, and in full from 2026-08-01 on; 7 rows taken, 0 under way\n");
    EXPECT_EQ(
        retention_line(2160h, {3, 3, 1, june, august, 9}),
        "retention: every reading is kept for 90d, older months are thinned: 3 of 3 accounts are "
        "thinned, and in full from 2026-06-01 to 2026-08-01 on; 9 rows taken, 1 under way\n");
}

TEST(RetentionLine, TellsOfWhatWasThinnedBeforeItWasForbidden)
{
    EXPECT_EQ(
        retention_line(std::nullopt, {3, 2, 0, june, june, 7}),
        "retention: every reading is kept for ever: 2 of 3 accounts are thinned, and in full from "
        "2026-06-01 on; 7 rows taken, 0 under way\n");
}

model::Health health_of(const char* account, const char* error)
{
    model::Health row;
    row.account = account;
    row.collector = "media_insights";
    row.state = "ok";
    row.error = error;
    return row;
}

TEST(HealthTable, DropsWhatMattersLeastWhereThereIsNoRoom)
{
    const auto titles = [](std::optional<std::size_t> width) {
        const auto table = health_table({health_of("shop", "a dead token")}, {}, {}, width);
        EXPECT_NE(table.find("a dead token"), std::string::npos);
        return table.substr(0, table.find('\n'));
    };
    EXPECT_EQ(titles(std::nullopt), titles(1000));
    const auto narrow = titles(100);
    EXPECT_EQ(narrow.find("CALLS"), std::string::npos);
    EXPECT_EQ(narrow.find("OWNER"), std::string::npos);
    EXPECT_NE(narrow.find("LAST SUCCESS"), std::string::npos);
    EXPECT_EQ(titles(20), "ACCOUNT              COLLECTOR         STATE     ERROR");
}

TEST(StatusJson, HasWhatPeopleAreShown)
{
    Status status;
    status.now = std::chrono::sys_days{august};
    status.full_resolution = 2160h;
    status.thinning = {3, 2, 1, june, august, 7};
    status.health = {health_of("shop", "")};
    status.blocks = {{0, "the app", status.now + 1h}, {1784, "", status.now - 1h}};
    status.spool = spool::Depth{};
    status.spool->rows = 12;
    const auto json = boost::json::parse(status_json(status)).as_object();
    EXPECT_EQ(json.at("database"), "there");
    EXPECT_EQ(json.at("as_of"), "2026-08-01T00:00:00Z");
    EXPECT_EQ(
        json.at("retention"),
        boost::json::parse(
            R"({"full_resolution_seconds":7776000,"accounts":3,"accounts_thinned":2,)"
            R"("accounts_under_way":1,"in_full_from_slowest":"2026-06-01",)"
            R"("in_full_from_fastest":"2026-08-01","rows_taken":7})"));
    EXPECT_EQ(json.at("collectors").at(0).at("account"), "shop");
    EXPECT_EQ(
        json.at("blocks"),
        boost::json::parse(
            R"([{"account_id":null,"app":"the app","until":"2026-08-01T01:00:00Z"}])"))
        << "one that is over stops nobody";
    EXPECT_EQ(json.at("spool").at("rows"), 12);
}

TEST(StatusJson, WithoutLimitAndWithoutThinningSaysNull)
{
    const auto json = boost::json::parse(status_json({})).as_object();
    EXPECT_TRUE(json.at("retention").at("full_resolution_seconds").is_null());
    EXPECT_TRUE(json.at("retention").at("in_full_from_slowest").is_null());
    EXPECT_TRUE(json.at("spool").is_null());
}

TEST(OutageJson, HasTheReasonAndWhatWaits)
{
    Status status;
    status.spool = spool::Depth{};
    status.spool->records = 2;
    const auto json = boost::json::parse(outage_json("it is away", status)).as_object();
    EXPECT_EQ(json.at("database"), "away");
    EXPECT_EQ(json.at("reason"), "it is away");
    EXPECT_EQ(json.at("spool").at("records"), 2);
}

} // namespace
} // namespace insightd::daemon
