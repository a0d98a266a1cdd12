#include "tests/daemon/crowded.hpp"
#include "tests/daemon/planted.hpp"
#include "tests/support/run.hpp"

#include <gmock/gmock.h>
#include <set>

// Comments from end to end: the sandbox's crowd against what is stored of it.
namespace insightd
{
namespace
{

using insightd::testing::Simulation;
using sandbox::Crowd;
using sandbox::Remark;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

/// The tree of a post as it is at an instant, in one line for each remark.
void add_truth(
    std::vector<std::string>& lines, const std::vector<Remark>& remarks, model::Instant now,
    bool are_replies)
{
    for (const auto& remark : remarks)
        if (remark.is_there(now)) {
            lines.push_back(fmt::format(
                "{} {} {}", are_replies ? "reply" : "comment", remark.at.time_since_epoch() / 1s,
                remark.person == 0 ? "own" : "other"));
            add_truth(lines, remark.replies, now, true);
        }
}

std::vector<std::string> stored(const Simulation& simulation, std::int64_t media)
{
    std::vector<std::string> lines;
    for (const auto& row : simulation.rows(fmt::format(
             "SELECT CASE WHEN parent_key IS NULL THEN 'comment' ELSE 'reply' END || ' ' || "
             "extract(epoch FROM created_at)::bigint || CASE WHEN is_own THEN ' own' ELSE ' other' "
             "END FROM store.comment WHERE media_id = {} AND unseen_since IS NULL",
             media)))
        lines.push_back(*row[0]);
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> truth(const Crowd& crowd, std::int64_t media, model::Instant now)
{
    std::vector<std::string> lines;
    add_truth(lines, crowd.remarks.at(media), now, false);
    std::ranges::sort(lines);
    return lines;
}

/// Two posts: one with many comments and replies that come for two days, one with a few.
Crowd talk()
{
    Crowd crowd;
    auto& busy = crowd.remarks[first_post + 1];
    for (int n = 0; n < 160; ++n) {
        auto one = remark(1'000 + n, start - 20h + n * 23min, 70 + n % 9);
        for (int reply = 0; reply < n % 5; ++reply)
            one.replies.push_back(remark(
                10'000 + n * 100 + reply, one.at + (reply * reply * 5 + 1) * 31min,
                reply == 1 ? 0 : 80 + reply));
        if (n % 11 == 3)
            one.gone_from = one.at + 7h;
        if (n % 13 == 5)
            one.hidden_from = one.at + 1h;
        busy.push_back(std::move(one));
    }
    auto& many = busy.at(2); // more replies than come along with their comment
    for (int reply = 0; reply < 70; ++reply)
        many.replies.push_back(remark(50'000 + reply, start - 19h + reply * 11min, 90));
    std::ranges::sort(many.replies, {}, &Remark::at);
    crowd.remarks[first_post] = {remark(900, start - 10h), remark(901, start + 5h)};
    return crowd;
}

TEST(EdgesComments, AreAllThereAndThoseThatWentAreMarked)
{
    Crowded crowded{"comments: metadata", talk()};
    for (const auto pause : {13h + 0min, 29h + 7min}) {
        crowded.run_until(start + pause);
        crowded.begin(); // a daemon that died
    }
    const auto end = start + 94h; // a day after the last that changed
    crowded.run_until(end);
    for (const auto& [media, remarks] : crowded.crowd.remarks)
        EXPECT_EQ(stored(crowded, media), truth(crowded.crowd, media, end)) << media;
    EXPECT_GT(crowded.number("SELECT sum(no_longer_seen) FROM insights.media_comments"), 10);
    EXPECT_GT(crowded.number("SELECT sum(answered) FROM insights.comment_activity"), 20);
    EXPECT_EQ(crowded.health("comments"), "ok ");
}

TEST(EdgesComments, OfPostsThatStandStillAreNotAskedFor)
{
    Crowd crowd;
    crowd.remarks[first_post] = {remark(900, start - 10h), remark(901, start + 5h)};
    Crowded crowded{"comments: metadata", crowd};
    std::int64_t calls = 0;
    crowded.api.watch([&](const sandbox::Request& request, const auto&, auto) {
        calls += request.path.ends_with("/comments") ? 1 : 0;
    });
    crowded.run_until(start + 48h);
    EXPECT_EQ(calls, 2) << "one when it is seen first, one when it moved";
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.comment"), 2);
}

TEST(EdgesComments, WithoutThePermissionSayWhatToDoAndDelayNobody)
{
    ::testing::internal::CaptureStderr();
    Crowded crowded{"comments: metadata", talk()};
    crowded.faults.forbidden_edges = {"comments"};
    crowded.run_until(start + 6h);
    EXPECT_THAT(
        ::testing::internal::GetCapturedStderr(), HasSubstr("permission to manage comments"));
    EXPECT_THAT(crowded.health("comments"), HasSubstr("failing no_permission"));
    EXPECT_EQ(crowded.health("media"), "ok ");
    crowded.faults.forbidden_edges.clear();
    crowded.run_until(start + 9h);
    EXPECT_EQ(crowded.health("comments"), "ok ");
    EXPECT_GT(crowded.number("SELECT count(*) FROM store.comment"), 50);
}

/// People with ids that can be found, in everything that others show and write.
Crowd planted()
{
    Crowd crowd;
    constexpr std::int64_t person = 5'000'000'000'000'071;
    auto& remarks = crowd.remarks[first_post + 1];
    for (int n = 0; n < 12; ++n) {
        auto one = remark(1'000 + n, start + n * 10min, person);
        one.replies.push_back(remark(2'000 + n, one.at + 5min, person));
        remarks.push_back(std::move(one));
    }
    for (int n = 0; n < 12; ++n)
        crowd.tags[0].push_back(portrait(5000 + n, start - 1h + n * 20min));
    return crowd;
}

TEST(EdgesComments, InMetadataModeNoNameTextOrUrlIsStoredAnywhere)
{
    ::testing::internal::CaptureStderr();
    Crowded crowded{"comments: metadata, tags: metadata", planted()};
    for (auto& account : crowded.config.accounts)
        account.schedule.tags = 20min;
    crowded.begin();
    crowded.run_until(start + 50min);
    crowded.database_away();
    crowded.run_until(start + 2h);
    const auto spooled = bytes_below(crowded.folder.path() / "state");
    EXPECT_THAT(spooled, HasSubstr("comment_reading")) << "something waited there";
    crowded.faults.forbidden_edges = {"comments", "tags"};
    crowded.run_until(start + 130min);
    crowded.faults.forbidden_edges.clear();
    crowded.database_back();
    crowded.run_until(start + 5h);
    expect_clean(::testing::internal::GetCapturedStderr(), "the log");
    expect_clean(spooled, "the spool");
    expect_clean(dump(crowded), "the database");
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.comment"), 24);
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.tagged_media"), 12);
    EXPECT_EQ(crowded.number("SELECT count(DISTINCT author_key) FROM store.comment"), 1);
}

TEST(EdgesComments, WordsAreKeptAsLongAsTheConfigurationSays)
{
    Crowd crowd;
    crowd.remarks[first_post] = {remark(900, start + 1min), remark(901, start + 5h)};
    Crowded crowded{"comments: {mode: text, keep_text: 6h}", crowd};
    crowded.run_until(start + 1h);
    EXPECT_EQ(crowded.value("SELECT text FROM insights_text.comment"), "planted words 900");
    EXPECT_EQ(crowded.value("SELECT username FROM insights_text.comment"), "planted_name_71");
    crowded.run_until(start + 7h);
    EXPECT_EQ(
        crowded.value("SELECT string_agg(text, ',') FROM insightd.public_text"),
        "planted words 901")
        << "the older one is deleted";
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.comment"), 2) << "what they were stays";
    crowded.config.accounts.front().comments.mode = config::ConversationMode::metadata;
    crowded.begin();
    EXPECT_EQ(crowded.number("SELECT count(*) FROM insightd.public_text"), 0);
}

TEST(EdgesComments, ForgetAPersonByNameForGood)
{
    Crowd crowd;
    for (int n = 0; n < 20; ++n)
        crowd.remarks[first_post].push_back(remark(900 + n, start + n * 10min, n == 3 ? 72 : 71));
    Crowded crowded{"comments: text", crowd};
    crowded.run_until(start + 1h);
    const auto names =
        testing::run(crowded.loop, crowded.tokens->people_key().pseudonyms()).value();
    const auto account = crowded.config.accounts.front().user_id;
    std::vector<std::pair<model::AccountId, std::string>> person{
        {account, names->of_person(account, collectors::as_name("Planted_Name_71"))}};
    const auto forgotten =
        testing::run(crowded.loop, crowded.store->database.forget_person(person));
    EXPECT_GE(forgotten.comments, 3);
    EXPECT_EQ(forgotten.texts, forgotten.comments);
    crowded.run_until(start + 4h); // they go on writing
    crowded.begin();
    crowded.run_until(start + 8h);
    EXPECT_EQ(crowded.number("SELECT count(*) FROM store.comment"), 1);
    EXPECT_THAT(dump(crowded), Not(HasSubstr("planted_name_71")));
}

/// What the account has beside all this.
std::vector<insightd::testing::Row> readings(const Simulation& simulation)
{
    return simulation.rows(
        "SELECT (SELECT count(*) FROM store.media_sample), (SELECT count(*) FROM store.media), "
        "(SELECT string_agg(format('%s %s %s', media_id, state, last_answer_at), ',' ORDER BY "
        "media_id) FROM store.story), (SELECT count(*) FROM store.account_sample)");
}

TEST(EdgesComments, ThatFailOrSucceedDelayNothingElse)
{
    std::vector<insightd::testing::Row> undisturbed;
    for (const bool fail : {false, true}) {
        auto crowd = talk();
        for (int n = 0; n < 230; ++n)
            crowd.tags[0].push_back(portrait(5000 + n, start - 300h + n * 1h));
        Simulation simulation{
            start, "defaults: {collect: {tags: metadata, comments: metadata}}\n", one_account(),
            with(crowd)};
        simulation.faults.limits.account_calls_a_day = 4000;
        if (fail)
            simulation.faults.forbidden_edges = {"tags", "comments"};
        simulation.run_until(start + 80min);
        if (undisturbed.empty())
            undisturbed = readings(simulation);
        EXPECT_EQ(readings(simulation), undisturbed);
        EXPECT_EQ(simulation.api.counters().throttled(), 0) << "within the account's budget";
        EXPECT_EQ(simulation.value("SELECT count(*) > 0 FROM store.comment"), fail ? "f" : "t");
    }
}

} // namespace
} // namespace insightd
