#include "daemon/log_limiter.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace insightd::daemon::log
{
namespace
{

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class LimiterTest : public ::testing::Test
{
protected:
    void say(Level level, std::string_view event, int times = 1)
    {
        for (int count = 0; count < times; ++count)
            limiter.tell(level, event, {});
    }

    /// Those that were written since it was last asked.
    std::vector<std::string> news() { return std::exchange(lines, {}); }

    Limiter::Time now = 1h;
    std::vector<std::string> lines;
    Limiter limiter{
        [this](Level level, const std::string& line) {
            lines.push_back(std::to_string(static_cast<int>(level)) + " " + line);
        },
        [this] { return now; }};
};

TEST_F(LimiterTest, TheFirstLinesOfAnEventAreWrittenAndTheRestIsCountedWhenTheMinuteIsOver)
{
    say(Level::warning, "collection_failed", 5000);
    EXPECT_THAT(news(), SizeIs(Limiter::most));

    now += 60s - 1ns;
    limiter.tell_over();
    EXPECT_THAT(news(), IsEmpty());
    now += 1ns;
    limiter.tell_over();
    EXPECT_THAT(news(), ElementsAre("2 repeats event=collection_failed suppressed=4980 in=60s"));
    limiter.tell_over();
    EXPECT_THAT(news(), IsEmpty()) << "said once";
}

TEST_F(LimiterTest, AsManyAsAreWrittenLeaveNothingToBeSaid)
{
    say(Level::warning, "collection_failed", Limiter::most);
    now += 60s;
    limiter.tell_over();
    EXPECT_THAT(news(), SizeIs(Limiter::most));
}

TEST_F(LimiterTest, TheNextMinuteBeginsWithFirstLinesAgain)
{
    say(Level::warning, "collection_failed", 21);
    news();
    now += 10min;
    say(Level::warning, "collection_failed");
    EXPECT_THAT(
        news(),
        ElementsAre(
            "2 repeats event=collection_failed suppressed=1 in=60s", "2 collection_failed"));
}

TEST_F(LimiterTest, WhatWasLeftOutIsSaidByTheNextLineOfAnyEvent)
{
    say(Level::warning, "collection_failed", 22);
    news();
    now += 60s;
    say(Level::info, "poll");
    EXPECT_THAT(
        news(), ElementsAre("2 repeats event=collection_failed suppressed=2 in=60s", "3 poll"));
}

TEST_F(LimiterTest, AnEventNeverSilencesAnother)
{
    say(Level::warning, "collection_failed", 100);
    news();
    say(Level::error, "token_dead");
    EXPECT_THAT(news(), ElementsAre("1 token_dead"));
}

TEST_F(LimiterTest, WarningsNeverSilenceErrorsOfTheSameEvent)
{
    say(Level::warning, "token_renewal_failed", 100);
    news();
    say(Level::error, "token_renewal_failed");
    EXPECT_THAT(news(), ElementsAre("1 token_renewal_failed"));
}

TEST_F(LimiterTest, GoodNewsOfTenThousandAccountsIsOneThingAsWell)
{
    say(Level::info, "recovered", 10000);
    EXPECT_THAT(news(), SizeIs(Limiter::most));
}

TEST_F(LimiterTest, TheRecordOfTheWorkAndWhatWasAskedForAreComplete)
{
    for (const auto* event : {"poll", "thinned", "month_rebuilt", "token_renewed"}) {
        say(Level::info, event, 1000);
        EXPECT_THAT(news(), SizeIs(1000)) << event;
    }
    say(Level::debug, "call", 1000);
    EXPECT_THAT(news(), SizeIs(1000));
    limiter.tell_all();
    EXPECT_THAT(news(), IsEmpty());
}

TEST_F(LimiterTest, AtTheEndOfTheProcessNothingStaysUnsaid)
{
    say(Level::error, "spooled_rows_refused", 25);
    say(Level::info, "recovered", 23);
    news();
    now += 1500ms;
    limiter.tell_all();
    EXPECT_THAT(
        news(), ElementsAre(
                    "1 repeats event=spooled_rows_refused suppressed=5 in=2s",
                    "3 repeats event=recovered suppressed=3 in=2s"));
    limiter.tell_all();
    EXPECT_THAT(news(), IsEmpty());
}

TEST_F(LimiterTest, ThreadsMayTellAtOnce)
{
    {
        std::vector<std::jthread> threads;
        for (int count = 0; count < 4; ++count)
            threads.emplace_back([this] { say(Level::warning, "clock_jumped", 1000); });
    }
    EXPECT_THAT(news(), SizeIs(Limiter::most));
    now += 60s;
    limiter.tell_over();
    EXPECT_THAT(news(), ElementsAre("2 repeats event=clock_jumped suppressed=3980 in=60s"));
}

TEST(Log, ForeignTextCanNeitherForgeALineNorColourATerminal)
{
    const std::array fields{
        Field{"account", "shop"}, Field{"rows", 310},
        Field{"reason", "a \"b\"\n<3>forged \x1b[31m"}, Field{"mend", ""}};
    EXPECT_EQ(
        line("poll", fields),
        R"(poll account=shop rows=310 reason="a \"b\"\x0a<3>forged \x1b[31m" mend="")");
}

} // namespace
} // namespace insightd::daemon::log
