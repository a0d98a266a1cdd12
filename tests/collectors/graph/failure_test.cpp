#include "collectors/graph/failure.hpp"
#include "tests/support/fixture.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

#include <map>

namespace insightd::graph
{
namespace
{

using insightd::testing::fixture;

std::string text(const boost::json::value& row, const char* name)
{
    const auto* found = row.as_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
}

int number(const boost::json::value& row, const char* name)
{
    const auto* found = row.as_object().if_contains(name);
    return found != nullptr && found->is_int64() ? static_cast<int>(found->as_int64()) : 0;
}

TEST(Classify, ReadsEveryProbedRefusal)
{
    const std::map<std::string, FailureClass> expected{
        {"FEED media insights, metric=facebook_views", FailureClass::not_crossposted},
        {"FEED media insights, metric=crossposted_views", FailureClass::bad_metric},
        {"REELS media insights, metric=crossposted_views (not shared to Facebook)",
         FailureClass::not_crossposted},
        {"media insights, metric=views&breakdown=follow_type", FailureClass::bad_breakdown},
        {"media insights, metric=views&breakdown=media_product_type", FailureClass::bad_breakdown},
        {"user insights, metric=profile_activity", FailureClass::bad_metric},
        {"user insights, metric=online_followers&period=week", FailureClass::bad_metric},
        {"user insights, metric=views without metric_type", FailureClass::bad_metric},
        {"user insights, metric=follower_count&metric_type=total_value", FailureClass::bad_metric},
        {"user insights, metric=follower_count, since more than 30 days ago",
         FailureClass::bad_metric},
        {"user insights, until-since > 2592000", FailureClass::bad_request},
        {"media field view_count", FailureClass::bad_field},
        {"media field copyright_check_information on a carousel", FailureClass::bad_field},
        {"media field branded_content_partner", FailureClass::bad_field},
        {"user fields=id,id", FailureClass::bad_request},
        {"user field shopping_product_tag_eligibility without scope", FailureClass::no_permission},
        {"graph.instagram.com node by username", FailureClass::misconfigured},
    };
    const auto probes = fixture("graph/live-probe-errors.json");
    ASSERT_EQ(probes.as_array().size(), expected.size());
    for (const auto& probe : probes.as_array()) {
        const auto request = text(probe, "request");
        ASSERT_TRUE(expected.contains(request)) << request;
        EXPECT_EQ(
            classify(
                number(probe, "http"), number(probe, "code"), number(probe, "error_subcode"), false,
                text(probe, "message")),
            expected.at(request))
            << request;
    }
}

TEST(Classify, ReadsEveryDocumentedErrorBody)
{
    const std::vector<FailureClass> expected{
        FailureClass::needs_login,   FailureClass::bad_request,   FailureClass::before_conversion,
        FailureClass::object_gone,   FailureClass::no_permission, FailureClass::too_few_viewers,
        FailureClass::too_much_data, FailureClass::bad_request};
    const auto samples = fixture("graph/errors.json");
    ASSERT_EQ(samples.as_array().size(), expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) {
        const auto& sample = samples.as_array()[at];
        const auto& body = sample.at("body").as_object();
        const auto error = body.contains("error") ? body.at("error") : boost::json::value(body);
        const bool login_host = !body.contains("error");
        EXPECT_EQ(
            classify(
                sample.at("http_status").is_int64() ? number(sample, "http_status") : 400,
                login_host ? 0 : number(error, "code"), number(error, "error_subcode"), false,
                text(error, "message")),
            expected[at])
            << text(sample, "source");
    }
}

struct Line {
    int http, code, subcode;
    const char* message;
    FailureClass kind;
};

class ErrorTable : public ::testing::TestWithParam<Line>
{
};

TEST_P(ErrorTable, DecidesByCodeSubcodeAndText)
{
    const auto& line = GetParam();
    EXPECT_EQ(classify(line.http, line.code, line.subcode, false, line.message), line.kind);
}

// Source: graph-api.md section 8.
INSTANTIATE_TEST_SUITE_P(
    FieldGuide, ErrorTable,
    ::testing::Values(
        Line{500, 1, 0, "An unknown error has occurred.", FailureClass::unknown_error},
        Line{
            500, 1, 0, "Please reduce the amount of data you're asking for, then retry",
            FailureClass::too_much_data},
        Line{503, 2, 0, "Service temporarily unavailable", FailureClass::transient},
        Line{400, 3, 0, "Capability", FailureClass::misconfigured},
        Line{400, 4, 0, "Application request limit reached", FailureClass::app_throttled},
        Line{400, 4, 2108006, "Media posted before", FailureClass::before_conversion},
        Line{
            400, 10, 0, "(#10) Not enough viewers for the media to show insights",
            FailureClass::too_few_viewers},
        Line{
            403, 10, 0, "(#10) Application does not have permission for this action",
            FailureClass::no_permission},
        Line{400, 17, 0, "User request limit", FailureClass::account_throttled},
        Line{400, 32, 0, "Page request limit", FailureClass::account_throttled},
        Line{400, 100, 33, "Unsupported get request.", FailureClass::object_gone},
        Line{
            400, 100, 0, "Invalid appsecret_proof provided in the API argument",
            FailureClass::misconfigured},
        Line{
            400, 100, 0, "API calls from the server require an appsecret_proof argument",
            FailureClass::misconfigured},
        Line{400, -1, 2207086, "Fatal", FailureClass::not_crossposted},
        Line{400, -1, 0, "(#-1) Fatal", FailureClass::not_crossposted},
        Line{400, -1, 1, "Fatal", FailureClass::bad_request},
        Line{400, -1, 0, "Something else", FailureClass::bad_request},
        Line{400, 0, 0, "Fatal", FailureClass::bad_request},
        Line{400, 102, 0, "Session key invalid", FailureClass::needs_login},
        Line{401, 190, 463, "Session has expired", FailureClass::needs_login},
        Line{401, 190, 0, "Cannot parse access token", FailureClass::needs_login},
        Line{403, 200, 0, "Permissions error", FailureClass::no_permission},
        Line{403, 299, 0, "Permissions error", FailureClass::no_permission},
        Line{400, 341, 0, "Application limit reached", FailureClass::app_throttled},
        Line{400, 368, 0, "Temporarily blocked", FailureClass::blocked},
        Line{400, 613, 0, "Custom limit", FailureClass::account_throttled},
        Line{400, 80002, 0, "Too many calls", FailureClass::account_throttled},
        Line{400, 80006, 0, "Too many calls", FailureClass::account_throttled},
        Line{429, 0, 0, "", FailureClass::account_throttled},
        Line{502, 0, 0, "", FailureClass::transient},
        Line{404, 0, 0, "", FailureClass::bad_request},
        Line{200, 0, 0, "", FailureClass::malformed},
        Line{400, 0, 0, "Unsupported get request. Object", FailureClass::object_gone},
        Line{400, 99999, 0, "Unsupported get request. Object", FailureClass::bad_request}));

TEST(Classify, TransientFlagAsksForAnotherTryButNotWhileThrottled)
{
    EXPECT_EQ(classify(400, 100, 0, true, "Something"), FailureClass::transient);
    EXPECT_EQ(classify(400, 80002, 0, true, "Too many"), FailureClass::account_throttled);
}

TEST(PrintedMetrics, AreReadWithThePlaceOfTheRefusedOne)
{
    const auto printed = printed_metrics(
        "(#100) metric[2] must be one of the following values: reach, views, likes.");
    ASSERT_TRUE(printed);
    EXPECT_EQ(printed->refused_at, 2U);
    EXPECT_THAT(printed->valid, ::testing::ElementsAre("reach", "views", "likes"));
}

TEST(PrintedMetrics, AreNotReadFromAnythingElse)
{
    for (const auto* words :
         {"", "metric[", "(#100) breakdown[0] must be one of the following values: follow_type",
          "(#100) metric[x] must be one of the following values: reach",
          "(#100) metric[0] must be one of the following values: ",
          "] must be one of the following values: a metric[0"})
        EXPECT_FALSE(printed_metrics(words)) << words;
    const auto odd = printed_metrics(
        "metric[0] must be one of the following values: reach, <script>, two words, views");
    ASSERT_TRUE(odd);
    EXPECT_THAT(odd->valid, ::testing::ElementsAre("reach", "views"));
}

TEST(NamedMetric, IsFoundInEveryKnownPhrase)
{
    EXPECT_EQ(
        named_metric("(#100) The Media Insights API does not support the crossposted_views metric "
                     "for this media product type."),
        "crossposted_views");
    EXPECT_EQ(
        named_metric("(#100) Incompatible breakdowns (follow_type) for metric (views)"), "views");
    EXPECT_EQ(
        named_metric("(#100) The following periods (week) are incompatible with the metric "
                     "(online_followers)"),
        "online_followers");
    EXPECT_EQ(
        named_metric(
            "(#100) (follower_count) metric only supports querying data for the last 30 days"),
        "follower_count");
}

TEST(NamedMetric, IsNothingWhereNoneOrSeveralAreNamed)
{
    EXPECT_EQ(
        named_metric("(#100) metric[0] must be one of the following values: reach"), std::nullopt);
    EXPECT_EQ(
        named_metric(
            "(#100) The following metrics (views, likes) should be specified with parameter"),
        std::nullopt);
    EXPECT_EQ(named_metric("does not support the "), std::nullopt);
}

TEST(FailureText, NamesKindCodesAndTrace)
{
    Failure failure;
    failure.kind = FailureClass::needs_login;
    failure.code = 190;
    failure.subcode = 463;
    failure.message = "Session expired";
    failure.trace_id = "Abc";
    EXPECT_EQ(to_string(failure), "needs_login 190/463: Session expired (fbtrace_id Abc)");
}

} // namespace
} // namespace insightd::graph
