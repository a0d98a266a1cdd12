#include "collectors/account_insights.hpp"
#include "collectors/audience.hpp"
#include "collectors/comment_walk.hpp"
#include "collectors/competitors.hpp"
#include "collectors/conversation_walk.hpp"
#include "collectors/conversations.hpp"
#include "collectors/graph/answer.hpp"
#include "collectors/graph/batch.hpp"
#include "collectors/graph/node.hpp"
#include "collectors/insights.hpp"
#include "collectors/live_media.hpp"
#include "collectors/media.hpp"
#include "collectors/mention_walk.hpp"
#include "collectors/profile.hpp"
#include "collectors/publishing_limit.hpp"
#include "collectors/tags.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"
#include "tests/support/plain_names.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

// Every decoder of API answers over one body, and the way of its readings into a stored row.

using namespace insightd;

namespace
{

void decode_messages(const boost::json::value& body)
{
    const insightd::testing::PlainNames names;
    config::Conversations settings;
    settings.mode = config::ConversationMode::text;
    settings.urls = true;
    const collectors::MessageRules rules{1, settings, names};
    (void)collectors::decode_conversations(body);
    (void)collectors::decode_messages(body);
    if (const auto told = collectors::decode_message(body))
        (void)rules.row_of(*told);
    if (const auto told = collectors::decode_conversation(body))
        (void)rules.person_of(*told);
}

/// The same answer to every call: the walk must come to an end, or to a failure.
void walk_through(const boost::json::value& body)
{
    const insightd::testing::PlainNames names;
    config::Account account;
    account.user_id = 1;
    collectors::ConversationWalk walk{account};
    constexpr int most_calls = 10'000;
    int calls = 0;
    do {
        (void)walk.next({});
        const auto collected = walk.take(graph::Reply{body, {}}, names, {});
        if (collected.failure)
            break;
        if (++calls == most_calls)
            std::abort();
    } while (walk.is_under_way());
}

/// The same answer about everybody: the round must come to its end, or fail, and be tried later.
void discover(const boost::json::value& body)
{
    config::Account account;
    account.competitors = {"one", "two"};
    collectors::CompetitorRound round{account};
    constexpr int most_calls = 100;
    int calls = 0;
    do {
        if (!round.next({}))
            break;
        (void)round.request();
        if (round.take(graph::Reply{body, {}}, {}).failure)
            break;
        if (++calls == most_calls)
            std::abort();
    } while (round.is_under_way());
}

/// What others show and write, and the rows that it becomes.
void decode_public(const boost::json::value& body)
{
    const insightd::testing::PlainNames names;
    config::PublicEdge settings;
    settings.mode = config::ConversationMode::text;
    const collectors::PublicRules rules{1, settings, names};
    model::Batch batch;
    if (const auto page = collectors::decode_tags(body))
        for (const auto& media : page->rows)
            batch.tags.push_back(collectors::tagged_row(media, rules, {}));
    for (const std::int64_t comment : {0, 5})
        if (const auto told = collectors::decode_mention(body, {17, comment}))
            batch.mention_readings.push_back(
                collectors::mention_row({{17, comment}, {}, {}, false}, *told, rules, {}));
    (void)storage::steps_of(batch);
}

/// The same answer to every call, as above.
void walk_through_comments(const boost::json::value& body)
{
    const insightd::testing::PlainNames names;
    config::Account account;
    account.user_id = 1;
    account.comments.mode = config::ConversationMode::text;
    collectors::CommentWalk walk{account};
    model::Media post;
    post.id = 17;
    post.comments_count = 5;
    walk.listed({post});
    constexpr int most_calls = 1'000;
    for (int calls = 0; walk.begin(model::Instant{std::chrono::hours{490'000}}); ++calls) {
        if (calls == most_calls)
            std::abort();
        (void)walk.next(model::Instant{std::chrono::hours{490'000}});
        auto collected =
            walk.take(graph::Reply{body, {}}, names, model::Instant{std::chrono::hours{490'000}});
        (void)storage::steps_of(collected.rows);
        walk.learn(collected.rows.comments);
        if (collected.failure)
            break;
    }
}

void decode_all(const boost::json::value& body)
{
    decode_public(body);
    walk_through_comments(body);
    decode_messages(body);
    walk_through(body);
    const model::Instant now{};
    config::Account account;
    account.user_id = 1;
    (void)collectors::decode_profile(body, account, now);
    (void)collectors::decode_publishing_limit(body, now);
    (void)collectors::decode_live_media(body, now);
    discover(body);
    (void)collectors::decode_media(body, collectors::MediaList::media, now);
    (void)collectors::decode_media(body, collectors::MediaList::stories, now);
    (void)collectors::decode_series(body);
    (void)collectors::decode_demographics(body, {"follower_demographics", "age", "this_week"}, now);
    (void)collectors::decode_online_followers(body, "UTC", now);
    const auto readings =
        collectors::decode_readings(body, {"reach", "views"}, collectors::Case::folded);
    if (!readings)
        return;
    boost::json::object row;
    storage::add_readings(row, *readings, storage::media_columns());
    // A row that is not valid text would be refused by the store.
    if (storage::clean(boost::json::serialize(row)) != boost::json::serialize(row))
        std::abort();
}

/// The same text as the answer to a batch; each member is then decoded like any answer.
void decode_batch(std::string text)
{
    constexpr std::size_t most_members = 3;
    graph::HttpReply reply;
    reply.status = 200;
    reply.body = std::move(text);
    for (std::size_t count = 1; count <= most_members; ++count) {
        const auto members = graph::members_of(reply, count);
        if (!members)
            continue;
        if (members->size() != count)
            std::abort();
        for (const auto& member : *members)
            if (member)
                (void)graph::body_of(*member);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    boost::json::parse_options options;
    options.max_depth = 32;
    boost::system::error_code error;
    const auto body =
        boost::json::parse({reinterpret_cast<const char*>(data), size}, error, {}, options);
    if (!error)
        decode_all(body);
    decode_batch({reinterpret_cast<const char*>(data), size});
    return 0;
}
