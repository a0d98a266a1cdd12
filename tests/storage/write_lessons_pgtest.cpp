#include "tests/storage/with_database.hpp"

namespace insightd::storage
{
namespace
{

class Lessons : public DatabaseTest
{
protected:
    static model::MetricLesson lesson(std::int64_t object = post)
    {
        model::MetricLesson made;
        made.scope = {"instagram", "v24.0", "media", "FEED", "IMAGE", "views", "", object};
        made.account_id = account;
        made.state = model::LessonState::refused;
        made.reason = Absence::unsupported;
        made.words = "(#100) \"quoted\"";
        made.learned_at = noon;
        made.last_refused_at = noon;
        made.retry_at = noon + 24h;
        made.refusals = 1;
        made.published_until = noon - 24h;
        made.changed_at = noon;
        return made;
    }

    void write_lessons(std::vector<model::MetricLesson> lessons)
    {
        model::Batch batch;
        batch.lessons = std::move(lessons);
        write(std::move(batch));
    }

    std::vector<model::MetricLesson> read()
    {
        return insightd::testing::run(loop, database.history({account})).at(0).lessons;
    }
};

TEST_F(Lessons, ComeBackAsTheyWereWritten)
{
    write_lessons({lesson(), lesson(0)});
    write_lessons({lesson(), lesson(0)});
    EXPECT_THAT(read(), ::testing::UnorderedElementsAre(lesson(), lesson(0)));
}

TEST_F(Lessons, LateOnesChangeNothing)
{
    auto newer = lesson();
    newer.refusals = 2;
    newer.changed_at = noon + 24h;
    write_lessons({newer});
    write_lessons({lesson()});
    EXPECT_THAT(read(), ElementsAre(newer));
}

TEST_F(Lessons, NewestOfOneBatchStands)
{
    auto newer = lesson();
    newer.refusals = 2;
    newer.changed_at = noon + 24h;
    write_lessons({newer, lesson()});
    EXPECT_THAT(read(), ElementsAre(newer));
}

TEST_F(Lessons, ThoseThatEndedStayInTheViewAndAreNotReadBack)
{
    write_lessons({lesson()});
    auto ended = lesson();
    ended.state = model::LessonState::answered_again;
    ended.answered_at = noon + 48h;
    ended.retry_at.reset();
    ended.changed_at = noon + 48h;
    write_lessons({ended});
    EXPECT_THAT(read(), ::testing::IsEmpty());
    EXPECT_EQ(
        query1(
            url, "SELECT state || ' ' || account || ' ' || media_id || ' ' || scope FROM "
                 "insights.metric_matrix WHERE answered_again_at IS NOT NULL"),
        "answered_again shop " + std::to_string(post) + " object");
}

TEST_F(Lessons, OfAnotherAccountsObjectsAreItsOwn)
{
    auto foreign = lesson();
    foreign.account_id = account + 1;
    write_lessons({foreign});
    EXPECT_THAT(read(), ::testing::IsEmpty());
}

TEST_F(Lessons, OfAPostThatIsGoneAreNotReadBack)
{
    write_post(noon);
    write_lessons({lesson()});
    model::Presence gone;
    gone.media_id = post;
    gone.known_at = gone.since = noon + 1h;
    gone.state = model::PresenceState::gone;
    gone.removed_at = noon + 1h;
    model::Batch batch;
    batch.presences.push_back(gone);
    write(std::move(batch));
    EXPECT_THAT(read(), ::testing::IsEmpty());
}

TEST_F(Lessons, OfAStoryAreReadBackForAsLongAsItIsAsked)
{
    auto of_story = lesson();
    of_story.scope.product_type = "STORY";
    write_lessons({of_story});
    model::StoryEntry story;
    story.media_id = post;
    story.known_at = story.found_at = story.published_at = noon;
    story.expires_at = story.window_from = noon + 24h;
    const auto keep = [&](model::StoryState state, bool is_highlight) {
        story.known_at += 1h;
        story.state = state;
        if (state != model::StoryState::open)
            story.closed_at = noon + 24h;
        story.is_highlight = is_highlight;
        model::Batch batch;
        batch.stories.push_back(story);
        write(std::move(batch));
    };
    keep(model::StoryState::open, false);
    EXPECT_THAT(read(), ElementsAre(of_story));
    keep(model::StoryState::final, true);
    EXPECT_THAT(read(), ElementsAre(of_story));
    keep(model::StoryState::final, false);
    EXPECT_THAT(read(), ::testing::IsEmpty());
}

TEST_F(Lessons, OfferedNamesThatNobodyKnowsAreInTheView)
{
    model::Batch batch;
    batch.offered = {
        {"instagram", "v24.0", "media", "reach", true, noon},
        {"instagram", "v24.0", "media", "brand_new", false, noon}};
    write(model::Batch{batch});
    write(std::move(batch));
    const auto rows = query(url, "SELECT metric, state FROM insights.metric_matrix");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][0], "brand_new");
    EXPECT_EQ(rows[0][1], "offered_unknown");
}

class Absences : public DatabaseTest
{
};

TEST_F(Absences, AreListedSinceTheFirstReadingWithoutTheNumber)
{
    write_post(noon);
    write_sample(noon, {views(1), {"reach", Number{std::int64_t{5}}}});
    write_sample(noon + 1h, {views(2), {"reach", Absence::unsupported}});
    write_sample(noon + 2h, {views(3), {"reach", Absence::unsupported}});
    EXPECT_EQ(
        query1(
            url, "SELECT subject || ' ' || metric || ' ' || reason || ' ' || "
                 "(since = '2026-03-01T13:00:00Z') || (observed_at = '2026-03-01T14:00:00Z') "
                 "FROM insights.absence"),
        "media reach unsupported truetrue");
    write_sample(noon + 3h, {views(3), {"reach", Number{std::int64_t{6}}}});
    EXPECT_EQ(count("insights.absence"), "0") << "a value came";
}

TEST_F(Absences, OfDaysAudienceAndOnlineFollowersAreListedAndGoWithAValue)
{
    auto days = one_day(noon, false, 1);
    days.days[0].readings.values.push_back({"reach", Absence::empty});
    write(std::move(days));
    model::Batch audience;
    audience.demographics.push_back(
        {"follower_demographics",
         "age",
         "this_week",
         day("2026-03-01"),
         noon,
         {},
         Absence::under_100_followers});
    model::OnlineFollowers online;
    online.day = day("2026-03-01");
    online.day_end = noon;
    online.observed_at = noon;
    online.absent = Absence::under_100_followers;
    audience.online_followers.push_back(online);
    write(std::move(audience));
    EXPECT_EQ(
        query1(url, "SELECT string_agg(subject, ' ' ORDER BY subject) FROM insights.absence"),
        "account_day audience online_followers");
    model::Batch later;
    later.demographics.push_back(
        {"follower_demographics",
         "age",
         "this_week",
         day("2026-03-02"),
         noon + 24h,
         {{{"18-24"}, Number{std::int64_t{7}}}},
         std::nullopt});
    online.observed_at = noon + 1h;
    online.absent.reset();
    online.hours.at(3) = 5;
    later.online_followers.push_back(online);
    write(std::move(later));
    write(one_day(noon + 1h, false, 2));
    EXPECT_EQ(count("insights.absence"), "0");
}

TEST_F(Absences, SayWhetherAnEarlierNumberStands)
{
    write_post(noon);
    model::Readings first{
        {views(1),
         {"reposts", Number{std::int64_t{2}}},
         {"ig_reels_avg_watch_time", Number{std::int64_t{3}}}},
        {{"views", {"follow_type"}, {{{"FOLLOWER"}, std::int64_t{1}}}, std::nullopt}}};
    model::Batch batch;
    batch.samples.push_back({post, noon, std::move(first)});
    write(std::move(batch));
    write_sample(
        noon + 1h, {{"views", Absence::expired},
                    {"reposts", Absence::expired},
                    {"ig_reels_avg_watch_time", Absence::expired},
                    {"views by follow_type", Absence::expired},
                    {"views by media_type", Absence::expired},
                    {"ig_reels_video_view_total_time", Absence::expired},
                    {"navigation", Absence::expired}});
    const auto metrics = [&](const char* stands) {
        return query1(
            url, std::string{"SELECT string_agg(metric, ', ' ORDER BY metric) FROM "
                             "insights.absence WHERE has_earlier_number = "} +
                     stands);
    };
    EXPECT_EQ(metrics("true"), "ig_reels_avg_watch_time, reposts, views, views by follow_type");
    EXPECT_EQ(metrics("false"), "ig_reels_video_view_total_time, navigation, views by media_type");
    write(one_day(noon, false, 1));
    auto later = one_day(noon + 1h, false, 1);
    later.days[0].readings.values.push_back({"reach", Absence::empty});
    write(std::move(later));
    EXPECT_EQ(
        query1(
            url, "SELECT metric || has_earlier_number::text FROM insights.absence "
                 "WHERE subject = 'account_day'"),
        "reachfalse");
}

TEST_F(Absences, ExtraMetricsHaveTheirViews)
{
    write_post(noon);
    write_sample(noon, {views(1), {"brand_new", Number{std::int64_t{5}}}});
    EXPECT_EQ(
        query1(url, "SELECT metric || ' ' || value FROM insights.media_extra_metric"),
        "brand_new 5");
    auto days = one_day(noon, false, 1);
    days.days[0].readings.values.push_back({"brand_new", Number{2.5}});
    write(std::move(days));
    EXPECT_EQ(
        query1(url, "SELECT metric || ' ' || value FROM insights.account_extra_metric"),
        "brand_new 2.5");
}

} // namespace
} // namespace insightd::storage
