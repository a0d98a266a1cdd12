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
    Status status;
    status.health = {health_of("shop", "a dead token")};
    const auto titles = [&](std::optional<std::size_t> width) {
        const auto table = health_table(status, width);
        EXPECT_NE(table.find("a dead token"), std::string::npos);
        return table.substr(0, table.find('\n'));
    };
    EXPECT_EQ(titles(std::nullopt), titles(1000));
    const auto narrow = titles(100);
    EXPECT_EQ(narrow.find("CALLS"), std::string::npos);
    EXPECT_EQ(narrow.find("OWNER"), std::string::npos);
    EXPECT_NE(narrow.find("LAST SUCCESS"), std::string::npos);
    EXPECT_EQ(titles(20), "ACCOUNT              COLLECTOR         STATE     ERROR");
    EXPECT_NE(titles(120).find("TOKEN"), std::string::npos);
}

const model::Instant noon = std::chrono::sys_days{june} + 12h;

model::TokenStatus token_of(model::AccountId id, std::optional<model::Instant> expires_at)
{
    model::TokenStatus token;
    token.account_id = id;
    token.account = "shop_" + std::to_string(id);
    token.facts.emplace().expires_at = expires_at;
    return token;
}

model::TokenStatus token_in_state(model::AccountId id, std::string state)
{
    auto token = token_of(id, noon + 145h);
    token.state.emplace().state = std::move(state);
    token.state->source = "vault";
    token.state->reason = "the platform\nsaid no";
    token.state->mend = "insightd login " + token.account;
    return token;
}

/// The column TOKEN of one account.
std::string shown_of(std::optional<model::TokenStatus> token)
{
    Status status;
    status.now = noon;
    status.health = {health_of("shop", "")};
    if (token) {
        status.health.front().account_id = token->account_id;
        status.tokens = {*token};
    }
    const auto table = health_table(status);
    const auto at = table.find("TOKEN");
    auto shown = table.substr(table.find('\n') + 1 + at, 15);
    return shown.substr(0, shown.find_last_not_of(' ') + 1);
}

TEST(HealthTable, TellsHowLongEachTokenLives)
{
    EXPECT_EQ(shown_of(token_of(1, noon + 40 * 24h + 1h)), "40 d left");
    EXPECT_EQ(shown_of(token_of(1, noon + 47h)), "47 h left");
    EXPECT_EQ(shown_of(token_of(1, noon - 1s)), "has ended");
    EXPECT_EQ(shown_of(token_of(1, std::nullopt)), "never ends");
    EXPECT_EQ(shown_of(token_in_state(1, "ok")), "6 d left");
    EXPECT_EQ(shown_of(std::nullopt), "-") << "nobody looked yet";
}

TEST(HealthTable, OfATokenThatNeedsSomebodyTellsTheState)
{
    for (const auto* state : {"needs_login", "expires_soon", "refresh_failing"})
        EXPECT_EQ(shown_of(token_in_state(1, state)), state);
    auto elsewhere = token_in_state(1, "ok");
    elsewhere.facts.reset();
    EXPECT_EQ(shown_of(elsewhere), "ok") << "when it ends is not known";
}

TEST(TokenLines, NameThoseThatNeedSomebodyWithTheMend)
{
    Status status;
    status.now = noon;
    status.tokens = {
        token_of(1, noon + 1h), token_in_state(2, "ok"), token_in_state(3, "expires_soon")};
    EXPECT_EQ(
        token_lines(status),
        "token of shop_3: expires_soon, ends 2026-06-07 13:00 UTC: the platform "
        "said no: insightd login shop_3\n");
}

TEST(SpoolLine, TellsWhatWaitsWhatIsLostAndWhatIsKeptAside)
{
    spool::Depth depth;
    EXPECT_EQ(spool_line(depth, noon), "");
    depth.untold = 60;
    depth.set_aside = 2;
    EXPECT_EQ(
        spool_line(depth, noon),
        "spool: 60 rows are lost, which the database has not heard of; 2 records are kept aside: "
        "report what rows_refused in the log says, deploy/docs/spool.md\n");
    depth = {3, 1200, 2048, noon - 3h, 0, 0};
    EXPECT_EQ(
        spool_line(depth, noon), "spool: 1200 rows in 3 records wait for the database, 2 kB; the "
                                 "oldest was observed 3 h ago\n");
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

TEST(StatusJson, TellsOfEachTokenHowItIsAndWhenItEnds)
{
    Status status;
    status.now = noon;
    status.tokens = {token_in_state(3, "expires_soon"), token_of(4, std::nullopt)};
    status.tokens.back().facts.reset();
    const auto json = boost::json::parse(status_json(status));
    EXPECT_EQ(
        json.at("tokens"),
        boost::json::parse(
            R"([{"account_id":"3","account":"shop_3","source":"vault","kind":"instagram_user",)"
            R"("state":"expires_soon","reason":"the platform\nsaid no","mend":"insightd login shop_3",)"
            R"("refresh_failures":0,"expires_at":"2026-06-07T13:00:00Z",)"
            R"("data_access_expires_at":null,"next_refresh_at":null},)"
            R"({"account_id":"4","account":"shop_4","source":null,"kind":null,"state":null,)"
            R"("reason":"","mend":"","refresh_failures":0,"expires_at":null,)"
            R"("data_access_expires_at":null,"next_refresh_at":null}])"));
}

TEST(StatusJson, TellsWhatTheSpoolLostAndKeepsAside)
{
    Status status;
    status.spool = spool::Depth{};
    status.spool->untold = 60;
    status.spool->set_aside = 2;
    const auto spool = boost::json::parse(status_json(status)).at("spool");
    EXPECT_EQ(spool.at("rows_lost"), 60);
    EXPECT_EQ(spool.at("set_aside"), 2);
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
