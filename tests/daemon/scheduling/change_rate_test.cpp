#include "daemon/scheduling/change_rate.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace insightd::scheduling
{
namespace
{

using insightd::testing::at;
using namespace std::chrono_literals;

const auto published = at("2026-03-01T12:00:00Z");

struct Watched {
    AccountRates account;
    ChangeRate post;

    Watched() { account.add(post); }
    void read(std::chrono::seconds age, std::int64_t total)
    {
        account.insights_read(post, published, published + age, total);
    }
    void list(std::chrono::seconds age, std::int64_t interactions)
    {
        account.list_read(post, published, published + age, interactions);
    }
    double rate(std::chrono::seconds age) const
    {
        return forecast(post, published, published + age);
    }
};

TEST(ChangeRate, FollowsTheNumberThatMoves)
{
    Watched watched;
    for (int day = 10; day < 30; ++day)
        watched.read(24h * day, 240 * day);
    EXPECT_NEAR(watched.rate(24h * 29), 10, 2) << "240 a day";
}

TEST(ChangeRate, DecaysBetweenReadings)
{
    Watched watched;
    watched.read(4h, 1'000);
    EXPECT_LT(watched.rate(40h), watched.rate(4h) / 4) << "half of all comes in 20 hours";
    EXPECT_GT(watched.rate(40h), watched.rate(4h) / 10);
}

TEST(ChangeRate, FewChangesMoveItLittle)
{
    Watched watched;
    watched.read(24h * 10, 1'000);
    const auto before = watched.rate(24h * 10);
    watched.read(24h * 10 + 1min, 1'000);
    EXPECT_NEAR(watched.rate(24h * 10), before, before / 10) << "nothing in a minute says nothing";
}

TEST(ChangeRate, OfAPostWithoutHistoryIsThatOfTheAccount)
{
    AccountRates account;
    ChangeRate big;
    account.add(big);
    account.insights_read(big, published, published + 24h * 30, 50'000);
    ChangeRate fresh;
    account.add(fresh);
    const auto born = published + 24h * 31;
    account.list_read(fresh, born, born + 10min, 0);
    EXPECT_NEAR(forecast(fresh, born, born + 10min), 50'000 / 20.0, 300);
}

TEST(ChangeRate, RisesAtOnceWhenLikesJump)
{
    Watched watched;
    watched.read(24h * 30, 10'000);
    watched.list(24h * 30 + 1min, 300);
    watched.read(24h * 31, 10'020);
    watched.list(24h * 31 + 15min, 301);
    const auto quiet = watched.rate(24h * 31 + 30min);
    watched.list(24h * 31 + 30min, 340);
    EXPECT_GT(watched.rate(24h * 31 + 30min), 20 * quiet);
    EXPECT_GT(watched.post.unread, 150) << "39 likes at 3 % of views";
}

TEST(ChangeRate, FallsAsFastWhenABurstIsOver)
{
    Watched watched;
    watched.read(24h * 30, 10'000);
    watched.read(24h * 31, 10'020);
    watched.read(24h * 31 + 1h, 12'000);
    const auto burst = watched.rate(24h * 31 + 1h);
    watched.read(24h * 31 + 2h, 12'010);
    watched.read(24h * 31 + 4h, 12'020);
    EXPECT_GT(burst, 500);
    EXPECT_LT(watched.rate(24h * 31 + 4h), burst / 10);
}

TEST(ChangeRate, CountsAListsMovementOnce)
{
    Watched watched;
    watched.read(24h * 30, 10'000);
    watched.list(24h * 30 + 1min, 300);
    watched.list(24h * 31, 400);
    watched.read(24h * 31 + 1min, 13'000);
    const auto read = watched.rate(24h * 31 + 1min);
    watched.list(24h * 31 + 2min, 400);
    EXPECT_LE(watched.rate(24h * 31 + 2min), read);
    EXPECT_LT(watched.post.unread, 5);
}

TEST(ChangeRate, HiddenLikesAreNotZeroLikes)
{
    Watched watched;
    watched.read(24h * 30, 10'000);
    watched.list(24h * 30 + 1min, 300);
    const auto at_day_40 = watched.rate(24h * 40);
    watched.account.list_read(watched.post, published, published + 24h * 40, std::nullopt);
    EXPECT_NEAR(watched.rate(24h * 40), at_day_40, at_day_40 / 1000) << "neither movement nor rest";
    watched.list(24h * 41, 320);
    EXPECT_LT(watched.rate(24h * 41), 2 * at_day_40) << "320 are no news of a day";
}

TEST(ChangeRate, AnAnswerWithoutNumbersIsAReading)
{
    Watched watched;
    watched.account.insights_read(watched.post, published, published + 1h, std::nullopt);
    EXPECT_TRUE(watched.post.is_read());
    EXPECT_GT(watched.rate(1h), 0);
}

TEST(ChangeRate, AFirstNumberIsNoBurstHoweverOftenThereWasNone)
{
    Watched early;
    early.read(24h * 10, 1'000);
    Watched late;
    for (int day = 1; day < 10; ++day)
        late.account.insights_read(late.post, published, published + 24h * day, std::nullopt);
    late.read(24h * 10, 1'000);
    EXPECT_NEAR(late.rate(24h * 10), early.rate(24h * 10), early.rate(24h * 10) / 100);
}

TEST(ChangeRate, PostsWithoutANumberSayNothingOfTheOthers)
{
    const auto born = [](int without) {
        AccountRates account;
        std::vector<ChangeRate> posts(static_cast<std::size_t>(1 + without));
        for (auto& post : posts) {
            account.add(post);
            const bool is_first = &post == &posts.front();
            account.insights_read(
                post, published, published + 24h * 30,
                is_first ? std::optional<std::int64_t>{50'000} : std::nullopt);
            account.list_read(post, published, published + 24h * 31, 1'000);
        }
        ChangeRate fresh;
        account.add(fresh);
        account.list_read(fresh, published, published + 10min, 0);
        return std::pair{fresh.per_hour, account.interactions_per_change()};
    };
    EXPECT_EQ(born(20), born(0));
}

TEST(ChangeRate, AReadingOfAClockThatWasAheadDoesNotHoldUpTheNext)
{
    Watched watched;
    watched.read(24h * 10, 1'000);
    watched.list(24h * 10 + 1min, 30);
    watched.read(24h * 400, 1'010);
    watched.list(24h * 400 + 1min, 30);
    watched.list(24h * 11, 31);
    watched.read(24h * 11 + 1min, 1'024);
    EXPECT_EQ(watched.post.total, 1'024U);
    EXPECT_EQ(
        model::Instant{std::chrono::seconds{watched.post.read_at}}, published + 24h * 11 + 1min);
    EXPECT_EQ(watched.post.observed_at, watched.post.read_at);
    EXPECT_TRUE(std::isfinite(watched.rate(24h * 11 + 1min)));
}

TEST(ChangeRate, APostReadBeforeItWasPublishedHasARate)
{
    Watched read;
    read.read(-90h, 1'000);
    EXPECT_TRUE(std::isfinite(read.post.per_hour) && std::isfinite(read.post.evidence));
    Watched listed;
    listed.list(-90h, 10);
    EXPECT_TRUE(std::isfinite(listed.post.per_hour) && std::isfinite(listed.post.evidence));
    EXPECT_TRUE(std::isfinite(listed.account.changes_per_hour()));
}

TEST(ChangeRate, OlderReadingsAreIgnored)
{
    Watched watched;
    watched.read(24h, 1'000);
    watched.list(24h + 5min, 30);
    const auto known = watched.post;
    watched.read(24h - 4min, 900);
    watched.read(24h, 900);
    watched.list(24h, 20);
    EXPECT_EQ(watched.post.total, known.total);
    EXPECT_EQ(watched.post.interactions, known.interactions);
}

TEST(ChangeRate, NoNumberHoweverWrongUpsetsTheAccount)
{
    Watched watched;
    ChangeRate other;
    watched.account.add(other);
    watched.account.insights_read(other, published, published + 24h, 1'000);
    for (const auto wrong :
         {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
          std::int64_t{-1}, std::int64_t{0}})
        for (int hour = 1; hour < 50; ++hour) {
            watched.read(1h * hour, wrong);
            watched.list(1h * hour + 5min, wrong);
            ASSERT_TRUE(std::isfinite(watched.post.per_hour));
            ASSERT_GT(watched.post.per_hour, 0);
        }
    watched.account.remove(watched.post);
    EXPECT_NEAR(watched.account.changes_per_hour(), static_cast<double>(other.per_hour), 0.01);
}

TEST(AccountRates, TheSumsAreThoseOfThePosts)
{
    AccountRates account;
    std::vector<ChangeRate> posts(50);
    for (auto& post : posts)
        account.add(post);
    double sum = 0;
    for (std::size_t post = 0; post < posts.size(); ++post)
        for (int hour = 1; hour < 20; ++hour)
            account.insights_read(
                posts.at(post), published, published + 1h * hour,
                static_cast<std::int64_t>(post) * hour);
    for (const auto& post : posts)
        sum += static_cast<double>(post.per_hour);
    EXPECT_NEAR(account.changes_per_hour(), sum, sum * 1e-9);
    for (const auto& post : posts)
        account.remove(post);
    EXPECT_NEAR(account.changes_per_hour(), 0, 1e-6);
    EXPECT_EQ(account.posts(), 0U);
}

TEST(AccountRates, AReadingIsWorthMoreWaitingWhereChangesMayWaitLonger)
{
    Watched watched;
    EXPECT_TRUE(std::isinf(watched.account.worth_a_reading(30min))) << "nothing observed";
    watched.read(24h, 1'000);
    const auto worth = watched.account.worth_a_reading(30min);
    EXPECT_GT(worth, 0);
    EXPECT_NEAR(watched.account.worth_a_reading(1h), 4 * worth, worth / 1000);
}

TEST(AccountRates, AQuietOrALoudHourChangesLittleOfWhatAReadingIsWorth)
{
    Watched watched;
    for (int day = 10; day < 60; ++day)
        watched.read(24h * day, 100 * day);
    const auto usual = watched.account.worth_a_reading(30min);
    watched.read(24h * 59 + 1h, 6'900);
    watched.read(24h * 59 + 2h, 7'900);
    EXPECT_LT(watched.account.worth_a_reading(30min), 2 * usual)
        << "the rate itself grew by two hundred";
}

} // namespace
} // namespace insightd::scheduling
