#include "collectors/authors.hpp"
#include "daemon/webhooks/receiver.hpp"
#include "tests/daemon/crowded.hpp"
#include "tests/daemon/planted.hpp"
#include "tests/sandbox/pushes.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

// Mentions from end to end: pushed by the sandbox, kept, and read.
namespace insightd
{
namespace
{

using sandbox::Crowd;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

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
            [](const webhooks::NotTaken& delivery) { ADD_FAILURE() << delivery.reason; }};
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
