#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <map>
#include <random>

// Numbers that come late, a database that is cut off, a daemon that dies: what was told is kept,
// what was known at any time can be asked, and what is final is true.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::query;
using insightd::testing::Row;
using insightd::testing::Simulation;
using namespace std::chrono_literals;

const auto start = at("2026-03-05T12:00:00Z"); // the clocks change in the US three days later

std::string only_days(const char* every)
{
    return fmt::format(
        "defaults:\n"
        "  collect: [account_insights]\n"
        "  schedule: {{account_insights: {}, demographics: 30d}}\n"
        "  metrics: {{account: {{accounts_engaged: off, total_interactions: off, comments: off,\n"
        "    saves: off, shares: off, replies: off, reposts: off, follows_and_unfollows: off,\n"
        "    profile_links_taps: off}}}}\n",
        every);
}

std::vector<sandbox::AccountSpec> one_account(bool local_days)
{
    auto account = sandbox::three_accounts().at(1);
    account.local_days = local_days;
    return {account};
}

constexpr std::array metrics{"views", "likes", "reach", "follower_count"};
using Numbers = std::array<std::optional<std::int64_t>, metrics.size()>;

/// What the platform told of days, and when: taken down at its own door.
class Told
{
public:
    explicit Told(Simulation& simulation)
    {
        simulation.api.watch([this](const auto& request, const auto& response, auto now) {
            if (before_answer)
                before_answer();
            if (response.status == 200 && request.path.ends_with("/insights"))
                note(request, boost::json::parse(response.body), now);
        });
    }

    /// The numbers of each day whose totals had been told by then, as last told.
    std::map<model::Instant, Numbers> as_of(model::Instant instant) const
    {
        std::map<model::Instant, Numbers> known;
        for (const auto& [end, by_metric] : days_) {
            if (!newest(by_metric, "likes", instant))
                continue;
            for (std::size_t n = 0; n < metrics.size(); ++n)
                known[end][n] = newest(by_metric, metrics.at(n), instant);
        }
        return known;
    }

    /// Each day's numbers whenever they changed.
    std::map<model::Instant, std::vector<Numbers>> revisions() const
    {
        std::set<model::Instant> times;
        for (const auto& [end, by_metric] : days_)
            for (const auto& [metric, by_time] : by_metric)
                for (const auto& [time, number] : by_time)
                    times.insert(time);
        std::map<model::Instant, std::vector<Numbers>> all;
        for (const auto time : times)
            for (const auto& [end, numbers] : as_of(time))
                if (all[end].empty() || all[end].back() != numbers)
                    all[end].push_back(numbers);
        return all;
    }

    std::function<void()> before_answer;

private:
    using ByTime = std::map<model::Instant, std::int64_t>;
    using ByMetric = std::map<std::string, ByTime>;

    static std::optional<std::int64_t>
    newest(const ByMetric& by_metric, const std::string& metric, model::Instant instant)
    {
        const auto found = by_metric.find(metric);
        if (found == by_metric.end())
            return std::nullopt;
        const auto next = found->second.upper_bound(instant);
        return next == found->second.begin() ? std::nullopt
                                             : std::optional{std::prev(next)->second};
    }

    void note(const sandbox::Request& request, const boost::json::value& body, model::Instant now)
    {
        if (request.param("period") != "day" || !request.param("breakdown").empty())
            return;
        for (const auto& entry : body.at("data").as_array()) {
            const std::string metric{entry.at("name").as_string()};
            if (const auto* values = entry.as_object().if_contains("values"))
                for (const auto& point : values->as_array()) {
                    const std::string end{point.at("end_time").as_string()};
                    days_[at(end.substr(0, 19) + "Z")][metric][now] = point.at("value").as_int64();
                }
            else
                days_[model::Instant{std::chrono::seconds{std::stoll(request.param("until"))}}]
                     [metric][now] = entry.at("total_value").at("value").as_int64();
        }
    }

    std::map<model::Instant, ByMetric> days_;
};

constexpr auto columns = "(extract(epoch FROM day_end) * 1000000)::bigint, views, likes, reach, "
                         "follower_count";

model::Instant instant(const std::optional<std::string>& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds.value())}};
}

Numbers numbers_in(const Row& row)
{
    Numbers numbers;
    for (std::size_t n = 0; n < metrics.size(); ++n)
        if (row.at(n + 1))
            numbers.at(n) = std::stoll(*row.at(n + 1));
    return numbers;
}

std::map<model::Instant, Numbers>
stored_as_of(const Simulation& simulation, model::Instant instant_)
{
    std::map<model::Instant, Numbers> known;
    for (const auto& row : simulation.rows(fmt::format(
             "SELECT {} FROM insights.account_daily_as_of(to_timestamp(0) + interval '{} us')",
             columns, instant_.time_since_epoch().count())))
        EXPECT_TRUE(known.emplace(instant(row[0]), numbers_in(row)).second) << "a day twice";
    return known;
}

std::map<model::Instant, std::vector<Numbers>> stored_revisions(const Simulation& simulation)
{
    std::map<model::Instant, std::vector<Numbers>> all;
    for (const auto& row : simulation.rows(fmt::format(
             "SELECT {} FROM insights.account_revision ORDER BY day, revision", columns))) {
        auto& revisions = all[instant(row[0])];
        // That a day became final with the same numbers is a row, and no other number.
        if (revisions.empty() || revisions.back() != numbers_in(row))
            revisions.push_back(numbers_in(row));
    }
    return all;
}

Numbers truth(const Simulation& simulation, model::Instant end, model::Instant as_of)
{
    const auto zone = simulation.world.day_zone(0);
    const auto begin = sandbox::World::day_ends(end - 49h, end, zone).rbegin()[1];
    Numbers numbers;
    for (std::size_t n = 0; n < metrics.size(); ++n)
        numbers.at(n) = simulation.world.account_metric(0, metrics.at(n), begin, end, as_of);
    return numbers;
}

void cut_off(const Simulation& simulation)
{
    simulation.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'insightd' AND datname = current_database()");
}

class LateData : public ::testing::TestWithParam<unsigned>
{
protected:
    /// Eight days in which the database goes away and the daemon dies at random instants.
    void live_through(Simulation& simulation, Told& told)
    {
        const auto end = start + 8 * 24h;
        while (simulation.clock.now() < end) {
            disturb(simulation, told);
            simulation.run_until(std::min(simulation.clock.now() + hours_up_to(9), end));
            told.before_answer = {};
            if (std::exchange(is_away, false))
                simulation.database_back();
        }
        simulation.run_until(end + 6h);
    }

    void disturb(Simulation& simulation, Told& told)
    {
        switch (dice() % 5) {
        case 0: // killed, and down for a while
            simulation.clock.jump_to(simulation.clock.now() + hours_up_to(12));
            simulation.begin();
            break;
        case 1: // away for hours, and killed meanwhile: what was read waits on the disk
            go_away(simulation);
            simulation.run_until(simulation.clock.now() + hours_up_to(5));
            simulation.begin();
            break;
        case 2:
            go_away(simulation);
            break;
        case 3: // cut off in the middle of a reading
            told.before_answer = [&simulation, left = dice() % 20]() mutable {
                if (left-- == 0)
                    cut_off(simulation);
            };
            break;
        default:
            break;
        }
    }

    void go_away(Simulation& simulation)
    {
        simulation.database_away();
        is_away = true;
        ++outages;
    }

    std::chrono::minutes hours_up_to(unsigned hours)
    {
        return std::chrono::minutes{30 + dice() % (hours * 60)};
    }

    std::mt19937 dice{GetParam()};
    bool is_away = false;
    int outages = 0;
};

TEST_P(LateData, FinalsAreTrueEveryRevisionIsThereAndThePastIsAsItWasTold)
{
    sandbox::World::Options slow;
    slow.settled_after = 48h;
    Simulation simulation{start, only_days("4h"), one_account(GetParam() % 2 == 0), slow};
    Told told{simulation};
    live_through(simulation, told);
    EXPECT_GT(outages, 2);

    const auto now = simulation.clock.now();
    std::size_t finals = 0;
    for (const auto& row : simulation.rows(fmt::format(
             "SELECT {}, is_final, revised_after_final FROM insights.account_daily", columns))) {
        const auto end = instant(row[0]);
        EXPECT_EQ(row[5], now >= end + 50h + 4h + 12h ? "t" : *row[5]) << "settles in time";
        EXPECT_EQ(row[6], "f");
        if (row[5] != "t")
            continue;
        ++finals;
        EXPECT_EQ(numbers_in(row), truth(simulation, end, now + 24'000h));
    }
    EXPECT_GT(finals, 30U);

    EXPECT_EQ(stored_revisions(simulation), told.revisions());
    for (int n = 0; n < 40; ++n) {
        const auto past = start + std::chrono::seconds{dice() % (8 * 86'400)};
        EXPECT_EQ(stored_as_of(simulation, past), told.as_of(past));
    }
    EXPECT_EQ(stored_as_of(simulation, now), told.as_of(now));
    EXPECT_EQ(stored_as_of(simulation, start - 1s).size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Dice, LateData, ::testing::Values(1U, 2U));

TEST(Settling, DayThatThePlatformRevisesAfterItWasFinalIsFlagged)
{
    sandbox::World::Options fickle;
    fickle.revised_after = std::chrono::hours{80};
    Simulation simulation{start, only_days("6h"), one_account(false), fickle};
    simulation.run_until(start + 11 * 24h);
    const auto now = simulation.clock.now();
    std::size_t flagged = 0;
    for (const auto& row : simulation.rows(fmt::format(
             "SELECT {}, revised_after_final, "
             "(extract(epoch FROM final_at) * 1000000)::bigint FROM insights.account_daily "
             "WHERE is_final",
             columns))) {
        const auto end = instant(row[0]);
        const bool was_final_before = instant(row[6]) < end + 80h;
        const bool is_revised = was_final_before && end + 80h + 6h <= now;
        if (end + 80h <= now && end + 80h + 6h > now)
            continue; // on its way
        EXPECT_EQ(row[5], is_revised ? "t" : "f") << *row[0];
        flagged += is_revised ? 1 : 0;
        // The series tells at once; the totals are read again a week after the day's end.
        const auto shown = numbers_in(row);
        const auto true_now = truth(simulation, end, now);
        EXPECT_EQ(shown[2], true_now[2]);
        EXPECT_EQ(shown[3], true_now[3]);
        if (end + 7 * 24h <= now && end + 7 * 24h + 6h > now)
            continue;
        const bool was_rechecked = !was_final_before || end + 7 * 24h <= now;
        const auto totals = was_rechecked ? true_now : truth(simulation, end, end + 50h);
        EXPECT_EQ(shown[0], totals[0]);
        EXPECT_EQ(shown[1], totals[1]);
    }
    EXPECT_GT(flagged, 5U);
    EXPECT_EQ(
        simulation.value(
            "SELECT count(*) FROM insights.account_daily l JOIN insights.account_daily_as_of("
            "'2026-03-12T12:00:00Z') p USING (account_id, day) WHERE l.revised_after_final AND NOT "
            "p.revised_after_final AND p.is_final AND p.reach = l.reach"),
        "0")
        << "the past shows what it knew";
}

} // namespace
} // namespace insightd
