#include "tests/storage/with_database.hpp"

#include "storage/read.hpp"

namespace insightd::storage
{
namespace
{

using model::Provenance;
using model::StoryEntry;
using model::StoryState;

const auto expires = noon + 24h;

StoryEntry line(model::Instant known_at, StoryState state = StoryState::open)
{
    StoryEntry entry;
    entry.media_id = post;
    entry.known_at = known_at;
    entry.found_at = noon + 3min;
    entry.published_at = noon;
    entry.expires_at = expires;
    entry.window_from = expires - 15min;
    entry.state = state;
    if (state != StoryState::open)
        entry.closed_at = known_at;
    if (state == StoryState::missed) {
        entry.reason = "the API was away";
        entry.reason_kind = "api_failing";
    }
    return entry;
}

StoryEntry answered(StoryEntry entry, model::Instant at, Provenance how = Provenance::poll)
{
    entry.last_answer_at = at;
    entry.last_numbers_at = at;
    entry.provenance = how;
    return entry;
}

class StoryLedgerTest : public DatabaseTest
{
protected:
    void keep(StoryEntry entry)
    {
        model::Batch batch;
        batch.stories.push_back(std::move(entry));
        write(std::move(batch));
    }

    void write_story(std::vector<model::Reading> values, std::vector<model::Breakdown> splits)
    {
        auto media = a_post(noon);
        media.product_type = "STORY";
        media.published_at = noon;
        media.expires_at = expires;
        model::Batch batch;
        batch.media.push_back(media);
        batch.samples.push_back({post, expires - 10min, {std::move(values), std::move(splits)}});
        batch.stories.push_back(line(noon + 3min));
        write(std::move(batch));
    }

    std::string state() const { return query1(url, "SELECT state FROM store.story").value(); }
};

TEST_F(StoryLedgerTest, LineComesBackAsItWasWritten)
{
    auto entry = answered(line(expires + 1min, StoryState::missed), expires - 1h);
    entry.troubles = {{"api_failing", expires - 20min, expires - 1min}};
    write_story({views(5)}, {});
    keep(entry);
    keep(entry);
    const auto history = insightd::testing::run(loop, database.history({account}));
    ASSERT_EQ(history[0].media.size(), 1U);
    EXPECT_EQ(history[0].media[0].story, entry);
}

TEST_F(StoryLedgerTest, StoriesThatWereClosedLongAgoAreNotRemembered)
{
    const auto story = [&](model::MediaId id, StoryState state, bool is_highlight = false) {
        auto media = a_post(noon);
        media.id = id;
        media.product_type = "STORY";
        media.expires_at = expires;
        auto entry = line(noon + 3min, state);
        entry.media_id = id;
        entry.is_highlight = is_highlight;
        model::Batch batch;
        batch.media.push_back(media);
        batch.stories.push_back(entry);
        write(std::move(batch));
    };
    story(1, StoryState::final);
    story(2, StoryState::open);
    story(3, StoryState::final, true);
    const auto remembered_after = [&](std::chrono::hours since_the_end) {
        model::Batch work;
        work.runs.emplace_back().collector = "stories";
        work.runs.back().started_at = expires + since_the_end;
        write(std::move(work));
        const auto histories = insightd::testing::run(loop, database.history({account}));
        std::vector<model::MediaId> ids;
        for (const auto& media : histories[0].media)
            ids.push_back(media.id);
        return ids;
    };
    EXPECT_THAT(remembered_after(48h), ::testing::UnorderedElementsAre(1, 2, 3))
        << "a list may show it still";
    EXPECT_THAT(remembered_after(73h), ::testing::UnorderedElementsAre(2, 3));
}

TEST_F(StoryLedgerTest, LateRowsNeitherOpenAClosedStoryNorTurnItBack)
{
    keep(answered(line(expires + 1min, StoryState::final), expires - 2min));
    keep(answered(line(expires - 1h), expires - 1h));
    keep(line(expires + 2h, StoryState::missed));
    EXPECT_THAT(
        query(
            url, "SELECT state, reason, last_answer_at = '2026-03-02T11:58:00Z', "
                 "closed_at = '2026-03-02T12:01:00Z' FROM store.story")[0],
        ElementsAre("final", "", "t", "t"));
}

TEST_F(StoryLedgerTest, AnswerOfTheLastMinutesThatArrivesLateProvesItWasNotMissed)
{
    keep(line(expires + 2h, StoryState::missed));
    keep(answered(line(expires - 16min), expires - 16min));
    EXPECT_EQ(state(), "missed") << "too early for a last reading";
    keep(answered(line(expires - 10min), expires - 10min));
    EXPECT_EQ(state(), "final");
    EXPECT_EQ(query1(url, "SELECT reason || reason_kind FROM store.story"), "");
}

TEST_F(StoryLedgerTest, PushedNumbersStand)
{
    keep(line(expires + 2h, StoryState::missed));
    keep(answered(line(expires + 3h, StoryState::webhook), expires, Provenance::webhook));
    EXPECT_EQ(state(), "webhook");
    keep(answered(line(expires + 1min, StoryState::final), expires - 10min));
    EXPECT_EQ(state(), "webhook");
    EXPECT_EQ(query1(url, "SELECT provenance FROM store.story"), "webhook");
}

TEST_F(StoryLedgerTest, RefusedReadingTakesItsLineWithItAndTheOthersStay)
{
    model::Batch batch;
    batch.account_id = account;
    batch.samples.push_back({post, noon, {{views(1)}, {}}});
    batch.stories.push_back(line(noon));
    batch.stories.push_back(line(noon));
    batch.stories.back().media_id = post + 1;
    const auto singles = model::single_rows(batch);
    ASSERT_EQ(singles.size(), 2U);
    EXPECT_EQ(singles[0].samples.size(), 1U);
    EXPECT_EQ(singles[0].stories.at(0).media_id, post);
    EXPECT_EQ(singles[1].stories.at(0).media_id, post + 1);
}

TEST_F(StoryLedgerTest, RatesKnowWhatIsZeroAndWhatIsAbsent)
{
    const auto rates = [&] {
        return query(url, "SELECT exit_rate, completion_rate FROM insights.story_summary").at(0);
    };
    const model::Breakdown whole{
        "navigation",
        {"story_navigation_action_type"},
        {{{"tap_exit"}, std::int64_t{20}}, {{"tap_forward"}, std::int64_t{60}}},
        Number{std::int64_t{80}}};
    write_story({views(100), {"navigation", Number{std::int64_t{80}}}}, {whole});
    EXPECT_THAT(rates(), ElementsAre("0.2", "0.8")) << "no swipe happened";

    auto part = whole;
    part.total = Number{std::int64_t{90}};
    write_sample(expires - 5min, {views(100)});
    EXPECT_THAT(rates(), ElementsAre(std::nullopt, std::nullopt)) << "no navigation is known";
    model::Batch batch;
    batch.samples.push_back({post, expires - 4min, {{views(100)}, {part}}});
    write(std::move(batch));
    EXPECT_THAT(rates(), ElementsAre("0.2", std::nullopt)) << "ten may have been swipes";
    batch = {};
    batch.samples.push_back({post, expires - 3min, {{views(0)}, {whole}}});
    write(std::move(batch));
    EXPECT_THAT(rates(), ElementsAre(std::nullopt, std::nullopt)) << "never divided by 0";
}

/// An account went to another instance while its story was being read.
TEST_F(StoryLedgerTest, AnswerOfAnEarlierOwnerProvesThatAStoryWasNotMissed)
{
    query(
        url,
        "INSERT INTO store.lease (account_id, fence) VALUES (" + std::to_string(account) + ", 2)");
    model::Batch late;
    late.fence = 1;
    late.stories.push_back(answered(line(expires - 5min), expires - 5min));
    keep(line(expires + 1min, StoryState::missed));
    write(late);
    EXPECT_EQ(state(), "final");
    EXPECT_EQ(query1(url, "SELECT reason || reason_kind FROM store.story"), "");

    late.stories = {line(expires + 2min, StoryState::missed)};
    late.stories.front().media_id = post + 1;
    write(late);
    EXPECT_EQ(
        query1(url, "SELECT state FROM store.story WHERE media_id = " + std::to_string(post + 1)),
        "open")
        << "that it was missed is for its owner to say";
}

TEST_F(StoryLedgerTest, SummarySaysHowOldItWasWhenFoundAndLastSeen)
{
    write_story({views(5)}, {});
    EXPECT_THAT(
        query(
            url, "SELECT state, reason, round(found_after), round(last_seen_age), "
                 "round(minutes_before_expiry) FROM insights.story_summary")[0],
        ElementsAre("open", std::nullopt, "3", "1430", "10"));
}

} // namespace
} // namespace insightd::storage
