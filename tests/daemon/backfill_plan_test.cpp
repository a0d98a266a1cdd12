#include "daemon/backfill_plan.hpp"
#include "daemon/progress_bar.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using std::chrono::days;
using ::testing::HasSubstr;
using Step = BackfillPlan::Step;
using namespace std::chrono_literals;

const auto now = at("2026-03-01T12:00:00Z");

config::Account account_of(std::int64_t calls_per_hour = 60)
{
    config::Account account;
    account.timezone = "Europe/Berlin";
    account.backfill.calls_per_hour = calls_per_hour;
    return account;
}

model::Batch rows_of(model::Backfill row, std::int64_t calls = 1)
{
    model::Batch rows;
    rows.backfills.push_back(std::move(row));
    rows.runs.emplace_back();
    rows.runs.back().collector = "backfill";
    rows.runs.back().calls = calls;
    return rows;
}

/// One that knows its days: ten of them, from the newest that is settled.
BackfillPlan reading(std::optional<model::Day> since = std::nullopt)
{
    BackfillPlan plan{account_of()};
    plan.learn(rows_of(asked_for(since, now)));
    const auto windows = collectors::day_windows({}, "UTC", now);
    plan.learn(rows_of(plan.begun(windows, now)));
    plan.learn(rows_of(plan.with_posts({2, 1, true}, now)));
    collectors::Look look;
    look.oldest_served = plan.search().next().at(9);
    plan.search().take(look);
    for (int silent = 0; silent < 4; ++silent)
        plan.search().take({});
    plan.learn(rows_of(plan.looked(plan.search(), now)));
    return plan;
}

TEST(BackfillPlan, GoesThroughItsStepsOnce)
{
    BackfillPlan plan{account_of()};
    EXPECT_EQ(plan.next_step(), Step::begin);
    const auto windows = collectors::day_windows({}, "UTC", now);
    plan.learn(rows_of(plan.begun(windows, now)));
    EXPECT_EQ(plan.row()->first_day_end, at("2026-02-27T08:00:00Z"))
        << "the newest that is settled";
    EXPECT_EQ(plan.next_step(), Step::count_posts);
    plan.learn(rows_of(plan.with_posts({5, 5, true}, now)));
    EXPECT_EQ(plan.next_step(), Step::look_back);
    EXPECT_FALSE(plan.finished()) << "though all posts are read";

    auto read = reading();
    EXPECT_EQ(read.next_step(), Step::read_day);
    EXPECT_EQ(read.row()->days_expected, 10);
    EXPECT_THAT(read.row()->ended_because, HasSubstr("answers nothing"));
    for (int count = 10; count > 0; --count) {
        const auto next = read.next_day({});
        ASSERT_TRUE(next) << count;
        read.learn(rows_of(read.read_down_to(next, now)));
    }
    EXPECT_EQ(read.row()->days_done, 10);
    EXPECT_EQ(read.next_step(), Step::read_posts);
    read.learn(rows_of(read.with_posts({2, 2, true}, now)));
    EXPECT_TRUE(read.finished());
    EXPECT_EQ(read.next_due(now), std::nullopt);
}

TEST(BackfillPlan, DaysThatAreFinalAreNotAskedAgainWhoeverReadThem)
{
    auto plan = reading();
    model::Batch rows;
    for (const auto* name : {"2026-02-26", "2026-02-25"}) {
        rows.days.emplace_back();
        rows.days.back().day = day(name);
        rows.days.back().is_final = true;
    }
    plan.learn(rows);
    const auto next = plan.next_day({});
    ASSERT_TRUE(next);
    EXPECT_EQ(next->day, day("2026-02-24"));
    EXPECT_EQ(plan.read_down_to(next, now).days_done, 3);
}

TEST(BackfillPlan, RestartGoesOnWhereTheRowSays)
{
    auto plan = reading();
    const auto first = plan.next_day({});
    plan.learn(rows_of(plan.read_down_to(first, now)));
    BackfillPlan anew{account_of()};
    model::AccountHistory history;
    history.backfill = plan.row();
    anew.remember(history);
    EXPECT_EQ(anew.next_day({})->end, first->begin);
}

TEST(BackfillPlan, SinceIsTheOldestDayThatIsLookedFor)
{
    BackfillPlan plan{account_of()};
    plan.learn(rows_of(asked_for(day("2026-02-20"), now)));
    plan.learn(rows_of(plan.begun(collectors::day_windows({}, "UTC", now), now)));
    EXPECT_EQ(plan.search().next().back().day, day("2026-02-20"));
    collectors::Look look;
    look.oldest_served = plan.search().next().back();
    plan.search().take(look);
    const auto row = plan.looked(plan.search(), now);
    EXPECT_EQ(row.ended_because, "no older day was asked for");
    EXPECT_EQ(row.days_expected, 7);
}

TEST(BackfillPlan, SinceAfterTheSettledDaysLeavesNothingToRead)
{
    BackfillPlan plan{account_of()};
    plan.learn(rows_of(asked_for(day("2026-03-01"), now)));
    plan.learn(rows_of(plan.begun(collectors::day_windows({}, "UTC", now), now)));
    EXPECT_TRUE(plan.search().next().empty());
    const auto row = plan.looked(plan.search(), now);
    EXPECT_EQ(row.days_expected, 0);
    EXPECT_EQ(row.next_day_end, std::nullopt);
}

TEST(BackfillPlan, WithoutSinceItLooksTwoYearsBack)
{
    BackfillPlan plan{account_of()};
    plan.learn(rows_of(plan.begun(collectors::day_windows({}, "UTC", now), now)));
    while (!plan.search().found()) {
        collectors::Look look;
        look.oldest_served = plan.search().next().back();
        plan.search().take(look);
    }
    const auto row = plan.looked(plan.search(), now);
    EXPECT_GE(*row.served_from, now - furthest_back);
    EXPECT_LE(*row.served_from, now - furthest_back + days{2});
    EXPECT_THAT(row.ended_because, HasSubstr("two years"));
}

TEST(BackfillPlan, KeepsItsPace)
{
    BackfillPlan plan{account_of(60)};
    plan.learn(rows_of(asked_for({}, now), 6));
    EXPECT_EQ(plan.next_due(now), now + 6min) << "six calls, sixty an hour";
    plan.learn(rows_of(asked_for({}, now), 0));
    EXPECT_EQ(plan.next_due(now), now) << "what cost nothing need not wait";
    plan.learn(rows_of(asked_for({}, now), 6));
    plan.set_pace(BackfillPlan::Pace::at_once);
    EXPECT_EQ(plan.next_due(now), now);
}

TEST(BackfillPlan, EtaIsReckonedFromTheCallsThatAreLeft)
{
    const auto plan = reading();
    const auto a_day =
        static_cast<double>(collectors::choose_day_queries(account_of(), {}).size()) + 1.0 / 15;
    const auto hours = (10 * a_day + 3) / 60;
    EXPECT_NEAR(std::chrono::duration<double>(*plan.row()->eta - now).count(), hours * 3600, 2);
}

TEST(BackfillPlan, AccountWithoutDaysHasNoneToRead)
{
    BackfillPlan plan{account_of()};
    plan.learn(rows_of(plan.begun({}, now)));
    plan.learn(rows_of(plan.with_posts({1, 0, true}, now)));
    EXPECT_EQ(plan.next_step(), Step::read_posts);
    EXPECT_THAT(plan.row()->ended_because, HasSubstr("switched off"));
}

TEST(PastLine, TellsHowFarItCameAndHowLongItTakes)
{
    PastProgress progress;
    progress.calls = 12;
    EXPECT_EQ(past_line(progress, 1s), "looking how far back days are served  12 calls");
    progress = {40, 90, 0, 10, true, 20, 210};
    EXPECT_EQ(
        past_line(progress, 10s), "[#########---------------]  40%  40/90 days  0/10 posts  210 "
                                  "calls  ETA 0:30");
}

model::AccountDay day_that_ends_at(model::Instant end)
{
    model::AccountDay row;
    row.day_end = end;
    return row;
}

TEST(BackfillPlan, BeginsAnewWhenADayShowsAHoleThatTheLiveWorkDoesNotReach)
{
    BackfillPlan plan{account_of()};
    model::AccountHistory history;
    history.backfill = asked_for(std::nullopt, now - days{100});
    history.backfill->finished_at = now - days{90};
    history.newest_day_end = at("2026-01-09T23:00:00Z"); // Berlin's midnight
    plan.remember(history);

    EXPECT_FALSE(plan.reopened({day_that_ends_at(at("2026-01-20T23:00:00Z"))}, now));
    const auto again = plan.reopened({day_that_ends_at(at("2026-03-01T23:00:00Z"))}, now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->since, day("2026-01-05")) << "those that were not settled, too";
    plan.learn(rows_of(*again));
    EXPECT_EQ(plan.next_step(), Step::begin);
}

TEST(BackfillPlan, ThatIsUnderWayBeginsAnewForAHoleAsWellAndStillGoesAllTheWay)
{
    BackfillPlan plan{account_of()};
    model::AccountHistory history;
    history.backfill = asked_for(std::nullopt, now - days{100});
    history.newest_day_end = at("2026-01-09T23:00:00Z");
    plan.remember(history);
    const auto again = plan.reopened({day_that_ends_at(at("2026-03-01T23:00:00Z"))}, now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->since, std::nullopt);
}

} // namespace
} // namespace insightd::daemon
