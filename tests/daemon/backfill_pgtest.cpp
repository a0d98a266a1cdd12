#include "daemon/backfill_plan.hpp"
#include "daemon/store.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

// The past of an account: how far back it comes, that it is true, and what it costs the present.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::day;
using insightd::testing::Simulation;
using std::chrono::days;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const auto start = at("2026-03-20T12:00:00Z"); // the clocks changed in the US on the 8th
constexpr auto all_at_once = "defaults: {backfill: {calls_per_hour: 100000}}\n";

/// One account, and a record of what it asks.
struct Past : Simulation {
    explicit Past(const std::string& yaml = all_at_once)
        : Simulation{start, yaml, {sandbox::three_accounts().front()}}
    {
        api.watch([this](const sandbox::Request& request, const sandbox::Response&, auto) {
            const auto edge = request.path.substr(request.path.rfind('/') + 1);
            ++calls_to[edge];
            if (request.param("metric_type") != "total_value" || request.param("since").empty())
                return;
            const auto metric = request.param("metric");
            if (metric != "views" || !request.param("breakdown").empty()) // a mere look
                ++days_asked[request.param("since") + " " + metric + request.param("breakdown")];
        });
    }

    std::string status(const std::string& column) const
    {
        return value("SELECT " + column + "::text FROM insights.backfill_status").value_or("");
    }

    std::map<std::string, int> calls_to;   ///< by edge
    std::map<std::string, int> days_asked; ///< by day and question
};

/// Begin of the oldest day that is served for so many days.
model::Instant oldest_begin(int served)
{
    return sandbox::World::day_ends(start - days{served} - 1s, start).front();
}

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds.value())}};
}

/// Every day from `begin` to the newest settled one is there, final, and as the world has it.
void expect_true_days(const Past& past, model::Instant begin)
{
    const auto rows =
        past.rows("SELECT (extract(epoch FROM day_end) * 1000000)::bigint, "
                  "(extract(epoch FROM observed_at) * 1000000)::bigint, reach, views, likes, saves "
                  "FROM store.account_day WHERE is_final ORDER BY day");
    auto expected = sandbox::World::day_ends(begin, start - 48h);
    expected.pop_back(); // not settled
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        ASSERT_EQ(instant(rows[index][0]), expected[index]) << "no day is lost, none doubled";
        const char* const metrics[] = {"reach", "views", "likes", "saves"};
        for (std::size_t metric = 0; metric < 4; ++metric)
            if (const auto& stored = rows[index][metric + 2]) {
                EXPECT_EQ(
                    std::stoll(*stored),
                    past.world.account_metric(
                        0, metrics[metric], begin, expected[index], instant(rows[index][1])))
                    << metrics[metric];
            }
        begin = expected[index];
    }
}

TEST(Backfill, ReachesExactlyAsFarAsThePlatformServesAndKeepsItsWords)
{
    for (const int served : {40, 100}) {
        Past past;
        past.faults.days.series = past.faults.days.totals = served;
        past.run_until(start + 1min);
        expect_true_days(past, oldest_begin(served));
        EXPECT_EQ(past.status("state"), "finished");
        EXPECT_EQ(past.status("percent"), "100.0");
        EXPECT_THAT(past.status("ended_because"), HasSubstr("data is only available from 20"));
    }
}

TEST(Backfill, ReachesExactlyAsFarWhereThePlatformFallsSilent)
{
    Past past;
    past.faults.days = {75, 75, true};
    past.run_until(start + 1min);
    expect_true_days(past, oldest_begin(75));
    EXPECT_EQ(past.status("ended_because"), "the platform answers nothing for older days");
}

TEST(Backfill, WhatOneMetricServesNoLongerIsAbsentAndTheOthersCome)
{
    Past past;
    past.faults.days.series = past.faults.days.totals = 60;
    past.run_until(start + 1min);
    const auto absent = [&](const std::string& condition) {
        return past.value(
            "SELECT string_agg(DISTINCT coalesce(follower_count::text, absent ->> "
            "'follower_count'), ',') = 'expired' FROM insights.account_daily WHERE " +
            condition);
    };
    EXPECT_EQ(absent("day < '2026-02-18'"), "t");
    EXPECT_EQ(
        past.value("SELECT count(*) FROM insights.account_daily WHERE follower_count IS NULL AND "
                   "is_final AND day > '2026-02-20'"),
        "0")
        << "what is still served comes";
    EXPECT_EQ(
        past.value("SELECT count(*) FROM insights.account_daily WHERE reach IS NULL OR views IS "
                   "NULL"),
        "0");
    EXPECT_EQ(past.value("SELECT count(DISTINCT day) > 25 FROM store.online_followers"), "t");
}

TEST(Backfill, TotalsThatReachFurtherThanTheSeriesAreRead)
{
    Past past;
    past.faults.days.series = 40;
    past.faults.days.totals = 70;
    past.run_until(start + 1min);
    expect_true_days(past, oldest_begin(70));
    EXPECT_EQ(
        past.value("SELECT min(day)::text FROM insights.account_daily WHERE reach IS NOT NULL"),
        "2026-02-09")
        << "to the last day of the series";
    EXPECT_EQ(
        past.value("SELECT string_agg(DISTINCT absent ->> 'reach', ',') FROM "
                   "insights.account_daily WHERE reach IS NULL"),
        "expired");
}

TEST(Backfill, SeriesThatReachesFurtherThanTheTotalsIsKept)
{
    Past past;
    past.faults.days.series = 50;
    past.faults.days.totals = 35;
    past.run_until(start + 1min);
    expect_true_days(past, oldest_begin(50));
    EXPECT_EQ(
        past.value("SELECT count(*) FROM insights.account_daily WHERE day < '2026-02-10' AND "
                   "(reach IS NULL OR views IS NOT NULL)"),
        "0");
}

TEST(Backfill, RestartsAskNoFinishedDayAgain)
{
    Past past{"defaults: {backfill: {calls_per_hour: 120}}\n"};
    past.faults.days.series = past.faults.days.totals = 60;
    for (int life = 0; life < 8 && past.status("state") != "finished"; ++life) {
        past.run_until(past.clock.now() + 25min);
        past.begin();
    }
    past.run_until(start + 6h);
    EXPECT_EQ(past.status("state"), "finished");
    const auto unsettled = std::chrono::floor<std::chrono::seconds>(start - 73h);
    for (const auto& [question, times] : past.days_asked)
        if (std::stoll(question) < unsettled.time_since_epoch().count()) {
            EXPECT_EQ(times, 1) << question;
        }
    EXPECT_GT(past.days_asked.size(), 200U);
}

TEST(Backfill, DaysThatAreStoredAsFinalCostNothing)
{
    Past past;
    past.faults.days.series = past.faults.days.totals = 60;
    past.run_until(start + 1min);
    past.rows("DELETE FROM store.backfill"); // as of a database that is older than backfills
    past.days_asked.clear();
    past.begin();
    past.run_until(start + 10min);
    EXPECT_EQ(past.status("state"), "finished");
    EXPECT_TRUE(past.days_asked.empty()) << past.days_asked.begin()->first;
}

TEST(Backfill, GoesBackNoFurtherThanSince)
{
    Past past;
    model::Batch asked;
    asked.account_id = past.world.accounts()[0].user_id;
    asked.backfills.push_back(daemon::asked_for(day("2026-02-01"), start));
    insightd::testing::run(
        past.loop, past.store->database.write(std::make_shared<const model::Batch>(asked)));
    past.begin();
    past.run_until(start + 1min);
    EXPECT_EQ(past.value("SELECT min(day)::text FROM insights.account_daily"), "2026-02-01");
    EXPECT_EQ(past.status("oldest_served_day"), "2026-02-01");
    EXPECT_EQ(past.status("ended_because"), "no older day was asked for");
}

TEST(Backfill, ReadsPostsOnceThatNoScheduleReads)
{
    Past past{"defaults: {backfill: {calls_per_hour: 100000}, schedule: {media_insights: "
              "[{until: 5d, every: 1d}]}}\n"};
    past.faults.days.series = past.faults.days.totals = 10;
    past.run_until(start + 1h);
    EXPECT_EQ(
        past.value("SELECT count(*) FROM insights.media_latest WHERE product_type <> 'STORY' AND "
                   "asked_at IS NULL"),
        "0");
    EXPECT_EQ(past.status("media_done"), past.status("media_expected"));
    EXPECT_EQ(
        past.value("SELECT count(*) FROM insights.media_latest WHERE absent ->> 'views' = "
                   "'before_conversion'"),
        "3")
        << "with their reason";
    const auto samples = past.value(
        "SELECT count(*) FROM store.media_sample JOIN store.media USING (account_id, media_id) "
        "WHERE published_at < '2026-03-15'");
    past.run_until(start + 30h);
    EXPECT_EQ(
        past.value("SELECT count(*) FROM store.media_sample JOIN store.media USING (account_id, "
                   "media_id) WHERE published_at < '2026-03-15'"),
        samples)
        << "once";
}

TEST(Backfill, LiveWorkKeepsItsCadenceAndThePastItsShare)
{
    Past past{"defaults: {backfill: {calls_per_hour: 60}}\n"};
    past.run_until(start + 8h);
    Past present{""};
    present.run_until(start + 8h);
    for (const auto* edge : {"stories", "media"})
        EXPECT_EQ(past.calls_to[edge], present.calls_to[edge]) << edge;
    EXPECT_EQ(
        past.value("SELECT count(*) FROM store.media_sample"),
        present.value("SELECT count(*) FROM store.media_sample"));
    const auto spent = past.api.calls() - present.api.calls();
    EXPECT_GT(spent, 240);
    EXPECT_LE(spent, 8 * 60 + 20);
    EXPECT_EQ(past.status("state"), "running");
    EXPECT_THAT(past.status("eta"), Not(::testing::IsEmpty()));
}

TEST(Backfill, WaitsWhileTheBudgetIsNeededElsewhere)
{
    Past past;
    past.faults.usage = 80;
    past.run_until(start + 2h);
    EXPECT_EQ(past.status("state"), "waiting");
    past.faults.usage = 10;
    past.faults.days.series = past.faults.days.totals = 40;
    past.run_until(start + 4h);
    EXPECT_EQ(past.status("state"), "finished") << "resumes by itself";
}

TEST(Backfill, FailureKeepsItsPlaceAndSaysWhy)
{
    Past past;
    past.faults.days.series = past.faults.days.totals = 40;
    past.faults.html = true;
    past.run_until(start + 10min);
    EXPECT_THAT(past.status("last_error"), HasSubstr("502"));
    past.faults.html = false;
    past.run_until(start + 3h);
    EXPECT_EQ(past.status("last_error"), "");
    EXPECT_EQ(past.status("state"), "finished");
}

TEST(Backfill, PostThatMayNotBeReadHoldsUpNoOther)
{
    Past past{"defaults: {backfill: {calls_per_hour: 100000}, schedule: {media_insights: "
              "[{until: 5d, every: 1d}]}}\n"};
    past.faults.days.series = past.faults.days.totals = 10;
    const auto forbidden = past.world.posts(0, start).at(10).id;
    past.faults.forbidden_media = {forbidden};
    past.run_until(start + 1h);
    EXPECT_EQ(past.status("state"), "finished");
    EXPECT_EQ(
        past.value(fmt::format(
            "SELECT absent ->> 'views' FROM insights.media_latest WHERE media_id = '{}'",
            forbidden)),
        "no_permission");
}

TEST(Backfill, IsNotDoneWhereItIsSwitchedOff)
{
    Past past{"defaults: {backfill: {automatic: off}}\n"};
    past.run_until(start + 1h);
    EXPECT_EQ(past.status("state"), "waiting");
}

} // namespace
} // namespace insightd
