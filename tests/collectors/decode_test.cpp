#include "collectors/account_insights.hpp"
#include "collectors/audience.hpp"
#include "collectors/insights.hpp"
#include "collectors/json_access.hpp"
#include "collectors/media.hpp"
#include "collectors/profile.hpp"
#include "tests/support/fixture.hpp"
#include "tests/support/readings.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::absence;
using insightd::testing::at;
using insightd::testing::breakdown;
using insightd::testing::cell;
using insightd::testing::count;
using insightd::testing::day;
using insightd::testing::fixture;
using model::Absence;

const auto now = at("2026-03-01T12:00:00Z");

config::Account account(std::int64_t user_id, config::Login login)
{
    config::Account account;
    account.name = "shop";
    account.user_id = user_id;
    account.login = login;
    return account;
}

// What every file of sample answers holds must be in the rows.

TEST(Profile, FacebookNodeIsReadFlat)
{
    const auto profile = decode_profile(
        fixture("graph/seed-user-node.json"), account(17841405822304914, config::Login::facebook),
        now);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->username, "metricsaurus");
    EXPECT_EQ(profile->biography, "Dino data crunching app");
    EXPECT_EQ(profile->website, "http://www.metricsaurus.com/");
    EXPECT_EQ(profile->observed_at, now);
    EXPECT_EQ(profile->followers_count, std::nullopt) << "absent is not 0";
}

TEST(Profile, MeIsReadWrappedInData)
{
    const auto profile =
        decode_profile(fixture("graph/seed-me.json"), account(1, config::Login::instagram), now);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->username, "<IG_USERNAME>");
}

TEST(Profile, TokenOfAnotherAccountIsRefused)
{
    const auto profile = decode_profile(
        boost::json::parse(R"({"id":"5","user_id":"17841400000000002","username":"b"})"),
        account(17841400000000001, config::Login::instagram), now);
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().kind, graph::FailureClass::misconfigured);
    EXPECT_THAT(profile.error().message, ::testing::HasSubstr("17841400000000002"));
}

TEST(Profile, IdOfTheAppIsNotComparedWithTheUsersId)
{
    const auto profile = decode_profile(
        boost::json::parse(R"({"id":"5","username":"shop"})"),
        account(17841400000000001, config::Login::instagram), now);
    ASSERT_TRUE(profile) << "an app-scoped id says nothing";
    EXPECT_EQ(profile->username, "shop");
}

TEST(Profile, IdIsComparedOnTheFacebookHostOnly)
{
    const auto profile = decode_profile(
        boost::json::parse(R"({"id":"17841400000000002","user_id":"17841400000000001"})"),
        account(17841400000000001, config::Login::facebook), now);
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().kind, graph::FailureClass::misconfigured);
}

TEST(Profile, IdAsBareIntegerAboveTwoToThe53IsExact)
{
    const auto profile = decode_profile(
        boost::json::parse(R"({"data":[{"user_id":17841405822304915,"followers_count":7}]})"),
        account(17841405822304915, config::Login::instagram), now);
    ASSERT_TRUE(profile);
    EXPECT_EQ(profile->followers_count, 7);
}

std::vector<model::Media> media_of(const boost::json::array& nodes)
{
    std::vector<model::Media> rows;
    for (const auto& node : nodes) {
        const auto media = decode_media(node, MediaList::media, now);
        EXPECT_TRUE(media);
        if (media)
            rows.push_back(*media);
    }
    return rows;
}

TEST(Media, ListWithAllFieldsIsRead)
{
    const auto list = fixture("graph/media-list-full-fields.json");
    const auto rows = media_of(list.at("data").as_array());
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].id, 84386203808767123);
    EXPECT_EQ(rows[0].product_type, "REELS");
    EXPECT_EQ(rows[0].media_type, "VIDEO");
    EXPECT_EQ(rows[0].caption, "a caption");
    EXPECT_EQ(rows[0].like_count, 12);
    EXPECT_EQ(rows[0].comments_count, 2);
    EXPECT_EQ(rows[0].is_comment_enabled, true);
    EXPECT_EQ(rows[0].owner_id, "41408147298757123");
    EXPECT_EQ(rows[0].permalink, "https://instagram.com/permalink/123");
    EXPECT_EQ(rows[0].shortcode, "HGagdsy38");
    EXPECT_EQ(rows[0].username, "username");
    EXPECT_EQ(rows[0].published_at, at("2023-06-12T19:20:02Z"));
    EXPECT_EQ(rows[0].thumbnail_url, "https://cdninstagram.com/v/somepath/");
    EXPECT_EQ(rows[0].other, (model::OtherFacts{{"ig_id", "3123724930722523505"}}));
    EXPECT_EQ(rows[1].product_type, "FEED");
    EXPECT_EQ(rows[1].like_count, 2);
    ASSERT_EQ(rows[2].children.size(), 4U);
    EXPECT_EQ(rows[2].children[0].id, 7608776690540123) << "a leading zero is not octal";
    EXPECT_EQ(rows[2].children[3].id, 17359925580923123);
    EXPECT_EQ(rows[3].media_type, "IMAGE");
    EXPECT_EQ(rows[3].like_count, 27);
    EXPECT_EQ(rows[3].thumbnail_url, std::nullopt);
}

TEST(Media, AlbumBringsItsChildrenWithTheirOwnFacts)
{
    const auto media =
        decode_media(fixture("graph/media-carousel-with-children.json"), MediaList::media, now);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->id, 123456789);
    EXPECT_EQ(media->caption, "Great carousel");
    EXPECT_EQ(media->like_count, 0) << "a zero that was sent is a zero";
    EXPECT_EQ(media->product_type, "FEED") << "the fallback for a missing product type";
    ASSERT_EQ(media->children.size(), 2U);
    EXPECT_EQ(media->children[1].id, 1234567892);
    EXPECT_EQ(media->children[1].permalink, "https://www.instagram.com/permalink2");
    EXPECT_EQ(media->children[1].published_at, at("2018-02-22T10:40:32Z"));
}

TEST(Media, ChildThatIsListedTwiceIsKeptOnce)
{
    const auto media = decode_media(
        boost::json::parse(R"({"id":"1","timestamp":"2026-03-01T08:00:00+0000","children":{"data":[
            {"id":"7","media_type":"IMAGE"},{"id":"8"},{"id":7},{"id":"8"}]}})"),
        MediaList::media, now);
    ASSERT_TRUE(media);
    ASSERT_EQ(media->children.size(), 2U);
    EXPECT_EQ(media->children[0].id, 7);
    EXPECT_EQ(media->children[0].media_type, "IMAGE");
    EXPECT_EQ(media->children[1].id, 8);
}

TEST(Media, ListOfBareIdsCannotBecomeRows)
{
    const auto list = fixture("graph/seed-media-list.json");
    for (const auto& node : list.at("data").as_array()) {
        const auto media = decode_media(node, MediaList::media, now);
        ASSERT_FALSE(media);
        EXPECT_EQ(media.error().kind, graph::FailureClass::malformed);
    }
}

TEST(Media, StoryExpiresAfter24Hours)
{
    const auto media = decode_media(
        boost::json::parse(R"({"id":"1","timestamp":"2026-03-01T08:00:00+0000"})"),
        MediaList::stories, now);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->product_type, "STORY");
    EXPECT_EQ(media->expires_at, at("2026-03-02T08:00:00Z"));
}

TEST(Media, VideoUnderReelIsAReelWhereTheTypeIsMissing)
{
    const auto media = decode_media(
        boost::json::parse(R"({"id":"1","timestamp":1772352000,"media_type":"VIDEO",
            "permalink":"https://www.instagram.com/reel/Cx/"})"),
        MediaList::media, now);
    ASSERT_TRUE(media);
    EXPECT_EQ(media->product_type, "REELS");
    EXPECT_EQ(media->published_at, at("2026-03-01T08:00:00Z")) << "unix seconds count as well";
}

model::Readings media_readings(const char* sample, std::vector<std::string> asked)
{
    auto readings = decode_readings(fixture(sample), asked, Case::folded);
    EXPECT_TRUE(readings);
    return readings ? *readings : model::Readings{};
}

TEST(MediaInsights, ReelIsReadWithRetiredMetricsToo)
{
    const auto readings = media_readings("graph/media-insights-reels.json", {"reach", "views"});
    EXPECT_EQ(count(readings, "comments"), 7);
    EXPECT_EQ(count(readings, "ig_reels_avg_watch_time"), 12549);
    EXPECT_EQ(count(readings, "ig_reels_video_view_total_time"), 30017581);
    EXPECT_EQ(count(readings, "likes"), 108);
    EXPECT_EQ(count(readings, "plays"), 2385);
    EXPECT_EQ(count(readings, "reach"), 2006);
    EXPECT_EQ(count(readings, "saved"), 7);
    EXPECT_EQ(count(readings, "shares"), 1);
    EXPECT_EQ(count(readings, "ig_reels_aggregated_all_plays_count"), 383);
    EXPECT_EQ(count(readings, "clips_replays_count"), 102);
    EXPECT_EQ(absence(readings, "views"), Absence::empty) << "asked for and not answered";
}

TEST(MediaInsights, StoryIsReadAndItsZeroIsAZero)
{
    const auto readings = media_readings("graph/media-insights-story.json", {"replies"});
    EXPECT_EQ(count(readings, "replies"), 0);
    EXPECT_EQ(count(readings, "impressions"), 105);
    EXPECT_EQ(count(readings, "reach"), 105);
    EXPECT_EQ(count(readings, "follows"), 5);
    EXPECT_EQ(count(readings, "profile_visits"), 23);
    EXPECT_EQ(count(readings, "shares"), 0);
    EXPECT_EQ(count(readings, "total_interactions"), 4);
}

TEST(MediaInsights, NavigationKeepsEveryCell)
{
    const auto readings =
        media_readings("graph/seed-media-insights-navigation.json", {"navigation"});
    EXPECT_EQ(count(readings, "navigation"), 25);
    const auto* cells = breakdown(readings, "navigation", "story_navigation_action_type");
    ASSERT_NE(cells, nullptr);
    EXPECT_EQ(cell(*cells, "tap_forward"), 19);
    EXPECT_EQ(cell(*cells, "tap_back"), 4);
    EXPECT_EQ(cell(*cells, "tap_exit"), 1);
    EXPECT_EQ(cell(*cells, "swipe_forward"), 1);
    EXPECT_EQ(cells->total, model::Number{std::int64_t{25}});
}

TEST(MediaInsights, ProfileActivityKeepsEveryCell)
{
    const auto readings =
        media_readings("graph/seed-media-insights-profile_activity.json", {"profile_activity"});
    EXPECT_EQ(count(readings, "profile_activity"), 4);
    const auto* cells = breakdown(readings, "profile_activity", "action_type");
    ASSERT_NE(cells, nullptr);
    for (const auto* action : {"email", "text", "direction", "bio_link_clicked"})
        EXPECT_EQ(cell(*cells, action), 1) << action;
}

TEST(MediaInsights, UpperCaseDimensionValuesAreFolded)
{
    const auto readings = decode_readings(
        boost::json::parse(R"({"data":[{"name":"navigation","total_value":{"value":2,"breakdowns":[
            {"dimension_keys":["story_navigation_action_type"],
             "results":[{"dimension_values":["TAP_EXIT"],"value":2}]}]}}]})"),
        {"navigation"}, Case::folded);
    ASSERT_TRUE(readings);
    EXPECT_EQ(cell(readings->breakdowns.at(0), "tap_exit"), 2);
}

TEST(MediaInsights, PercentageStaysAFraction)
{
    const auto readings = decode_readings(
        boost::json::parse(R"({"data":[{"name":"reels_skip_rate","values":[{"value":48.4}]}]})"),
        {"reels_skip_rate"}, Case::folded);
    ASSERT_TRUE(readings);
    EXPECT_EQ(
        readings->values.at(0).value, (std::variant<model::Number, Absence>{model::Number{48.4}}));
}

model::Number number_of(const char* text)
{
    const auto found = number(boost::json::parse(text));
    EXPECT_TRUE(found) << text;
    return found.value_or(std::int64_t{-1});
}

TEST(Number, IsExactWhereItIsWhole)
{
    EXPECT_EQ(number_of("12"), model::Number{std::int64_t{12}});
    EXPECT_EQ(number_of("12.0"), model::Number{std::int64_t{12}});
    EXPECT_EQ(number_of("-3.0"), model::Number{std::int64_t{-3}});
    EXPECT_EQ(number_of("1.2e3"), model::Number{std::int64_t{1'200}});
    EXPECT_EQ(
        number(boost::json::value(9007199254740991.0)),
        model::Number{std::int64_t{9'007'199'254'740'991}});
    for (std::int64_t n = 1; n < 1'000'000'000'000; n = n * 7 + 1)
        EXPECT_EQ(number_of((std::to_string(n) + ".0").c_str()), model::Number{n});
    EXPECT_EQ(number_of("9223372036854775807"), model::Number{std::int64_t{INT64_MAX}});
}

TEST(Number, IsADoubleElsewhere)
{
    EXPECT_EQ(number_of("48.4"), model::Number{48.4});
    EXPECT_EQ(number_of("9007199254740992.0"), model::Number{9007199254740992.0});
    EXPECT_EQ(number_of("-1e300"), model::Number{-1e300});
    EXPECT_EQ(number_of("18446744073709551615"), model::Number{18446744073709551615.0});
}

TEST(Number, IsNoneWhereItIsTooLarge)
{
    EXPECT_EQ(number(boost::json::parse("1e999")), std::nullopt);
    EXPECT_EQ(number(boost::json::parse("-1e999")), std::nullopt);
}

TEST(MediaInsights, OrderOfTheCellsIsTheirOwnNotTheAnswers)
{
    const auto cells_sent = [](const std::string& results) {
        const auto readings = decode_readings(
            boost::json::parse(
                R"({"data":[{"name":"views","total_value":{"value":6,"breakdowns":[
                {"dimension_keys":["a","b"],"results":[)" +
                results + "]}]}}]}"),
            {"views"}, Case::as_sent);
        return readings.value().breakdowns.at(0).cells;
    };
    const std::string x = R"({"dimension_values":["X","2"],"value":3})";
    const std::string y = R"({"dimension_values":["X","1"],"value":2})";
    const std::string z = R"({"dimension_values":["A","9"],"value":1})";
    const auto cells = cells_sent(x + "," + y + "," + z);
    EXPECT_EQ(cells, cells_sent(z + "," + x + "," + y));
    EXPECT_EQ(cells.front(), (model::Cell{{"A", "9"}, std::int64_t{1}}));
    EXPECT_EQ(cells.back(), (model::Cell{{"X", "2"}, std::int64_t{3}}));
}

TEST(AccountInsights, BreakdownWithNeitherCellNorTotalIsAbsent)
{
    const auto readings = decode_readings(
        boost::json::parse(R"({"data":[{"name":"follows_and_unfollows","total_value":{
            "breakdowns":[{"dimension_keys":["follow_type"]}]}}]})"),
        {"follows_and_unfollows"}, Case::as_sent);
    ASSERT_TRUE(readings);
    EXPECT_EQ(absence(*readings, "follows_and_unfollows"), Absence::empty);
}

TEST(AccountInsights, BreakdownWithCellsNeedsNoTotal)
{
    const auto readings = decode_readings(
        boost::json::parse(R"({"data":[{"name":"follows_and_unfollows","total_value":{
            "breakdowns":[{"dimension_keys":["follow_type"],
            "results":[{"dimension_values":["FOLLOWER"],"value":2}]}]}}]})"),
        {"follows_and_unfollows"}, Case::as_sent);
    ASSERT_TRUE(readings);
    EXPECT_EQ(absence(*readings, "follows_and_unfollows"), std::nullopt);
}

TEST(MediaInsights, EmptyDataSetIsAbsentNotZero)
{
    const auto readings =
        decode_readings(boost::json::parse(R"({"data":[]})"), {"reach", "views"}, Case::folded);
    ASSERT_TRUE(readings);
    EXPECT_EQ(absence(*readings, "reach"), Absence::empty);
    EXPECT_EQ(absence(*readings, "views"), Absence::empty);
}

TEST(MediaInsights, AnswerWithoutDataIsMalformed)
{
    const auto readings = decode_readings(boost::json::parse("[]"), {"reach"}, Case::folded);
    ASSERT_FALSE(readings);
    EXPECT_EQ(readings.error().kind, graph::FailureClass::malformed);
}

TEST(AccountInsights, SeriesIsKeyedByTheApisOwnEndOfDay)
{
    const auto series = decode_series(fixture("graph/user-insights-time_series-day.json"));
    ASSERT_TRUE(series);
    const auto end = at("2024-01-15T07:00:00Z");
    ASSERT_TRUE(series->by_end_time.contains(end));
    EXPECT_EQ(count(series->by_end_time.at(end), "follower_count"), 1000);
    EXPECT_EQ(count(series->by_end_time.at(end), "reach"), 500);
}

TEST(AccountInsights, BreakdownKeepsValuesOutsideTheDocumentedOnes)
{
    const auto readings = decode_readings(
        fixture("graph/user-insights-total_value-breakdown.json"), {"reach"}, Case::as_sent);
    ASSERT_TRUE(readings);
    EXPECT_EQ(count(*readings, "reach"), 224);
    const auto* cells = breakdown(*readings, "reach", "media_product_type");
    ASSERT_NE(cells, nullptr);
    EXPECT_EQ(cell(*cells, "CAROUSEL_CONTAINER"), 100);
    EXPECT_EQ(cell(*cells, "POST"), 124);
}

TEST(AccountInsights, SmallAccountExplainsARefusal)
{
    EXPECT_EQ(explain("follower_count", Absence::unsupported, 40), Absence::under_100_followers);
    EXPECT_EQ(explain("follower_count", Absence::unsupported, 400), Absence::unsupported);
    EXPECT_EQ(explain("views", Absence::empty, 40), Absence::empty);
}

TEST(Audience, TimeframeAmongTheDimensionsIsDropped)
{
    const AudienceQuestion question{"engaged_audience_demographics", "country", "this_month"};
    const auto snapshot = decode_demographics(
        fixture("graph/user-insights-demographics-two-dimensions.json"), question, now);
    ASSERT_TRUE(snapshot);
    ASSERT_EQ(snapshot->cells.size(), 11U);
    EXPECT_EQ(snapshot->cells.front().values, std::vector<std::string>{"AR"});
    EXPECT_EQ(snapshot->cells.back(), (model::Cell{{"US"}, std::int64_t{7}}));
    EXPECT_EQ(snapshot->snapshot_on, day("2026-03-01"));
    EXPECT_EQ(snapshot->absent, std::nullopt);
}

TEST(Audience, OnlineFollowersAre24Values)
{
    const auto days = decode_online_followers(
        fixture("graph/user-insights-online_followers.json"), "America/Los_Angeles", now);
    ASSERT_TRUE(days);
    ASSERT_EQ(days->size(), 1U);
    EXPECT_EQ(days->front().day, day("2024-01-14"));
    EXPECT_EQ(days->front().day_end, at("2024-01-15T07:00:00Z"));
    for (std::size_t hour = 0; hour < 24; ++hour)
        EXPECT_EQ(days->front().hours.at(hour), static_cast<std::int64_t>(100 * (hour + 1)));
}

TEST(Audience, MissingHourStaysEmpty)
{
    const auto days = decode_online_followers(
        boost::json::parse(R"({"data":[{"name":"online_followers","values":[
            {"value":{"0":5},"end_time":"2024-01-15T08:00:00+0000"}]}]})"),
        "UTC", now);
    ASSERT_TRUE(days);
    EXPECT_EQ(days->front().hours.at(0), 5);
    EXPECT_EQ(days->front().hours.at(1), std::nullopt);
}

} // namespace
} // namespace insightd::collectors
