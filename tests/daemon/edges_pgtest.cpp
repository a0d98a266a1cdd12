#include "collectors/authors.hpp"
#include "daemon/engine.hpp"
#include "daemon/store.hpp"
#include "daemon/token_keeper.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "tests/daemon/talking.hpp"
#include "tests/sandbox/pushes.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

// What others show and write in public, from end to end: the sandbox's crowd against what is stored
// of it.
namespace insightd
{
namespace
{

using insightd::testing::Simulation;
using sandbox::Crowd;
using sandbox::Portrait;
using sandbox::Remark;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr std::int64_t first_post = 17'900'000'000'000'000;

std::string collect(const std::string& edges)
{
    return "defaults: {collect: {profile: off, media_insights: off, stories: off, "
           "account_insights: off, " +
           edges + "}}\n";
}

sandbox::World::Options with(Crowd crowd)
{
    sandbox::World::Options options;
    options.start = start;
    options.days_of_history = 2;
    options.last_post = start;
    options.crowd = std::make_shared<const Crowd>(std::move(crowd));
    return options;
}

/// One account, on the Instagram host unless said otherwise, and its crowd.
class Crowded : public Simulation
{
public:
    Crowded(const std::string& edges, const Crowd& people, std::size_t which = 0)
        : Simulation{start, collect(edges), one_account(which), with(people)}, crowd{people}
    {
    }

    std::int64_t number(const std::string& sql) const { return std::stoll(value(sql).value()); }

    std::string health(const std::string& collector) const
    {
        return value(
                   "SELECT state || ' ' || error FROM insights.collection_health WHERE collector = "
                   "'" +
                   collector + "'")
            .value_or("none");
    }

    Crowd crowd;
};

Remark remark(std::int64_t id, model::Instant at, std::int64_t person = 71)
{
    Remark remark;
    remark.id = id;
    remark.at = at;
    remark.person = person;
    remark.username = person == 0 ? "" : fmt::format("planted_name_{}", person);
    remark.text = fmt::format("planted words {}", id);
    return remark;
}

Portrait portrait(std::int64_t id, model::Instant at)
{
    Portrait portrait;
    portrait.media_id = id;
    portrait.at = at;
    portrait.username = "planted_name_" + std::to_string(id % 7);
    portrait.caption = "planted words in a caption";
    return portrait;
}

model::Instant instant_of(const std::string& microseconds)
{
    return model::Instant{std::chrono::microseconds{std::stoll(microseconds)}};
}

// ---- tags ------------------------------------------------------------------------------------

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

// ---- comments --------------------------------------------------------------------------------

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

/// Every file below, as bytes.
std::string bytes_below(const std::filesystem::path& folder)
{
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) {
            std::ifstream file{entry.path(), std::ios::binary};
            all.append(std::istreambuf_iterator<char>{file}, {});
        }
    return all;
}

/// Everything in every table and view.
std::string dump(const Simulation& simulation)
{
    std::string all;
    for (const auto& table : simulation.rows(
             "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
             "WHERE table_schema IN ('store', 'insightd', 'insights', 'insights_text') "
             "AND table_name NOT LIKE 'media_sample_%'"))
        for (const auto& row : simulation.rows("SELECT t::text FROM " + *table[0] + " t"))
            all += row[0].value_or("") + "\n";
    return all;
}

void expect_clean(const std::string& text, const std::string& where)
{
    for (const auto* marker : {"planted words", "planted_name", "planted_url", "5000000000000071"})
        EXPECT_EQ(text.find(marker), std::string::npos) << marker << " in " << where;
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

// ---- mentions --------------------------------------------------------------------------------

constexpr auto secret = "sandbox-app-secret-facebook";

/// The account behind a Page, told of mentions.
class Mentioned : public Crowded
{
public:
    explicit Mentioned(const Crowd& people, bool is_wanted = true)
        : Crowded{"media: off, mentions: metadata", people, 1},
          inbox{loop.get_executor(), store->writer}, receiver{services(is_wanted), 1000}
    {
    }

    int deliver(std::int64_t media, std::int64_t comment)
    {
        http::Question question;
        question.method = http::Method::post;
        question.body = sandbox::mention_push(world, 0, media, comment, clock.now());
        question.headers = {{"x-hub-signature-256", sandbox::signature_of(question.body, secret)}};
        return testing::run(loop, receiver.answer(std::move(question))).status;
    }

    webhooks::Inbox inbox;
    webhooks::Receiver receiver;

private:
    webhooks::Receiver::Services services(bool is_wanted)
    {
        const auto id = config.accounts.front().user_id;
        webhooks::Receiver::Services services{
            inbox,
            config::Secret{"verify"},
            {config::Secret{secret}},
            {id},
            [this] { return clock.now(); },
            [] { return 1h; },
            [](const auto&) {},
            [](std::string_view event, const std::string& reason) {
                ADD_FAILURE() << event << " " << reason;
            }};
        if (is_wanted)
            services.mentioned = {id};
        services.kept_mentions = [this](const auto& mentions) { engine->note_mentions(mentions); };
        return services;
    }
};

Crowd speaking()
{
    Crowd crowd;
    crowd.mentions[0] = {portrait(6000, start - 1h), portrait(6001, start - 2h)};
    crowd.mentions[0][1].gone_from = start + 20h;
    crowd.spoken[0] = {remark(7000, start - 1h)};
    return crowd;
}

TEST(EdgesMentions, AreReadWhenTheyComeAndThenRarely)
{
    Mentioned mentioned{speaking()};
    mentioned.run_until(start + 1h);
    for (const auto& [media, comment] : {std::pair{6000, 0}, {6001, 0}, {6002, 7000}, {6000, 0}})
        EXPECT_EQ(mentioned.deliver(media, comment), 200);
    mentioned.run_until(start + 1h + 1s);
    EXPECT_EQ(
        mentioned.number("SELECT count(*) FROM insights.mention WHERE read_at IS NOT NULL"), 3)
        << "at once";
    mentioned.run_until(start + 40 * 24h);
    const auto rows = mentioned.rows(
        "SELECT media_id, comment_id, (extract(epoch FROM observed_at) * 1000000)::bigint, "
        "like_count, comments_count FROM insights.mention_history");
    EXPECT_EQ(rows.size(), 4U + 4U + 1U) << "the second one was deleted after the first reading";
    for (const auto& row : rows) {
        const auto at = instant_of(*row[2]);
        if (row[1]) {
            EXPECT_EQ(row[3], std::to_string(mentioned.crowd.spoken[0][0].likes(at)));
            EXPECT_EQ(row[4], std::nullopt);
            continue;
        }
        const auto& media = mentioned.crowd.mentions[0].at(std::stoul(*row[0]) - 6000);
        EXPECT_EQ(row[3], std::to_string(media.likes(at)));
        EXPECT_EQ(row[4], std::to_string(media.comments(at)));
    }
    EXPECT_EQ(
        mentioned.value("SELECT string_agg(media_id, ',') FROM insights.mention WHERE is_gone"),
        "6001");
    EXPECT_EQ(mentioned.health("mentions"), "ok ");
    expect_clean(dump(mentioned), "the database");
}

TEST(EdgesMentions, ThatCameWithoutTheDatabaseAreReadAfterARestart)
{
    Mentioned mentioned{speaking()};
    mentioned.run_until(start + 1h);
    mentioned.database_away();
    EXPECT_EQ(mentioned.deliver(6000, 0), 200);
    mentioned.database_back();
    mentioned.begin();
    mentioned.run_until(start + 8h);
    EXPECT_EQ(
        mentioned.number("SELECT count(*) FROM insights.mention WHERE read_at IS NOT NULL"), 1);
}

TEST(EdgesMentions, OfAccountsThatCollectNoneAreNotKept)
{
    Mentioned mentioned{speaking(), false};
    EXPECT_EQ(mentioned.deliver(6000, 0), 200);
    EXPECT_EQ(mentioned.receiver.count(webhooks::Outcome::nothing_kept), 1);
    EXPECT_EQ(mentioned.number("SELECT count(*) FROM store.mention"), 0);
}

} // namespace
} // namespace insightd
