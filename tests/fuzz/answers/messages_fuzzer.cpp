#include "collectors/conversations.hpp"
#include "tests/fuzz/answer.hpp"
#include "tests/support/plain_names.hpp"

// Conversations and messages.

namespace insightd::fuzz
{
namespace
{

model::Conversation
read_by(const collectors::MessageRules& rules, const collectors::ToldConversation& told)
{
    model::Conversation conversation;
    (void)rules.person_of(told);
    for (const auto& message : told.messages.rows)
        conversation.messages.push_back(rules.row_of(message));
    return conversation;
}

} // namespace

void decode(const boost::json::value& body)
{
    const testing::PlainNames names;
    config::Conversations settings;
    settings.mode = config::ConversationMode::text;
    settings.urls = true;
    const collectors::MessageRules rules{1, settings, names};
    model::Batch batch;
    (void)collectors::decode_conversations(body);
    (void)collectors::decode_messages(body);
    if (const auto told = collectors::decode_conversation(body))
        batch.conversations.push_back(read_by(rules, *told));
    if (const auto told = collectors::decode_message(body))
        batch.conversations.push_back(read_by(rules, {"17", {}, {{*told}, {}}}));
    store(batch);
}

} // namespace insightd::fuzz
