#include "daemon/token_plan.hpp"
#include "daemon/token_scopes.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <set>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");
constexpr std::chrono::days life{60};

model::TokenFacts facts_of(model::AccountId account)
{
    model::TokenFacts facts;
    facts.account_id = account;
    facts.kind = model::TokenKind::instagram_user;
    facts.issued_at = noon;
    facts.expires_at = noon + life;
    return facts;
}

TEST(FirstRenewal, IsSpreadOverTheMiddleOfTheLife)
{
    std::set<model::Instant> all;
    for (model::AccountId account = 1; account <= 1000; ++account) {
        const auto due = first_renewal(facts_of(account));
        ASSERT_TRUE(due);
        EXPECT_GE(*due, noon + 24 * 24h);
        EXPECT_LE(*due, noon + 36 * 24h) << "24 days of tries are left";
        EXPECT_EQ(due, first_renewal(facts_of(account))) << "the same at every start";
        all.insert(std::chrono::floor<std::chrono::hours>(*due));
    }
    EXPECT_GT(all.size(), 200U) << "no thundering herd";
}

TEST(FirstRenewal, IsNeverBeforeADayHasPassed)
{
    auto facts = facts_of(1);
    for (const auto short_life : {1h, 24h, 30h, 0h, -5h}) {
        facts.expires_at = noon + short_life;
        EXPECT_GE(*first_renewal(facts), noon + 24h);
    }
    facts.expires_at.reset();
    EXPECT_GE(*first_renewal(facts), noon + 24h);
    EXPECT_LE(*first_renewal(facts), noon + 30h) << "of unknown age: as soon as it may be";
}

TEST(FirstRenewal, IsNothingForTokensThatDoNotExpire)
{
    auto facts = facts_of(1);
    for (const auto kind : {model::TokenKind::page, model::TokenKind::system_user}) {
        facts.kind = kind;
        EXPECT_EQ(first_renewal(facts), std::nullopt);
    }
}

TEST(NextRenewal, BacksOffButNeverPastTheEnd)
{
    const auto facts = facts_of(1);
    EXPECT_EQ(next_renewal(facts, 1, noon), noon + 15min);
    EXPECT_EQ(next_renewal(facts, 2, noon), noon + 30min);
    EXPECT_EQ(next_renewal(facts, 100, noon), noon + 12h);
    const auto late = *facts.expires_at - 3h;
    EXPECT_EQ(next_renewal(facts, 100, late), *facts.expires_at - 1h) << "one more chance";
    EXPECT_EQ(next_renewal(facts, 100, *facts.expires_at - 1min), *facts.expires_at + 14min);
}

TEST(Renewal, IsAnAlarmInTheLastWeek)
{
    const auto facts = facts_of(1);
    EXPECT_FALSE(is_alarming(facts, noon));
    EXPECT_FALSE(is_alarming(facts, noon + life - 8 * 24h));
    EXPECT_TRUE(is_alarming(facts, noon + life - 7 * 24h));
    auto page = facts;
    page.kind = model::TokenKind::page;
    page.expires_at.reset();
    page.data_access_expires_at = noon + 90 * 24h;
    EXPECT_FALSE(is_alarming(page, noon));
    EXPECT_FALSE(login_needed_by(page, noon + 75 * 24h));
    EXPECT_EQ(login_needed_by(page, noon + 76 * 24h), page.data_access_expires_at);
    page.kind = model::TokenKind::system_user;
    page.expires_at = noon + 60 * 24h;
    EXPECT_EQ(login_needed_by(page, noon + 50 * 24h), page.expires_at) << "it cannot be renewed";
}

config::Account account_of(config::Login login)
{
    config::Account account;
    account.login = login;
    account.collect = {
        {config::Collector::profile, true},
        {config::Collector::stories, true},
        {config::Collector::account_insights, false}};
    return account;
}

TEST(Scopes, AreWhatTheCollectorsNeed)
{
    auto account = account_of(config::Login::instagram);
    EXPECT_THAT(
        scopes_to_ask(account),
        ElementsAre("instagram_business_basic", "instagram_business_manage_insights"));
    account.collect[config::Collector::stories] = false;
    EXPECT_THAT(scopes_to_ask(account), ElementsAre("instagram_business_basic"));
}

TEST(Scopes, OfMessagesAreAskedForWithConversations)
{
    auto account = account_of(config::Login::instagram);
    account.collect[config::Collector::conversations] = true;
    EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("instagram_business_manage_messages"));
    account.login = config::Login::facebook;
    EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("instagram_manage_messages"));
}

TEST(Scopes, OfPublishingAreAskedForWithItsLimit)
{
    auto account = account_of(config::Login::instagram);
    account.collect[config::Collector::publishing_limit] = true;
    EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("instagram_business_content_publish"));
    account.login = config::Login::facebook;
    EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("instagram_content_publish"));
}

TEST(Scopes, OfCommentsAreAskedForWithWhatOthersShowAndWrite)
{
    using config::Collector;
    for (const auto collector : {Collector::tags, Collector::comments, Collector::mentions}) {
        auto account = account_of(config::Login::instagram);
        account.collect[collector] = true;
        EXPECT_THAT(
            scopes_to_ask(account), ::testing::Contains("instagram_business_manage_comments"));
        account.login = config::Login::facebook;
        EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("instagram_manage_comments"));
    }
}

TEST(Scopes, ThatWereNotGrantedAreNamedWithWhatNeedsThem)
{
    const auto account = account_of(config::Login::instagram);
    const auto missing = missing_scopes(account, {"instagram_business_basic"});
    ASSERT_THAT(missing, SizeIs(1));
    EXPECT_EQ(missing[0].scope, "instagram_business_manage_insights");
    EXPECT_EQ(missing[0].needed_for, "stories");
    EXPECT_THAT(missing_scopes(account, {}), IsEmpty()) << "the platform did not say";
}

TEST(Scopes, OfFacebookDoNotInsistOnBusinessManagement)
{
    const auto account = account_of(config::Login::facebook);
    EXPECT_THAT(scopes_to_ask(account), ::testing::Contains("business_management"));
    EXPECT_THAT(
        missing_scopes(
            account, {"instagram_basic", "pages_read_engagement", "pages_show_list",
                      "instagram_manage_insights"}),
        IsEmpty());
}

} // namespace
} // namespace insightd::daemon
