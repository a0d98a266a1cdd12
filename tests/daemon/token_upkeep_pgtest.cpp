#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/token_plan.hpp"
#include "daemon/vault_keys.hpp"
#include "storage/vault/seal.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

// Months of tokens: renewed in time, revoked, logged in again.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::query1;
using insightd::testing::Simulation;
using sandbox::Host;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-01-01T12:00:00Z");
constexpr std::chrono::hours day{24};

constexpr auto profile_only = R"(
defaults:
  collect: [profile]
  schedule: {profile: 2d}
)";

/// A simulation whose accounts have long-lived tokens in the vault.
class Tokens : public Simulation
{
public:
    explicit Tokens(std::size_t accounts, const std::string& yaml = profile_only)
        : Simulation{start, yaml, sandbox::many_accounts(accounts)}
    {
        config.api.app = {"1045000000000001", secret("facebook")};
        config.api.instagram_app = config::App{"990602627938098", secret("instagram")};
        for (auto& account : config.accounts)
            account.token.reset();
        for (std::size_t account = 0; account < accounts; ++account)
            log_in(account);
        begin();
    }

    /// As `insightd login` leaves it.
    void log_in(std::size_t account)
    {
        const auto& spec = world.accounts()[account];
        const auto& issued = api.tokens().issue(
            account, sandbox::TokenKind::long_lived, sandbox::known_scopes(spec.host), clock.now());
        model::TokenFacts facts;
        facts.account_id = spec.user_id;
        facts.kind = spec.host == Host::instagram ? model::TokenKind::instagram_user
                                                  : model::TokenKind::facebook_user;
        facts.issued_at = clock.now();
        facts.expires_at = issued.expires_at;
        facts.next_refresh_at = daemon::first_renewal(facts);
        auto sealed = vault::seal(daemon::keys_to_seal(config), config::Secret{issued.text}, facts);
        insightd::testing::run(loop, store->database.put_token(std::move(sealed)));
    }

    std::string state(std::size_t account, const std::string& column = "state") const
    {
        return value(fmt::format(
                         "SELECT {} FROM insights.token_status WHERE account_id = '{}'", column,
                         world.accounts()[account].user_id))
            .value_or("NULL");
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

private:
    config::SecretReference secret(const std::string& host) const
    {
        const auto file = folder.path() / (host + ".secret");
        std::ofstream{file} << "sandbox-app-secret-" << host << "\n";
        return {config::SecretReference::Kind::file, file};
    }
};

#ifdef INSIGHTD_SANITIZED
constexpr std::size_t accounts = 40;
constexpr int days_simulated = 80;
#else
constexpr std::size_t accounts = 100;
constexpr int days_simulated = 200;
#endif

/// Every twentieth account is revoked, on a day of its own, for one of the platform's reasons.
constexpr std::size_t one_in = 20;

struct Revocation {
    std::size_t account;
    int subcode;
    model::Instant at;
    std::string_view reason;
};

std::vector<Revocation> revocations()
{
    const std::array reasons{
        std::pair{sandbox::death::app_removed, "the app was removed"},
        std::pair{sandbox::death::checkpoint, "checkpoint"},
        std::pair{sandbox::death::password_changed, "the password was changed"},
        std::pair{sandbox::death::invalid, "made invalid"},
        std::pair{sandbox::death::unconfirmed_user, "not confirmed"}};
    std::vector<Revocation> all;
    for (std::size_t index = 0; index < accounts / one_in; ++index) {
        const auto when = start + day * (7 + index * (days_simulated - 20) / (accounts / one_in));
        const auto& [subcode, reason] = reasons.at(index % reasons.size());
        all.push_back({index * one_in + index, subcode, when, reason});
    }
    return all;
}

TEST(TokenUpkeep, MonthsOfRenewalsRevocationsAndRestartsLoseNoAccount)
{
    Tokens simulation{accounts};
    simulation.faults.refresh_errors = 0.2;
    const auto all = revocations();
    for (const auto& revoked : all)
        simulation.api.tokens().revoke_at(revoked.account, revoked.subcode, revoked.at);

    for (int today = 1; today <= days_simulated; ++today) {
        const auto now = start + day * today;
        simulation.run_until(now);
        if (today % 10 == 0)
            simulation.begin(); // a restart
        std::size_t dead = 0;
        for (const auto& revoked : all) {
            // Visible within one poll, which is two days here; two more, and someone logs in again.
            if (now >= revoked.at + 2 * day + 1h && now < revoked.at + 4 * day) {
                EXPECT_EQ(simulation.state(revoked.account), "needs_login") << today;
                EXPECT_THAT(
                    simulation.state(revoked.account, "reason"),
                    HasSubstr(std::string{revoked.reason}));
                EXPECT_THAT(simulation.state(revoked.account, "mend"), HasSubstr("insightd login"));
            }
            if (now >= revoked.at + 4 * day && now < revoked.at + 5 * day)
                simulation.log_in(revoked.account);
            dead += now >= revoked.at && now < revoked.at + 5 * day;
        }
        EXPECT_LE(
            simulation.number("SELECT count(*) FROM insights.token_status "
                              "WHERE state = 'needs_login'"),
            static_cast<std::int64_t>(dead))
            << "only revoked ones need a login, day " << today;
        EXPECT_EQ(
            simulation.number(fmt::format(
                "SELECT count(*) FROM insightd.token WHERE expires_at < timestamptz 'epoch' + "
                "interval '1 microsecond' * {}",
                now.time_since_epoch().count())),
            0)
            << "no token ever expires, day " << today;
    }
    EXPECT_GT(
        simulation.number("SELECT count(*) FROM insights.token_status WHERE last_refresh_at IS "
                          "NOT NULL"),
        static_cast<std::int64_t>(accounts * 9 / 10));
    EXPECT_EQ(
        simulation.number("SELECT count(*) FROM insights.collection_health "
                          "WHERE collector = 'profile' AND state <> 'ok'"),
        0)
        << "those who logged in again are collected again";
}

TEST(TokenUpkeep, NewLoginEndsThePauseWithinMinutesAndTheGapIsRefilled)
{
    Tokens simulation{
        2, "defaults: {collect: [profile, account_insights], "
           "schedule: {account_insights: 12h, demographics: 30d}}\n"};
    simulation.run_until(start + 3 * day);
    simulation.api.tokens().revoke(0, sandbox::death::password_changed);
    simulation.run_until(start + 9 * day);
    EXPECT_EQ(simulation.state(0), "needs_login");
    EXPECT_EQ(simulation.state(1), "ok") << "the other account is left alone";
    simulation.log_in(0);
    simulation.run_until(start + 9 * day + 3min);
    EXPECT_EQ(simulation.state(0), "ok");
    EXPECT_EQ(
        simulation.number("SELECT count(*) FROM insights.collection_health "
                          "WHERE collector = 'profile' AND state = 'ok'"),
        2);
    simulation.run_until(start + 10 * day);
    EXPECT_EQ(
        simulation.value(
            "SELECT string_agg(day::text, ' ') FROM (SELECT day FROM "
            "insights.account_daily WHERE account = 'account_1' EXCEPT SELECT day FROM "
            "insights.account_daily WHERE account = 'account_0') missing"),
        std::nullopt)
        << "no day is missing that the other account has";
}

TEST(TokenUpkeep, FailingRenewalsGetLouderAndEndInALoginThatIsNeeded)
{
    Tokens simulation{2};
    simulation.faults.refresh_errors = 1;
    simulation.run_until(start + 40 * day);
    EXPECT_EQ(simulation.state(0), "refresh_failing");
    EXPECT_GT(std::stoi(simulation.state(0, "refresh_failures")), 3);
    EXPECT_THAT(simulation.state(0, "mend"), HasSubstr("insightd token refresh account_0"));
    simulation.run_until(start + 54 * day);
    EXPECT_THAT(simulation.state(0, "mend"), HasSubstr("insightd login account_0")) << "an alarm";
    EXPECT_LT(std::stod(simulation.state(0, "days_left")), 7);
    simulation.run_until(start + 61 * day);
    EXPECT_EQ(simulation.state(0), "needs_login");
    EXPECT_THAT(simulation.state(0, "reason"), HasSubstr("expired"));
}

TEST(TokenUpkeep, RenewedTokenIsNotLostWhileTheDatabaseDoesNotTakeIt)
{
    Tokens simulation{2};
    simulation.run_until(start + 10 * day);
    simulation.rows(
        "ALTER TABLE insightd.token ADD CONSTRAINT full_disk CHECK (refreshed_at IS NULL)");
    simulation.run_until(start + 37 * day);
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NULL"), "t");
    const auto files = simulation.config.state_dir / "renewed-tokens";
    EXPECT_FALSE(std::filesystem::is_empty(files)) << "what came back is kept";
    simulation.begin(); // as after kill -9
    simulation.rows("ALTER TABLE insightd.token DROP CONSTRAINT full_disk");
    simulation.run_until(start + 39 * day);
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NOT NULL"), "t");
    EXPECT_EQ(simulation.state(0), "ok");
    EXPECT_TRUE(std::filesystem::is_empty(files));
}

TEST(TokenUpkeep, DeathOfTheOldTokenIsNoNewsOfTheNewOne)
{
    Tokens simulation{2};
    simulation.run_until(start + day);
    const auto& account = simulation.config.accounts[0];
    auto old = insightd::testing::run(simulation.loop, simulation.tokens->identity(account));
    simulation.log_in(0);
    graph::Failure dead;
    dead.kind = graph::FailureClass::needs_login;
    dead.code = 190;
    insightd::testing::run(simulation.loop, simulation.tokens->died(account, old->version, dead));
    EXPECT_EQ(simulation.state(0), "ok");
    EXPECT_TRUE(simulation.tokens->is_outdated(account.user_id, old->version));
    auto current = insightd::testing::run(simulation.loop, simulation.tokens->identity(account));
    insightd::testing::run(
        simulation.loop, simulation.tokens->died(account, current->version, dead));
    EXPECT_EQ(simulation.state(0), "needs_login");
    insightd::testing::run(simulation.loop, simulation.tokens->lives(account, current->version));
    EXPECT_EQ(simulation.state(0), "ok") << "it was a mistake of the platform's";
}

TEST(TokenUpkeep, TwoInstancesNeverRenewOneTokenAtOnce)
{
    Tokens simulation{2};
    simulation.run_until(start + 20 * day);
    const auto id = simulation.world.accounts()[0].user_id;
    const auto token =
        insightd::testing::run(simulation.loop, simulation.store->database.token(id));
    insightd::testing::run(
        simulation.loop, simulation.store->database.claim_token(id, token->revision, 24h));
    simulation.run_until(start + 40 * day);
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NULL"), "t") << "another one has it";
    EXPECT_EQ(simulation.state(1, "last_refresh_at IS NOT NULL"), "t");
    simulation.rows("UPDATE insightd.token SET claimed_until = now() - interval '1 second'");
    simulation.run_until(start + 41 * day);
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NOT NULL"), "t") << "its holder died";
}

TEST(TokenOutage, TokensComeFromTheCacheAlsoAfterARestart)
{
    Tokens simulation{2};
    simulation.run_until(start + day);
    simulation.database_away();
    simulation.begin();
    const auto calls = simulation.api.calls();
    simulation.run_until(simulation.clock.now() + 1h);
    EXPECT_GE(simulation.api.calls(), calls + 2) << "a profile of each";
    EXPECT_GT(simulation.store->writer.depth().rows, 0);
    simulation.database_back();
    EXPECT_EQ(simulation.state(0), "ok");
    EXPECT_EQ(
        simulation.number(
            "SELECT count(*) FROM insights.collection_health WHERE state = 'failing'"),
        0);
}

TEST(TokenOutage, ForgottenTokenIsOutOfTheCacheOnceItsLossWasSeen)
{
    Tokens simulation{2};
    simulation.run_until(start + day);
    const auto& account = simulation.config.accounts[0];
    const auto identity = [&] {
        return insightd::testing::run(simulation.loop, simulation.tokens->identity(account));
    };
    simulation.rows(
        fmt::format("DELETE FROM insightd.token WHERE account_id = {}", account.user_id));
    EXPECT_EQ(identity().error().kind, graph::FailureClass::needs_login);
    simulation.database_away();
    simulation.begin();
    EXPECT_EQ(identity().error().kind, graph::FailureClass::unreachable);
}

TEST(TokenOutage, TokenThatIsNowherePostponesItsAccountAlone)
{
    Tokens simulation{2};
    const auto sealed = insightd::testing::run(
        simulation.loop, simulation.store->database.token(simulation.world.accounts()[1].user_id));
    insightd::testing::run(simulation.loop, simulation.store->cache.put_token(*sealed));
    simulation.database_away();
    simulation.begin();
    simulation.run_until(start + 1h);
    EXPECT_EQ(simulation.api.calls_of(0), 0);
    EXPECT_GT(simulation.api.calls_of(1), 0);
    simulation.database_back();
    simulation.run_until(start + 3h);
    EXPECT_GT(simulation.api.calls_of(0), 0);
    EXPECT_EQ(simulation.state(0), "ok") << "an outage says nothing about a token";
}

TEST(TokenOutage, RenewalWaitsForTheDatabase)
{
    Tokens simulation{1};
    simulation.run_until(start + day);
    const auto due = at(simulation.state(
        0, "to_char(next_refresh_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
    simulation.run_until(due - 1h);
    simulation.database_away();
    simulation.run_until(due + 1h);
    simulation.database_back();
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NULL"), "t");
    simulation.run_until(due + 2h);
    EXPECT_EQ(simulation.state(0, "last_refresh_at IS NOT NULL"), "t");
    EXPECT_EQ(simulation.state(0), "ok");
}

} // namespace
} // namespace insightd
