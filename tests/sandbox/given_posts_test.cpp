#include "tests/sandbox/world.hpp"

#include <gtest/gtest.h>

namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;

constexpr Instant start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

/// One post a day, a view a second, an interaction for every tenth.
class Regular final : public GivenPosts
{
public:
    std::int64_t count() const override { return 40; }
    Instant published_at(std::int64_t number) const override { return start + 24h * number; }
    Counters counters(std::int64_t number, Instant now) const override
    {
        const auto seconds = (now - published_at(number)) / 1s;
        return {seconds, seconds / 10};
    }
};

World world()
{
    World::Options options;
    options.start = start;
    options.given = std::make_shared<Regular>();
    return {options, three_accounts()};
}

std::int64_t number(const Media& media, std::string_view metric, Instant now)
{
    return std::get<std::int64_t>(world().media_metric(media, metric, now));
}

TEST(GivenPosts, AreThoseThatAreServed)
{
    const auto now = start + 30 * 24h + 1h;
    const auto posts = world().posts(0, now);
    ASSERT_EQ(posts.size(), 31U) << "none is deleted, and none of the future is shown";
    EXPECT_EQ(posts.front().published_at, start + 30 * 24h);
    EXPECT_EQ(world().media(posts.back().id, now)->published_at, start);
    EXPECT_FALSE(world().media(posts.back().id + 31, now)) << "not yet published";
    EXPECT_FALSE(world().media(posts.back().id + 40, now + 365 * 24h)) << "there is none";
    EXPECT_FALSE(world().before_conversion(posts.back()));
}

TEST(GivenPosts, HaveTheViewsAndInteractionsThatAreGiven)
{
    const auto now = start + 1000s;
    const auto post = world().posts(0, now).front();
    EXPECT_EQ(number(post, "views", now), 1000);
    EXPECT_EQ(number(post, "likes", now) + number(post, "comments", now), 100);
    EXPECT_EQ(number(post, "reach", now), 625);
    EXPECT_LT(number(post, "reach", now), number(post, "views", now));
}

} // namespace
} // namespace insightd::sandbox
