#include "collectors/account_insights.hpp"
#include "collectors/audience.hpp"
#include "collectors/graph/transport.hpp"
#include "collectors/insights.hpp"
#include "collectors/media.hpp"
#include "collectors/media_insights.hpp"
#include "collectors/profile.hpp"
#include "tests/support/fake_graph.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>

// Collectors over a real connection to a host that refuses as the API refuses.
namespace insightd::collectors
{
namespace
{

using insightd::testing::absence;
using insightd::testing::at;
using insightd::testing::count;
using insightd::testing::day;
using insightd::testing::FakeGraph;
using insightd::testing::Received;
using insightd::testing::Scripted;
using model::Absence;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const auto now = at("2026-03-01T12:00:00Z");

Scripted ok(std::string body)
{
    Scripted answer;
    answer.body = std::move(body);
    return answer;
}

Scripted refused(int code, const std::string& message, int subcode = 0)
{
    Scripted answer;
    answer.status = 400;
    answer.body = R"({"error":{"message":")" + message + R"(","code":)" + std::to_string(code) +
                  R"(,"error_subcode":)" + std::to_string(subcode) + "}}";
    return answer;
}

bool has(const Received& request, const std::string& text)
{
    return request.target.find(text) != std::string::npos;
}

/// Answers 1 for every metric that is asked for.
Scripted ones(const Received& request)
{
    const auto begin = request.target.find("metric=") + 7;
    auto list = request.target.substr(begin, request.target.find('&', begin) - begin) + ",";
    std::string data;
    for (auto end = list.find(','); end != std::string::npos; end = list.find(',')) {
        data += (data.empty() ? "" : ",") + (R"({"name":")" + list.substr(0, end)) +
                R"(","values":[{"value":1}]})";
        list.erase(0, end + 1);
    }
    return ok(R"({"data":[)" + data + "]}");
}

class Ask
{
public:
    explicit Ask(FakeGraph::Script script)
        : host{std::move(script)}, transport{loop.get_executor(), {}}
    {
        api.graph_url = {host.url(), host.url()};
        account.user_id = 17841400000000001;
        account.login = config::Login::instagram;
    }

    Collected media(std::string product_type, std::optional<model::Instant> expires_at = {})
    {
        model::KnownMedia known;
        known.id = 5;
        known.product_type = std::move(product_type);
        known.published_at = now - std::chrono::hours{2};
        known.expires_at = expires_at;
        auto client = make_client();
        return insightd::testing::run(
            loop, collect_media_insights(client, matrix, account, known, now));
    }

    Collected profile()
    {
        auto client = make_client();
        return insightd::testing::run(loop, collect_profile(client, account, refused, now));
    }

    Collected media_list(ListDepth depth = ListDepth::newest)
    {
        auto client = make_client();
        return insightd::testing::run(loop, collect_media(client, account, depth, refused, now));
    }

    Collected account_days(DayPlan plan = {})
    {
        auto client = make_client();
        return insightd::testing::run(
            loop, collect_account_days(client, matrix, account, std::move(plan), now));
    }

    Collected audience()
    {
        auto client = make_client();
        return insightd::testing::run(
            loop, collect_audience(client, matrix, account, std::nullopt, now));
    }

    graph::Outcome<MetricAnswers> ask(MetricQuery query)
    {
        auto client = make_client();
        return insightd::testing::run(loop, ask_metrics(client, std::move(query)));
    }

    graph::Client make_client()
    {
        graph::Client::Identity identity;
        identity.login = account.login;
        identity.token = config::Secret{"token"};
        return {transport, api, std::move(identity), [](int) -> boost::asio::awaitable<void> {
                    co_return;
                }};
    }

    FakeGraph host;
    boost::asio::io_context loop{1};
    config::Api api;
    graph::Transport transport;
    config::Account account;
    RefusedFields refused;
    MetricMatrix matrix;
};

const model::Readings& readings(const Collected& collected)
{
    return collected.rows.samples.at(0).readings;
}

TEST(MediaInsights, NamedBadMetricNeverSinksItsSiblings)
{
    Ask ask{[](const Received& request) {
        if (has(request, "saved"))
            return refused(
                100, "(#100) The Media Insights API does not support the saved metric for this "
                     "media product type.");
        return ones(request);
    }};
    const auto collected = ask.media("REELS");
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(absence(readings(collected), "saved"), Absence::unsupported);
    EXPECT_EQ(count(readings(collected), "reach"), 1);
    EXPECT_EQ(count(readings(collected), "views"), 1);
    EXPECT_THAT(ask.host.received(), SizeIs(2)) << "the named one was dropped at once";
}

TEST(MediaInsights, WhatWasAnsweredBeforeACallFailedIsKept)
{
    Ask ask{[](const Received& request) {
        return has(request, "navigation") ? refused(80002, "(#80002) too many calls")
                                          : ones(request);
    }};
    const auto collected = ask.media("STORY", now + std::chrono::minutes{5});
    ASSERT_TRUE(collected.failure) << "it is asked again";
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::account_throttled);
    ASSERT_THAT(collected.rows.samples, SizeIs(1));
    EXPECT_EQ(count(readings(collected), "reach"), 1);
    EXPECT_EQ(absence(readings(collected), "navigation"), Absence::call_failed);
}

TEST(MediaInsights, UnnamedBadMetricIsFoundByHalving)
{
    Ask ask{[](const Received& request) {
        return has(request, "shares") ? refused(100, "(#100) Invalid parameter") : ones(request);
    }};
    const auto collected = ask.media("REELS");
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(absence(readings(collected), "shares"), Absence::unsupported);
    for (const auto* sibling :
         {"reach", "views", "likes", "comments", "saved", "total_interactions",
          "ig_reels_avg_watch_time"})
        EXPECT_EQ(count(readings(collected), sibling), 1) << sibling;
    EXPECT_LE(ask.host.received().size(), 1U + 5U) << "nine metrics: at most four halvings and one";
}

TEST(MediaInsights, MetricThatThePrintedListLacksIsDroppedAtOnce)
{
    Ask ask{[](const Received& request) {
        if (has(request, "shares"))
            return refused(
                100, "(#100) metric[6] must be one of the following values: reach, views, likes, "
                     "comments, saved, total_interactions, ig_reels_avg_watch_time, "
                     "ig_reels_video_view_total_time");
        return ones(request);
    }};
    const auto collected = ask.media("REELS");
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(absence(readings(collected), "shares"), Absence::unsupported);
    EXPECT_EQ(count(readings(collected), "views"), 1);
    EXPECT_THAT(ask.host.received(), SizeIs(2));
}

TEST(MediaInsights, RefusedBreakdownLosesTheSplitAndKeepsTheTotal)
{
    for (const auto& refusal :
         {refused(
              100, "(#100) Incompatible breakdowns (action_type) for metric (profile_activity)"),
          refused(1, "An unknown error has occurred.")}) {
        Ask ask{[&](const Received& request) {
            return has(request, "breakdown=action_type") ? refusal : ones(request);
        }};
        const auto collected = ask.media("FEED");
        ASSERT_FALSE(collected.failure) << refusal.body;
        EXPECT_EQ(count(readings(collected), "profile_activity"), 1);
        EXPECT_EQ(count(readings(collected), "reach"), 1);
        EXPECT_EQ(
            absence(readings(collected), "profile_activity by action_type"), Absence::unsupported);
    }
}

TEST(MediaInsights, UnknownErrorOfEveryCallIsAnOutage)
{
    Ask ask{[&](const Received&) { return refused(1, "An unknown error has occurred."); }};
    const auto collected = ask.media("FEED");
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::unknown_error);
    EXPECT_TRUE(collected.rows.samples.empty()) << "no half reading takes the place of a whole one";
    EXPECT_TRUE(ask.matrix.take_changes().lessons.empty());
}

TEST(MediaInsights, UnknownErrorOfOneMetricIsItsOwnWhereItsSiblingsAreAnswered)
{
    Ask ask{[&](const Received& request) {
        return has(request, "profile_activity") ? refused(1, "An unknown error has occurred.")
                                                : ones(request);
    }};
    const auto first = ask.media("FEED");
    ASSERT_FALSE(first.failure);
    EXPECT_TRUE(first.is_doubtful) << "worth asking again soon";
    EXPECT_EQ(count(readings(first), "reach"), 1);
    EXPECT_EQ(absence(readings(first), "profile_activity"), Absence::unsupported);
    ask.media("FEED");
    const auto calls = ask.host.received().size();
    const auto third = ask.media("FEED");
    EXPECT_EQ(absence(readings(third), "profile_activity"), Absence::unsupported);
    EXPECT_THAT(ask.host.received(), SizeIs(calls + 1)) << "a lesson costs no call";
}

TEST(MediaInsights, OneMetricWithoutPermissionIsAbsentWhereItsSiblingsAreAnswered)
{
    Ask ask{[&](const Received& request) {
        return has(request, "profile_activity")
                   ? refused(10, "(#10) Application does not have permission for this action")
                   : ones(request);
    }};
    const auto collected = ask.media("FEED");
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(count(readings(collected), "reach"), 1);
    EXPECT_EQ(absence(readings(collected), "profile_activity"), Absence::no_permission);
    EXPECT_TRUE(ask.matrix.take_changes().lessons.empty()) << "it may be granted any time";
}

TEST(MediaInsights, MediaBeforeTheConversionIsNotAskedAgain)
{
    Ask ask{[](const Received&) { return refused(100, "Invalid parameter", 2108006); }};
    ask.media("FEED");
    const auto again = ask.media("FEED");
    EXPECT_EQ(absence(readings(again), "reach"), Absence::before_conversion);
    EXPECT_EQ(absence(readings(again), "profile_activity"), Absence::before_conversion);
    EXPECT_THAT(ask.host.received(), SizeIs(1));
}

TEST(AccountDays, RefusalOfASmallAccountIsNoLessonForOthers)
{
    Ask ask{[](const Received& request) {
        return has(request, "follower_count")
                   ? refused(
                         100, "(#100) metric[0] must be one of the following values: reach, views")
                   : ones(request);
    }};
    DayPlan plan;
    plan.followers_count = 7;
    const auto collected = ask.account_days(plan);
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(
        absence(collected.rows.days.at(0).readings, "follower_count"),
        Absence::under_100_followers);
    for (const auto& lesson : ask.matrix.take_changes().lessons)
        EXPECT_NE(lesson.scope.metric, "follower_count");
}

TEST(AskMetrics, OneOfSeveralThatCannotBeSplitIsAskedWithoutItsBreakdown)
{
    Ask ask{[](const Received& request) {
        if (has(request, "breakdown") && has(request, "saves"))
            return refused(1, "An unknown error has occurred.");
        return ones(request);
    }};
    MetricQuery query;
    query.path = "17841400000000001/insights";
    query.metrics = {"views", "likes", "saves", "shares", "reach"};
    query.breakdown = "media_product_type";
    auto client = ask.make_client();
    auto answers = insightd::testing::run(ask.loop, ask_metrics(client, query));
    ASSERT_TRUE(answers);
    const auto decoded = decode_answers(std::move(*answers), Case::as_sent);
    ASSERT_TRUE(decoded);
    for (const auto& metric : query.metrics)
        EXPECT_EQ(count(*decoded, metric), 1) << metric;
    EXPECT_EQ(absence(*decoded, "saves by media_product_type"), Absence::unsupported);
}

TEST(MediaInsights, TooFewViewersIsAbsentNotZero)
{
    Ask ask{[](const Received&) {
        return refused(10, "(#10) Not enough viewers for the media to show insights");
    }};
    const auto collected = ask.media("STORY", now + std::chrono::hours{22});
    ASSERT_FALSE(collected.failure);
    for (const auto& reading : readings(collected).values)
        EXPECT_EQ(absence(readings(collected), reading.metric), Absence::too_few_viewers);
    EXPECT_EQ(absence(readings(collected), "navigation"), Absence::too_few_viewers);
    EXPECT_THAT(ask.host.received(), SizeIs(1)) << "the other calls could not answer either";
}

TEST(MediaInsights, GoneStoryPastItsEndIsExpired)
{
    const auto gone = [](const Received&) { return refused(100, "Unsupported get request.", 33); };
    Ask dead{gone};
    EXPECT_EQ(absence(readings(dead.media("STORY", now)), "reach"), Absence::expired);
    Ask deleted{gone};
    EXPECT_EQ(
        absence(readings(deleted.media("STORY", now + std::chrono::hours{1})), "reach"),
        Absence::gone);
}

TEST(MediaInsights, MediaBeforeTheConversionIsAbsentForGood)
{
    Ask ask{[](const Received&) { return refused(100, "Invalid parameter", 2108006); }};
    EXPECT_EQ(absence(readings(ask.media("FEED")), "reach"), Absence::before_conversion);
}

TEST(MediaInsights, MissingPermissionIsAFailureNotAnAbsence)
{
    Ask ask{[](const Received&) {
        return refused(10, "(#10) Application does not have permission for this action");
    }};
    const auto collected = ask.media("FEED");
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::no_permission);
    EXPECT_TRUE(collected.rows.samples.empty());
}

MetricQuery query_of(catalog::Subject subject, std::vector<std::string> metrics)
{
    MetricQuery query;
    query.subject = subject;
    query.path = "17841400000000001/insights";
    query.metrics = std::move(metrics);
    return query;
}

TEST(AskMetrics, AGonePostIsAnAbsenceAndAGoneAccountAFailure)
{
    for (const auto* words : {"Unsupported get request.", "Object with ID does not exist"}) {
        Ask ask{[&](const Received&) { return refused(100, words, 33); }};
        const auto of_media = ask.ask(query_of(catalog::Subject::media, {"reach", "views"}));
        ASSERT_TRUE(of_media);
        EXPECT_THAT(of_media->absent, SizeIs(2));
        const auto of_account = ask.ask(query_of(catalog::Subject::account, {"reach", "views"}));
        ASSERT_FALSE(of_account);
        EXPECT_EQ(of_account.error().kind, graph::FailureClass::object_gone);
    }
}

TEST(AccountDays, DayOfWhichTheAccountSeemsGoneIsNotStored)
{
    Ask ask{[](const Received& request) {
        return has(request, "total_value") ? refused(100, "Unsupported get request.", 33)
                                           : ones(request);
    }};
    const auto collected = ask.account_days();
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::object_gone);
    EXPECT_TRUE(collected.rows.days.empty());
}

TEST(Audience, SnapshotOfWhichTheAccountSeemsGoneIsNotStored)
{
    Ask ask{[](const Received&) { return refused(100, "Unsupported get request.", 33); }};
    const auto collected = ask.audience();
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::object_gone);
    EXPECT_TRUE(collected.rows.demographics.empty());
    EXPECT_TRUE(collected.rows.online_followers.empty());
}

TEST(AskMetrics, RefusalsThatNameNothingAreAFailureWhereNothingIsAnswered)
{
    int call = 0;
    Ask ask{[&](const Received&) {
        return refused(100, "(#100) Invalid parameter " + std::to_string(++call));
    }};
    const auto answers = ask.ask(query_of(catalog::Subject::media, {"reach", "views", "likes"}));
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().kind, graph::FailureClass::bad_request);
    EXPECT_EQ(answers.error().message, "(#100) Invalid parameter 1");
}

TEST(AskMetrics, RefusalsThatNameNothingAreAbsencesWhereASiblingIsAnswered)
{
    Ask ask{[&](const Received& request) {
        return has(request, "reach") || has(request, "views")
                   ? refused(100, "(#100) Invalid parameter")
                   : ones(request);
    }};
    const auto answers = ask.ask(query_of(catalog::Subject::media, {"reach", "views", "likes"}));
    ASSERT_TRUE(answers);
    EXPECT_THAT(answers->absent, SizeIs(2));
}

TEST(AskMetrics, RefusalsThatSayWhatIsWrongAreAbsencesEvenWhereNothingIsAnswered)
{
    for (const auto* words :
         {"(#100) metric[0] must be one of the following values: x",
          "(#100) Invalid parameter for metric (reach)"}) {
        Ask ask{[&](const Received& request) {
            return refused(100, has(request, "reach") ? words : "(#100) Invalid parameter");
        }};
        const auto answers = ask.ask(query_of(catalog::Subject::media, {"reach", "views"}));
        ASSERT_TRUE(answers) << words;
        EXPECT_THAT(answers->absent, SizeIs(2)) << words;
    }
}

TEST(AskMetrics, OneMetricThatIsRefusedAloneIsAbsent)
{
    Ask ask{[&](const Received&) { return refused(100, "(#100) Invalid parameter"); }};
    const auto answers = ask.ask(query_of(catalog::Subject::account, {"reach"}));
    ASSERT_TRUE(answers);
    EXPECT_THAT(answers->absent, SizeIs(1));
}

TEST(AskMetrics, QueryWithoutMetricsIsNotSent)
{
    Ask ask{ones};
    const auto answers = ask.ask(query_of(catalog::Subject::account, {}));
    ASSERT_TRUE(answers);
    EXPECT_TRUE(answers->answered.empty());
    EXPECT_TRUE(answers->absent.empty());
    EXPECT_THAT(ask.host.received(), SizeIs(0));
}

TEST(AccountDays, WithoutSeriesMetricsTheSeriesIsNotAskedFor)
{
    Ask ask{ones};
    ask.account.metrics.account = {{"reach", false}, {"follower_count", false}};
    const auto collected = ask.account_days();
    ASSERT_FALSE(collected.failure);
    EXPECT_THAT(collected.rows.days, SizeIs(3)) << "those that are not settled";
    EXPECT_EQ(count(collected.rows.days[0].readings, "views"), 1);
    for (const auto& request : ask.host.received()) {
        EXPECT_FALSE(has(request, "metric=&")) << request.target;
        EXPECT_TRUE(has(request, "metric_type=total_value")) << request.target;
    }
}

TEST(AccountDays, EmptySeriesDoesNotMoveTheDaysThatTheStoreKnows)
{
    Ask ask{[](const Received& request) {
        return has(request, "total_value") ? ones(request) : ok(R"({"data":[]})");
    }};
    ask.account.timezone = "Europe/Berlin";
    DayPlan plan;
    plan.known_day_end = at("2026-02-26T23:00:00Z");
    const auto collected = ask.account_days(std::move(plan));
    ASSERT_FALSE(collected.failure);
    ASSERT_THAT(collected.rows.days, SizeIs(3));
    EXPECT_EQ(collected.rows.days[0].day_end, at("2026-03-01T23:00:00Z"));
    EXPECT_EQ(collected.rows.days[2].day_end, at("2026-02-27T23:00:00Z"));
    EXPECT_EQ(absence(collected.rows.days[0].readings, "reach"), Absence::empty);
}

/// Days of an account whose new metric, asked by itself, meets this.
Collected days_where_one_call_meets(Scripted answer)
{
    Ask ask{[&](const Received& request) {
        return has(request, "new_metric")    ? answer
               : has(request, "total_value") ? ones(request)
                                             : ok(R"({"data":[]})");
    }};
    ask.account.metrics.tried_account["new_metric"] = {};
    DayPlan plan;
    plan.known_day_end = at("2026-02-26T23:00:00Z");
    plan.backfill = 2;
    return ask.account_days(std::move(plan));
}

TEST(AccountDays, DayThatLacksACallIsNotFinal)
{
    const auto is_final = [](const model::AccountDay& day) { return day.is_final; };
    const auto whole = days_where_one_call_meets(ok(R"({"data":[]})"));
    EXPECT_EQ(std::ranges::count_if(whole.rows.days, is_final), 2);
    const auto lacking = days_where_one_call_meets(refused(2, "try again later"));
    ASSERT_EQ(lacking.rows.days.size(), whole.rows.days.size());
    EXPECT_EQ(absence(lacking.rows.days.back().readings, "new_metric"), Absence::call_failed);
    EXPECT_EQ(std::ranges::count_if(lacking.rows.days, is_final), 0) << "it is read again";
}

TEST(AccountDays, DayThatTheRateLimitBreaksOffIsAFailure)
{
    const auto collected = days_where_one_call_meets(refused(80002, "(#80002) too many calls"));
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::account_throttled);
    EXPECT_TRUE(collected.rows.days.empty());
}

TEST(MediaInsights, WhatWasAnsweredBeforeTheRateLimitBrokeItOffIsKept)
{
    Ask ask{[](const Received& request) {
        return has(request, "new_metric") ? refused(80002, "(#80002) too many calls")
                                          : ones(request);
    }};
    ask.account.metrics.tried_media["new_metric"] = {};
    const auto collected = ask.media("STORY", now + std::chrono::minutes{5});
    ASSERT_TRUE(collected.failure) << "it is asked again";
    ASSERT_THAT(collected.rows.samples, SizeIs(1));
    EXPECT_EQ(count(readings(collected), "reach"), 1) << "of the same question";
    EXPECT_EQ(absence(readings(collected), "navigation"), Absence::call_failed) << "not asked";
}

TEST(AccountDays, SeriesTellsFinalDaysAgainWithoutAnotherCall)
{
    Ask ask{[](const Received& request) {
        return has(request, "total_value")
                   ? ones(request)
                   : ok(R"({"data":[{"name":"reach","period":"day","values":[
                         {"value":5,"end_time":"2026-02-25T08:00:00+0000"},
                         {"value":6,"end_time":"2026-02-26T08:00:00+0000"}]}]})");
    }};
    DayPlan plan;
    const auto end = at("2026-02-25T08:00:00Z");
    plan.final_days[day("2026-02-24")] = {day("2026-02-24"), end, end + std::chrono::hours{50}};
    const auto collected = ask.account_days(std::move(plan));
    ASSERT_FALSE(collected.failure);
    ASSERT_THAT(collected.rows.final_days_again, SizeIs(1)) << "the other is not final";
    const auto& again = collected.rows.final_days_again.front();
    EXPECT_EQ(again.day, day("2026-02-24"));
    EXPECT_EQ(again.day_end, end);
    EXPECT_TRUE(again.is_final);
    EXPECT_EQ(count(again.readings, "reach"), 5);
    for (const auto& row : collected.rows.days)
        EXPECT_NE(row.day, day("2026-02-24")) << "its totals are not asked for";
}

TEST(Profile, FieldThatIsNotServedIsLeftOut)
{
    Ask ask{[](const Received& request) {
        if (has(request, "biography"))
            return refused(100, "(#100) Tried accessing nonexisting field (biography)");
        return ok(R"({"user_id":"17841400000000001","username":"shop","followers_count":3})");
    }};
    const auto collected = ask.profile();
    ASSERT_FALSE(collected.failure);
    EXPECT_EQ(collected.rows.profiles.at(0).followers_count, 3);
    EXPECT_THAT(ask.host.received(), SizeIs(2));
}

TEST(MediaList, RefusedFieldsCostTheirCallsOnce)
{
    Ask ask{[](const Received& request) {
        for (const auto* field : {"saved_count", "has_poll"})
            if (has(request, field))
                return refused(
                    100, std::string{"(#100) Tried accessing nonexisting field ("} + field + ")");
        return ok(R"({"data":[{"id":"1","timestamp":"2026-02-01T00:00:00+0000","like_count":3}]})");
    }};
    ask.account.login = config::Login::facebook;
    for (int poll = 0; poll < 3; ++poll) {
        const auto collected = ask.media_list();
        ASSERT_FALSE(collected.failure);
        EXPECT_EQ(collected.rows.media.at(0).like_count, 3);
    }
    EXPECT_THAT(ask.host.received(), SizeIs(2 + 3));
}

/// The first of two pages.
Scripted first_of_two()
{
    return ok(R"({"data":[{"id":"1","timestamp":"2026-02-01T00:00:00+0000"}],
                  "paging":{"cursors":{"after":"c1"},"next":"x"}})");
}

Scripted last_page()
{
    return ok(R"({"data":[{"id":"2","timestamp":"2026-01-01T00:00:00+0000"}]})");
}

TEST(MediaList, FailureOnALatePageKeepsThePagesBefore)
{
    Ask ask{[](const Received& request) {
        return has(request, "after=c1") ? refused(80002, "Too many calls") : first_of_two();
    }};
    const auto collected = ask.media_list(ListDepth::whole);
    ASSERT_TRUE(collected.failure);
    EXPECT_EQ(collected.failure->kind, graph::FailureClass::account_throttled);
    ASSERT_THAT(collected.rows.media, SizeIs(1));
    EXPECT_EQ(collected.rows.media[0].id, 1);
}

TEST(MediaList, FieldRefusedOnALatePageIsDroppedForTheWholeList)
{
    Ask ask{[](const Received& request) {
        if (!has(request, "after=c1"))
            return first_of_two();
        return has(request, "alt_text")
                   ? refused(100, "(#100) Tried accessing nonexisting field (alt_text)")
                   : last_page();
    }};
    const auto collected = ask.media_list(ListDepth::whole);
    ASSERT_FALSE(collected.failure);
    EXPECT_THAT(collected.rows.media, SizeIs(2));
    EXPECT_THAT(ask.host.received(), SizeIs(4));
}

TEST(MediaList, RowWithoutASoundTimestampIsReportedAndItsNeighboursAreKept)
{
    for (const auto* timestamp : {"0000-01-01T00:00:00+0000", "1969-12-31T00:00:00+0000", "x"}) {
        Ask ask{[&](const Received&) {
            return ok(
                std::string{R"({"data":[{"id":"1","timestamp":")"} + timestamp +
                R"("},{"id":"2","timestamp":"2026-01-01T00:00:00+0000"}]})");
        }};
        const auto collected = ask.media_list();
        ASSERT_TRUE(collected.failure) << timestamp;
        EXPECT_EQ(collected.failure->kind, graph::FailureClass::malformed);
        ASSERT_THAT(collected.rows.media, SizeIs(1));
        EXPECT_EQ(collected.rows.media[0].id, 2);
    }
}

} // namespace
} // namespace insightd::collectors
