#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// What was not read is said, and what can still be read is.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Simulation;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");

/// Fewer readings than by default: days pass in a second.
constexpr auto sparse = R"(
defaults:
  schedule:
    stories: 1h
    profile: 2h
    media_list: 2h
    account_insights: 6h
    media_insights: [{until: 60d, every: 1d}]
)";

std::int64_t count(const Simulation& simulation, const std::string& condition)
{
    return std::stoll(
        simulation.value("SELECT count(*) FROM insights.data_gaps WHERE " + condition).value());
}

TEST(GapLedger, IsEmptyWhileAllGoesWell)
{
    Simulation simulation{start, sparse};
    simulation.run_until(start + std::chrono::days{4});
    EXPECT_EQ(count(simulation, "true"), 0);
}

TEST(GapLedger, ThreeDaysWithoutADaemonAreRefilledOrUnrecoverableWithTheReason)
{
    Simulation simulation{start, sparse};
    simulation.run_until(start + std::chrono::days{3});
    simulation.clock.jump_to(start + std::chrono::days{6});
    simulation.begin();
    simulation.run_until(start + std::chrono::days{7});
    EXPECT_EQ(count(simulation, "state = 'open'"), 0);
    EXPECT_EQ(count(simulation, "kind = 'day'"), 0) << "the platform still served the days";
    for (const auto* collector : {"profile", "media", "media_insights", "stories", "audience"})
        EXPECT_EQ(
            simulation.value(fmt::format(
                "SELECT count(DISTINCT account) FROM insights.data_gaps WHERE collector = '{}' "
                "AND state = 'unrecoverable' AND reason LIKE '%not running until 2026-03-07 "
                "12:00%'",
                collector)),
            "3")
            << collector;
    EXPECT_EQ(
        simulation.value("SELECT count(*) FROM insights.data_gaps WHERE collector = 'stories' "
                         "AND ends_at > '2026-03-06T13:10:00Z'"),
        "0")
        << "stories that were still alive at the start were found";
}

TEST(GapLedger, OutageIsOpenWhileItLastsAndSaysWhy)
{
    Simulation simulation{start, sparse};
    simulation.run_until(start + 2h);
    simulation.faults.html = true;
    simulation.run_until(start + 9h);
    EXPECT_GT(count(simulation, "state = 'open' AND ends_at IS NULL AND collector = 'profile'"), 0);
    simulation.faults.html = false;
    simulation.run_until(start + 14h);
    EXPECT_EQ(count(simulation, "state = 'open'"), 0);
    EXPECT_THAT(
        simulation
            .value("SELECT reason FROM insights.data_gaps WHERE collector = 'profile' LIMIT 1")
            .value_or(""),
        HasSubstr("502"));
}

TEST(GapLedger, DayThatIsMissingIsReadAgain)
{
    Simulation simulation{start, sparse};
    simulation.run_until(start + std::chrono::days{5});
    simulation.rows("DELETE FROM store.account_day WHERE day = '2026-03-03'");
    EXPECT_EQ(count(simulation, "kind = 'day' AND day = '2026-03-03' AND state = 'open'"), 3);
    simulation.begin();
    simulation.run_until(start + std::chrono::days{5} + 7h);
    EXPECT_EQ(count(simulation, "kind = 'day'"), 0);
}

} // namespace
} // namespace insightd
