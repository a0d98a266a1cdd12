#include "collectors/live_media.hpp"

#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

namespace insightd::collectors
{
namespace
{

using insightd::testing::at;
using insightd::testing::fixture;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto now = at("2026-03-01T12:00:00Z");

model::LivePoll decoded(const std::string& body)
{
    return decode_live_media(boost::json::parse(body), now).value();
}

TEST(LiveMedia, SampleOfThePageIsRead)
{
    const auto poll = decode_live_media(fixture("graph/live-media.json"), now).value();
    ASSERT_THAT(poll.broadcasts, SizeIs(1));
    const auto& live = poll.broadcasts.front();
    EXPECT_EQ(live.id, 90010498116233);
    EXPECT_EQ(live.media_type, "BROADCAST");
    EXPECT_EQ(live.product_type, "LIVE");
    EXPECT_EQ(live.viewers, std::nullopt) << "what is not told is no 0";
    EXPECT_EQ(live.started_at, std::nullopt);
    EXPECT_EQ(poll.observed_at, now);
}

TEST(LiveMedia, CountersAndTimeAreRead)
{
    const auto poll = decoded(
        R"({"data":[{"id":"9","timestamp":"2026-03-01T11:50:00+0000","current_live_viewer_count":12,
            "like_count":3,"comments_count":"4","permalink":"https://x/"},{"like_count":1}]})");
    ASSERT_THAT(poll.broadcasts, SizeIs(1)) << "without an id it cannot be a row";
    const auto& live = poll.broadcasts.front();
    EXPECT_EQ(live.started_at, at("2026-03-01T11:50:00Z"));
    EXPECT_EQ(live.viewers, 12);
    EXPECT_EQ(live.like_count, 3);
    EXPECT_EQ(live.comments_count, 4);
}

TEST(LiveMedia, NothingOnTheAirIsAnEmptyList)
{
    EXPECT_THAT(decoded(R"({"data":[]})").broadcasts, IsEmpty());
    EXPECT_FALSE(decode_live_media(boost::json::parse("{}"), now));
    EXPECT_FALSE(decode_live_media(boost::json::parse("[]"), now));
}

TEST(LiveWatch, NewestPollSaysWhatIsOnTheAir)
{
    LiveWatch watch;
    EXPECT_FALSE(watch.is_on_air());
    watch.remember({9});
    EXPECT_TRUE(watch.is_on_air()) << "as the store knows";
    watch.learn({});
    EXPECT_TRUE(watch.is_on_air()) << "other rows say nothing of it";
    watch.learn({{now, {}}});
    EXPECT_FALSE(watch.is_on_air());
    model::LiveReading live;
    live.id = 8;
    watch.learn({{now, {live}}});
    EXPECT_TRUE(watch.is_on_air());
}

} // namespace
} // namespace insightd::collectors
