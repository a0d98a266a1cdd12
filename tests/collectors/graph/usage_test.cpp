#include "collectors/graph/url.hpp"
#include "collectors/graph/usage.hpp"
#include "tests/support/fixture.hpp"

#include <gtest/gtest.h>

namespace insightd::graph
{
namespace
{

using namespace std::chrono_literals;

std::string sample(const char* call, const char* header)
{
    const auto samples = insightd::testing::fixture("graph/usage-headers.json");
    return std::string{samples.at(call).at(header).as_string()};
}

TEST(Usage, ReadsEveryCapturedHeader)
{
    EXPECT_EQ(parse_usage(sample("app_token_call", "x-app-usage"), "").app_percent, 12);
    const auto business = [](const char* call) {
        return parse_usage("", sample(call, "x-business-use-case-usage")).business_percent;
    };
    EXPECT_EQ(business("page_node_call"), 0) << "0 that was sent is 0";
    EXPECT_EQ(business("page_conversations_call"), 1);
    EXPECT_EQ(business("ig_node_call"), 1);
    EXPECT_EQ(business("meta_doc_example"), 95);
}

TEST(Usage, AbsentIsNotZero)
{
    const auto usage = parse_usage("", "");
    EXPECT_EQ(usage.percent(), std::nullopt);
    EXPECT_EQ(usage.regain_after, std::nullopt);
}

TEST(Usage, TakesTheLargestOfAllPoolsAndTheLongestEstimate)
{
    const auto usage = parse_usage(
        R"({"call_count":5})",
        R"({"1":[{"call_count":"17%","estimated_time_to_regain_access":3},{"total_time":40}],
            "2":{"total_cputime":88.6,"estimated_time_to_regain_access":9}})");
    EXPECT_EQ(usage.business_percent, 89);
    EXPECT_EQ(usage.percent(), 89);
    EXPECT_EQ(usage.regain_after, 9min);
}

TEST(Usage, MalformedHeadersSayNothing)
{
    for (const auto* header :
         {"{", "[]", "null", "\"x\"", R"({"1":3})", R"({"1":[null]})",
          R"({"1":[{"call_count":"many"}]})"}) {
        const auto usage = parse_usage(header, header);
        EXPECT_EQ(usage.percent(), std::nullopt) << header;
    }
}

TEST(Url, EscapesEverythingButUnreservedAndTheComma)
{
    EXPECT_EQ(escaped("a b&c=d,e~f/é"), "a%20b%26c%3Dd,e~f%2F%C3%A9");
    EXPECT_EQ(
        url_of("https://h/v24.0", "1/media", {{"fields", "id,x"}, {"after", "a=b"}}),
        "https://h/v24.0/1/media?fields=id,x&after=a%3Db");
}

TEST(Url, RedactionHidesEverySecretParameter)
{
    EXPECT_EQ(
        redacted("https://h/p?fields=id&access_token=IGAAsecret&appsecret_proof=ab&x=1"),
        "https://h/p?fields=id&access_token=***&appsecret_proof=***&x=1");
    EXPECT_EQ(redacted("https://h/p?access_token=IGAAsecret"), "https://h/p?access_token=***");
    EXPECT_EQ(redacted("https://h/p"), "https://h/p");
}

TEST(AppsecretProof, IsTheHexHmacOfTheToken)
{
    // RFC 4231, test case 2.
    EXPECT_EQ(
        appsecret_proof(config::Secret{"Jefe"}, config::Secret{"what do ya want for nothing?"}),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

} // namespace
} // namespace insightd::graph
