#include "collectors/comment_walk.hpp"
#include "collectors/conversation_walk.hpp"
#include "collectors/json_access.hpp"
#include "tests/fuzz/answer.hpp"
#include "tests/support/plain_names.hpp"

#include <cstdlib>

// The same answer to every call of a walk: it must come to an end, or to a failure.

namespace insightd::fuzz
{
namespace
{

void walk_through_conversations(const boost::json::value& body)
{
    const testing::PlainNames names;
    config::Account account;
    account.user_id = 1;
    collectors::ConversationWalk walk{account};
    constexpr int most_calls = 10'000;
    int calls = 0;
    do {
        (void)walk.next(now);
        const auto collected = walk.take(graph::Reply{body, {}}, names, now);
        if (collected.failure)
            break;
        if (++calls == most_calls)
            std::abort();
    } while (walk.is_under_way());
}

void walk_through_comments(const boost::json::value& body)
{
    const testing::PlainNames names;
    config::Account account;
    account.user_id = 1;
    account.comments.mode = config::ConversationMode::text;
    collectors::CommentWalk walk{account};
    model::Media post;
    post.id = 17;
    post.comments_count = collectors::integer_in(body, "comments_count").value_or(5);
    walk.listed({post});
    constexpr int most_calls = 1'000;
    for (int calls = 0; walk.begin(now); ++calls) {
        if (calls == most_calls)
            std::abort();
        (void)walk.next(now);
        auto collected = walk.take(graph::Reply{body, {}}, names, now);
        walk.learn(collected.rows.comments);
        if (collected.failure)
            break;
    }
}

} // namespace

void decode(const boost::json::value& body)
{
    walk_through_conversations(body);
    walk_through_comments(body);
}

} // namespace insightd::fuzz
