#include "tests/daemon/crowded.hpp"

#include <gmock/gmock.h>

// Tags from end to end: the sandbox's crowd against what is stored of it.
namespace insightd
{
namespace
{

using sandbox::Crowd;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(EdgesTags, AreAllThereWithTheCountsOfTheInstantTheyWereRead)
{
    for (const std::size_t which : {0U, 1U}) {
        Crowd crowd;
        for (int n = 0; n < 230; ++n)
            crowd.tags[0].push_back(portrait(5000 + n, start - 30h + n * 20min));
        crowd.tags[0][3].hides_likes = true;
        crowd.tags[0][4].gone_from = start + 10h;
        Crowded crowded{"tags: metadata", crowd, which};
        crowded.run_until(start + 49h);
        std::set<std::string> ids;
        for (const auto& row : crowded.rows("SELECT media_id FROM insights.tagged_media"))
            ids.insert(*row[0]);
        for (const auto& tag : crowd.tags[0])
            EXPECT_TRUE(tag.at >= start + 42h || ids.contains(std::to_string(tag.media_id)))
                << tag.media_id;
        const auto rows = crowded.rows(
            "SELECT media_id, (extract(epoch FROM observed_at) * 1000000)::bigint, like_count, "
            "comments_count FROM insights.tagged_media_history");
        EXPECT_GT(rows.size(), 400U) << "a series";
        for (const auto& row : rows) {
            const auto& tag = crowd.tags[0].at(std::stoul(*row[0]) - 5000);
            const auto at = instant_of(*row[1]);
            EXPECT_EQ(
                row[2],
                tag.hides_likes ? std::nullopt : std::optional{std::to_string(tag.likes(at))});
            EXPECT_EQ(row[3], std::to_string(tag.comments(at)));
        }
        EXPECT_EQ(crowded.health("tags"), "ok ");
        EXPECT_EQ(crowded.number("SELECT count(DISTINCT person) FROM insights.tagged_media"), 7);
        EXPECT_EQ(crowded.number("SELECT count(*) FROM insightd.public_text"), 0);
    }
}

TEST(EdgesTags, CostOneCallAPollAndTheWholeListOnceADay)
{
    Crowd crowd;
    for (int n = 0; n < 230; ++n)
        crowd.tags[0].push_back(portrait(5000 + n, start - 300h + n * 1h));
    Crowded crowded{"tags: metadata", crowd};
    std::int64_t calls = 0;
    crowded.api.watch([&](const sandbox::Request& request, const auto&, auto) {
        calls += request.path.ends_with("/tags") ? 1 : 0;
    });
    crowded.run_until(start + 23h);
    EXPECT_LE(calls, 4 + 4) << "three pages and the one without rows, then one page each 6 hours";
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.tagged_media"), 230);
}

TEST(EdgesTags, RefusedSayWhatToDoAndDelayNobody)
{
    Crowded crowded{"tags: metadata", {}};
    crowded.faults.forbidden_edges = {"tags"};
    crowded.run_until(start + 3h);
    EXPECT_THAT(crowded.health("tags"), HasSubstr("failing no_permission"));
    EXPECT_EQ(crowded.health("media"), "ok ");
    EXPECT_EQ(
        crowded.number("SELECT count(*) FROM insights.data_gaps WHERE collector <> 'tags'"), 0);
}

} // namespace
} // namespace insightd
