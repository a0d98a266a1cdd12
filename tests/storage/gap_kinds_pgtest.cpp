#include "tests/storage/with_database.hpp"

#include <map>

// Gaps that belong together can be grouped, however their reason is worded.
namespace insightd::storage
{
namespace
{

class GapKinds : public DatabaseTest
{
protected:
    /// The kind of the only gap that has those words.
    std::string kind_of(const std::string& reason)
    {
        model::Batch batch;
        batch.gaps.push_back({"profile", noon, noon + 5h, reason});
        write(std::move(batch));
        auto kind =
            query1(url, "SELECT reason_kind FROM insights.data_gaps WHERE kind = 'reading'");
        query(url, "DELETE FROM store.gap");
        return kind.value_or("NULL");
    }
};

TEST_F(GapKinds, FollowFromTheWordsOfAReason)
{
    const std::map<std::string, std::string> kinds{
        {"needs_login 190/463: Error validating access token: Session has expired", "token_dead"},
        {"app_throttled 4: Application request limit reached", "throttled"},
        {"account_throttled 80002: too many calls", "throttled"},
        {"the platform refused too many calls, as another insightd was told", "throttled"},
        {"the platform says when the next call may be made", "throttled"},
        {"the rate limit was left to more valuable calls", "held_back"},
        {"held_back: the rate limit was left to more valuable calls", "held_back"},
        {"blocked 368: blocked for policies violations", "account_paused"},
        {"no_permission 10: not granted", "no_permission"},
        {"object_gone 100/33: no such object", "refused"},
        {"unreachable: resolve: Host not found", "api_failing"},
        {"malformed HTTP 502: not JSON", "api_failing"},
        {"insightd was not running until 2026-03-07 12:00 UTC", "not_running"},
        {"insightd was not running until 2026-03-07 12:00 UTC, then: needs_login 190: x",
         "not_running"},
        {"the readings took too long", "too_slow"}};
    for (const auto& [reason, kind] : kinds)
        EXPECT_EQ(kind_of(reason), kind) << reason;
}

TEST_F(GapKinds, OfOpenGapsAndOfLossesAreToldToo)
{
    model::Batch batch;
    model::CollectorRun run;
    run.collector = "media";
    run.error_class = "needs_login";
    run.error = "needs_login 190/463: Error validating access token";
    for (const auto started_at : {noon, noon + 2h}) {
        run.started_at = started_at;
        batch.runs.push_back(run);
        write(std::exchange(batch, {}));
    }
    model::Loss loss;
    loss.id = "one";
    loss.collector = "media_insights";
    loss.lost_at = noon;
    loss.reason = "the disk was full";
    batch.losses.push_back(loss);
    write(std::move(batch));
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(kind || ' ' || reason_kind, ', ' ORDER BY kind) "
                 "FROM insights.data_gaps"),
        "loss rows_lost, reading token_dead");
}

TEST_F(GapKinds, DayThatIsNotReadYetIsNoLoss)
{
    model::Batch batch;
    model::CollectorRun run;
    run.collector = "account_insights";
    run.succeeded = true;
    for (const auto started_at : {noon, noon + 3 * 24h}) {
        run.started_at = started_at;
        batch.runs.push_back(run);
        write(std::exchange(batch, {}));
    }
    EXPECT_EQ(
        query1(
            url, "SELECT string_agg(DISTINCT kind || ' ' || reason_kind, ', ') "
                 "FROM insights.data_gaps"),
        "day not_read_yet");
}

} // namespace
} // namespace insightd::storage
