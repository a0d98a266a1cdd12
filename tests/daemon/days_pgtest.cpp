#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <date/tz.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

// The days of accounts around the world: none is lost and none is doubled, wherever days end.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Row;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

constexpr auto interval = 24h;

/// Few metrics and few readings: what matters is the days.
constexpr auto only_days = R"(
defaults:
  collect: [account_insights]
  schedule: {account_insights: 1d, demographics: 30d}
  metrics: {account: {views: off, accounts_engaged: off, total_interactions: off, comments: off,
    saves: off, shares: off, replies: off, reposts: off, follows_and_unfollows: off,
    profile_links_taps: off}}
)";

/// An account in each zone, with its own days and with Pacific ones.
std::vector<sandbox::AccountSpec> around_the_world(const std::vector<std::string>& zones)
{
    std::vector<sandbox::AccountSpec> accounts;
    for (const auto& zone : zones)
        for (const bool local : {false, true}) {
            const auto number = static_cast<std::int64_t>(accounts.size());
            accounts.push_back(
                {17841400000001000 + number, fmt::format("account_{}", number),
                 fmt::format("sandbox-token-of-account-{}", number), sandbox::Host::instagram,
                 5'000 + 37 * number, zone, local});
        }
    return accounts;
}

const std::vector<std::string> zones{
    "Pacific/Pago_Pago", "Pacific/Kiritimati",  "Pacific/Apia",     "America/Sao_Paulo",
    "Europe/Berlin",     "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"};

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds.value())}};
}

std::vector<Row> days_of(const Simulation& simulation, std::size_t account)
{
    return simulation.rows(fmt::format(
        "SELECT day::text, (extract(epoch FROM day_end) * 1000000)::bigint, "
        "(extract(epoch FROM observed_at) * 1000000)::bigint, is_final, likes, reach "
        "FROM insights.account_daily WHERE account_id = '{}' ORDER BY day",
        simulation.world.accounts()[account].user_id));
}

std::string local_date(model::Instant instant, const std::string& zone)
{
    const auto day = date::floor<date::days>(date::locate_zone(zone)->to_local(instant));
    return date::format("%F", day);
}

/// The stored days, from this end on, are the zone's, one after the other, with the world's
/// numbers.
void expect_every_day_once(
    const Simulation& simulation, std::size_t account, const std::string& zone,
    model::Instant first_end)
{
    const auto now = simulation.clock.now();
    const auto who = fmt::format("{} by {}", simulation.world.accounts()[account].timezone, zone);
    auto ends = sandbox::World::day_ends(first_end - 1us, now, zone);
    if (ends.rbegin()[1] + interval > now)
        ends.pop_back(); // it began after the last reading, or shortly before
    auto rows = days_of(simulation, account);
    std::erase_if(rows, [&](const Row& row) {
        return instant(row[1]) < first_end || instant(row[1]) > ends.back();
    });
    ASSERT_EQ(rows.size(), ends.size()) << who;
    auto begin = sandbox::World::day_ends(first_end - 49h, first_end, zone).rbegin()[1];
    for (std::size_t n = 0; n < rows.size(); begin = ends[n++]) {
        EXPECT_EQ(instant(rows[n][1]), ends[n]) << who;
        EXPECT_EQ(rows[n][0], local_date(begin + 12h, zone)) << who;
        const auto number = [&](const char* metric, model::Instant as_of) {
            return std::to_string(
                simulation.world.account_metric(account, metric, begin, ends[n], as_of));
        };
        const bool is_final = rows[n][3] == "t";
        EXPECT_EQ(is_final, instant(rows[n][2]) >= ends[n] + 50h) << who;
        EXPECT_TRUE(is_final || ends[n] + 50h + interval > now)
            << who << " settles within an interval";
        const auto as_of = is_final ? now + 24'000h : instant(rows[n][2]);
        EXPECT_EQ(rows[n][4], number("likes", as_of)) << who << " " << *rows[n][0];
        if (rows[n][5]) {
            EXPECT_EQ(rows[n][5], number("reach", as_of)) << who << " " << *rows[n][0];
        }
    }
}

/// From before a change of clocks to after it, and 28 days back.
struct Season {
    const char* name;
    const char* start;
    std::chrono::days length;
};

class Seasons : public ::testing::TestWithParam<Season>
{
};

TEST_P(Seasons, LoseNoDayAndDoubleNone)
{
    const auto start = at(GetParam().start);
    Simulation simulation{start, only_days, around_the_world(zones)};
    simulation.run_until(start + GetParam().length);
    for (std::size_t account = 0; account < simulation.world.accounts().size(); ++account) {
        const auto zone = simulation.world.day_zone(account);
        const auto first = sandbox::World::day_ends(start - 24 * 24h, start, zone)
                               .front(); // what is left after the first readings
        expect_every_day_once(simulation, account, zone, first);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Changes, Seasons,
    ::testing::Values(
        // New York and the Pacific on March 8; Berlin on March 29 and Lord Howe on April 5; Lord
        // Howe on October 4 and Berlin on October 25, the former among the days before the start.
        Season{"spring_of_america", "2026-03-06T12:00:00Z", std::chrono::days{5}},
        Season{"spring_of_europe", "2026-03-27T12:00:00Z", std::chrono::days{12}},
        Season{"autumn", "2026-10-23T12:00:00Z", std::chrono::days{11}}),
    [](const auto& season) { return std::string{season.param.name}; });

TEST(Days, SeriesThatLeavesDaysOutOrEverythingLosesNone)
{
    const auto start = at("2026-03-27T12:00:00Z");
    Simulation simulation{start, only_days, around_the_world({"Europe/Berlin", "Asia/Kathmandu"})};
    simulation.faults.series_leaves_out = 3;
    simulation.run_until(start + 48h);
    simulation.faults.empty_series = true;
    simulation.run_until(start + 96h);
    simulation.faults.empty_series = false;
    simulation.run_until(start + 120h);
    for (std::size_t account = 0; account < 4; ++account) {
        const auto zone = simulation.world.day_zone(account);
        const auto first = sandbox::World::day_ends(start - 20 * 24h, start, zone).front();
        expect_every_day_once(simulation, account, zone, first);
    }
}

TEST(Days, BoundariesThatMoveAreFollowedAndLeaveNoGap)
{
    const auto start = at("2026-03-20T12:00:00Z");
    Simulation simulation{
        start, only_days,
        around_the_world({"Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"})};
    simulation.run_until(start + 96h);
    simulation.faults.moved_days = true;
    simulation.run_until(start + 8 * 24h);
    for (std::size_t account = 0; account < 6; ++account) {
        const auto& spec = simulation.world.accounts()[account];
        const auto zone = spec.local_days ? "America/Los_Angeles" : spec.timezone;
        const auto first = sandbox::World::day_ends(start - 15 * 24h, start, zone).front();
        expect_every_day_once(simulation, account, zone, first);
    }
}

} // namespace
} // namespace insightd
