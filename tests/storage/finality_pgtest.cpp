#include "tests/storage/with_database.hpp"

// Which numbers will not move any more, and which count more than their own day.
namespace insightd::storage
{
namespace
{

using model::PresenceState;
using model::StoryState;

const auto published = at("2026-02-27T12:00:00Z");

class Finality : public DatabaseTest
{
protected:
    void write_story(StoryState state, bool is_highlight = false)
    {
        auto media = a_post(noon);
        media.product_type = "STORY";
        media.expires_at = published + 24h;
        model::StoryEntry entry;
        entry.media_id = post;
        entry.known_at = published + 24h;
        entry.found_at = published;
        entry.published_at = published;
        entry.expires_at = published + 24h;
        entry.window_from = published + 23h + 45min;
        entry.state = state;
        entry.is_highlight = is_highlight;
        if (state != StoryState::open)
            entry.closed_at = published + 24h;
        if (state == StoryState::missed)
            entry.reason = entry.reason_kind = "api_failing";
        model::Batch batch;
        batch.media.push_back(media);
        batch.samples.push_back({post, published + 1h, {{views(70)}, {}}});
        batch.samples.push_back({post, published + 24h - 5min, {{views(90)}, {}}});
        batch.stories.push_back(entry);
        write(std::move(batch));
    }

    void write_presence(PresenceState state)
    {
        model::Presence presence;
        presence.media_id = post;
        presence.known_at = published + 12h;
        presence.state = state;
        presence.since = published + 12h;
        if (state == PresenceState::gone)
            presence.removed_at = published + 12h;
        model::Batch batch;
        batch.presences.push_back(presence);
        write(std::move(batch));
    }

    std::string days_final() const
    {
        return query1(
                   url, "SELECT string_agg(is_final::text, ' ' ORDER BY day) "
                        "FROM insights.media_daily")
            .value_or("");
    }

    std::string shown(const std::string& column, const std::string& from) const
    {
        return query1(url, "SELECT " + column + " FROM insights." + from).value_or("NULL");
    }
};

TEST_F(Finality, StoryThatWasReadToItsEndIsFinalInAllItsDays)
{
    write_story(StoryState::open);
    EXPECT_EQ(days_final(), "false false");
    EXPECT_EQ(shown("is_final", "media_engagement"), "f");
    for (const auto state : {StoryState::final, StoryState::webhook}) {
        query(url, "DELETE FROM store.story");
        write_story(state);
        EXPECT_EQ(days_final(), "true true");
        EXPECT_EQ(shown("is_final", "media_engagement"), "t");
    }
}

TEST_F(Finality, MissedStoryIsNeverFinalBecauseItsNumbersEndBeforeIt)
{
    write_story(StoryState::missed);
    EXPECT_EQ(days_final(), "false false");
    EXPECT_EQ(shown("is_final", "media_engagement"), "f");
}

TEST_F(Finality, HighlightIsReadOnSoThatItsDaysSettleLikeThoseOfPosts)
{
    write_story(StoryState::final, true);
    EXPECT_EQ(days_final(), "false false");
    write_sample(published + 5 * 24h, {views(95)});
    EXPECT_EQ(days_final(), "true true false");
}

TEST_F(Finality, PostThatIsGoneIsFinalAndOneThatIsSuspectedIsNot)
{
    write_post(published);
    write_sample(published + 1h, {views(10)});
    write_sample(published + 7h, {views(30)});
    write_presence(PresenceState::suspect);
    const auto at_six_hours = "media_growth WHERE age = '6 h'";
    EXPECT_EQ(days_final(), "false");
    EXPECT_EQ(shown("is_final", "media_engagement"), "f");
    query(url, "DELETE FROM store.media_presence");
    write_presence(PresenceState::gone);
    EXPECT_EQ(days_final(), "true");
    EXPECT_EQ(shown("is_final", "media_engagement"), "t");
    EXPECT_EQ(shown("presence", at_six_hours), "gone");
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(is_final::text, ' ' ORDER BY age_hours) "
                 "FROM insights.media_growth WHERE age_hours < 24"),
        "true false")
        << "at 6 h it is not known: the readings are too far apart";
}

TEST_F(Finality, NumbersOfAGonePostAreFinalAtTheAgesThatAreKnown)
{
    write_post(published);
    write_sample(published + 6h, {views(10)});
    write_sample(published + 7h, {views(30)});
    EXPECT_EQ(shown("is_final", "media_growth WHERE age = '6 h'"), "f");
    EXPECT_EQ(shown("presence", "media_growth WHERE age = '6 h'"), "listed");
    write_presence(PresenceState::gone);
    EXPECT_EQ(shown("is_final", "media_growth WHERE age = '6 h'"), "t");
    EXPECT_EQ(shown("is_final", "media_growth WHERE age = '24 h'"), "f");
}

TEST_F(Finality, LastSuspicionOfAPostThatIsProvenGoneReadsAsGone)
{
    write_post(published);
    write_sample(published + 1h, {views(10), {"reach", Number{std::int64_t{5}}}});
    write_sample(published + 2h, {{"views", Absence::suspect}, {"reach", Absence::suspect}});
    write_presence(PresenceState::suspect);
    EXPECT_EQ(shown("absent ->> 'views'", "media_latest"), "suspect");
    EXPECT_EQ(shown("string_agg(DISTINCT reason, ' ')", "absence"), "suspect");
    query(url, "DELETE FROM store.media_presence");
    write_presence(PresenceState::gone);
    EXPECT_EQ(shown("absent ->> 'views'", "media_latest"), "gone");
    EXPECT_EQ(shown("string_agg(DISTINCT reason, ' ')", "absence"), "gone");
}

/// Views and mark of the first row, of a post first read at that age.
std::string first_row(const std::string& url)
{
    return query1(
               url, "SELECT concat_ws(' ', views, marks ->> 'views', marks ->> 'likes') "
                    "FROM insights.media_daily ORDER BY day LIMIT 1")
        .value_or("");
}

TEST_F(Finality, FirstRowThatCountsThePastIsMarkedAsFirst)
{
    write_post(noon);
    write_sample(published + 3 * 24h, {views(500), {"likes", Number{std::int64_t{0}}}});
    write_sample(published + 4 * 24h, {views(530), {"likes", Number{std::int64_t{2}}}});
    EXPECT_EQ(first_row(url), "500 first") << "none of its likes are of the past";
    EXPECT_EQ(
        query1(
            url, "SELECT sum(views) FROM insights.media_daily "
                 "WHERE NOT coalesce(marks ? 'views', false)"),
        "30")
        << "growth alone";
    EXPECT_EQ(query1(url, "SELECT sum(views) FROM insights.media_daily"), "530") << "the total";
}

TEST_F(Finality, PostReadFromItsFirstDayOnHasNoFirstMark)
{
    write_post(noon);
    write_sample(published + 10h, {views(50)}); // the same evening in São Paulo
    write_sample(published + 30h, {views(80)});
    EXPECT_EQ(query1(url, "SELECT count(marks) FROM insights.media_daily"), "0");
}

TEST_F(Finality, PostOfTheLastHourBeforeMidnightNeedsNoReadingBeforeIt)
{
    auto media = a_post(noon);
    media.published_at = at("2026-02-28T02:20:00Z"); // 23:20 in São Paulo
    model::Batch batch;
    batch.media.push_back(media);
    batch.samples.push_back({post, at("2026-02-28T03:10:00Z"), {{views(50)}, {}}});
    write(std::move(batch));
    EXPECT_EQ(first_row(url), "50");
    query(url, "UPDATE store.media SET published_at = '2026-02-28T01:50:00Z'");
    EXPECT_EQ(first_row(url), "50 first");
}

TEST_F(Finality, MetricThatIsReadLaterThanTheOthersHasAFirstNumberOfItsOwn)
{
    write_post(noon);
    write_sample(published + 1h, {views(50)});
    write_sample(published + 4 * 24h, {views(60), {"likes", Number{std::int64_t{9}}}});
    write_sample(published + 5 * 24h, {views(61), {"likes", Number{std::int64_t{10}}}});
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(coalesce(marks::text, '-'), ' ' ORDER BY day) "
                 "FROM insights.media_daily"),
        R"(- {"likes": "first"} -)");
}

} // namespace
} // namespace insightd::storage
