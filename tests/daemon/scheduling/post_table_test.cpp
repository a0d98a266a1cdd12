#include "daemon/scheduling/post_table.hpp"
#include "tests/support/fixture.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace insightd::scheduling
{
namespace
{

using insightd::testing::at;
using namespace std::chrono_literals;

const auto noon = at("2026-03-01T12:00:00Z");

TEST(PostTable, HoldsAPostOnce)
{
    PostTable posts;
    EXPECT_EQ(posts.find(7), nullptr);
    posts.add(7).media_type = 2;
    EXPECT_EQ(posts.add(7).media_type, 2);
    EXPECT_EQ(posts.size(), 1U);
    EXPECT_FALSE(posts.find(7)->is_planned());
    EXPECT_EQ(posts.first(), nullptr);
}

TEST(PostTable, GivesOutTheEarliestAndKeepsIt)
{
    PostTable posts;
    for (const model::MediaId id : {3, 1, 2}) {
        posts.add(id);
        posts.plan(id, noon + id * 1h);
    }
    EXPECT_EQ(posts.take_first().id, 1);
    EXPECT_EQ(posts.first()->id, 2);
    EXPECT_TRUE(posts.contains(1));
    EXPECT_EQ(posts.size(), 3U);
}

TEST(PostTable, FindsEveryPostAfterAnyOthersWereRemoved)
{
    std::mt19937 random{1};
    PostTable posts;
    std::map<model::MediaId, std::uint8_t> truth;
    for (int count = 0; count < 20'000; ++count) {
        const auto id = static_cast<model::MediaId>(random() % 700) << (random() % 3 * 20);
        const auto mark = static_cast<std::uint8_t>(random());
        if (random() % 2 == 0) {
            posts.remove(id);
            truth.erase(id);
        } else {
            posts.add(id).media_type = mark;
            truth[id] = mark;
        }
    }
    ASSERT_EQ(posts.size(), truth.size());
    for (const auto& [id, mark] : truth)
        ASSERT_EQ(posts.find(id)->media_type, mark);
}

TEST(PostTable, TakesAtMostNinetyBytesForEachOfAThousandPosts)
{
    PostTable loaded;
    loaded.reserve(1'000);
    PostTable grown;
    for (model::MediaId id = 1; id <= 1'000; ++id)
        for (auto* posts : {&loaded, &grown}) {
            posts->add(17'895'000'000'000'000 + id * 977);
            posts->plan(17'895'000'000'000'000 + id * 977, noon);
        }
    EXPECT_LE(loaded.bytes(), 80'000U);
    EXPECT_LE(grown.bytes(), 90'000U);
}

} // namespace
} // namespace insightd::scheduling
