#include "daemon/budget/governor.hpp"

#include <gmock/gmock.h>

#include <set>

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;
using graph::FailureClass;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const model::Instant start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

config::Config config_of(std::initializer_list<config::Login> logins)
{
    config::Config config;
    for (const auto login : logins) {
        auto& account = config.accounts.emplace_back();
        account.login = login;
        account.user_id = 17 + static_cast<std::int64_t>(config.accounts.size());
    }
    return config;
}

/// A governor of two Instagram accounts and one Facebook account.
class GovernorTest : public ::testing::Test
{
protected:
    GovernorTest() : GovernorTest{0} {}
    explicit GovernorTest(std::int64_t reserve_percent) : governor{config_with(reserve_percent)} {}

    static config::Config config_with(std::int64_t reserve_percent)
    {
        auto config = config_of(
            {config::Login::instagram, config::Login::instagram, config::Login::facebook});
        config.api.reserve_percent = reserve_percent;
        return config;
    }

    Answer ask(std::size_t account, Work work, Stage stage = Stage::begins)
    {
        return governor.ask(account, work, stage, 0, now).answer;
    }

    /// Calls that are answered, each with this figure.
    void call(std::size_t account, Work work, std::optional<int> app, std::optional<int> business)
    {
        governor.departed(account, work, now);
        graph::Ending ending;
        ending.was_answered = true;
        ending.usage.app_percent = app;
        ending.usage.business_percent = business;
        governor.ended(account, ending, now);
    }

    void
    refuse(std::size_t account, FailureClass kind, std::optional<std::chrono::seconds> told = {})
    {
        governor.departed(account, Work::lists, now);
        graph::Ending ending;
        ending.was_answered = true;
        ending.failure = kind;
        ending.regain_after = told;
        governor.ended(account, ending, now);
    }

    std::vector<Work> going(std::size_t account)
    {
        std::vector<Work> works;
        for (std::size_t place = 0; place < work_count; ++place)
            if (ask(account, static_cast<Work>(place)) == Answer::go)
                works.push_back(static_cast<Work>(place));
        return works;
    }

    /// Of these, those whose calls the platform counts for the account.
    std::vector<Work> counted(std::size_t account)
    {
        auto works = going(account);
        std::erase_if(works, [](Work work) { return !manner_of(work).counts_for_account; });
        return works;
    }

    Governor governor;
    model::Instant now = start;
};

TEST_F(GovernorTest, LetsEverythingGoWhileNothingIsKnown)
{
    EXPECT_EQ(going(0).size(), work_count);
}

TEST_F(GovernorTest, ShedsTheLeastValuableFirstAndStoriesLast)
{
    std::size_t before = work_count;
    for (int percent = 0; percent <= 100; ++percent) {
        call(0, Work::lists, percent, {});
        const auto works = going(0);
        ASSERT_LE(works.size(), before) << percent;
        for (std::size_t place = 0; place < works.size(); ++place)
            EXPECT_EQ(works.at(place), static_cast<Work>(place)) << "the most valuable go";
        before = works.size();
        EXPECT_TRUE(percent < 75 || before < work_count) << "slows before it is warned";
        EXPECT_TRUE(percent != 94 || works == std::vector{Work::story_ends});
    }
    EXPECT_EQ(before, 0U);
}

TEST_F(GovernorTest, EachAppAndEachAccountHasItsOwn)
{
    call(0, Work::lists, {}, 97);
    EXPECT_THAT(counted(0), IsEmpty());
    EXPECT_EQ(going(1).size(), work_count);
    call(1, Work::lists, 97, {});
    EXPECT_THAT(going(1), IsEmpty()) << "its app";
    EXPECT_EQ(going(2).size(), work_count) << "another app";
}

TEST_F(GovernorTest, PlaceOfOneThatWentIsANewcomersWithoutItsPast)
{
    call(0, Work::lists, {}, 97);
    refuse(1, FailureClass::account_throttled, 17min);
    governor.expect(0, Work::lists, 1'000);
    governor.vacate(0);
    auto newcomer = config_of({config::Login::facebook}).accounts.front();
    newcomer.user_id = 99;
    governor.seat(0, newcomer);
    EXPECT_EQ(going(0).size(), work_count);
    EXPECT_EQ(governor.state(0, now).calls_in_hour, 0);
    EXPECT_EQ(governor.blocked_until(1), start + 17min) << "the others keep theirs";
    governor.heed({{99, {}, start + 5min}, {18, {}, start + 9min}}, now);
    EXPECT_EQ(governor.blocked_until(0), start + 5min)
        << "what concerns the one that went does not";
}

TEST_F(GovernorTest, OneThatComesBackToAnotherPlaceIsFoundThere)
{
    auto first = config_of({config::Login::instagram}).accounts.front();
    auto other = first;
    other.user_id = 99;
    governor.vacate(0);
    governor.seat(3, first);
    governor.seat(0, other);
    governor.heed({{first.user_id, {}, start + 5min}}, now);
    EXPECT_EQ(governor.blocked_until(3), start + 5min);
    EXPECT_EQ(governor.blocked_until(0), model::Instant{});
}

TEST_F(GovernorTest, OneThatIsConfiguredOtherwiseKeepsItsUse)
{
    call(0, Work::lists, {}, 97);
    auto settings = config_of({config::Login::facebook}).accounts.front();
    governor.change(0, settings);
    EXPECT_THAT(counted(0), IsEmpty());
    call(2, Work::lists, 97, {});
    EXPECT_THAT(going(0), IsEmpty()) << "it is of the other app now";
    EXPECT_EQ(going(1).size(), work_count);
}

TEST_F(GovernorTest, BlockLastsExactlyAsLongAsTold)
{
    refuse(0, FailureClass::account_throttled, 17min);
    EXPECT_EQ(governor.blocked_until(0), start + 17min);
    EXPECT_EQ(governor.blocked_until(1), model::Instant{});
    now = start + 17min - 1s;
    EXPECT_THAT(counted(0), IsEmpty());
    now = start + 17min;
    EXPECT_EQ(ask(0, Work::stories), Answer::go);
}

TEST_F(GovernorTest, OneCallAtATimeFindsOutWhetherABlockIsOver)
{
    refuse(0, FailureClass::app_throttled, 5min);
    now = start + 5min;
    EXPECT_EQ(ask(1, Work::lists), Answer::go);
    governor.departed(1, Work::lists, now);
    EXPECT_EQ(ask(0, Work::lists), Answer::tried);
    EXPECT_EQ(ask(1, Work::stories), Answer::tried);
    EXPECT_EQ(ask(2, Work::lists), Answer::go) << "another app";
    graph::Ending lost;
    governor.ended(1, lost, now);
    EXPECT_EQ(ask(0, Work::lists), Answer::go) << "an answer that never came found out nothing";
    call(0, Work::lists, 50, {});
    governor.departed(0, Work::lists, now);
    EXPECT_EQ(ask(1, Work::lists), Answer::go);
}

TEST_F(GovernorTest, UntoldBlocksDoubleAndEndWithAnAnswer)
{
    std::vector<std::chrono::minutes> waits;
    for (int time = 0; time < 7; ++time) {
        refuse(0, FailureClass::account_throttled);
        waits.push_back(std::chrono::floor<std::chrono::minutes>(governor.blocked_until(0) - now));
        now = governor.blocked_until(0);
    }
    std::chrono::minutes least{1};
    for (const auto wait : waits) {
        EXPECT_GE(wait, least);
        EXPECT_LE(wait, least + least / 2);
        least = std::min(least * 2, 30min);
    }
    call(0, Work::lists, {}, 10);
    refuse(0, FailureClass::account_throttled);
    EXPECT_LT(governor.blocked_until(0) - now, 2min) << "begins anew";
}

TEST_F(GovernorTest, RefusalsOfCallsUnderWayDoNotDoubleTheBlock)
{
    for (int call = 0; call < 4; ++call)
        governor.departed(0, Work::lists, now);
    graph::Ending throttled;
    throttled.was_answered = true;
    throttled.failure = FailureClass::account_throttled;
    for (int call = 0; call < 4; ++call)
        governor.ended(0, throttled, now);
    EXPECT_LT(governor.blocked_until(0) - now, 2min);
}

TEST_F(GovernorTest, EstimateBesideAGoodAnswerBlocksAsWell)
{
    governor.departed(0, Work::lists, now);
    graph::Ending ending;
    ending.was_answered = true;
    ending.usage.business_percent = 100;
    ending.usage.regain_after = 9min;
    ending.regain_after = 9min;
    governor.ended(0, ending, now);
    EXPECT_EQ(governor.blocked_until(0), start + 9min);
}

TEST_F(GovernorTest, ThoseWhoWaitComeBackApartAndStoriesFirst)
{
    refuse(0, FailureClass::account_throttled, 5min);
    const auto again = [&](Work work, std::uint64_t key) {
        return governor.ask(0, work, Stage::begins, key, now).again;
    };
    std::set<model::Instant> instants;
    for (std::uint64_t key = 0; key < 10; ++key) {
        EXPECT_GE(again(Work::story_ends, key), start + 5min);
        EXPECT_LT(again(Work::story_ends, key), again(Work::old_posts, 0));
        instants.insert(again(Work::old_posts, key));
    }
    EXPECT_EQ(instants.size(), 10U);
}

TEST_F(GovernorTest, KeepsRoomForStoriesThatAreStillToCome)
{
    governor.expect(0, Work::stories, 2); // 48 of 100 calls a day
    call(0, Work::old_posts, {}, 0);
    for (int percent = 1; percent <= 30; ++percent)
        call(0, Work::old_posts, {}, percent);
    EXPECT_EQ(ask(0, Work::old_posts), Answer::go) << "30 and 53 are under 86";
    for (int percent = 31; percent <= 36; ++percent)
        call(0, Work::old_posts, {}, percent);
    EXPECT_EQ(ask(0, Work::old_posts), Answer::shed) << "though 36 percent are little";
    EXPECT_EQ(ask(0, Work::stories), Answer::go);
    governor.expect(0, Work::stories, 0.5);
    EXPECT_EQ(ask(0, Work::old_posts), Answer::go) << "fewer stories";
}

TEST_F(GovernorTest, TurnThatHasBegunMayGoFurther)
{
    call(0, Work::lists, {}, 84);
    EXPECT_EQ(ask(0, Work::account_days), Answer::shed);
    EXPECT_EQ(ask(0, Work::account_days, Stage::goes_on), Answer::go);
    EXPECT_EQ(ask(0, Work::fresh_posts, Stage::goes_on), Answer::shed) << "4 points, no more";
    call(0, Work::lists, {}, 82);
    EXPECT_EQ(ask(0, Work::fresh_posts), Answer::shed);
    EXPECT_EQ(ask(0, Work::fresh_posts, Stage::goes_on), Answer::go) << "a post is read to its end";
    call(0, Work::lists, {}, 97);
    for (std::size_t place = 0; place < work_count; ++place)
        EXPECT_EQ(
            ask(0, static_cast<Work>(place), Stage::goes_on) == Answer::shed,
            manner_of(static_cast<Work>(place)).counts_for_account)
            << place;
}

TEST_F(GovernorTest, ScarcityGrowsWithTheFullerPool)
{
    EXPECT_EQ(governor.scarcity(0, now), 1);
    call(0, Work::lists, {}, 60);
    EXPECT_EQ(governor.scarcity(0, now), 1);
    call(1, Work::lists, 72, {});
    EXPECT_NEAR(governor.scarcity(0, now), 2, 0.1);
    EXPECT_EQ(governor.scarcity(2, now), 1);
}

TEST_F(GovernorTest, StateTellsWhatItKnows)
{
    call(0, Work::lists, {}, {});
    auto state = governor.state(0, now);
    EXPECT_EQ(state.app_percent, std::nullopt);
    EXPECT_EQ(state.calls_in_hour, 1);
    EXPECT_EQ(state.calls_in_day, 1);
    EXPECT_THAT(state.shedding, IsEmpty());
    call(0, Work::lists, {}, 70);
    refuse(1, FailureClass::account_throttled, 5min);
    state = governor.state(0, now);
    EXPECT_EQ(state.account_percent, 70);
    EXPECT_THAT(state.shedding, ElementsAre("demographics", "backfill", "edges"));
    EXPECT_EQ(state.blocked_until, std::nullopt);
    EXPECT_EQ(governor.state(1, now).blocked_until, start + 5min);
    now += 2h;
    EXPECT_EQ(governor.state(0, now).calls_in_hour, 0);
    EXPECT_EQ(governor.state(0, now).calls_in_day, 2);
}

class ReservedGovernorTest : public GovernorTest
{
protected:
    ReservedGovernorTest() : GovernorTest{50} {}
};

TEST_F(ReservedGovernorTest, LeavesTheReserveToOthers)
{
    for (int percent = 0; percent <= 46; ++percent)
        call(0, Work::lists, {}, percent);
    EXPECT_THAT(counted(0), ElementsAre(Work::story_ends));
    for (int percent = 47; percent <= 48; ++percent)
        call(0, Work::lists, {}, percent);
    EXPECT_THAT(counted(0), IsEmpty());
}

TEST_F(ReservedGovernorTest, WhatOthersUseIsTakenFromTheReserveFirst)
{
    for (int percent = 50; percent <= 60; ++percent)
        call(0, Work::lists, {}, percent);
    EXPECT_EQ(going(0).size(), work_count) << "50 are others', 10 are ours";
    for (int percent = 61; percent <= 96; ++percent)
        call(0, Work::lists, {}, percent);
    EXPECT_THAT(counted(0), ElementsAre(Work::story_ends));
}

TEST_F(GovernorTest, CallThatWaitedForAConnectionDoesNotLeaveDuringABlock)
{
    governor.departed(0, Work::lists, now);
    governor.departed(0, Work::lists, now);
    EXPECT_EQ(governor.ask_again(0, now), Answer::go);
    graph::Ending throttled;
    throttled.was_answered = true;
    throttled.failure = FailureClass::account_throttled;
    governor.ended(0, throttled, now);
    EXPECT_EQ(governor.ask_again(0, now), Answer::blocked);
    EXPECT_EQ(governor.ask_again(1, now), Answer::go) << "another account";
    governor.called_back(0, Work::lists, now);
    EXPECT_EQ(governor.state(0, now).calls_in_hour, 1);
    EXPECT_EQ(governor.state(0, now).calls_in_day, 1) << "it counts as none";
    now = governor.blocked_until(0);
    EXPECT_EQ(ask(0, Work::lists), Answer::go) << "nothing is under way any more";
}

TEST_F(GovernorTest, AfterABlockOneOfThoseThatWaitedForAConnectionIsSent)
{
    refuse(0, FailureClass::account_throttled, 1min);
    governor.departed(0, Work::lists, now);
    governor.departed(0, Work::lists, now);
    now += 1min;
    EXPECT_EQ(governor.ask_again(0, now), Answer::tried);
    governor.called_back(0, Work::lists, now);
    EXPECT_EQ(governor.ask_again(0, now), Answer::go);
}

/// Such as a 429 with an empty body.
TEST_F(GovernorTest, RefusalWithoutAFigureSaysThatThePoolIsFull)
{
    refuse(0, FailureClass::account_throttled, 1min);
    now += 1min;
    call(0, Work::story_ends, {}, {});
    EXPECT_EQ(governor.state(0, now).account_percent > 99, true);
    EXPECT_THAT(counted(0), IsEmpty()) << "one trial does not let all go at once";
    EXPECT_EQ(going(1).size(), work_count);
}

TEST_F(GovernorTest, OneFigureThatCannotBeSilencesNobodyForLong)
{
    call(0, Work::lists, {}, 1000);
    EXPECT_EQ(governor.state(0, now).account_percent, 100);
    EXPECT_THAT(counted(0), IsEmpty());
    now += 5min;
    EXPECT_THAT(counted(0), ElementsAre(Work::story_ends)) << "the most valuable finds out first";
    now += 5min;
    EXPECT_THAT(counted(0), ElementsAre(Work::story_ends, Work::stories));
    governor.departed(0, Work::stories, now);
    EXPECT_THAT(counted(0), IsEmpty()) << "one call";
    graph::Ending answered;
    answered.was_answered = true;
    answered.usage.business_percent = 12;
    governor.ended(0, answered, now);
    EXPECT_EQ(going(0).size(), work_count);
}

TEST_F(GovernorTest, AnswerWithoutAnyFigureDoesNotEndTheDoubtAtOnce)
{
    call(0, Work::lists, {}, 100);
    now += 5min;
    call(0, Work::story_ends, {}, {});
    EXPECT_THAT(counted(0), IsEmpty()) << "the next may find out minutes later";
    now += 5min;
    EXPECT_THAT(counted(0), ElementsAre(Work::story_ends));
}

TEST_F(GovernorTest, ErrorThatSaysNothingOfTheLimitDoesNotEndABlock)
{
    refuse(0, FailureClass::app_throttled, 1min);
    now += 1min;
    refuse(0, FailureClass::transient);
    governor.departed(0, Work::lists, now);
    EXPECT_EQ(ask(1, Work::stories), Answer::tried) << "still one at a time";
    graph::Ending error;
    error.was_answered = true;
    error.failure = FailureClass::object_gone;
    error.usage.app_percent = 20;
    governor.ended(0, error, now);
    governor.departed(0, Work::lists, now);
    EXPECT_EQ(ask(1, Work::stories), Answer::go) << "a figure does";
}

TEST_F(GovernorTest, WhatIsToldTooOftenIsBelievedOnlyIfItIsLonger)
{
    refuse(0, FailureClass::account_throttled, 0s);
    EXPECT_EQ(governor.blocked_until(0), now + 1s);
    now += 1s;
    refuse(0, FailureClass::account_throttled, 1s);
    EXPECT_GE(governor.blocked_until(0), now + 2min) << "the second in a row";
    now = governor.blocked_until(0);
    refuse(0, FailureClass::account_throttled, 1h);
    EXPECT_EQ(governor.blocked_until(0), now + 1h);
}

TEST_F(GovernorTest, ClockThatIsSetBackBlocksNobodyForLongerThanADay)
{
    refuse(0, FailureClass::account_throttled, 5min);
    call(1, Work::lists, {}, 100);
    now -= 240h;
    EXPECT_EQ(ask(0, Work::lists), Answer::blocked);
    EXPECT_EQ(governor.blocked_until(0), now + 24h);
    EXPECT_THAT(counted(1), IsEmpty());
    now += 24h;
    EXPECT_EQ(ask(0, Work::story_ends), Answer::go);
    EXPECT_EQ(going(1).size(), work_count);
}

TEST_F(GovernorTest, BlockThatAnotherWasToldOfHoldsHereToo)
{
    refuse(0, FailureClass::account_throttled, 30min);
    refuse(2, FailureClass::app_throttled, 10min);
    Governor other{config_with(0)};
    other.heed(governor.blocks(now), now);
    EXPECT_EQ(other.blocked_until(0), now + 30min);
    EXPECT_EQ(other.blocked_until(1), model::Instant{}) << "neither its account nor its app";
    EXPECT_EQ(other.blocked_until(2), now + 10min);
    now += 30min;
    other.departed(0, Work::lists, now);
    EXPECT_EQ(other.ask(0, Work::stories, Stage::begins, 0, now).answer, Answer::tried)
        << "one call finds out whether it is over";
}

TEST_F(GovernorTest, BlockOfAnUnknownAppOrAccountIsNobodysHere)
{
    governor.heed({{0, "another app", now + 1h}, {99, {}, now + 1h}}, now);
    EXPECT_EQ(going(0).size(), work_count);
    EXPECT_EQ(going(2).size(), work_count);
    EXPECT_THAT(governor.blocks(now), IsEmpty());
}

TEST_F(GovernorTest, BlockThatIsOverWhenItIsHeardOfStopsNobody)
{
    governor.heed({{18, {}, now - 1min}}, now);
    EXPECT_EQ(going(0).size(), work_count);
    governor.heed({{18, {}, now + 240h}}, now);
    EXPECT_EQ(governor.blocked_until(0), now + 24h) << "no block lasts longer";
}

/// An app whose other programs already use much of it: what the daemon finds at its start.
TEST_F(GovernorTest, RecoversByItselfFromAFigureThatAllowsNothing)
{
    call(0, Work::lists, 99, {});
    EXPECT_THAT(going(0), IsEmpty());
    now += 10min;
    EXPECT_EQ(ask(0, Work::story_ends), Answer::go) << "old figures say less and less";
    EXPECT_EQ(ask(0, Work::old_posts), Answer::shed);
    now += 50min;
    EXPECT_EQ(going(0).size(), work_count);
}

TEST_F(GovernorTest, ConversationsGoTwiceASecondForEachAccount)
{
    EXPECT_EQ(ask(0, Work::conversations), Answer::go);
    governor.departed(0, Work::conversations, now);
    const auto verdict = governor.ask(0, Work::conversations, Stage::goes_on, 0, now);
    EXPECT_EQ(verdict.answer, Answer::paced);
    EXPECT_EQ(verdict.again, now + 500ms) << "when to ask again";
    EXPECT_EQ(ask(0, Work::old_posts), Answer::go) << "a pace of their own";
    EXPECT_EQ(ask(1, Work::conversations), Answer::go) << "another account";
    now += 499ms;
    EXPECT_EQ(ask(0, Work::conversations), Answer::paced);
    now += 1ms;
    EXPECT_EQ(ask(0, Work::conversations), Answer::go);
    now -= 1h;
    EXPECT_EQ(governor.ask(0, Work::conversations, Stage::begins, 0, now).again, now + 500ms)
        << "a clock that was set back keeps none for longer";
}

/// Messages are not among the calls that the platform counts for the account.
TEST_F(GovernorTest, ConversationsHaveALimitOfTheirOwn)
{
    call(0, Work::lists, {}, 94);
    EXPECT_EQ(ask(0, Work::old_posts), Answer::shed);
    EXPECT_EQ(ask(0, Work::conversations), Answer::go);
    governor.departed(0, Work::conversations, now);
    graph::Ending ending;
    ending.was_answered = true;
    ending.failure = FailureClass::account_throttled;
    ending.regain_after = 10min;
    ending.usage.business_percent = 100;
    governor.call_beside_ended(0, Work::conversations, ending, now);
    now += 1s;
    EXPECT_EQ(ask(0, Work::conversations), Answer::blocked);
    EXPECT_EQ(ask(0, Work::story_ends), Answer::go) << "its own figure is as it was";
    EXPECT_EQ(governor.blocked_until(0), model::Instant{}) << "nothing else is blocked";
    now += 10min;
    EXPECT_EQ(ask(0, Work::conversations), Answer::go);
}

TEST_F(GovernorTest, ConversationsCountForTheApp)
{
    call(0, Work::lists, 99, {});
    EXPECT_EQ(ask(0, Work::conversations), Answer::shed);
}

/// The platform's words: all endpoints count for the account but messages, competitors, hashtags.
TEST_F(GovernorTest, CompetitorsAreBesideTheAccountsLimitAndBesideMessages)
{
    call(0, Work::lists, {}, 94);
    EXPECT_EQ(ask(0, Work::edges), Answer::shed);
    EXPECT_EQ(ask(0, Work::competitors), Answer::go);
    governor.departed(0, Work::competitors, now);
    graph::Ending ending;
    ending.was_answered = true;
    ending.failure = FailureClass::account_throttled;
    ending.regain_after = 10min;
    governor.call_beside_ended(0, Work::competitors, ending, now);
    now += 2s;
    EXPECT_EQ(ask(0, Work::competitors), Answer::blocked);
    EXPECT_EQ(ask(0, Work::conversations), Answer::go);
    EXPECT_EQ(ask(0, Work::story_ends), Answer::go);
    EXPECT_EQ(governor.state(0, now).calls_in_day, 1) << "the list alone";
    call(0, Work::lists, 60, {});
    now += 10min;
    EXPECT_EQ(ask(0, Work::competitors), Answer::shed) << "they count for the app";
}

TEST_F(GovernorTest, PacedWorkIsNotShed)
{
    governor.departed(0, Work::conversations, now);
    EXPECT_THAT(governor.state(0, now).shedding, IsEmpty());
}

TEST_F(GovernorTest, RoomIsNotKnownWhileThePlatformSaysNothing)
{
    EXPECT_EQ(governor.room(0, Work::old_posts, now), std::nullopt);
    call(0, Work::lists, {}, {});
    EXPECT_EQ(governor.room(0, Work::old_posts, now), std::nullopt);
}

TEST_F(GovernorTest, RoomIsWhatMayLeaveBeforeTheWorkIsShed)
{
    for (int percent = 0; percent <= 20; ++percent)
        call(0, Work::old_posts, percent, {}); // a call is a percent
    const auto room = governor.room(0, Work::old_posts, now);
    ASSERT_TRUE(room);
    EXPECT_NEAR(*room, 72 - 20, 2);
    EXPECT_GT(*governor.room(0, Work::stories, now), *room);
    for (int call_number = 0; call_number < 10; ++call_number)
        governor.departed(0, Work::old_posts, now);
    EXPECT_NEAR(*governor.room(0, Work::old_posts, now), *room - 10, 2);
}

TEST_F(GovernorTest, RoomIsThatOfTheFullerPool)
{
    call(0, Work::lists, 10, 70);
    EXPECT_NEAR(*governor.room(0, Work::old_posts, now), (72 - 70) * 200 / 100, 1)
        << "a limit that is not known yet is taken for the smallest there is";
    call(0, Work::lists, 10, 99);
    EXPECT_EQ(governor.room(0, Work::old_posts, now), 0);
}

TEST_F(GovernorTest, BlockLeavesNoRoom)
{
    refuse(0, FailureClass::account_throttled, 17min);
    EXPECT_EQ(governor.room(0, Work::stories, now), 0);
    now += 17min;
    EXPECT_EQ(governor.room(0, Work::stories, now), 0) << "one call finds out first";
}

TEST_F(GovernorTest, WhatIsOfAnAppIsToldApartFromWhatIsOfAnAccount)
{
    call(0, Work::lists, 40, 70);
    refuse(1, FailureClass::account_throttled, 9min);
    refuse(2, FailureClass::app_throttled, 17min);
    const auto instagram = governor.state_of_app(config::Login::instagram, now);
    EXPECT_EQ(instagram.percent, 40);
    EXPECT_EQ(instagram.blocked_until, std::nullopt) << "an account's block is not its app's";
    const auto facebook = governor.state_of_app(config::Login::facebook, now);
    EXPECT_EQ(facebook.blocked_until, start + 17min);
    EXPECT_EQ(governor.state(1, now).own_block_until, start + 9min);
    EXPECT_EQ(governor.state(2, now).own_block_until, std::nullopt);
    EXPECT_EQ(governor.state(2, now).blocked_until, start + 17min) << "with its app";
    now += 18min;
    EXPECT_EQ(governor.state_of_app(config::Login::facebook, now).blocked_until, std::nullopt);
}

} // namespace
} // namespace insightd::budget
