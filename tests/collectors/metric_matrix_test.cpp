#include "collectors/metric_matrix.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using model::Absence;
using model::LessonState;
using How = MetricAdvice::How;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

MetricTarget post(std::int64_t id, const std::string& published_at = "2026-02-01T00:00:00Z")
{
    MetricTarget target;
    target.host = "instagram";
    target.version = "v24.0";
    target.subject = catalog::Subject::media;
    target.product_type = "FEED";
    target.media_type = "IMAGE";
    target.account_id = 17841400000000001;
    target.object = id;
    target.published_at = at(published_at);
    return target;
}

MetricRefusal refusal(Absence reason = Absence::unsupported, bool certain = true)
{
    return {"views", {}, reason, "(#100) Something", certain};
}

How how(MetricMatrix& matrix, const MetricTarget& target, model::Instant now)
{
    return matrix.advice_on(target, "views", {}, now).how;
}

TEST(MetricMatrix, FirstRefusalIsTheObjectsOwn)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(), noon);
    EXPECT_EQ(how(matrix, post(1), noon + 1h), How::not_now);
    EXPECT_EQ(matrix.advice_on(post(1), "views", {}, noon + 1h).reason, Absence::unsupported);
    EXPECT_EQ(how(matrix, post(2), noon + 1h), How::together);
    EXPECT_EQ(matrix.advice_on(post(1), "reach", {}, noon + 1h).how, How::together);
}

TEST(MetricMatrix, SecondRefusalOfTheSameKindHoldsForTheKind)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(), noon);
    matrix.refused(post(2), refusal(), noon);
    EXPECT_EQ(how(matrix, post(3), noon + 1h), How::not_now);
    auto reel = post(4);
    reel.product_type = "REELS";
    EXPECT_EQ(how(matrix, reel, noon + 1h), How::together);
    auto elsewhere = post(5);
    elsewhere.host = "facebook";
    EXPECT_EQ(how(matrix, elsewhere, noon + 1h), How::together);
}

TEST(MetricMatrix, RefusalsOfOneObjectNeverHoldForItsKind)
{
    MetricMatrix matrix;
    for (int day = 0; day < 30; ++day)
        matrix.refused(post(1), refusal(), noon + day * 24h);
    EXPECT_EQ(how(matrix, post(2), noon + 30 * 24h), How::together);
}

TEST(MetricMatrix, AnswerInBetweenKeepsRefusalsSingle)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(), noon);
    matrix.answered(post(9), "views", {}, false, noon);
    matrix.refused(post(2), refusal(), noon);
    EXPECT_EQ(how(matrix, post(3), noon + 1h), How::together);
}

TEST(MetricMatrix, KindThatAccountsContradictIsRefusedOnlyByTwoOfThem)
{
    const auto of_other = [](std::int64_t id) {
        auto target = post(id);
        target.account_id = 17841400000000002;
        return target;
    };
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(), noon);
    matrix.refused(post(2), refusal(), noon);
    matrix.answered(of_other(3), "views", {}, false, noon + 1h);
    matrix.refused(post(4), refusal(), noon + 2h);
    matrix.refused(post(5), refusal(), noon + 2h);
    EXPECT_EQ(how(matrix, of_other(6), noon + 3h), How::together) << "one account's own trouble";
    matrix.refused(of_other(7), refusal(), noon + 4h);
    EXPECT_EQ(how(matrix, of_other(8), noon + 5h), How::not_now);
}

TEST(MetricMatrix, OldPostsDoNotSilenceNewOnes)
{
    MetricMatrix matrix;
    matrix.refused(post(1, "2016-01-01T00:00:00Z"), refusal(), noon);
    matrix.refused(post(2, "2016-02-01T00:00:00Z"), refusal(), noon);
    EXPECT_EQ(how(matrix, post(3, "2015-06-01T00:00:00Z"), noon), How::not_now);
    EXPECT_EQ(how(matrix, post(4, "2026-02-20T00:00:00Z"), noon), How::together);
    matrix.refused(post(4, "2026-02-20T00:00:00Z"), refusal(), noon);
    EXPECT_EQ(how(matrix, post(5, "2026-02-19T00:00:00Z"), noon), How::not_now)
        << "one refusal of a young post widens the lesson";
}

TEST(MetricMatrix, AnswerOfAnybodyEndsTheLessonOfTheKind)
{
    MetricMatrix matrix;
    for (std::int64_t id = 1; id <= 2; ++id)
        matrix.refused(post(id), refusal(), noon);
    matrix.take_changes();
    matrix.answered(post(3), "views", {}, false, noon + 2h);
    EXPECT_EQ(how(matrix, post(4), noon + 2h), How::together);
    EXPECT_EQ(how(matrix, post(1), noon + 2h), How::alone) << "what it taught is in doubt now";
    bool ended = false;
    for (const auto& lesson : matrix.take_changes().lessons)
        if (lesson.scope.object == 0) {
            EXPECT_EQ(lesson.state, LessonState::answered_again);
            EXPECT_EQ(lesson.answered_at, noon + 2h);
            ended = true;
        }
    EXPECT_TRUE(ended);
}

TEST(MetricMatrix, LessonIsTriedAgainAloneAndEverLater)
{
    MetricMatrix matrix;
    auto now = noon;
    matrix.refused(post(1), refusal(), now);
    for (const auto wait : {24h, 48h, 96h, 168h, 168h}) {
        EXPECT_EQ(how(matrix, post(1), now + wait - 1s), How::not_now);
        now += wait;
        EXPECT_EQ(how(matrix, post(1), now), How::alone);
        matrix.refused(post(1), refusal(), now);
    }
}

TEST(MetricMatrix, LessonOfAKindIsTriedByOneObjectAtATime)
{
    MetricMatrix matrix;
    for (std::int64_t id = 1; id <= 2; ++id)
        matrix.refused(post(id), refusal(), noon);
    EXPECT_EQ(how(matrix, post(3), noon + 24h), How::alone);
    EXPECT_EQ(how(matrix, post(4), noon + 24h), How::not_now);
    EXPECT_EQ(how(matrix, post(5), noon + 24h + 6min), How::alone) << "no answer came";
}

TEST(MetricMatrix, WhatIsNotCertainIsASuspectFirst)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(Absence::unsupported, false), noon);
    EXPECT_EQ(how(matrix, post(1), noon), How::alone);
    EXPECT_EQ(matrix.lessons_on(post(1)).at(0).state, LessonState::suspect);
    matrix.refused(post(1), refusal(Absence::unsupported, false), noon + 15min);
    EXPECT_EQ(how(matrix, post(1), noon + 16min), How::not_now);
    EXPECT_EQ(matrix.lessons_on(post(1)).at(0).state, LessonState::refused);
}

TEST(MetricMatrix, SuspectThatIsAnsweredIsCleared)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(Absence::unsupported, false), noon);
    matrix.answered(post(1), "views", {}, false, noon + 15min);
    EXPECT_EQ(how(matrix, post(1), noon + 16min), How::together);
    EXPECT_THAT(matrix.lessons_on(post(1)), IsEmpty());
}

TEST(MetricMatrix, EmptyAnswerConfirmsASuspicionOfEmptinessAndEndsOthers)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(Absence::empty, false), noon);
    matrix.answered(post(1), "views", {}, true, noon + 15min);
    EXPECT_EQ(how(matrix, post(1), noon + 16min), How::not_now);
    EXPECT_EQ(matrix.advice_on(post(1), "views", {}, noon + 16min).reason, Absence::empty);
    MetricMatrix another;
    another.refused(post(2), refusal(), noon);
    another.answered(post(2), "views", {}, true, noon + 24h);
    EXPECT_EQ(how(another, post(2), noon + 24h), How::together) << "it is taken again";
}

TEST(MetricMatrix, WhatBlanksOneObjectIsAskedAloneOfAllOthers)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(Absence::empty, false), noon);
    auto reel = post(2);
    reel.product_type = "REELS";
    EXPECT_EQ(how(matrix, reel, noon), How::alone);
    matrix.answered(reel, "views", {}, true, noon);
    EXPECT_EQ(how(matrix, reel, noon + 1h), How::not_now) << "it has nothing to say here either";
    matrix.answered(reel, "views", {}, false, noon + 24h);
    reel.object = 3;
    matrix.answered(post(1), "views", {}, false, noon);
    EXPECT_EQ(how(matrix, reel, noon), How::together);
}

TEST(MetricMatrix, PassingReasonsTeachNothing)
{
    MetricMatrix matrix;
    for (const auto reason :
         {Absence::too_few_viewers, Absence::gone, Absence::expired, Absence::no_permission,
          Absence::under_100_followers})
        matrix.refused(post(1), refusal(reason), noon);
    EXPECT_THAT(matrix.take_changes().lessons, IsEmpty());
}

TEST(MetricMatrix, PostThatWasNotCrosspostedSaysNothingOfOthers)
{
    MetricMatrix matrix;
    for (std::int64_t id = 1; id <= 5; ++id)
        matrix.refused(post(id), refusal(Absence::not_crossposted), noon);
    EXPECT_EQ(how(matrix, post(1), noon + 1h), How::not_now);
    EXPECT_EQ(how(matrix, post(6), noon + 1h), How::together);
}

TEST(MetricMatrix, MediaBeforeTheConversionIsLeftAloneForAMonth)
{
    MetricMatrix matrix;
    matrix.refused(
        post(1), {{}, {}, Absence::before_conversion, "Media posted before", true}, noon);
    EXPECT_EQ(matrix.advice_on_all(post(1), noon + 29 * 24h), Absence::before_conversion);
    EXPECT_EQ(matrix.advice_on_all(post(1), noon + 30 * 24h), std::nullopt);
    EXPECT_EQ(matrix.advice_on_all(post(2), noon), std::nullopt);
}

TEST(MetricMatrix, PrintedListEndsWhatAListTaught)
{
    MetricMatrix matrix;
    auto listed = refusal();
    listed.words = "(#100) metric[1] must be one of the following values: reach, likes";
    matrix.refused(post(1), listed, noon);
    auto named = refusal();
    named.metric = "likes";
    named.words = "does not support the likes metric for this media product type";
    matrix.refused(post(1), named, noon);
    matrix.printed(post(7), {"reach", "likes", "views"}, noon + 1h);
    EXPECT_EQ(how(matrix, post(1), noon + 1h), How::together);
    EXPECT_EQ(matrix.advice_on(post(1), "likes", {}, noon + 1h).how, How::not_now)
        << "valid, yet not for this kind";
}

TEST(MetricMatrix, OfferedNamesAreRememberedOnce)
{
    MetricMatrix matrix;
    matrix.printed(post(1), {"reach", "brand_new"}, noon);
    const auto offered = matrix.take_changes().offered;
    ASSERT_THAT(offered, SizeIs(2));
    EXPECT_EQ(offered[0].name, "brand_new");
    EXPECT_FALSE(offered[0].is_known);
    EXPECT_TRUE(offered[1].is_known);
    matrix.printed(post(1), {"reach", "brand_new"}, noon + 1h);
    EXPECT_THAT(matrix.take_changes().offered, IsEmpty());
}

TEST(MetricMatrix, NewMetricIsAskedAloneUntilItWasAnswered)
{
    MetricMatrix matrix;
    const auto ask = [&](std::int64_t id) {
        return matrix.advice_on(post(id), "brand_new", {}, noon).how;
    };
    EXPECT_EQ(ask(1), How::alone);
    matrix.answered(post(1), "brand_new", {}, true, noon);
    EXPECT_EQ(ask(1), How::alone) << "nothing was in it";
    matrix.answered(post(1), "brand_new", {}, false, noon);
    EXPECT_EQ(ask(2), How::together);
    EXPECT_EQ(matrix.take_changes().lessons.at(0).state, LessonState::answered);
}

TEST(MetricMatrix, LessonsSurviveTheStore)
{
    MetricMatrix matrix;
    for (std::int64_t id = 1; id <= 2; ++id)
        matrix.refused(post(id), refusal(), noon);
    MetricMatrix restarted;
    restarted.remember(matrix.take_changes().lessons);
    for (std::int64_t id = 1; id <= 3; ++id)
        EXPECT_EQ(how(restarted, post(id), noon + 1h), How::not_now);
    EXPECT_EQ(how(restarted, post(4, "2026-03-01T00:00:00Z"), noon + 1h), How::together);
    EXPECT_THAT(restarted.take_changes().lessons, IsEmpty());
}

TEST(MetricMatrix, OfMediaThatAreAskedNoMoreNothingIsKept)
{
    MetricMatrix matrix;
    for (const auto id : {1, 2}) {
        matrix.note_numbers(post(id), {}, true);
        matrix.note_numbers(post(id), "gender", true);
        matrix.refused(post(id), refusal(Absence::not_crossposted), noon);
    }
    matrix.forget({1});
    EXPECT_THAT(matrix.lessons_on(post(1)), SizeIs(1)) << "it is not stored yet";
    EXPECT_THAT(matrix.take_changes().lessons, SizeIs(2));
    matrix.forget({1});

    EXPECT_THAT(matrix.lessons_on(post(1)), IsEmpty());
    EXPECT_FALSE(matrix.answers_numbers(post(1), {}));
    EXPECT_FALSE(matrix.answers_numbers(post(1), "gender"));
    EXPECT_THAT(matrix.lessons_on(post(2)), SizeIs(1));
    EXPECT_TRUE(matrix.answers_numbers(post(2), {}));
    EXPECT_TRUE(matrix.answers_numbers(post(2), "gender"));
    EXPECT_FALSE(matrix.answers_numbers(post(2), "age"));
}

TEST(MetricMatrix, LessonsOfKindsOutliveTheirMedia)
{
    MetricMatrix matrix;
    matrix.refused(post(1), refusal(), noon);
    matrix.refused(post(2), refusal(), noon);
    matrix.take_changes();
    matrix.forget({1, 2});
    EXPECT_EQ(how(matrix, post(3), noon + 1h), How::not_now);
}

TEST(MetricMatrix, SplitIsALessonOfItsOwn)
{
    MetricMatrix matrix;
    matrix.refused(post(1), {"views", "follow_type", Absence::unsupported, "x", true}, noon);
    EXPECT_EQ(how(matrix, post(1), noon + 1h), How::together);
    EXPECT_EQ(matrix.advice_on(post(1), "views", "follow_type", noon + 1h).how, How::not_now);
}

TEST(MetricMatrix, WordsAreBoundedAtACharacter)
{
    MetricMatrix matrix;
    auto long_one = refusal();
    for (int count = 0; count < 200; ++count)
        long_one.words += "\xC3\xA9";
    matrix.refused(post(1), long_one, noon);
    const auto words = matrix.lessons_on(post(1)).at(0).words;
    EXPECT_LE(words.size(), 300U);
    EXPECT_EQ(words.substr(words.size() - 2), "\xC3\xA9");
}

} // namespace
} // namespace insightd::collectors
