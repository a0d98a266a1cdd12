#include "tests/storage/with_database.hpp"

// The small edges: rows on change, whatever the order in which they come, and twice the same.
namespace insightd::storage
{
namespace
{

using WriteEdges = DatabaseTest;

model::Batch limit_at(model::Instant observed_at, std::optional<std::int64_t> usage)
{
    model::Batch batch;
    batch.publishing_limits.push_back({observed_at, usage, 100, 24h});
    return batch;
}

TEST_F(WriteEdges, LimitHasARowWhereItChangedAndOneADay)
{
    write(limit_at(noon, 1));
    write(limit_at(noon + 1h, 1));
    write(limit_at(noon + 2h, 3));
    write(limit_at(noon + 2h, 3));
    write(limit_at(noon + 90min, 1)); // late: what is newer stands
    write(limit_at(noon + 27h, 3));
    write(limit_at(noon + 28h, std::nullopt));
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(coalesce(quota_usage::text, '-') || ' ' || "
                 "coalesce(quota_left::text, '-') || CASE WHEN is_newest THEN ' newest' ELSE '' "
                 "END, ', ' ORDER BY observed_at) FROM insights.publishing_limit"),
        "1 99, 3 97, 3 97, - - newest");
    EXPECT_EQ(
        query1(
            url, "SELECT count(*) FROM insights.publishing_limit WHERE quota_hours = 24 AND "
                 "held_until >= observed_at"),
        "4");
}

model::Competitor rival_at(model::Instant observed_at, std::int64_t followers, std::int64_t likes)
{
    model::Competitor told;
    told.username = "rival";
    told.observed_at = observed_at;
    told.id = 17841400000000077;
    told.name = "Rival Co";
    told.followers_count = followers;
    told.posts.push_back({post, noon - 48h, "IMAGE", "FEED", {}, likes, 2, {}});
    told.posts.push_back(told.posts.back()); // listed twice
    return told;
}

model::Batch batch_of(model::Competitor told)
{
    model::Batch batch;
    batch.competitors.push_back(std::move(told));
    return batch;
}

TEST_F(WriteEdges, CompetitorHasARowWhereItChangedAndOneADay)
{
    write(batch_of(rival_at(noon, 100, 5)));
    write(batch_of(rival_at(noon, 100, 5)));
    write(batch_of(rival_at(noon + 6h, 100, 7)));
    write(batch_of(rival_at(noon + 12h, 103, 7)));
    write(batch_of(rival_at(noon + 9h, 90, 1))); // late
    write(batch_of(rival_at(noon + 42h, 103, 7)));
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(followers_count::text, ' ' ORDER BY observed_at) FROM "
                 "store.competitor_sample"),
        "100 90 103 103");
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(like_count::text, ' ' ORDER BY observed_at) FROM "
                 "store.competitor_media_sample"),
        "5 7 1 7");
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(format('%s %s %s', day, followers_count, gained), ', ' "
                 "ORDER BY day) FROM insights.competitor_daily"),
        "2026-03-01 103 , 2026-03-03 103 0");
    EXPECT_EQ(count("insights.competitor_media_latest"), "1");
    EXPECT_EQ(count("insights.competitor_media_daily"), "2");
}

TEST_F(WriteEdges, RefusedCompetitorIsRememberedAndKeepsWhatWasTold)
{
    write(batch_of(rival_at(noon, 100, 5)));
    model::Competitor refused;
    refused.username = "rival";
    refused.observed_at = noon + 6h;
    refused.refusal = "nobody of that name";
    write(batch_of(refused));
    refused.observed_at = noon + 30h;
    write(batch_of(refused));
    EXPECT_EQ(
        query1(
            url, "SELECT concat_ws(' ', state, followers_count, name, refusal, "
                 "checked_at AT TIME ZONE 'UTC', refused_since AT TIME ZONE 'UTC') FROM "
                 "insights.competitor_latest"),
        "unavailable 100 Rival Co nobody of that name 2026-03-01 12:00:00 2026-03-01 18:00:00");
    const auto history = insightd::testing::run(loop, database.history({account})).front();
    EXPECT_THAT(
        history.refused_competitors, ElementsAre(model::RefusedCompetitor{"rival", noon + 30h}));
    write(batch_of(rival_at(noon + 54h, 101, 5)));
    EXPECT_EQ(
        query1(
            url, "SELECT concat_ws(' ', state, followers_count, refusal, refused_since) FROM "
                 "insights.competitor_latest"),
        "ok 101");
}

model::Batch poll_at(model::Instant observed_at, std::optional<std::int64_t> viewers)
{
    model::LivePoll poll;
    poll.observed_at = observed_at;
    if (viewers) {
        model::LiveReading live;
        live.id = 9;
        live.started_at = noon;
        live.viewers = viewers;
        poll.broadcasts = {live, live}; // listed twice
    }
    model::Batch batch;
    batch.live_polls.push_back(std::move(poll));
    return batch;
}

TEST_F(WriteEdges, BroadcastEndsWithThePollThatDoesNotShowIt)
{
    const auto ended_by = [&] {
        return query1(url, "SELECT ended_by AT TIME ZONE 'UTC' FROM insights.live_broadcasts");
    };
    write(poll_at(noon - 1min, std::nullopt)); // nothing was on the air
    write(poll_at(noon + 1min, 5));
    write(poll_at(noon + 3min, 8));
    write(poll_at(noon + 3min, 8));
    EXPECT_EQ(ended_by(), std::nullopt);
    const auto history = [&] {
        return insightd::testing::run(loop, database.history({account})).front().live_broadcasts;
    };
    EXPECT_THAT(history(), ElementsAre(9));
    write(poll_at(noon + 6min, std::nullopt));
    EXPECT_EQ(ended_by(), "2026-03-01 12:06:00");
    EXPECT_THAT(history(), ::testing::IsEmpty());
    write(poll_at(noon + 5min, std::nullopt)); // late: it was over earlier
    write(poll_at(noon + 2min, std::nullopt)); // late: seen after it
    EXPECT_EQ(ended_by(), "2026-03-01 12:05:00");
    write(poll_at(noon + 7min, 2));
    EXPECT_EQ(ended_by(), std::nullopt) << "it was not over after all";
    EXPECT_EQ(
        query1(
            url, "SELECT concat_ws(' ', readings, peak_viewers, mean_viewers, minutes_seen, "
                 "is_live) FROM insights.live_broadcasts"),
        "3 8 5 7 t");
}

} // namespace
} // namespace insightd::storage
