#include "daemon/presence.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::daemon
{
namespace
{

using insightd::testing::at;
using model::PresenceState;
using ::testing::ElementsAre;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

/// A book that takes every judgement at once.
struct Judge {
    void hear(const Evidence& evidence, model::Instant now)
    {
        book.take(book.judged(evidence, now));
    }
    void refuse(model::Instant now) { hear({{1}, {2}, {}, {}}, now); }
    void refuse_all(model::Instant now) { hear({{1, 2}, {}, {}, {}}, now); }
    void miss(model::Instant now) { hear({{}, {}, {2}, {1}}, now); }
    void list(model::Instant now) { hear({{}, {}, {1, 2}, {}}, now); }
    void answer(model::Instant now) { hear({{}, {1, 2}, {}, {}}, now); }
    PresenceState state() const { return book.state(1); }

    PresenceBook book;
};

TEST(Presence, IsGoneOnlyAfterBothRepeatedlyAndForHours)
{
    Judge judge;
    for (int hour = 0; hour < 6; hour += 2) {
        judge.refuse(noon + hour * 1h);
        judge.miss(noon + hour * 1h + 1min);
        EXPECT_EQ(judge.state(), PresenceState::suspect) << hour;
    }
    judge.miss(noon + 6h);
    EXPECT_EQ(judge.state(), PresenceState::suspect) << "a minute is missing";
    judge.refuse(noon + 6h + 1min);
    EXPECT_EQ(judge.state(), PresenceState::gone);
    judge.list(noon + 30h);
    EXPECT_EQ(judge.state(), PresenceState::listed) << "it came back";
}

TEST(Presence, PostThatIsListedIsNeverGoneHoweverOftenItIsRefused)
{
    Judge judge;
    for (int hour = 0; hour < 100; ++hour) {
        judge.refuse(noon + hour * 1h);
        judge.list(noon + hour * 1h + 1min);
    }
    EXPECT_EQ(judge.state(), PresenceState::suspect);
    EXPECT_FALSE(judge.book.is_urgent(1)) << "nothing is to be decided";
    judge.answer(noon + 100h);
    EXPECT_EQ(judge.state(), PresenceState::listed);
}

TEST(Presence, RefusalsOfAllPostsProveNothingNorCountLaterForMoreThanOne)
{
    Judge judge;
    for (int hour = 0; hour < 48; ++hour) {
        judge.miss(noon + hour * 1h);
        judge.refuse_all(noon + hour * 1h);
    }
    EXPECT_EQ(judge.state(), PresenceState::suspect);
    judge.hear({{}, {2}, {}, {}}, noon + 48h);
    EXPECT_EQ(judge.state(), PresenceState::suspect);
    judge.refuse(noon + 49h);
    EXPECT_EQ(judge.state(), PresenceState::suspect);
    judge.refuse(noon + 50h);
    EXPECT_EQ(judge.state(), PresenceState::gone);
}

TEST(Presence, PostThatLeftTheListButAnswersIsHidden)
{
    Judge judge;
    judge.miss(noon);
    EXPECT_EQ(judge.state(), PresenceState::suspect);
    EXPECT_TRUE(judge.book.is_urgent(1));
    judge.answer(noon + 1min);
    judge.miss(noon + 15min);
    EXPECT_EQ(judge.state(), PresenceState::hidden);
    judge.list(noon + 30min);
    EXPECT_EQ(judge.state(), PresenceState::listed);
}

TEST(Presence, OfWhatIsGoneOnlyAListIsBelieved)
{
    Judge judge;
    model::Presence gone;
    gone.media_id = 1;
    gone.state = PresenceState::gone;
    gone.refusals = 3;
    gone.removed_at = gone.missing_since = noon - 24h;
    judge.book.remember(gone);

    EXPECT_EQ(judge.state(), PresenceState::gone);
    EXPECT_TRUE(judge.book.judged({{1}, {2}, {}, {}}, noon).empty()) << "a call that was under way";
    EXPECT_TRUE(judge.book.judged({{}, {1, 2}, {}, {}}, noon).empty());
    EXPECT_TRUE(judge.book.judged({{}, {}, {2}, {1}}, noon).empty());

    const auto lines = judge.book.judged({{}, {}, {1, 2}, {}}, noon);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.front().state, PresenceState::listed);
    EXPECT_EQ(lines.front().since, noon);
    EXPECT_EQ(lines.front().returned_at, noon);
    EXPECT_FALSE(lines.front().removed_at || lines.front().missing_since);
    judge.book.take(lines);
    EXPECT_EQ(judge.state(), PresenceState::listed);
    EXPECT_TRUE(judge.book.judged({{}, {}, {1, 2}, {}}, noon + 1h).empty()) << "it is no news";
}

TEST(Presence, PageSpeaksOfWhatIsNewerThanItsLastRowAndAnEmptyListOfNothing)
{
    model::Batch rows;
    for (const auto age : {500h, 1h, 9h}) { // an old one is pinned
        rows.media.emplace_back();
        rows.media.back().id = age.count();
        rows.media.back().published_at = noon - age;
    }
    const std::vector<std::pair<model::MediaId, model::Instant>> known{
        {7, noon - 7h}, {9, noon - 9h}, {11, noon - 11h}};
    EXPECT_THAT(evidence_of_list(rows, false, known, {}).missing, ElementsAre(7));
    EXPECT_THAT(evidence_of_list(rows, true, known, {}).missing, ElementsAre(7, 11));
    EXPECT_TRUE(evidence_of_list({}, true, known, {}).missing.empty());
    EXPECT_TRUE(evidence_of_list({}, true, known, 3).missing.empty()) << "the count contradicts";
    EXPECT_TRUE(evidence_of_list({}, false, known, 0).missing.empty()) << "a page is not the list";
    EXPECT_EQ(evidence_of_list({}, true, known, 0).missing.size(), known.size());
}

TEST(Presence, PostThatWasNotAskedNeitherAnswersNorIsRefused)
{
    model::Batch rows;
    rows.samples.push_back(
        {1,
         {},
         {{{"views", model::Absence::before_conversion},
           {"reach", model::Absence::before_conversion}},
          {}}});
    const auto evidence = evidence_of_insights(rows);
    EXPECT_TRUE(evidence.answered.empty());
    EXPECT_TRUE(evidence.refused.empty());
}

} // namespace
} // namespace insightd::daemon
