#include "tests/daemon/talking.hpp"

#include <gmock/gmock.h>

#include <algorithm>

// Many conversations, and everything else beside them.
namespace insightd
{
namespace
{

using insightd::testing::Simulation;
using sandbox::Chat;
using namespace std::chrono_literals;

std::int64_t count_letters(const std::vector<Chat>& chats, bool from_customer)
{
    std::int64_t count = 0;
    for (const auto& chat : chats)
        count += std::ranges::count(chat.letters, from_customer, &sandbox::Letter::from_customer);
    return count;
}

/// Bursts of up to twenty between two polls, with restarts in the middle of polls.
TEST(ManyConversations, OfFiveHundredNoMessageIsMissedOrDoubled)
{
    sandbox::MailboxPlan plan;
    plan.chats = 500;
    plan.from = start + 10min;
    plan.span = 2h;
    plan.bursts = 1;
    plan.most_at_once = 20;
    const auto chats = sandbox::made_up_chats(plan);
    Talking talking{only("metadata"), chats};
    for (const auto pause : {37min + 10s, 77min + 0s, 180min + 0s}) {
        talking.run_until(start + pause);
        talking.begin(); // a daemon that died
    }
    const auto in = count_letters(chats, true);
    const auto out = count_letters(chats, false);
    EXPECT_GT(in + out, 4000);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE direction = 'in'"), in);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE direction = 'out'"), out);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message"), in + out);
    EXPECT_EQ(talking.number("SELECT count(*) FROM store.message WHERE lost <> ''"), 0);
    EXPECT_EQ(talking.number("SELECT count(*) FROM insights.conversation_latest"), 500);
    EXPECT_EQ(talking.number("SELECT sum(messages_in) FROM insights.conversation_activity"), in);
    EXPECT_EQ(talking.api.message_calls().too_many, 0) << "two calls a second";
    EXPECT_LT(talking.api.message_calls().total, 1500) << "what did not change is not asked for";
}

/// What the account has beside its messages.
std::vector<insightd::testing::Row> readings(const Simulation& simulation)
{
    return simulation.rows(
        "SELECT (SELECT count(*) FROM store.media_sample), (SELECT count(*) FROM store.media), "
        "(SELECT string_agg(format('%s %s %s', media_id, state, last_answer_at), ',' ORDER BY "
        "media_id) FROM store.story), (SELECT count(*) FROM store.account_sample)");
}

TEST(ManyConversations, ThatFailDelayNothingElse)
{
    const auto everything = "defaults: {collect: {conversations: metadata}}\n";
    sandbox::MailboxPlan plan;
    plan.from = start - 2h;
    plan.chats = 8;
    std::vector<insightd::testing::Row> undisturbed;
    for (const auto trouble :
         {&sandbox::MessageFaults::unix_times, &sandbox::MessageFaults::fails,
          &sandbox::MessageFaults::throttled}) {
        Talking talking{everything, sandbox::made_up_chats(plan)};
        talking.faults.limits.account_calls_a_day = 4000;
        talking.faults.messages.*trouble = true;
        talking.run_until(start + 80min);
        if (undisturbed.empty())
            undisturbed = readings(talking);
        EXPECT_EQ(readings(talking), undisturbed);
        EXPECT_EQ(talking.api.counters().throttled(), 0) << "within the account's budget";
        EXPECT_EQ(talking.api.message_calls().too_many, 0);
        EXPECT_GT(talking.api.message_calls().total, 4);
    }
}

} // namespace
} // namespace insightd
