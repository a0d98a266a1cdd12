#include "tests/daemon/edges.hpp"

#include <gmock/gmock.h>

// The quota for publishing, against the sandbox's truth.
namespace insightd
{
namespace
{

using config::Collector;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(EdgesLimit, EachRowIsTheTruthOfItsInstant)
{
    Edges edges{{Collector::publishing_limit}};
    edges.begin();
    edges.run_until(edges_start + 72h);
    const auto rows = edges.rows(
        "SELECT account_id, (extract(epoch FROM observed_at) * 1000000)::bigint, quota_usage, "
        "quota_total, quota_hours FROM insights.publishing_limit");
    ASSERT_GT(rows.size(), 9U) << "posts come and leave the window";
    for (const auto& row : rows) {
        const auto& accounts = edges.world.accounts();
        const auto found =
            std::ranges::find(accounts, std::stoll(*row[0]), &sandbox::AccountSpec::user_id);
        const model::Instant when{std::chrono::microseconds{std::stoll(*row[1])}};
        EXPECT_EQ(
            std::stoll(*row[2]),
            edges.world.published(
                static_cast<std::size_t>(found - accounts.begin()), when - 24h, when));
        EXPECT_EQ(row[3], "100");
        EXPECT_EQ(row[4], "24");
    }
    EXPECT_EQ(edges.health("publishing_limit"), "ok");
}

TEST(EdgesLimit, IsOffUnlessAskedFor)
{
    Edges edges{{}};
    const auto& calls = edges.count_calls("/content_publishing_limit");
    edges.begin();
    edges.run_until(edges_start + 3h);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(edges.health("publishing_limit"), "none") << "nor has it a line";
}

/// A token without the permission to publish: said with what to do, and nothing else waits for it.
TEST(EdgesLimit, WithoutThePermissionTheRestGoesOn)
{
    Edges edges{
        {Collector::publishing_limit, Collector::profile, Collector::stories},
        {},
        {sandbox::three_accounts().front()}};
    const auto& poor = edges.api.tokens().issue(
        0, sandbox::TokenKind::long_lived,
        {"instagram_business_basic", "instagram_business_manage_insights"}, edges_start);
    std::ofstream{edges.folder.path() / "metricsaurus.token"} << poor.text << "\n";
    const auto& calls = edges.count_calls("/content_publishing_limit");
    edges.begin();
    ::testing::internal::CaptureStderr();
    edges.run_until(edges_start + 6h);
    EXPECT_THAT(
        ::testing::internal::GetCapturedStderr(),
        HasSubstr("grant the permission to publish content"));
    EXPECT_EQ(edges.health("publishing_limit"), "failing");
    EXPECT_EQ(edges.health("profile"), "ok");
    EXPECT_EQ(edges.health("stories"), "ok");
    EXPECT_LE(calls, 13) << "no storm of calls";
    EXPECT_EQ(
        edges.number("SELECT count(*) FROM insights.data_gaps WHERE collector = 'stories'"), 0);
}

} // namespace
} // namespace insightd
