#include "collectors/isolation.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

// Every refused metric is found within the bound, and every other one is answered.
namespace insightd::collectors
{
namespace
{

namespace json = boost::json;
using graph::Failure;
using graph::FailureClass;
using Names = std::vector<std::string>;

Names some_metrics(std::size_t count)
{
    Names names;
    for (std::size_t at = 0; at < count; ++at)
        names.push_back(fmt::format("m{}", at));
    return names;
}

Failure failure(FailureClass kind, int code, std::string words)
{
    Failure made;
    made.kind = kind;
    made.code = code;
    made.message = std::move(words);
    return made;
}

/// What the API says to a portion: a body, or a refusal.
struct Saying {
    std::optional<json::value> body;
    std::optional<Failure> refusal;
};

Saying says(Failure refusal)
{
    return {std::nullopt, std::move(refusal)};
}

Saying answers(const Names& metrics)
{
    json::array data;
    for (const auto& metric : metrics)
        data.push_back(json::object{{"name", metric}});
    json::object body;
    body["data"] = std::move(data);
    return {json::value(std::move(body)), std::nullopt};
}

using Api = std::function<Saying(const Portion&)>;

/// One query to its end.
struct Inquiry {
    Inquiry(MetricQuery query, const Api& api)
    {
        Isolation isolation{std::move(query)};
        while (const auto portion = isolation.next()) {
            ++calls;
            auto said = api(*portion);
            if (said.body) {
                for (const auto& entry : said.body->at("data").as_array())
                    answered.insert(std::string{entry.at("name").as_string()});
                isolation.answered(std::move(*said.body));
            } else if (auto failed = isolation.refused(*said.refusal)) {
                failure = *failed;
                return;
            }
        }
        auto taken = isolation.take();
        if (!taken) {
            failure = taken.error();
            return;
        }
        outcome = std::move(*taken);
        for (const auto& reading : outcome.absent)
            absent.insert(reading.metric);
    }

    std::size_t calls = 0;
    std::set<std::string> answered;
    std::set<std::string> absent;
    MetricAnswers outcome;
    std::optional<Failure> failure;
};

MetricQuery query_of(Names metrics, bool expects_numbers = false)
{
    MetricQuery query;
    query.subject = catalog::Subject::media;
    query.metrics = std::move(metrics);
    query.expects_numbers = expects_numbers;
    return query;
}

bool touches(const Portion& portion, const std::set<std::string>& culprits)
{
    return std::ranges::any_of(
        portion.metrics, [&](const auto& metric) { return culprits.contains(metric); });
}

std::size_t bound(std::size_t n)
{
    return static_cast<std::size_t>(std::ceil(std::log2(static_cast<double>(n)))) + 1;
}

/// The ways in which the API refuses a call for one metric.
struct Way {
    const char* name;
    bool is_named; ///< one extra call is enough
    std::function<Saying(const Portion&, const Names& all, const std::set<std::string>& culprits)>
        answer;
};

std::string first_culprit(const Portion& portion, const std::set<std::string>& culprits)
{
    return *std::ranges::find_if(
        portion.metrics, [&](const auto& metric) { return culprits.contains(metric); });
}

std::size_t place_of(const Portion& portion, const std::string& metric)
{
    return static_cast<std::size_t>(
        std::ranges::find(portion.metrics, metric) - portion.metrics.begin());
}

const std::vector<Way> ways{
    {"named", true,
     [](const Portion& portion, const Names&, const auto& culprits) {
         return says(failure(
             FailureClass::bad_metric, 100,
             fmt::format(
                 "(#100) The Media Insights API does not support the {} metric for this media "
                 "product type.",
                 first_culprit(portion, culprits))));
     }},
    {"listed", true,
     [](const Portion& portion, const Names& all, const auto& culprits) {
         auto valid = all;
         std::erase_if(valid, [&](const auto& metric) { return culprits.contains(metric); });
         valid.emplace_back("something_new");
         return says(failure(
             FailureClass::bad_metric, 100,
             fmt::format(
                 "(#100) metric[{}] must be one of the following values: {}",
                 place_of(portion, first_culprit(portion, culprits)), fmt::join(valid, ", "))));
     }},
    {"by its place", true,
     [](const Portion& portion, const Names& all, const auto& culprits) {
         return says(failure(
             FailureClass::bad_metric, 100,
             fmt::format(
                 "(#100) metric[{}] must be one of the following values: {}",
                 place_of(portion, first_culprit(portion, culprits)), fmt::join(all, ", "))));
     }},
    {"vaguely", false,
     [](const Portion&, const Names&, const auto&) {
         return says(failure(FailureClass::bad_request, 100, "(#100) Invalid parameter"));
     }},
    {"unknown error", false,
     [](const Portion&, const Names&, const auto&) {
         return says(failure(FailureClass::unknown_error, 1, "An unknown error has occurred."));
     }},
    {"nothing at all", false,
     [](const Portion&, const Names&, const auto&) { return answers({}); }},
};

TEST(Isolation, OneRefusedMetricCostsAtMostItsBoundAndNoSibling)
{
    for (const auto& way : ways)
        for (std::size_t n = 2; n <= 20; ++n)
            for (std::size_t bad = 0; bad < n; ++bad) {
                const auto all = some_metrics(n);
                const std::set<std::string> culprits{all.at(bad)};
                const Inquiry run{query_of(all, true), [&](const Portion& portion) {
                                      return touches(portion, culprits)
                                                 ? way.answer(portion, all, culprits)
                                                 : answers(portion.metrics);
                                  }};
                const auto what = fmt::format("{}: {} of {}", way.name, bad, n);
                ASSERT_FALSE(run.failure) << what;
                EXPECT_EQ(run.absent, culprits) << what;
                EXPECT_EQ(run.answered.size(), n - 1) << what;
                EXPECT_LE(run.calls - 1, way.is_named ? 1 : bound(n)) << what;
            }
}

TEST(Isolation, TwoRefusedMetricsCostTwiceTheBoundAtMost)
{
    for (const auto& way : ways)
        for (std::size_t n = 3; n <= 20; ++n)
            for (std::size_t one = 0; one < n; ++one)
                for (std::size_t other = one + 1; other < n; ++other) {
                    const auto all = some_metrics(n);
                    const std::set<std::string> culprits{all.at(one), all.at(other)};
                    const Inquiry run{query_of(all, true), [&](const Portion& portion) {
                                          return touches(portion, culprits)
                                                     ? way.answer(portion, all, culprits)
                                                     : answers(portion.metrics);
                                      }};
                    const auto what = fmt::format("{}: {}, {} of {}", way.name, one, other, n);
                    ASSERT_FALSE(run.failure) << what;
                    EXPECT_EQ(run.absent, culprits) << what;
                    EXPECT_EQ(run.answered.size(), n - 2) << what;
                    EXPECT_LE(run.calls - 1, way.is_named ? 2 : 2 * bound(n)) << what;
                }
}

TEST(Isolation, WithoutARefusalNothingExtraIsAsked)
{
    const auto all = some_metrics(9);
    const Inquiry run{
        query_of(all, true), [](const Portion& portion) { return answers(portion.metrics); }};
    EXPECT_EQ(run.calls, 1U);
    EXPECT_EQ(run.answered.size(), 9U);
}

TEST(Isolation, PassingErrorLosesNothingAndTeachesNothing)
{
    for (std::size_t n = 2; n <= 20; ++n) {
        bool is_first = true;
        const Inquiry run{
            query_of(some_metrics(n)), [&](const Portion& portion) {
                return std::exchange(is_first, false)
                           ? says(failure(
                                 FailureClass::unknown_error, 1, "An unknown error has occurred."))
                           : answers(portion.metrics);
            }};
        ASSERT_FALSE(run.failure);
        EXPECT_EQ(run.answered.size(), n);
        EXPECT_TRUE(run.absent.empty());
        EXPECT_TRUE(run.outcome.refusals.empty());
        EXPECT_LE(run.calls - 1, bound(n));
    }
}

TEST(Isolation, UnknownErrorIsNeverCertain)
{
    const Inquiry run{query_of({"a", "b", "c"}), [](const Portion& portion) {
                          return touches(portion, {"a"}) ? says(failure(
                                                               FailureClass::unknown_error, 1,
                                                               "An unknown error has occurred."))
                                                         : answers(portion.metrics);
                      }};
    ASSERT_EQ(run.outcome.refusals.size(), 1U);
    EXPECT_EQ(run.outcome.refusals[0].metric, "a");
    EXPECT_FALSE(run.outcome.refusals[0].certain);
}

TEST(Isolation, DeducedCulpritIsNotCertainAndOneThatIsRefusedByItselfIs)
{
    const auto refuse = [](const std::string& bad) {
        return [bad](const Portion& portion) {
            return touches(portion, {bad})
                       ? says(failure(FailureClass::bad_request, 100, "(#100) Invalid parameter"))
                       : answers(portion.metrics);
        };
    };
    const Inquiry first{query_of({"a", "b", "c", "d"}), refuse("a")};
    EXPECT_TRUE(first.outcome.refusals.at(0).certain);
    const Inquiry second{query_of({"a", "b", "c", "d"}), refuse("b")};
    EXPECT_EQ(second.absent, std::set<std::string>{"b"});
    EXPECT_FALSE(second.outcome.refusals.at(0).certain);
}

TEST(Isolation, OutageIsAFailureAfterABoundedNumberOfCalls)
{
    for (std::size_t n = 1; n <= 20; ++n) {
        const Inquiry run{
            query_of(some_metrics(n)), [](const Portion&) {
                return says(
                    failure(FailureClass::unknown_error, 1, "An unknown error has occurred."));
            }};
        ASSERT_TRUE(run.failure) << n;
        EXPECT_EQ(run.failure->kind, FailureClass::unknown_error);
        EXPECT_LE(run.calls, 2 * bound(n) + 1) << n;
    }
}

TEST(Isolation, ObjectWithoutAnyAnswerIsEmptyAfterABoundedNumberOfCalls)
{
    for (std::size_t n = 2; n <= 20; ++n) {
        const Inquiry run{
            query_of(some_metrics(n), true), [](const Portion&) { return answers({}); }};
        ASSERT_FALSE(run.failure);
        EXPECT_LE(run.calls, 2 * bound(n) + 1) << n;
        EXPECT_TRUE(run.outcome.answered_nothing);
        EXPECT_TRUE(run.outcome.refusals.empty()) << "it is no metric's fault";
        std::set<std::string> told{run.absent};
        for (const auto& answer : run.outcome.answered)
            told.insert(answer.metrics.begin(), answer.metrics.end());
        EXPECT_EQ(told.size(), n) << "every metric has its reason";
    }
}

TEST(Isolation, ObjectThatNeverAnsweredIsNotSearched)
{
    const Inquiry run{query_of(some_metrics(9)), [](const Portion&) { return answers({}); }};
    EXPECT_EQ(run.calls, 1U);
    EXPECT_TRUE(run.outcome.answered_nothing);
}

TEST(Isolation, MissingEntryCostsNothing)
{
    const Inquiry run{
        query_of(some_metrics(9), true), [](const Portion&) { return answers({"m0"}); }};
    EXPECT_EQ(run.calls, 1U);
    EXPECT_TRUE(run.outcome.refusals.empty());
}

TEST(Isolation, ThrottledHalfwayIsAFailureOfTheCall)
{
    int call = 0;
    const Inquiry run{
        query_of(some_metrics(8)), [&](const Portion&) {
            return ++call < 3 ? says(failure(FailureClass::bad_request, 100, "(#100) Invalid"))
                              : says(failure(FailureClass::account_throttled, 80002, "Slow"));
        }};
    ASSERT_TRUE(run.failure);
    EXPECT_EQ(run.failure->kind, FailureClass::account_throttled);
}

TEST(Isolation, ObjectThatIsGoneMeanwhileAnswersNoOtherCall)
{
    int call = 0;
    const Inquiry run{
        query_of(some_metrics(8)), [&](const Portion&) {
            return ++call < 3 ? says(failure(FailureClass::bad_request, 100, "(#100) Invalid"))
                              : says(failure(FailureClass::object_gone, 100, "Gone"));
        }};
    ASSERT_FALSE(run.failure);
    EXPECT_EQ(run.calls, 3U);
    EXPECT_EQ(run.absent.size(), 8U);
    EXPECT_EQ(std::get<model::Absence>(run.outcome.absent.at(0).value), model::Absence::gone);
}

TEST(Isolation, PrintedListIsHandedOn)
{
    const Inquiry run{query_of({"reach", "old"}), [](const Portion& portion) {
                          return touches(portion, {"old"})
                                     ? says(failure(
                                           FailureClass::bad_metric, 100,
                                           "(#100) metric[1] must be one of the following values: "
                                           "reach, brand_new"))
                                     : answers(portion.metrics);
                      }};
    EXPECT_THAT(run.outcome.printed, ::testing::ElementsAre("reach", "brand_new"));
}

TEST(Isolation, RefusalOfThisWindowTeachesNothing)
{
    const Inquiry run{
        query_of({"reach", "follower_count"}), [](const Portion& portion) {
            return touches(portion, {"follower_count"})
                       ? says(failure(
                             FailureClass::bad_metric, 100,
                             "(#100) (follower_count) metric only supports querying data "
                             "for the last 30 days excluding the current day"))
                       : answers(portion.metrics);
        }};
    EXPECT_EQ(run.absent, std::set<std::string>{"follower_count"});
    EXPECT_TRUE(run.outcome.refusals.empty());
}

TEST(Isolation, SplitOfWhichTheTotalIsAnsweredElsewhereIsGivenUpWithoutAnotherCall)
{
    auto query = query_of({"views", "likes", "saves"});
    query.breakdown = "media_product_type";
    query.wants_totals = false;
    const Inquiry run{
        query, [](const Portion& portion) {
            return touches(portion, {"likes"})
                       ? says(failure(
                             FailureClass::bad_breakdown, 100,
                             "(#100) Incompatible breakdowns (media_product_type) for "
                             "metric (likes)"))
                       : answers(portion.metrics);
        }};
    EXPECT_EQ(run.absent, std::set<std::string>{"likes by media_product_type"});
    EXPECT_EQ(run.calls, 2U);
    EXPECT_EQ(run.outcome.refusals.at(0).breakdown, "media_product_type");
}

} // namespace
} // namespace insightd::collectors
