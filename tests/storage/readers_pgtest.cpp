#include "tests/storage/readers.hpp"

#include "storage/migrations.hpp"
#include "tests/storage/with_database.hpp"

#include <fmt/format.h>

// Who reads the contract, whose rows, and what a grant refuses. That no view shows a limited reader
// another account's rows is in tests/daemon/readers_pgtest.cpp, on a database with everything in
// it.
namespace insightd::storage
{
namespace
{

using insightd::testing::as_login;
using insightd::testing::grant_all;
using insightd::testing::grant_some;

/// A shop and a rival in a database of its own.
class Readers : public ::testing::Test
{
protected:
    Readers() : url{fresh_database()}, database{url}
    {
        insightd::testing::run(
            loop, database.prepare(
                      {{account, "shop", "instagram", "UTC", all_collectors},
                       {account + 1, "rival", "instagram", "UTC", all_collectors}},
                      {}));
    }

    /// The accounts that the login sees.
    std::string seen_by(const std::string& role, const std::string& before = {}) const
    {
        return query1(
                   as_login(url, role),
                   before + "SELECT coalesce(string_agg(account, ' ' ORDER BY account), '') "
                            "FROM insights.account_owner")
            .value();
    }

    std::string refusal(const std::function<void()>& grant) const
    {
        try {
            grant();
        } catch (const NotPossible& why) {
            return why.what();
        }
        return "it was granted";
    }

    boost::asio::io_context loop{1};
    std::string url;
    Database database;
};

TEST_F(Readers, UnlimitedOneSeesAllAndLimitedOneItsOwn)
{
    EXPECT_TRUE(grant_all(url, "reads_all").is_new);
    EXPECT_THAT(grant_some(url, "reads_shop", {"shop"}).accounts, ElementsAre("shop"));
    EXPECT_EQ(seen_by("reads_all"), "rival shop");
    EXPECT_EQ(seen_by("reads_shop"), "shop");
    EXPECT_EQ(query1(url, "SELECT count(*) FROM insights.account_owner"), "2")
        << "the owner sees what there is";
}

TEST_F(Readers, GrantingAgainReplacesWhatWasGranted)
{
    grant_some(url, "regranted", {"shop"});
    EXPECT_FALSE(grant_some(url, "regranted", {"rival"}).is_new);
    EXPECT_EQ(seen_by("regranted"), "rival");
    grant_some(url, "regranted", {"rival", "shop", "shop"});
    EXPECT_EQ(seen_by("regranted"), "rival shop");
    grant_all(url, "regranted");
    EXPECT_EQ(seen_by("regranted"), "rival shop");
    grant_some(url, "regranted", {std::to_string(account)});
    EXPECT_EQ(seen_by("regranted"), "shop");
}

TEST_F(Readers, ReadNothingButTheContract)
{
    grant_all(url, "contract_only");
    const auto reader = as_login(url, "contract_only");
    for (const auto* table :
         {"store.account", "store.media_sample", "insightd.token", "insightd.reader"})
        EXPECT_THROW(query(reader, fmt::format("SELECT * FROM {}", table)), std::exception)
            << table;
    EXPECT_THROW(query(reader, "SELECT store.ensure_month('2026-01-01')"), std::exception);
    EXPECT_THROW(query(reader, "SELECT insightd.secure()"), std::exception);
    EXPECT_THROW(query(reader, "CREATE TABLE insights.mine()"), std::exception);
    for (const auto& view :
         query(url, "SELECT relname FROM pg_class WHERE relnamespace = 'insights'::regnamespace"))
        EXPECT_NO_THROW(query(reader, "SELECT * FROM insights." + *view[0])) << *view[0];
}

TEST_F(Readers, StatementsEndByThemselves)
{
    grant_all(url, "impatient");
    EXPECT_EQ(query1(as_login(url, "impatient"), "SHOW statement_timeout"), "30s");
    grant_reader(url, {"impatient", std::nullopt, 90s, std::nullopt});
    EXPECT_EQ(query1(as_login(url, "impatient"), "SHOW statement_timeout"), "90s");
}

TEST_F(Readers, QueriesAreNotCompiled)
{
    grant_all(url, "uncompiled");
    EXPECT_EQ(query1(as_login(url, "uncompiled"), "SHOW jit"), "off");
}

TEST_F(Readers, PasswordIsStoredAsScramOnly)
{
    grant_reader(url, {"secretive", std::nullopt, 30s, config::Secret{"open sesame"}});
    const auto stored =
        query1(url, "SELECT rolpassword FROM pg_authid WHERE rolname = 'secretive'").value();
    EXPECT_TRUE(stored.starts_with("SCRAM-SHA-256$")) << stored;
    grant_all(url, "secretive");
    EXPECT_EQ(query1(url, "SELECT rolpassword FROM pg_authid WHERE rolname = 'secretive'"), stored)
        << "without a new one it stays";
}

TEST_F(Readers, RevokedOneSeesNothing)
{
    grant_some(url, "leaver", {"shop"});
    EXPECT_TRUE(revoke_reader(url, "leaver"));
    EXPECT_THROW(seen_by("leaver"), std::exception);
    EXPECT_FALSE(revoke_reader(url, "leaver"));
}

TEST_F(Readers, RevokingWhatAnotherRoleGivesIsRefused)
{
    grant_all(url, "common");
    grant_some(url, "twice", {"shop"});
    query(url, "GRANT common TO twice");
    EXPECT_THAT(refusal([&] { revoke_reader(url, "twice"); }), HasSubstr("another role"));
    EXPECT_EQ(seen_by("twice"), "shop") << "nothing was changed";
}

TEST_F(Readers, LimitIsNotShedBySetRole)
{
    grant_all(url, "wide");
    grant_some(url, "narrow", {"shop"});
    query(url, "GRANT wide TO narrow");
    EXPECT_EQ(seen_by("narrow"), "shop") << "its own limit counts more than what it is a member of";
    EXPECT_EQ(seen_by("narrow", "SET ROLE wide; "), "shop");
}

TEST_F(Readers, SetRoleOfASuperuserTakesTheLimitOn)
{
    grant_some(url, "limited_role", {"rival"});
    EXPECT_EQ(
        query1(
            url, "SET ROLE limited_role; SELECT string_agg(account, ' ') FROM "
                 "insights.account_owner"),
        "rival");
}

TEST_F(Readers, MemberOfAnUnlimitedReaderSeesAll)
{
    grant_all(url, "insightd_reader");
    grant_some(url, "some_client", {"shop"});
    query(url, "CREATE ROLE dashboard LOGIN; GRANT insightd_reader TO dashboard");
    EXPECT_EQ(seen_by("dashboard"), "rival shop");
}

TEST_F(Readers, RenamedOneSeesNothing)
{
    grant_some(url, "old_name", {"shop"});
    query(url, "ALTER ROLE old_name RENAME TO new_name");
    EXPECT_EQ(seen_by("new_name"), "");
}

TEST_F(Readers, ErrorsOfAQueryDoNotTellAnothersRows)
{
    grant_some(url, "prober", {"shop"});
    const std::string probe =
        "SELECT account FROM insights.account_owner WHERE 1 / (CASE account WHEN 'rival' THEN 0 "
        "ELSE 1 END) = 1";
    EXPECT_THROW(query(url, probe), std::exception) << "who sees the row gets the error";
    EXPECT_NO_THROW(query(as_login(url, "prober"), probe));
}

TEST_F(Readers, UnknownAccountsAreAskedBack)
{
    EXPECT_THAT(
        refusal([&] { grant_some(url, "asker", {"shopp"}); }),
        HasSubstr("no account 'shopp'; did you mean `shop`?"));
    EXPECT_EQ(query1(url, "SELECT count(*) FROM pg_roles WHERE rolname = 'asker'"), "0")
        << "nothing was changed";
    query(
        url, fmt::format("UPDATE store.account SET name = 'shop' WHERE account_id <> {}", account));
    EXPECT_THAT(refusal([&] { grant_some(url, "asker", {"shop"}); }), HasSubstr("give the id"));
}

TEST_F(Readers, LoginsThatSeeMoreAnywayAreRefused)
{
    query(url, "CREATE ROLE mighty SUPERUSER LOGIN");
    EXPECT_THAT(refusal([&] { grant_some(url, "mighty", {"shop"}); }), HasSubstr("of its own"));
    query(url, "GRANT CREATE ON SCHEMA public TO PUBLIC");
    EXPECT_THAT(
        refusal([&] { grant_some(url, "maker", {"shop"}); }),
        HasSubstr("REVOKE CREATE ON SCHEMA public"));
    EXPECT_NO_THROW(grant_all(url, "maker"));
    EXPECT_THAT(refusal([&] { grant_all(url, "pg_mine"); }), HasSubstr("name of a role"));
}

TEST_F(Readers, GrantsOfOthersAreNotTurnedBlindSilently)
{
    query(
        url, "CREATE ROLE old_dashboard LOGIN; GRANT USAGE ON SCHEMA insights TO old_dashboard; "
             "GRANT SELECT ON ALL TABLES IN SCHEMA insights TO old_dashboard");
    EXPECT_EQ(seen_by("old_dashboard"), "rival shop");
    query(
        url, "INSERT INTO store.account_day (account_id, day, observed_at, day_end, is_final) "
             "SELECT account_id, '2026-03-01', now(), now(), true FROM store.account");
    EXPECT_EQ(
        query1(
            as_login(url, "old_dashboard"),
            "SELECT count(*) FROM insights.account_daily_as_of(now())"),
        "2")
        << "no function is narrower than the views";
    EXPECT_THAT(
        refusal([&] { grant_some(url, "newcomer", {"shop"}); }),
        HasSubstr("grant-reader old_dashboard --all"));
    grant_all(url, "old_dashboard");
    grant_some(url, "newcomer", {"shop"});
    EXPECT_EQ(seen_by("old_dashboard"), "rival shop");
}

TEST_F(Readers, OwnerWithoutTheRightToMakeRolesIsToldWhatToAsk)
{
    query(url, "CREATE ROLE plain_owner LOGIN");
    for (const auto* schema : {"insights", "insights_text", "insightd", "store"})
        query(url, fmt::format("ALTER SCHEMA {} OWNER TO plain_owner", schema));
    query(url, "GRANT plain_owner TO CURRENT_USER");
    for (const auto& line : query(
             url, "SELECT format('ALTER %s %s OWNER TO plain_owner', CASE relkind WHEN 'v' THEN "
                  "'VIEW' ELSE 'TABLE' END, oid::regclass) FROM pg_class WHERE relkind IN ('v', "
                  "'r', 'p') AND relnamespace IN ('insights'::regnamespace, "
                  "'insights_text'::regnamespace, 'insightd'::regnamespace, "
                  "'store'::regnamespace)"))
        query(url, *line[0]);
    const auto owner = as_login(url, "plain_owner");
    EXPECT_THAT(
        refusal([&] { grant_all(owner, "not_there"); }),
        HasSubstr("let a superuser run `CREATE ROLE \"not_there\" LOGIN`"));
    query(url, "CREATE ROLE there LOGIN");
    EXPECT_THAT(grant_all(owner, "there").left_to_superuser, HasSubstr("SET statement_timeout"));
    EXPECT_EQ(seen_by("there"), "rival shop");
}

TEST_F(Readers, ViewsOfLaterMigrationsAreReadAndGuarded)
{
    grant_all(url, "early_all");
    grant_some(url, "early_shop", {"shop"});
    query(
        url, "CREATE VIEW insights.later AS SELECT account_id::text AS account_id, name AS account "
             "FROM store.account; CREATE OR REPLACE VIEW insights.account_owner AS SELECT "
             "a.account_id::text AS account_id, a.name AS account, i.instance_id, i.host, i.pid, "
             "l.taken_at AS since FROM store.account a LEFT JOIN store.lease l USING (account_id) "
             "LEFT JOIN store.instance i USING (instance_id)");
    EXPECT_EQ(seen_by("early_shop"), "rival shop") << "unless the migrator did what it does next";
    query(url, "SELECT insightd.secure()");
    EXPECT_EQ(seen_by("early_shop"), "shop");
    const std::string later =
        "SELECT string_agg(account, ' ' ORDER BY account) FROM insights.later";
    EXPECT_EQ(query1(as_login(url, "early_shop"), later), "shop");
    EXPECT_EQ(query1(as_login(url, "early_all"), later), "rival shop");
}

TEST_F(Readers, OtherDatabasesOfTheServerAreNotRead)
{
    const auto other = fresh_database();
    migrate(other, false);
    grant_some(url, "of_one_database", {"shop"});
    EXPECT_THROW(
        query(as_login(other, "of_one_database"), "SELECT * FROM insights.metric"), std::exception);
}

/// A database with the roles of deploy/roles.sql, migrated by its owner, and a login that is a
/// member of the writer and nothing more.
class Writing : public ::testing::Test
{
protected:
    Writing()
    {
        std::ifstream file{std::string{INSIGHTD_SOURCE_DIR} + "/deploy/roles.sql"};
        query(superuser, {std::istreambuf_iterator<char>{file}, {}});
        query(
            superuser, "DO $$ BEGIN CREATE ROLE collector LOGIN IN ROLE insightd_writer; EXCEPTION "
                       "WHEN duplicate_object THEN NULL; END $$");
        migrate(owner, false);
    }

    std::string superuser = fresh_database();
    std::string owner = as_login(superuser, "insightd_owner");
    std::string writer = as_login(superuser, "collector");
    boost::asio::io_context loop{1};
};

TEST_F(Writing, WriterStoresWhatIsCollectedAndMigratesNothing)
{
    Database database{writer};
    for (const auto old_schema : {Database::OldSchema::refuse, Database::OldSchema::migrate})
        insightd::testing::run(
            loop, database.prepare(
                      {{account, "shop", "instagram", "UTC", all_collectors}}, {}, old_schema));
    model::Batch batch;
    batch.account_id = account;
    batch.samples.push_back({post, at("2019-03-01T12:00:00Z"), {{views(7)}, {}}});
    insightd::testing::run(
        loop, database.write(std::make_shared<const model::Batch>(std::move(batch))));
    EXPECT_EQ(query1(owner, "SELECT views FROM store.media_sample_201903"), "7")
        << "in a month that nobody had made";
}

TEST_F(Writing, WriterWidensNobodysView)
{
    grant_some(owner, "watched", {});
    for (const auto* change :
         {"UPDATE insightd.reader SET sees_all = true",
          "INSERT INTO insightd.reader VALUES ('collector', true)",
          "DELETE FROM insightd.schema_version", "DROP VIEW insights.metric"})
        EXPECT_THROW(query(writer, change), std::exception) << change;
    EXPECT_EQ(
        query1(writer, "SELECT count(*) FROM insightd.schema_version"),
        std::to_string(migrations().size()));
}

TEST_F(Writing, OwnerMakesReadersWithoutBeingASuperuser)
{
    Database database{writer};
    insightd::testing::run(
        loop, database.prepare({{account, "shop", "instagram", "UTC", all_collectors}}, {}));
    EXPECT_TRUE(grant_some(owner, "shops_own", {"shop"}).is_new);
    EXPECT_EQ(
        query1(as_login(owner, "shops_own"), "SELECT account FROM insights.account_owner"), "shop")
        << "though nobody else may connect";
    EXPECT_TRUE(revoke_reader(owner, "shops_own"));
    EXPECT_NO_THROW(query(superuser, "DROP ROLE shops_own")) << "nothing of it is left";
}

TEST_F(Writing, OldSchemaIsLeftToTheOwner)
{
    query(
        owner, "DELETE FROM insightd.schema_version WHERE number = (SELECT max(number) FROM "
               "insightd.schema_version)");
    Database database{writer};
    EXPECT_THROW(
        insightd::testing::run(loop, database.prepare({}, {}, Database::OldSchema::refuse)),
        model::Unavailable);
}

} // namespace
} // namespace insightd::storage
