#include "tests/sandbox/pushes.hpp"

#include "tests/support/fake_graph.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace insightd::sandbox
{
namespace
{

using insightd::testing::FakeGraph;
using insightd::testing::Received;
using insightd::testing::Scripted;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

World world_of(std::chrono::hours day)
{
    World::Options options;
    options.start = Instant{day};
    return World{options, three_accounts()};
}

const auto start = Instant{494'000h};

TEST(Pushes, OfEachStoryComeWhenItHasEnded)
{
    const auto world = world_of(494'000h);
    const auto all = stories_ended(world, start, start + 24h);
    ASSERT_GT(all.size(), 5U);
    std::size_t hourly = 0;
    for (auto hour = start; hour < start + 24h; hour += 1h)
        hourly += stories_ended(world, hour, hour + 1h).size();
    EXPECT_EQ(hourly, all.size()) << "none twice, none left out";
}

TEST(Pushes, TellNumbersUnderOldNames)
{
    const auto world = world_of(494'000h);
    for (const auto& story : stories_ended(world, start, start + 24h)) {
        const auto body = boost::json::parse(story_push(world, story));
        const auto& value = body.at_pointer("/entry/0/changes/0/value").as_object();
        const auto end = story.published_at + 24h;
        const auto reach = std::get<std::int64_t>(world.media_metric(story, "reach", end));
        EXPECT_EQ(value.at("reach"), world.too_few_viewers(story, end) ? -1 : reach);
        for (const auto* name : {"impressions", "taps_forward", "taps_back", "exits", "replies"})
            EXPECT_TRUE(value.contains(name)) << name;
    }
}

TEST(Pushes, ComeAgainUntilTheyAreTaken)
{
    int calls = 0;
    boost::asio::io_context loop{1};
    FakeGraph callback{[&](const Received&) {
        if (++calls == 4)
            boost::asio::post(loop, [&] { loop.stop(); });
        Scripted answer;
        answer.status = calls == 1 ? 503 : 200;
        return answer;
    }};
    const auto world = world_of(494'000h);
    Pusher pusher{world, callback.url() + "/hooks", "secret"};
    auto now = start;
    boost::asio::co_spawn(
        loop, pusher.run([&] { return std::exchange(now, now + 12h); }, 1ms),
        boost::asio::detached);
    loop.run();
    const auto received = callback.received();
    ASSERT_GE(received.size(), 4U);
    EXPECT_EQ(received[0].target, "/hooks");
    EXPECT_EQ(received[0].body, received[1].body);
    EXPECT_NE(received[1].body, received[2].body);
    EXPECT_THAT(
        received[0].head,
        HasSubstr("X-Hub-Signature-256: " + signature_of(received[0].body, "secret")));
}

} // namespace
} // namespace insightd::sandbox
