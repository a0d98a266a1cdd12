#include "tests/sandbox/visitor.hpp"

namespace insightd::sandbox
{
namespace
{

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using LoginTest = Visitor;
using Codes = std::pair<std::int64_t, std::int64_t>;

TEST_F(LoginTest, TheWindowsSendTheBrowserBackWithACodeAndTheState)
{
    EXPECT_THAT(
        window(Host::instagram),
        AllOf(
            StartsWith("http://127.0.0.1:8400/callback?code=AQsandboxcode"),
            EndsWith("&state=a+b#_")));
    EXPECT_THAT(window(Host::facebook), EndsWith("&state=a+b#_=_"));
    EXPECT_THAT(
        window(Host::instagram, {{"redirect_uri", "http://localhost/?x=1"}, {"state", ""}}),
        AllOf(StartsWith("http://localhost/?x=1&code="), Not(HasSubstr("state"))));
}

TEST_F(LoginTest, TheWindowsRefuseWhatIsWrong)
{
    const std::vector<std::pair<Params, std::string>> wrong{
        {{{"client_id", "1"}}, "Invalid platform app"},
        {{{"redirect_uri", ""}}, "Invalid redirect_uri"},
        {{{"redirect_uri", "https://example.org/"}}, "Invalid redirect_uri"},
        {{{"response_type", "token"}}, "Invalid response_type"},
        {{{"scope", "business_basic"}}, "Invalid Scopes: business_basic"},
        {{{"force_reauth", "yes"}}, "Invalid force_reauth"},
    };
    for (const auto host : {Host::instagram, Host::facebook})
        for (const auto& [changes, reason] : wrong) {
            window(host, changes);
            EXPECT_EQ(last.status, 400);
            EXPECT_EQ(message(json::parse(last.body)), reason);
        }
    window(Host::instagram, {{"scope", ""}});
    EXPECT_EQ(message(json::parse(last.body)), "Missing scope");
}

TEST_F(LoginTest, RegisteredUrisMustMatchToTheLastSlash)
{
    faults.login.redirect_uris = {"https://my.m.redirect.net/"};
    EXPECT_EQ(window(Host::instagram), "");
    EXPECT_EQ(window(Host::instagram, {{"redirect_uri", "https://my.m.redirect.net"}}), "");
    EXPECT_THAT(
        window(Host::instagram, {{"redirect_uri", "https://my.m.redirect.net/"}}),
        StartsWith("https://my.m.redirect.net/?code="));
}

TEST_F(LoginTest, TheUserMayDeny)
{
    faults.login.cancels = true;
    EXPECT_EQ(
        window(Host::instagram), std::string{redirect_uri} +
                                     "?error=access_denied&error_reason=user_denied"
                                     "&error_description=The+user+denied+your+request&state=a+b#_");
    EXPECT_THAT(window(Host::facebook), HasSubstr("?error=access_denied&"));
}

TEST_F(LoginTest, BothShapesOfTheCodeExchange)
{
    const auto wrapped = exchange_code(code_in(window(Host::instagram))).at("data").at(0);
    faults.login.flat_answers = true;
    const auto flat = exchange_code(code_in(window(Host::instagram)));

    EXPECT_THAT(text(wrapped.at("access_token")), StartsWith("IGAAsandboxtoken"));
    EXPECT_EQ(
        text(wrapped.at("permissions")),
        "instagram_business_basic,instagram_business_manage_insights");
    EXPECT_EQ(flat.at("permissions").as_array().size(), 2);
    EXPECT_EQ(std::to_string(flat.at("user_id").as_int64()), text(wrapped.at("user_id")));
    EXPECT_NE(flat.at("user_id"), world.accounts()[instagram_account].user_id);
    EXPECT_GT(flat.at("user_id").as_int64(), 1LL << 53);
}

TEST_F(LoginTest, MeSaysWhoLoggedIn)
{
    faults.login.logs_in = "tiny_garden";
    const auto me =
        get(Host::instagram, "/v24.0/me",
            {{"fields", "user_id,username"}, {"access_token", short_lived(Host::instagram)}});
    EXPECT_EQ(text(me.at("username")), "tiny_garden");
    EXPECT_EQ(text(me.at("user_id")), std::to_string(world.accounts()[2].user_id));
}

TEST_F(LoginTest, NobodyOfThatNameCanLogIn)
{
    faults.login.logs_in = "bakery_berlin"; // of the other host
    EXPECT_EQ(window(Host::instagram), "");
    EXPECT_EQ(last.status, 500);
}

TEST_F(LoginTest, ACodeIsGoodOnceForAnHourAndForItsRedirectUri)
{
    const auto code = code_in(window(Host::instagram));
    EXPECT_THAT(
        message(exchange_code(code, {{"redirect_uri", "http://127.0.0.1:8400/callback/"}})),
        HasSubstr("redirect_uri is identical"));
    exchange_code(code);
    EXPECT_EQ(last.status, 200);
    EXPECT_EQ(message(exchange_code(code)), "Matching code was not found or was already used");
    EXPECT_EQ(last.status, 400);

    const auto late = code_in(window(Host::instagram));
    now += 1h;
    EXPECT_EQ(message(exchange_code(late)), "Matching code was not found or was already used");
}

TEST_F(LoginTest, TheCodeExchangeRefusesAnotherApp)
{
    const auto code = code_in(window(Host::instagram));
    EXPECT_EQ(message(exchange_code(code, {{"client_id", "1"}})), "Invalid platform app");
    EXPECT_EQ(
        message(exchange_code(code, {{"client_secret", ""}})), "Error validating client secret.");
    EXPECT_EQ(message(exchange_code(code, {{"grant_type", "code"}})), "Invalid grant_type");
    EXPECT_EQ(
        message(get(Host::instagram, "/oauth/access_token", {{"code", code}})),
        "Unsupported GET request");
    EXPECT_TRUE(exchange_code(code).as_object().contains("data"));
}

TEST_F(LoginTest, FacebookSaysWhatIsWrongWithACode)
{
    const Params asked{{"redirect_uri", redirect_uri}, {"code", code_in(window(Host::facebook))}};
    auto elsewhere = asked;
    elsewhere["redirect_uri"] = "http://localhost/";
    EXPECT_EQ(codes(facebook_access_token(elsewhere)), Codes(100, 36008));

    const auto body = facebook_access_token(asked);
    EXPECT_THAT(text(body.at("access_token")), StartsWith("EAAsandboxtoken"));
    EXPECT_EQ(body.at("expires_in"), 5'400);
    EXPECT_EQ(codes(facebook_access_token(asked)), Codes(100, 36009));

    const Params late{{"redirect_uri", redirect_uri}, {"code", code_in(window(Host::facebook))}};
    now += 61min;
    EXPECT_EQ(codes(facebook_access_token(late)), Codes(100, 36007));
    EXPECT_EQ(codes(facebook_access_token({{"client_secret", "x"}})), Codes(1, 0));
    EXPECT_EQ(codes(facebook_access_token({{"client_id", "x"}})), Codes(101, 0));
}

TEST_F(LoginTest, AWithheldScopeIsMissedWhereItIsNeeded)
{
    faults.login.withheld = {"instagram_business_manage_insights"};
    const auto token = short_lived(Host::instagram);
    EXPECT_EQ(refusal_of(Host::instagram, token), Codes());
    EXPECT_EQ(refusal_of(Host::instagram, token, "/insights"), Codes(10, 0));
    EXPECT_THAT(last.body, HasSubstr("Application does not have permission for this action"));

    faults.login.withheld = {"pages_read_engagement"};
    EXPECT_EQ(refusal_of(Host::facebook, short_lived(Host::facebook)), Codes(10, 0));
}

} // namespace
} // namespace insightd::sandbox
