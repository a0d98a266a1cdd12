#include "tests/sandbox/visitor.hpp"

namespace insightd::sandbox
{
namespace
{

using ::testing::HasSubstr;

using TokensTest = Visitor;
using Codes = std::pair<std::int64_t, std::int64_t>;

constexpr Codes fine{};

TEST_F(TokensTest, AShortLivedTokenDiesAfterAnHour)
{
    const auto token = short_lived(Host::instagram);
    now += 59min;
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
    now += 1min;
    EXPECT_EQ(refusal_of(Host::instagram, token), Codes(190, death::expired));
    EXPECT_THAT(
        last.body,
        HasSubstr("Session has expired on Saturday, 28-Feb-26 17:00:00 PST. The current time is"));
    EXPECT_EQ(codes(lengthen(token)), Codes(190, death::expired));
}

TEST_F(TokensTest, ALongLivedTokenLivesForSixtyDays)
{
    const auto body = lengthen(short_lived(Host::instagram));
    EXPECT_EQ(body.at("token_type"), "bearer");
    EXPECT_EQ(body.at("expires_in"), 5'183'944);
    const auto token = text(body.at("access_token"));
    now += life_of_long_lived - 1s;
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
    now += 1s;
    EXPECT_EQ(refusal_of(Host::instagram, token), Codes(190, death::expired));
    EXPECT_EQ(codes(refresh(token)), Codes(190, death::expired));
}

TEST_F(TokensTest, RefreshedInTimeItLivesForMonths)
{
    auto token = long_lived(Host::instagram);
    for (int month = 0; month < 12; ++month) {
        now += 24h * 30;
        const auto body = refresh(token);
        EXPECT_EQ(
            text(body.at("permissions")),
            "instagram_business_basic,instagram_business_manage_insights");
        const auto next = text(body.at("access_token"));
        EXPECT_NE(next, token);
        EXPECT_EQ(refusal_of(Host::instagram, token), fine); // until its own end
        token = next;
    }
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
}

TEST_F(TokensTest, ARefreshMayAnswerTheSameString)
{
    faults.login.same_string = true;
    faults.login.silent_permissions = true;
    const auto token = long_lived(Host::instagram);
    now += 24h * 50;
    const auto body = refresh(token);
    EXPECT_EQ(text(body.at("access_token")), token);
    EXPECT_FALSE(body.as_object().contains("permissions"));
    now += 24h * 50;
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
}

TEST_F(TokensTest, ATokenYoungerThanADayIsNotRefreshed)
{
    const auto token = long_lived(Host::instagram);
    now += 24h - 1s;
    EXPECT_THAT(message(refresh(token)), HasSubstr("less than 24 hours old"));
    now += 1s;
    EXPECT_EQ(codes(refresh(token)), fine);
}

TEST_F(TokensTest, RefusesToRenewWhatCannotBe)
{
    EXPECT_EQ(codes(refresh("wrong")), Codes(190, 0));
    EXPECT_EQ(codes(refresh(short_lived(Host::instagram))), Codes(100, 0));
    EXPECT_EQ(codes(lengthen(long_lived(Host::instagram))), Codes(100, 0));
    faults.login.withheld = {"instagram_business_basic"};
    const auto token = long_lived(Host::instagram);
    now += 48h;
    EXPECT_EQ(codes(refresh(token)), Codes(10, 0));
}

TEST_F(TokensTest, RenewalsKnowTheirGrantTypeAndSecret)
{
    const auto token = short_lived(Host::instagram);
    const auto ask = [&](const std::string& grant_type, const std::string& secret) {
        return message(
            get(Host::instagram, "/access_token",
                {{"grant_type", grant_type}, {"client_secret", secret}, {"access_token", token}}));
    };
    EXPECT_THAT(ask("ig_exchange_token", "x"), HasSubstr("client secret"));
    EXPECT_THAT(ask("", api.apps().instagram.secret), HasSubstr("grant_type"));
}

TEST_F(TokensTest, TheTokensOfTheConfigurationNeverExpireAndCanBeRefreshed)
{
    const auto& token = world.accounts()[instagram_account].token;
    now += 24h * 1000;
    EXPECT_EQ(refusal_of(Host::instagram, token, "/insights"), fine);
    EXPECT_EQ(refresh(token).at("expires_in"), 5'183'944);
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
}

TEST_F(TokensTest, ARevokedAccountLosesAllTokensUntilANewLogin)
{
    const auto token = long_lived(Host::instagram);
    const auto code = code_in(window(Host::instagram));
    for (const auto subcode : {458, 459, 460, 464, 467, 492}) {
        const auto another = long_lived(Host::instagram);
        api.tokens().revoke(instagram_account, subcode);
        EXPECT_EQ(refusal_of(Host::instagram, another), Codes(190, subcode));
        EXPECT_EQ(last.status, 401);
        EXPECT_EQ(codes(refresh(another)), Codes(190, subcode));
    }
    EXPECT_EQ(refusal_of(Host::instagram, token), Codes(190, 458));
    EXPECT_EQ(
        refusal_of(Host::instagram, world.accounts()[instagram_account].token), Codes(190, 458));
    exchange_code(code);
    EXPECT_EQ(last.status, 400);
    EXPECT_EQ(refusal_of(Host::facebook, world.accounts()[facebook_account].token), fine);
    EXPECT_EQ(refusal_of(Host::instagram, long_lived(Host::instagram)), fine);
}

TEST_F(TokensTest, ARevocationMayBeStillToCome)
{
    const auto before = long_lived(Host::instagram);
    api.tokens().revoke_at(instagram_account, death::password_changed, now + 48h);
    now += 47h;
    EXPECT_EQ(refusal_of(Host::instagram, before), fine);
    now += 1h;
    const auto after = long_lived(Host::instagram);
    EXPECT_EQ(refusal_of(Host::instagram, before), Codes(190, death::password_changed));
    EXPECT_EQ(refusal_of(Host::instagram, after), fine);
}

TEST_F(TokensTest, TheOfficeIssuesWhatTheAppDashboardDoes)
{
    const auto& token = api.tokens().issue(
        instagram_account, TokenKind::long_lived, known_scopes(Host::instagram), now);
    EXPECT_EQ(refusal_of(Host::instagram, token.text, "/insights"), fine);
    EXPECT_EQ(api.tokens().find(token.text, now)->expires_at, now + life_of_long_lived);
    EXPECT_EQ(death_of(token, now + life_of_long_lived), death::expired);
    EXPECT_EQ(api.tokens().find("wrong", now), nullptr);
}

TEST_F(TokensTest, OneSeedMakesTheSameTokens)
{
    TokenOffice other{world};
    const auto token = [&](TokenOffice& office) {
        return office.issue(instagram_account, TokenKind::long_lived, {}, now).text;
    };
    const auto first = token(other);
    EXPECT_EQ(first, token(api.tokens()));
    EXPECT_NE(first, token(other));
}

TEST_F(TokensTest, AShareOfRenewalsFails)
{
    faults.refresh_errors = 0.2;
    const auto& token = world.accounts()[instagram_account].token;
    int failed = 0;
    for (int call = 0; call < 1'000; ++call)
        failed += codes(refresh(token)).first == 2 && last.status == 500 ? 1 : 0;
    EXPECT_NEAR(failed, 200, 40);
    EXPECT_EQ(refusal_of(Host::instagram, token), fine);
}

} // namespace
} // namespace insightd::sandbox
