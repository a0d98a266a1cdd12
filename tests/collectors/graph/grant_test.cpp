#include "collectors/graph/authorize.hpp"
#include "collectors/graph/dead_token.hpp"
#include "collectors/graph/grant.hpp"
#include "tests/support/fixture.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

// The samples of the platform, and the shapes that they may take besides.
namespace insightd::graph
{
namespace
{

using insightd::testing::at;
using insightd::testing::fixture;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

boost::json::value json(const char* text)
{
    return boost::json::parse(text);
}

TEST(Grant, IsReadWrappedAndFlat)
{
    for (const auto* file :
         {"graph/seed-oauth-code-exchange.json", "graph/oauth-code-exchange-flat.json"}) {
        const auto grant = decode_grant(fixture(file));
        ASSERT_TRUE(grant) << file;
        EXPECT_EQ(grant->token.reveal(), "EAACEdEose0...");
        EXPECT_THAT(grant->permissions, SizeIs(4));
        EXPECT_EQ(grant->permissions.front(), "instagram_business_basic");
        EXPECT_FALSE(grant->expires_in) << "a short-lived token does not say";
    }
    EXPECT_EQ(decode_grant(fixture("graph/oauth-code-exchange-flat.json"))->user_id, 1'234'567'890);
}

TEST(Grant, OfALongLivedTokenSaysHowLong)
{
    const auto grant = decode_grant(fixture("graph/seed-oauth-long-lived.json"));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->expires_in, 5'183'944s);
    EXPECT_THAT(grant->permissions, IsEmpty());
}

TEST(Grant, TakesIdsAndSecondsAsNumbersOrStrings)
{
    const auto grant = decode_grant(json(
        R"({"access_token":"t","user_id":17841405822304914,"expires_in":"60","permissions":"a, b"})"));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->user_id, 17841405822304914) << "exact, beyond 2^53";
    EXPECT_EQ(grant->expires_in, 60s);
    EXPECT_THAT(grant->permissions, ElementsAre("a", "b"));
    EXPECT_EQ(
        decode_grant(json(R"({"access_token":"t","user_id":"17841405822304914"})"))->user_id,
        17841405822304914);
}

TEST(Grant, WithoutATokenIsMalformed)
{
    for (const auto* body :
         {R"({})", R"([])", R"({"data":[]})", R"({"access_token":""})", R"({"access_token":1})",
          R"({"data":[{"access_token":null}]})"})
        EXPECT_EQ(decode_grant(json(body)).error().kind, FailureClass::malformed) << body;
}

TEST(Grant, LifeThatNobodyGrantsIsBounded)
{
    for (const auto* seconds : {"9223372036854775807", "\"99999999999999999999\"", "-5", "0"}) {
        const auto grant = decode_grant(
            json((std::string{R"({"access_token":"t","expires_in":)"} + seconds + "}").c_str()));
        ASSERT_TRUE(grant);
        EXPECT_LE(grant->expires_in.value_or(0s), std::chrono::days{3'650}) << seconds;
    }
}

TEST(TokenReport, OfTheSamplesIsRead)
{
    const auto samples = fixture("graph/debug-token.json");
    const auto user = decode_token_report(samples.at(0).at("body"));
    ASSERT_TRUE(user);
    EXPECT_TRUE(user->is_valid);
    EXPECT_EQ(user->type, "USER");
    EXPECT_EQ(user->expires_at, at("2022-01-09T13:00:00Z"));
    EXPECT_EQ(user->data_access_expires_at, at("2022-04-09T11:41:57Z"));
    EXPECT_THAT(user->scopes, ElementsAre("pages_show_list", "instagram_basic", "public_profile"));
    const auto endless = decode_token_report(samples.at(1).at("body"));
    ASSERT_TRUE(endless);
    EXPECT_EQ(endless->expires_at, std::nullopt) << "0 is never";
    EXPECT_EQ(endless->issued_at, at("2012-09-10T00:02:08Z"));
}

TEST(TokenReport, OfADeadTokenSaysWhy)
{
    const auto report = decode_token_report(json(
        R"({"data":{"is_valid":false,"scopes":[],"error":{"code":190,"message":"Session expired"}}})"));
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->is_valid);
    EXPECT_EQ(report->error, "Session expired");
}

TEST(Page, KnowsTheAccountThatIsLinkedToIt)
{
    const auto page = decode_page(fixture("graph/page-instagram_business_account.json"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->id, "123456789");
    EXPECT_EQ(page->instagram_id, 987'654'321);
    EXPECT_TRUE(page->token.empty());
    EXPECT_EQ(
        decode_page(json(R"({"id":"1","instagram_business_account":null})"))->instagram_id,
        std::nullopt);
    EXPECT_FALSE(decode_page(json(R"({"name":"no id"})")));
    EXPECT_FALSE(decode_page(json("7")));
}

TEST(Authorize, AsksInstagramAsItsPageSays)
{
    config::Api api;
    api.app.id = "990602627938098";
    AuthorizeWish wish;
    wish.redirect_uri = "https://my.m.redirect.net/";
    wish.scopes = {"instagram_business_basic", "instagram_business_manage_insights"};
    wish.state = "s1";
    EXPECT_EQ(
        authorize_url(api, config::Login::instagram, wish),
        "https://www.instagram.com/oauth/authorize?client_id=990602627938098"
        "&redirect_uri=https%3A%2F%2Fmy.m.redirect.net%2F&response_type=code"
        "&scope=instagram_business_basic,instagram_business_manage_insights&state=s1");
    wish.force_reauth = true;
    wish.hide_facebook = true;
    EXPECT_THAT(
        authorize_url(api, config::Login::instagram, wish),
        ::testing::EndsWith("&state=s1&force_reauth=true&enable_fb_login=0"));
    EXPECT_THAT(
        authorize_url(api, config::Login::facebook, wish),
        ::testing::StartsWith("https://www.facebook.com/v24.0/dialog/oauth?client_id="));
}

TEST(DeadToken, HasItsReasonInWords)
{
    Failure failure;
    failure.code = 190;
    failure.subcode = 460;
    EXPECT_EQ(reason_of_death(failure), "the password was changed");
    failure.subcode = 463;
    EXPECT_EQ(reason_of_death(failure), "the token expired");
    failure.subcode = 12345;
    EXPECT_EQ(reason_of_death(failure), "the platform does not take the token");
}

} // namespace
} // namespace insightd::graph
