#include "tests/sandbox/hmac.hpp"
#include "tests/sandbox/identity.hpp"
#include "tests/sandbox/login.hpp"
#include "tests/sandbox/visitor.hpp"

#include <set>

namespace insightd::sandbox
{
namespace
{

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Codes = std::pair<std::int64_t, std::int64_t>;

constexpr Codes fine{};

class FacebookLogin : public Visitor
{
protected:
    using Visitor::Visitor;

    json::value pages(const std::string& token, Params changes = {})
    {
        changes.insert(
            {{"access_token", token},
             {"fields", "id,name,access_token,tasks,instagram_business_account{id,username}"}});
        return get(Host::facebook, "/v24.0/me/accounts", std::move(changes));
    }

    /// The token of the Page that is linked to the account.
    std::string page_token(const std::string& token)
    {
        return text(pages(token).at("data").at(1).at("access_token"));
    }

    json::value debug(const std::string& token)
    {
        const auto& app = api.apps().facebook;
        return get(Host::facebook, "/debug_token",
                   {{"input_token", token}, {"access_token", app.id + "|" + app.secret}})
            .at("data");
    }

    const AccountSpec& bakery() const { return world.accounts()[facebook_account]; }
};

class FacebookAgency : public FacebookLogin
{
protected:
    FacebookAgency() : FacebookLogin{many_accounts(12)} { faults.login.all_pages = true; }
};

TEST_F(FacebookLogin, AUserTokenIsExchangedForALongLivedOneAgainAndAgain)
{
    auto token = short_lived(Host::facebook);
    for (int month = 0; month < 6; ++month) {
        const auto body = exchange_facebook(token);
        EXPECT_EQ(body.at("expires_in"), 5'183'944);
        token = text(body.at("access_token"));
        now += 24h * 50;
        EXPECT_EQ(refusal_of(Host::facebook, token, "/insights"), fine);
    }
    faults.login.silent_expiry = true;
    EXPECT_FALSE(exchange_facebook(token).as_object().contains("expires_in"));
    now += life_of_long_lived;
    EXPECT_EQ(codes(exchange_facebook(token)), Codes(190, death::expired));
}

TEST_F(FacebookLogin, PagesLeadToTheAccount)
{
    const auto rows = pages(long_lived(Host::facebook)).at("data").as_array();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_FALSE(rows.at(0).as_object().contains("instagram_business_account"));
    const auto& account = rows.at(1).at("instagram_business_account");
    EXPECT_EQ(text(account.at("id")), std::to_string(bakery().user_id));
    EXPECT_EQ(text(account.at("username")), "bakery_berlin");
    EXPECT_EQ(text(rows.at(1).at("id")), std::to_string(page_id(bakery())));
}

TEST_F(FacebookLogin, WithoutItsScopeTheListIsEmptyAndNoErrorSaysSo)
{
    faults.login.pages_of_business = true;
    EXPECT_THAT(pages(long_lived(Host::facebook)).at("data").as_array(), IsEmpty());
    const auto granted =
        long_lived(Host::facebook, {{"scope", "pages_show_list,business_management"}});
    const auto rows = pages(granted).at("data").as_array();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_FALSE(rows.at(1).as_object().contains("instagram_business_account"));
    EXPECT_THAT(
        pages(long_lived(Host::facebook, {{"scope", "email"}})).at("data").as_array(), IsEmpty());
}

TEST_F(FacebookLogin, APageTokenOutlivesItsUserToken)
{
    const auto brief = page_token(short_lived(Host::facebook));
    const auto user = long_lived(Host::facebook);
    const auto token = page_token(user);
    EXPECT_EQ(token, page_token(user));
    now += 24h * 400;
    EXPECT_EQ(refusal_of(Host::facebook, user), Codes(190, death::expired));
    EXPECT_EQ(refusal_of(Host::facebook, brief), Codes(190, death::expired));
    EXPECT_EQ(refusal_of(Host::facebook, token, "/insights"), fine);
    api.tokens().revoke(facebook_account, death::no_role_on_page);
    EXPECT_EQ(refusal_of(Host::facebook, token), Codes(190, death::no_role_on_page));
}

TEST_F(FacebookLogin, MeIsThePersonOrThePage)
{
    const auto user = long_lived(Host::facebook);
    const auto me = [&](const std::string& token) {
        return get(Host::facebook, "/v24.0/me", {{"fields", "id,name"}, {"access_token", token}});
    };
    EXPECT_EQ(text(me(user).at("id")), std::to_string(person_id(bakery())));
    EXPECT_EQ(text(me(page_token(user)).at("id")), std::to_string(page_id(bakery())));
    EXPECT_EQ(codes(pages(page_token(user))), Codes(100, 0));
}

TEST_F(FacebookLogin, APageIsANode)
{
    const auto path = "/v24.0/" + std::to_string(page_id(bakery()));
    const auto token = long_lived(Host::facebook);
    const auto page = get(
        Host::facebook, path, {{"fields", "instagram_business_account"}, {"access_token", token}});
    EXPECT_EQ(
        text(page.at("instagram_business_account").at("id")), std::to_string(bakery().user_id));
    EXPECT_THAT(
        message(get(Host::facebook, path, {{"fields", "shoe_size"}, {"access_token", token}})),
        HasSubstr("nonexisting field (shoe_size)"));
}

TEST_F(FacebookLogin, ASystemUsersTokenNeverExpiresUnlessItShall)
{
    const auto token =
        api.tokens()
            .issue(facebook_account, TokenKind::system_user, known_scopes(Host::facebook), now)
            .text;
    now += 24h * 1000;
    EXPECT_EQ(refusal_of(Host::facebook, token, "/insights"), fine);
    EXPECT_EQ(text(debug(token).at("type")), "SYSTEM_USER");
    EXPECT_EQ(debug(token).at("expires_at"), 0);
    const auto body = exchange_facebook(token, {{"set_token_expires_in_60_days", "true"}});
    EXPECT_EQ(body.at("expires_in"), 5'183'944);
}

TEST_F(FacebookLogin, DebugTokenTellsExpiryAndScopes)
{
    const auto token = long_lived(Host::facebook);
    const auto data = debug(token);
    EXPECT_EQ(data.at("is_valid"), true);
    EXPECT_EQ(text(data.at("type")), "USER");
    EXPECT_EQ(text(data.at("app_id")), api.apps().facebook.id);
    const auto expiry = (now + life_of_long_lived).time_since_epoch();
    EXPECT_EQ(data.at("expires_at"), std::chrono::floor<std::chrono::seconds>(expiry).count());
    EXPECT_THAT(data.at("scopes").as_array(), SizeIs(5)); // with public_profile
    EXPECT_EQ(
        text(data.at("granular_scopes").at(1).at("target_ids").at(0)),
        std::to_string(bakery().user_id));
    faults.login.ids_as_numbers = true;
    EXPECT_EQ(debug(token).at("user_id"), person_id(bakery()));
    EXPECT_EQ(debug(page_token(token)).at("profile_id"), page_id(bakery()));
    EXPECT_EQ(debug(page_token(token)).at("expires_at"), 0);
}

TEST_F(FacebookLogin, DebugTokenAnswersForDeadTokensToo)
{
    const auto token = long_lived(Host::facebook);
    api.tokens().revoke(facebook_account, death::app_removed);
    EXPECT_EQ(debug(token).at("is_valid"), false);
    EXPECT_EQ(debug(token).at("error").at("subcode"), death::app_removed);
    EXPECT_EQ(debug("wrong").at("is_valid"), false);
    EXPECT_EQ(
        codes(
            get(Host::facebook, "/v24.0/debug_token",
                {{"input_token", token}, {"access_token", token}})),
        Codes(190, 0));
}

TEST_F(FacebookLogin, TheProofIsVerifiedWhereItIsSentAndDemandedWhereItMustBe)
{
    const auto token = long_lived(Host::facebook);
    const auto ask = [&](const std::string& proof) {
        Params params{{"access_token", token}};
        if (!proof.empty())
            params["appsecret_proof"] = proof;
        return codes(get(Host::facebook, "/v24.0/me", std::move(params)));
    };
    EXPECT_EQ(ask(""), fine);
    EXPECT_EQ(ask("00ff"), Codes(100, 0));
    faults.login.requires_proof = true;
    EXPECT_EQ(ask(""), Codes(100, 0));
    EXPECT_EQ(ask(hmac_sha256(api.apps().facebook.secret, token)), fine);
}

TEST(Proof, IsTheHmacOfTheToken)
{
    // RFC 4231, test case 2
    EXPECT_EQ(
        hmac_sha256("Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_F(FacebookAgency, PagesOfTheListCoverEveryAccountOnce)
{
    const auto token = long_lived(Host::facebook);
    std::set<std::string> accounts;
    std::size_t rows = 0;
    for (std::string after;;) {
        const auto body = pages(token, {{"limit", "3"}, {"after", after}});
        for (const auto& row : body.at("data").as_array()) {
            ++rows;
            if (const auto* account = row.as_object().if_contains("instagram_business_account"))
                accounts.insert(text(account->at("username")));
        }
        if (!body.at("paging").as_object().contains("next"))
            break;
        after = text(body.at("paging").at("cursors").at("after"));
    }
    EXPECT_EQ(rows, 7);
    EXPECT_THAT(accounts, SizeIs(6));
}

TEST_F(FacebookAgency, OneUserTokenReadsEveryAccountAPageTokenItsOwn)
{
    const auto user = long_lived(Host::facebook);
    const auto page = page_token(user); // of account_1
    const auto read = [&](std::size_t account, const std::string& token) {
        const auto path = "/v24.0/" + std::to_string(world.accounts()[account].user_id);
        return codes(get(Host::facebook, path, {{"access_token", token}}));
    };
    EXPECT_EQ(read(1, user), fine);
    EXPECT_EQ(read(5, user), fine);
    EXPECT_EQ(read(1, page), fine);
    EXPECT_EQ(read(5, page), Codes(100, 33));
    EXPECT_EQ(read(2, user), Codes(100, 33)); // of the other host
    api.tokens().revoke(5, death::no_role_on_page);
    EXPECT_EQ(read(1, page), fine);
}

} // namespace
} // namespace insightd::sandbox
