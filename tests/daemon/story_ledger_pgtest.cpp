#include "daemon/engine.hpp"
#include "tests/daemon/simulation.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

// Every story has a reading in its last minutes, or an honest reason, whatever goes wrong.
namespace insightd
{
namespace
{

using insightd::testing::at;
using insightd::testing::Row;
using insightd::testing::Simulation;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const auto start = at("2026-03-01T12:00:00Z");
constexpr std::chrono::minutes window{15};

constexpr auto stories_only = R"(
defaults:
  collect: [stories]
  schedule: {stories: 4h}
  metrics: {media: {follows: off, profile_visits: off, profile_activity: off, navigation: off, shares: off, total_interactions: off, replies: off}}
)";

#ifdef INSIGHTD_SANITIZED
constexpr std::int64_t stories_of_each = 50;
#else
constexpr std::int64_t stories_of_each = 250;
#endif
constexpr std::size_t accounts = 4;
constexpr std::chrono::hours span{24};

/// What is due within a step is done at its end: many stories in one transaction.
constexpr std::chrono::seconds longest_step{45};

/// A span in which nothing could be read.
struct Outage {
    model::Instant from, to;
};

/// Stories at random instants of a day, and what became of each.
class Stories : public Simulation
{
public:
    explicit Stories(
        std::int64_t count = stories_of_each, double highlights = 0,
        std::size_t account_count = accounts)
        : Simulation{
              start, stories_only, sandbox::many_accounts(account_count),
              options(count, highlights)}
    {
    }

    void run_in_steps(model::Instant end)
    {
        while (engine->next_due() && *engine->next_due() <= end) {
            clock.jump_to(std::max(*engine->next_due(), std::min(clock.now() + longest_step, end)));
            insightd::testing::run(loop, engine->pass());
            look_at_database();
        }
        clock.jump_to(end);
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    static sandbox::World::Options options(std::int64_t count, double highlights)
    {
        auto options = options_at(start);
        options.days_of_history = 0;
        options.stories_at_random = {start, span, count};
        options.highlights = highlights;
        return options;
    }

    std::vector<Row> ledger() const
    {
        return rows(
            "SELECT l.media_id, l.state, l.reason, l.reason_kind, "
            "(extract(epoch FROM l.expires_at) * 1000000)::bigint, "
            "coalesce(s.numbers_at >= l.window_from, false), "
            "(extract(epoch FROM l.last_answer_at) * 1000000)::bigint "
            "FROM store.story l LEFT JOIN store.media_state s USING (account_id, media_id)");
    }
};

model::Instant instant(const std::string& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds)}};
}

/// How much of the last minutes of a story the outages left.
std::chrono::microseconds left_by(const std::vector<Outage>& outages, model::Instant expires_at)
{
    std::chrono::microseconds left = window;
    for (const auto& outage : outages) {
        const auto from = std::max(outage.from, expires_at - window);
        const auto to = std::min(outage.to, expires_at);
        left -= std::max(to - from, std::chrono::microseconds::zero());
    }
    return left;
}

/// Every story of the world has one line, which is closed, and honest: final with a reading in its
/// last minutes, or missed because an outage left none of them.
void expect_truth(const Stories& simulation, const std::vector<Outage>& outages)
{
    const auto ledger = simulation.ledger();
    EXPECT_EQ(ledger.size(), accounts * static_cast<std::size_t>(stories_of_each));
    std::size_t missed = 0;
    for (const auto& row : ledger) {
        const auto expires_at = instant(*row[4]);
        const auto truth = simulation.world.media(std::stoll(*row[0]), simulation.clock.now());
        ASSERT_TRUE(truth);
        EXPECT_EQ(expires_at, truth->published_at + 24h);
        const bool few = row[6] && instant(*row[6]) >= expires_at - window &&
                         simulation.world.too_few_viewers(*truth, instant(*row[6]));
        const bool has_reading = *row[5] == "t" || few;
        EXPECT_EQ(*row[1], has_reading ? "final" : "missed") << *row[0];
        EXPECT_EQ(row[2]->empty(), has_reading) << "never both, never neither: " << *row[0];
        if (!has_reading) {
            ++missed;
            EXPECT_LT(left_by(outages, expires_at), 2min)
                << *row[0] << " had time enough, but: " << *row[2];
        }
    }
    ::testing::Test::RecordProperty("missed", static_cast<int>(missed));
    EXPECT_LT(missed * 10, ledger.size());
}

std::int64_t lines(const Stories& simulation, const std::string& condition)
{
    return simulation.number("SELECT count(*) FROM store.story WHERE " + condition);
}

TEST(StoryLedger, EachHasItsLastReadingOrAnHonestReason)
{
    Stories simulation;
    simulation.faults.random_errors = 0.2;
    const Outage outage{start + 30h, start + 31h};
    simulation.run_in_steps(start + 20h);
    simulation.begin();
    simulation.run_in_steps(outage.from);
    simulation.faults.errors = 1;
    simulation.run_in_steps(outage.to);
    simulation.faults.errors = 0;
    simulation.run_in_steps(start + 33h);
    simulation.database_away();
    simulation.run_in_steps(start + 33h + 20min);
    simulation.begin(); // on the cache
    simulation.run_in_steps(start + 34h);
    simulation.database_back();
    simulation.run_in_steps(start + 36h);
    simulation.begin();
    simulation.run_in_steps(start + span + 24h + 3h);

    expect_truth(simulation, {outage}); // an hour without a database costs no story
    EXPECT_GT(lines(simulation, "state = 'missed'"), 0) << "some ended in the outage";
    EXPECT_EQ(lines(simulation, "state = 'missed' AND reason_kind <> 'api_failing'"), 0);
    EXPECT_EQ(
        simulation.number(
            "SELECT count(*) FROM insights.story_summary WHERE found_after > 241 AND published_at "
            "NOT BETWEEN '2026-03-02T13:30:00Z' AND '2026-03-02T19:00:00Z'"),
        0)
        << "found within one interval of the list, give or take a retry";
    const auto counts = simulation.engine->story_counts();
    EXPECT_EQ(counts.open, 0U);
}

TEST(StoryLedger, DaemonThatIsDownAcrossEndsSaysSo)
{
    Stories simulation;
    const Outage down{start + 28h, start + 30h};
    simulation.run_in_steps(down.from);
    simulation.clock.jump_to(down.to);
    simulation.begin();
    simulation.run_in_steps(start + span + 24h + 3h);

    expect_truth(simulation, {down});
    EXPECT_GT(lines(simulation, "state = 'missed'"), 0);
    EXPECT_EQ(lines(simulation, "state = 'missed' AND reason_kind <> 'not_running'"), 0);
    EXPECT_THAT(
        simulation.value("SELECT reason FROM store.story WHERE state = 'missed' LIMIT 1").value(),
        HasSubstr("insightd was not running from 2026-03-02T1"));
}

TEST(StoryLedger, HighlightIsReadOnUntilItIsRefused)
{
    Stories simulation{3, 1.0, 1};
    simulation.run_in_steps(start + 72h);
    EXPECT_EQ(
        lines(simulation, "state = 'final' AND is_highlight AND provenance = 'highlight'"), 3);
    EXPECT_EQ(
        simulation.number("SELECT count(*) FROM insights.story_summary WHERE "
                          "minutes_before_expiry < -60"),
        3);
    simulation.begin();
    simulation.run_in_steps(start + 8 * 24h);
    EXPECT_EQ(lines(simulation, "state = 'final' AND NOT is_highlight"), 3);
    EXPECT_EQ(simulation.value("SELECT DISTINCT provenance FROM store.story"), "highlight");
}

} // namespace
} // namespace insightd
