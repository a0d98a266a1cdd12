#include "tests/storage/with_database.hpp"

#include <algorithm>

// What the database keeps of tokens; it can open none.
namespace insightd::storage
{
namespace
{

class Tokens : public DatabaseTest
{
protected:
    static model::SealedToken sealed(const std::string& box = std::string{"\0\x01\xff'\\", 5})
    {
        model::SealedToken token;
        token.facts.account_id = account;
        token.facts.kind = model::TokenKind::facebook_user;
        token.facts.scopes = {"instagram_basic", "odd \"scope\", {x}"};
        token.facts.issued_at = noon;
        token.facts.expires_at = noon + 1440h;
        token.facts.next_refresh_at = noon + 24h;
        token.key_id = "0a0b0c0d";
        token.box = box;
        return token;
    }

    template <class Result> Result run(boost::asio::awaitable<Result> work)
    {
        return insightd::testing::run(loop, std::move(work));
    }
    void run(boost::asio::awaitable<void> work) { insightd::testing::run(loop, std::move(work)); }
};

TEST_F(Tokens, ComeBackAsTheyWere)
{
    EXPECT_EQ(run(database.token(account)), std::nullopt);
    run(database.put_token(sealed()));
    auto expected = sealed();
    expected.revision = run(database.token(account))->revision;
    EXPECT_GT(expected.revision, 0);
    EXPECT_EQ(run(database.token(account)), expected);
    EXPECT_THAT(run(database.tokens()), ElementsAre(expected));
}

TEST_F(Tokens, AreReplacedOnlyInThePlaceOfTheRevisionThatWasRead)
{
    run(database.put_token(sealed()));
    auto refreshed = *run(database.token(account));
    refreshed.box = "second";
    EXPECT_TRUE(run(database.replace_token(refreshed)));
    refreshed.box = "late";
    EXPECT_FALSE(run(database.replace_token(refreshed))) << "another one came between";
    EXPECT_EQ(run(database.token(account))->box, "second");
    run(database.put_token(sealed("login")));
    EXPECT_EQ(run(database.token(account))->box, "login") << "a login replaces any";
}

TEST_F(Tokens, AreReplacedOnceMoreByWhoDidNotHearThatTheyWere)
{
    run(database.put_token(sealed()));
    auto refreshed = *run(database.token(account));
    refreshed.box = "second";
    EXPECT_TRUE(run(database.replace_token(refreshed)));
    const auto revision = run(database.replace_token(refreshed));
    EXPECT_EQ(run(database.token(account))->box, "second");
    EXPECT_EQ(run(database.token(account))->revision, revision);
}

TEST_F(Tokens, ThatWereForgottenStayForgottenAndRevisionsNeverComeBack)
{
    run(database.put_token(sealed()));
    auto refreshed = *run(database.token(account));
    refreshed.box = "second";
    run(database.remove_token(account));
    EXPECT_FALSE(run(database.replace_token(refreshed)));
    EXPECT_EQ(count("insightd.token"), "0");
    run(database.put_token(sealed()));
    EXPECT_NE(run(database.token(account))->revision, refreshed.revision);
    EXPECT_FALSE(run(database.replace_token(refreshed))) << "the new login stands";
}

TEST_F(Tokens, AreClaimedByOneAtATime)
{
    run(database.put_token(sealed()));
    const auto revision = run(database.token(account))->revision;
    EXPECT_FALSE(run(database.claim_token(account, revision + 1, 60s))) << "not that revision";
    EXPECT_TRUE(run(database.claim_token(account, revision, 60s)));
    EXPECT_FALSE(run(database.claim_token(account, revision, 60s))) << "taken";
    run(database.release_token(account, revision + 1, noon + 1h));
    EXPECT_FALSE(run(database.claim_token(account, revision, 60s))) << "not another's to give back";
    run(database.release_token(account, revision, noon + 48h));
    EXPECT_EQ(run(database.token(account))->facts.next_refresh_at, noon + 48h);
    EXPECT_TRUE(run(database.claim_token(account, revision, 0s))) << "given back";
    EXPECT_TRUE(run(database.claim_token(account, revision, 60s))) << "run out: its holder is dead";
}

TEST_F(Tokens, AreResealedUnlessTheyWereReplacedMeanwhile)
{
    run(database.put_token(sealed()));
    auto anew = *run(database.token(account));
    anew.key_id = "ffffffff";
    anew.box = "anew";
    std::vector<model::SealedToken> all{anew};
    EXPECT_EQ(run(database.reseal_tokens(all)), 1U);
    EXPECT_EQ(run(database.token(account)), anew) << "the token and its revision are the same";
    run(database.put_token(sealed("login")));
    EXPECT_EQ(run(database.reseal_tokens(all)), 0U);
    EXPECT_EQ(run(database.token(account))->box, "login");
}

TEST_F(Tokens, AreForgotten)
{
    EXPECT_FALSE(run(database.remove_token(account)));
    run(database.put_token(sealed()));
    EXPECT_TRUE(run(database.remove_token(account)));
    EXPECT_EQ(count("insightd.token"), "0");
}

TEST_F(Tokens, HaveAStatusWithoutASecret)
{
    EXPECT_EQ(query1(url, "SELECT state FROM insights.token_status"), "unknown");
    run(database.put_token(sealed()));
    model::TokenState state{account, "vault", "refresh_failing", "HTTP 500",
                            "wait",  3,       noon + 240h};
    std::vector<model::TokenState> states{state};
    run(database.write_token_states(states));
    states[0].as_of = noon;
    states[0].state = "late";
    run(database.write_token_states(states));
    EXPECT_EQ(
        query(
            url,
            "SELECT account, source, kind, state, reason, mend, age_days::int, days_left::int, "
            "refresh_failures, scopes[1] FROM insights.token_status")
            .at(0),
        (insightd::testing::Row{
            "shop", "vault", "facebook_user", "refresh_failing", "HTTP 500", "wait", "10", "50",
            "3", "instagram_basic"}));
    const auto status = run(database.token_status());
    ASSERT_EQ(status.size(), 1U);
    EXPECT_EQ(status[0].account, "shop");
    EXPECT_EQ(status[0].key_id, "0a0b0c0d");
    EXPECT_EQ(status[0].state, state);
    run(database.put_token(sealed("login")));
    EXPECT_EQ(query1(url, "SELECT state FROM insights.token_status"), "ok")
        << "how the old token was doing is no news of the new one";
}

} // namespace
} // namespace insightd::storage
