#include "daemon/story_book.hpp"
#include "daemon/story_trouble.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using model::Absence;
using model::Number;
using model::Provenance;
using model::StoryState;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");
const auto expires = noon + 24h;
const config::Schedule schedule;

model::StoryEntry a_story()
{
    model::Media media;
    media.id = 7;
    media.published_at = noon;
    media.expires_at = expires;
    return found_story(media, schedule, noon + 3min);
}

model::StoryEntry read_at(model::Instant instant, StoryAnswer answer = StoryAnswer::numbers)
{
    return after_answer(a_story(), answer, instant);
}

/// Every instant at which it is asked if every try succeeds.
std::vector<model::Instant> readings_of(const model::StoryEntry& story, std::uint64_t key)
{
    std::vector<model::Instant> readings;
    for (auto next = next_story_reading(story, 0, schedule, noon, key); next && *next < expires;
         next = next_story_reading(story, 0, schedule, *next, key))
        readings.push_back(*next);
    return readings;
}

TEST(StoryReading, GrowsDenserAndEndsWithThreeInTheLastMinutes)
{
    for (std::uint64_t key = 0; key < 50; ++key) {
        const auto readings = readings_of(a_story(), key);
        for (std::size_t reading = 1; reading < readings.size(); ++reading) {
            const auto before_end = expires - readings[reading - 1];
            EXPECT_LE(
                readings[reading] - readings[reading - 1], before_end > 1h ? 10min : 7min + 30s);
        }
        EXPECT_EQ(readings.back(), expires - 150s);
        EXPECT_EQ(readings[readings.size() - 2], expires - 7min - 30s);
        EXPECT_EQ(readings[readings.size() - 3], expires - 15min);
    }
}

TEST(StoryReading, FollowsTheEndOnce)
{
    const auto story = read_at(expires - 150s);
    const auto after = next_story_reading(story, 0, schedule, expires - 150s, 7);
    EXPECT_THAT(*after, AllOf(Ge(expires + 1min), Le(expires + 2min)));
    const auto closed = after_answer(story, StoryAnswer::refused, *after);
    EXPECT_EQ(closed.state, StoryState::final);
    EXPECT_EQ(next_story_reading(closed, 0, schedule, *after, 7), std::nullopt);
}

TEST(StoryReading, FailuresNearTheEndAreRetriedWithinAMinuteAndOftenEnough)
{
    int tries = 0;
    auto now = expires - 10min;
    for (; now < expires; ++tries) {
        const auto next = next_story_reading(a_story(), tries + 1, schedule, now, 7);
        ASSERT_GT(*next, now) << "time goes on";
        ASSERT_LE(*next - now, now < expires - 1min ? 1min : 3min);
        now = *next;
    }
    EXPECT_THAT(tries, AllOf(Ge(10), Le(60)));
    EXPECT_LE(*next_story_reading(a_story(), 99, schedule, expires + 1h, 7), expires + 1h + 11min);
}

TEST(StoryReading, GoesAtOnceWhereTheEndPassedUnseen)
{
    EXPECT_EQ(next_story_reading(a_story(), 0, schedule, expires + 72h, 7), expires + 72h);
}

TEST(StoryLedger, AnswerInTheLastMinutesIsFinalAlsoIfItSaysTooFewViewers)
{
    const auto story = read_at(expires - 15min, StoryAnswer::too_few_viewers);
    const auto closed = after_answer(story, StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(closed.state, StoryState::final);
    EXPECT_EQ(closed.reason, "");
    EXPECT_EQ(closed.closed_at, expires + 1min);
    EXPECT_EQ(closed.provenance, std::nullopt) << "no number was ever answered";
}

TEST(StoryLedger, AnswerBeforeTheLastMinutesIsMissedWithTheReason)
{
    auto story = read_at(expires - 16min);
    story = after_failure(story, trouble_of(graph::FailureClass::transient), noon, expires - 14min);
    story = after_failure(story, trouble_of(graph::FailureClass::transient), noon, expires - 1min);
    const auto closed = after_answer(story, StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(closed.state, StoryState::missed);
    EXPECT_EQ(closed.reason_kind, "api_failing");
    EXPECT_EQ(
        closed.reason, "the API was unreachable or failed from 2026-03-02T11:46:00Z to "
                       "2026-03-02T11:59:00Z");
}

TEST(StoryLedger, TroubleThatWasOverBeforeTheLastMinutesIsNoReason)
{
    auto story = after_failure(a_story(), "throttled", noon, noon + 1h);
    const auto closed = after_answer(story, StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(closed.reason_kind, trouble::not_asked);
}

TEST(StoryLedger, EveryFailureHasAKindAndEveryKindHasWords)
{
    for (int kind = 0; kind <= static_cast<int>(graph::FailureClass::held_back); ++kind) {
        const auto name = trouble_of(static_cast<graph::FailureClass>(kind));
        const auto closed = after_answer(
            after_failure(a_story(), name, noon, expires - 1min), StoryAnswer::refused,
            expires + 1min);
        EXPECT_EQ(closed.reason_kind, name);
        EXPECT_THAT(closed.reason, ::testing::Not(HasSubstr(std::string{name} + " from")));
    }
}

TEST(StoryLedger, StoryThatWasFoundTooLateSaysSo)
{
    auto story = a_story();
    story.found_at = expires - 1min;
    const auto closed = after_answer(story, StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(closed.reason_kind, trouble::found_late);
}

TEST(StoryLedger, AnswerAfterTheEndIsAHighlightThatIsReadOnUntilItIsRefused)
{
    auto story = after_answer(a_story(), StoryAnswer::numbers, expires + 90s);
    EXPECT_EQ(story.state, StoryState::final);
    EXPECT_TRUE(story.is_highlight);
    EXPECT_EQ(story.provenance, Provenance::highlight);
    const auto next = next_story_reading(story, 0, schedule, expires + 90s, 7);
    EXPECT_THAT(*next, AllOf(Ge(expires + 90s), Le(expires + 90s + 15min)));
    story = without_highlight(story, expires + 48h);
    EXPECT_EQ(next_story_reading(story, 0, schedule, expires + 48h, 7), std::nullopt);
    EXPECT_EQ(story.state, StoryState::final);
}

TEST(StoryLedger, TriesAfterTheEndFailForHoursBeforeItIsGivenUp)
{
    auto story = after_failure(a_story(), "api_failing", noon, expires + 90min);
    EXPECT_EQ(story.state, StoryState::open);
    story = after_failure(a_story(), "api_failing", noon, expires + 2h);
    EXPECT_EQ(story.state, StoryState::missed);
    story = after_failure(a_story(), "api_failing", expires + 72h, expires + 73h);
    EXPECT_EQ(story.state, StoryState::open) << "the tries began late, after a restart";
}

TEST(StoryLedger, PushedNumbersWinIfTheyAreNewer)
{
    const auto polled = read_at(expires - 150s);
    EXPECT_EQ(after_push(polled, expires - 1h, expires + 1s), polled);
    const auto pushed = after_push(polled, expires, expires + 1s);
    EXPECT_EQ(pushed.state, StoryState::open) << "the last try is still made";
    const auto closed = after_answer(pushed, StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(closed.state, StoryState::webhook);
    const auto missed = after_answer(a_story(), StoryAnswer::refused, expires + 1min);
    EXPECT_EQ(missed.state, StoryState::missed);
    const auto late = after_push(missed, expires, expires + 5min);
    EXPECT_EQ(late.state, StoryState::webhook);
    EXPECT_EQ(late.reason, "");
    EXPECT_EQ(late.closed_at, missed.closed_at);
}

TEST(StoryLedger, TellsAnswersApart)
{
    EXPECT_EQ(
        story_answer({{{"views", Absence::empty}, {"reach", Number{0L}}}, {}}),
        StoryAnswer::numbers);
    EXPECT_EQ(
        story_answer({{{"views", Absence::too_few_viewers}}, {}}), StoryAnswer::too_few_viewers);
    EXPECT_EQ(story_answer({{{"views", Absence::gone}}, {}}), StoryAnswer::refused);
    EXPECT_EQ(story_answer({{{"views", Absence::expired}}, {}}), StoryAnswer::refused);
    EXPECT_EQ(story_answer({{{"views", Absence::empty}}, {}}), StoryAnswer::nothing);
}

/// A book with one story of the store.
StoryBook book_with(model::StoryEntry story, model::Instant last_alive, model::Instant now)
{
    StoryBook book;
    book.remember(std::move(story), last_alive, now);
    return book;
}

model::Batch refused_at(model::Instant instant)
{
    model::Batch rows;
    rows.samples.push_back({7, instant, {{{"views", Absence::expired}}, {}}});
    return rows;
}

TEST(StoryBook, DaemonThatWasAwayAtTheEndIsTheReason)
{
    const auto began = expires + 72h;
    auto book = book_with(read_at(expires - 2h), expires - 1h, began);
    EXPECT_EQ(book.next_due(7, schedule, began), began) << "the try after is made at once";
    const auto judged = book.judged(refused_at(began), {}, std::nullopt, schedule, began);
    ASSERT_THAT(judged, SizeIs(1));
    EXPECT_EQ(judged[0].state, StoryState::missed);
    EXPECT_EQ(judged[0].reason_kind, trouble::not_running);
    EXPECT_EQ(
        judged[0].reason,
        "insightd was not running from 2026-03-02T11:00:00Z to 2026-03-05T12:00:00Z");
    EXPECT_TRUE(book.is_open(7)) << "until the store has taken it";
    book.take(judged);
    EXPECT_FALSE(book.is_open(7));
    EXPECT_EQ(book.counts().closed[static_cast<std::size_t>(StoryState::missed)], 1);
}

TEST(StoryBook, QuickRestartIsNoTrouble)
{
    const auto now = expires - 5min;
    const auto book = book_with(a_story(), now - 30s, now);
    EXPECT_TRUE(book.judged({}, {}, std::nullopt, schedule, now).empty());
}

TEST(StoryBook, HeldUpStoryIsToldWithTheNextPollAndTheLongestTroubleNamesTheReason)
{
    auto book = book_with(a_story(), expires - 20min, expires - 20min);
    book.hold_up(7, "token_dead", expires - 14min, expires + 30min);
    book.hold_up(7, "throttled", expires + 1min, expires + 2min);
    auto told = book.judged({}, {}, std::nullopt, schedule, expires + 2min);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told[0].troubles, SizeIs(2));
    told = book.judged(refused_at(expires + 3min), {}, std::nullopt, schedule, expires + 3min);
    EXPECT_EQ(told[0].reason_kind, "token_dead");
}

model::Batch answer_at(model::Instant instant)
{
    model::Batch rows;
    rows.samples.push_back({7, instant, {{{"views", Number{9L}}}, {}}});
    return rows;
}

TEST(StoryBook, TroubleThatCameWhileALineWasBeingStoredIsKept)
{
    auto book = book_with(a_story(), expires - 20min, expires - 20min);
    const auto stored =
        book.judged(answer_at(expires - 16min), {}, std::nullopt, schedule, expires - 16min);
    book.hold_up(7, trouble::rows_lost, expires - 15min, expires - 10min);
    book.take(stored);
    const auto told = book.judged({}, {}, std::nullopt, schedule, expires - 9min);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_THAT(told[0].troubles, SizeIs(1));
    EXPECT_EQ(told[0].last_answer_at, expires - 16min);
}

TEST(StoryBook, WhatWasMissedWhileTheAccountStoodStillSaysSo)
{
    auto book = book_with(a_story(), expires - 20min, expires - 20min);
    book.stood_still(trouble::rows_lost, expires - 18min, expires + 3h);
    book.hold_up(7, trouble::refused, expires + 3h, expires + 3h);
    const auto told = book.judged({}, {}, std::nullopt, schedule, expires + 3h);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].state, model::StoryState::missed);
    EXPECT_EQ(told[0].reason_kind, trouble::rows_lost);
}

TEST(StoryBook, PollThatFailedHalfWayIsAnAnswerAllTheSame)
{
    auto book = book_with(a_story(), expires - 20min, expires - 20min);
    graph::Failure failure;
    failure.kind = graph::FailureClass::transient;
    const auto judged =
        book.judged(answer_at(expires - 5min), {7}, failure, schedule, expires - 5min);
    ASSERT_THAT(judged, SizeIs(1));
    EXPECT_EQ(judged[0].last_answer_at, expires - 5min);
    EXPECT_THAT(judged[0].troubles, ::testing::IsEmpty());
}

TEST(StoryBook, HighlightSurvivesTwoRefusals)
{
    auto book = book_with(a_story(), expires, expires);
    model::Batch answer;
    answer.samples.push_back({7, expires + 2min, {{{"views", Number{9L}}}, {}}});
    book.take(book.judged(answer, {}, std::nullopt, schedule, expires + 2min));
    for (int refusal = 1; refusal <= 3; ++refusal) {
        EXPECT_TRUE(book.next_due(7, schedule, expires + 1h)) << refusal;
        const auto now = expires + refusal * 1h;
        book.take(book.judged(refused_at(now), {}, std::nullopt, schedule, now));
    }
    EXPECT_FALSE(book.next_due(7, schedule, expires + 5h));
    EXPECT_EQ(book.forget(expires + 25h), std::vector<model::MediaId>{7});
}

} // namespace
} // namespace insightd::daemon
