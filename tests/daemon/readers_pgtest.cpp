#include "tests/daemon/simulation.hpp"
#include "tests/storage/readers.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// A client's own login, on a database that has rows of every kind of three accounts: every view and
// every function of the contract is walked, those of later versions too.
namespace insightd
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::at;
using insightd::testing::query;
using insightd::testing::query1;
using insightd::testing::Simulation;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

/// What a day of collecting leaves empty.
constexpr auto rarities = R"(
INSERT INTO store.budget_block (pool, account_id, until)
    SELECT name, account_id, clock_timestamp() FROM store.account;
UPDATE store.media_state SET extra = coalesce(extra, '{}') || '{"novel": 1}',
    absent = coalesce(absent, '{}') || '{"old": "not_served"}';
UPDATE store.account_day SET extra = coalesce(extra, '{}') || '{"novel": 1}';
INSERT INTO store.loss (account_id, loss_id, collector, worth, lost_at, reason)
    SELECT account_id, 'lost', 'media', 'state', now(), 'for the test' FROM store.account;
INSERT INTO store.instance (instance_id, host, pid, version, accounts, heartbeat_at)
    VALUES ('i', 'h', 1, 'v', '{1}', clock_timestamp() + interval '1 hour'); -- lives however long this takes
INSERT INTO store.conversation (account_id, conversation_key, first_seen_at, read_at)
    SELECT account_id, 'chat', now(), now() FROM store.account;
INSERT INTO store.message (account_id, message_key, conversation_key, created_at, read_at, direction)
    SELECT account_id, 'message', 'chat', now(), now(), 'in' FROM store.account;
INSERT INTO store.story_push (account_id, media_id, pushed_at, received_at, told)
    SELECT account_id, 5, now(), now(), '{}' FROM store.account;
INSERT INTO store.publishing_limit (account_id, observed_at) SELECT account_id, now() FROM store.account;
INSERT INTO store.publishing_limit_state (account_id, checked_at, row_at)
    SELECT account_id, now(), now() FROM store.account;
INSERT INTO store.competitor (account_id, username, asked_at, refusal)
    SELECT account_id, 'rival', now(), '' FROM store.account;
INSERT INTO store.competitor_sample (account_id, username, observed_at)
    SELECT account_id, 'rival', now() FROM store.account;
INSERT INTO store.competitor_media (account_id, username, media_id, first_seen_at, checked_at, row_at)
    SELECT account_id, 'rival', 6, now(), now(), now() FROM store.account;
INSERT INTO store.competitor_media_sample (account_id, username, media_id, observed_at)
    SELECT account_id, 'rival', 6, now() FROM store.account;
INSERT INTO store.live_broadcast (account_id, media_id, first_seen_at, last_seen_at)
    SELECT account_id, 7, now(), now() FROM store.account;
INSERT INTO store.live_sample (account_id, media_id, observed_at) SELECT account_id, 7, now() FROM store.account;
INSERT INTO store.tagged_media (account_id, media_id, first_seen_at, last_seen_at)
    SELECT account_id, 6, now(), now() FROM store.account;
INSERT INTO store.tagged_media_sample (account_id, media_id, observed_at, like_count)
    SELECT account_id, 6, now(), 1 FROM store.account;
INSERT INTO store.comment (account_id, comment_key, media_id, created_at, first_seen_at, read_at)
    SELECT account_id, 'comment', 6, now(), now(), now() FROM store.account;
INSERT INTO store.mention (account_id, media_id, pushed_at, received_at)
    SELECT account_id, 7, now(), now() FROM store.account;
INSERT INTO store.mention_sample (account_id, media_id, observed_at, like_count)
    SELECT account_id, 7, now(), 1 FROM store.account;
)";

class LimitedReader : public ::testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        simulation = std::make_unique<Simulation>(at("2026-03-01T12:00:00Z"));
        simulation->run_until(at("2026-03-02T18:00:00Z"));
        query(url(), rarities);
        before = contents();
        mine = query1(url(), "SELECT account_id FROM store.account WHERE name = 'tiny_garden'")
                   .value();
        insightd::testing::grant_some(url(), "client", {"tiny_garden"});
        insightd::testing::grant_all(url(), "analyst");
    }
    static void TearDownTestSuite() { simulation.reset(); }

    static const std::string& url() { return simulation->database_url; }

    struct Relation {
        std::string from; ///< what to write after FROM
        bool names_account = false;
    };

    /// The views, and each function called for all that anybody ever knew.
    static std::vector<Relation> contract()
    {
        std::vector<Relation> all;
        for (const auto& row : query(url(), R"(
SELECT format('insights.%I', relname), EXISTS (
    SELECT 1 FROM pg_attribute WHERE attrelid = c.oid AND attname = 'account_id')
FROM pg_class c WHERE relnamespace = 'insights'::regnamespace AND relkind IN ('v', 'm', 'r')
UNION ALL
SELECT CASE pg_get_function_identity_arguments(oid)
           WHEN 't timestamp with time zone' THEN format('insights.%I(''2100-01-01'')', proname)
           WHEN 't timestamp with time zone, of_account text' THEN format(
               '(SELECT f.* FROM unnest(%L::text[]) u(of_account), '
               'insights.%I(''2100-01-01'', of_account) f)',
               (SELECT array_agg(account_id) FROM store.account), proname)
           ELSE format('insights.%I: a kind of call that this test does not know', proname) END, true
FROM pg_proc WHERE pronamespace = 'insights'::regnamespace ORDER BY 1)"))
            all.push_back({*row[0], row[1] == "t"});
        return all;
    }

    /// A digest of every row of everything.
    static std::vector<std::string> contents(const std::string& role = {})
    {
        std::vector<std::string> all;
        const auto reader = role.empty() ? url() : as_login(url(), role);
        for (const auto& relation : contract())
            all.push_back(
                relation.from + ": " +
                query1(
                    reader, "SELECT count(*) || ' ' || coalesce(md5(string_agg(v::text, '|' ORDER "
                            "BY v::text)), '') FROM " +
                                relation.from + " v")
                    .value());
        return all;
    }

    static std::string not_mine(const Relation& relation)
    {
        return "FROM " + relation.from + " v" +
               (relation.names_account
                    ? fmt::format(" WHERE account_id IS DISTINCT FROM '{}'", mine)
                    : "");
    }

    static std::int64_t count(const std::string& role, const std::string& from)
    {
        return std::stoll(
            *query1(role.empty() ? url() : as_login(url(), role), "SELECT count(*) " + from));
    }

    /// Where the client sees what is not its own.
    static std::vector<std::string> leaks()
    {
        std::vector<std::string> found;
        for (const auto& relation : contract())
            if (relation.from != "insights.metric" && count("client", not_mine(relation)) != 0)
                found.push_back(relation.from);
        return found;
    }

    static std::unique_ptr<Simulation> simulation;
    static std::vector<std::string> before;
    static std::string mine;
};

std::unique_ptr<Simulation> LimitedReader::simulation;
std::vector<std::string> LimitedReader::before;
std::string LimitedReader::mine;

TEST_F(LimitedReader, SeesNoRowOfAnotherAccountAnywhere)
{
    EXPECT_THAT(leaks(), IsEmpty());
    for (const auto& relation : contract())
        EXPECT_GT(count("", not_mine(relation)), 0)
            << relation.from << " has nothing here that could leak: give `rarities` a row for it";
}

TEST_F(LimitedReader, SeesEveryRowOfItsOwn)
{
    for (const auto& relation : contract()) {
        if (!relation.names_account)
            continue;
        const auto own = fmt::format(
            "SELECT count(*) || coalesce(md5(string_agg(v::text, '|' ORDER BY v::text)), '') FROM "
            "{} v WHERE account_id = '{}'",
            relation.from, mine);
        EXPECT_EQ(query1(as_login(url(), "client"), own), query1(url(), own)) << relation.from;
    }
    EXPECT_GT(count("client", "FROM insights.media_as_of(now())"), 0);
}

TEST_F(LimitedReader, OthersSeeTheSameAsBeforeViewsWereGuarded)
{
    EXPECT_EQ(contents(), before);
    EXPECT_EQ(contents("analyst"), before);
}

TEST_F(LimitedReader, ForgottenFilterIsFoundByTheWalk)
{
    query(
        url(), "CREATE VIEW insights.careless AS SELECT account_id::text AS account_id FROM "
               "store.account; GRANT SELECT ON insights.careless TO client");
    EXPECT_THAT(leaks(), ::testing::ElementsAre("insights.careless"));
    query(url(), "SELECT insightd.secure()");
    EXPECT_THAT(leaks(), IsEmpty());
    query(url(), "DROP VIEW insights.careless");
}

/// What stands in the view of no account is the operator's: hosts, and how many accounts there are.
TEST_F(LimitedReader, SeesTheCatalogueAndNothingElseOfTheOperator)
{
    EXPECT_GT(count("client", "FROM insights.metric"), 0);
    EXPECT_EQ(count("client", "FROM insights.instance_status"), 0);
}

} // namespace
} // namespace insightd
