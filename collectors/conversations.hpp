#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "storage/model/conversation.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Conversations and messages as the platform tells them, and the rows that they become: pure.
/// Source: graph-api.md section 6.
namespace insightd::collectors
{

/// Details are told of so many messages of a conversation, the newest.
inline constexpr std::size_t messages_with_details = 20;

/// Somebody who takes part; ids are the platform's.
struct ToldPerson {
    std::string id;      ///< Instagram-scoped; the account itself has its professional id
    std::string user_id; ///< empty if not told
    std::optional<std::string> username;
};

struct ToldMessage {
    std::string id;
    model::Instant created_at;
    std::optional<ToldPerson> from; ///< nothing: no details
    std::vector<ToldPerson> to;
    std::optional<std::string> text; ///< nothing where there is none, be it empty or missing
    bool is_unsupported = false;
    std::vector<std::pair<std::string, std::string>> attachments; ///< kind and URL, if told
    std::vector<std::pair<std::string, std::string>> shares;
    std::string story; ///< "reply", "mention"; else empty
    std::string story_id, story_url;
    std::vector<std::pair<std::string, std::int64_t>> reactions; ///< kind and count
};

/// One page, newest first.
struct ToldMessages {
    std::vector<ToldMessage> rows;
    std::optional<std::string> after; ///< where the next page begins
};

struct ToldConversation {
    std::string id;
    std::vector<ToldPerson> participants;
    ToldMessages messages;
};

struct ListedConversation {
    std::string id;
    std::optional<model::Instant> updated_at;
};

struct ListedConversations {
    std::vector<ListedConversation> rows;
    std::optional<std::string> after;
};

/// A time as conversations have it: like everywhere, or unix seconds or milliseconds, as number or
/// as text.
std::optional<model::Instant> message_time(const boost::json::value& value);

/// Source: GET /<user>/conversations, v24.0.
graph::Outcome<ListedConversations> decode_conversations(const boost::json::value& body);

/// With the messages as the default fields tell them, or with their details.
/// Source: GET /<conversation>?fields=messages and messages{…}, v24.0.
graph::Outcome<ToldConversation> decode_conversation(const boost::json::value& body);

/// Source: GET /<conversation>/messages, v24.0.
graph::Outcome<ToldMessages> decode_messages(const boost::json::value& body);

/// Without an id or a time it cannot be a row: malformed. Source: GET /<message>, v24.0.
graph::Outcome<ToldMessage> decode_message(const boost::json::value& body);

/// Whether a refusal says that the message was deleted, as it does of those that are not among the
/// newest any more.
bool is_deleted_message(const graph::Failure& failure);

/// How told people and messages become rows.
struct MessageRules {
    model::AccountId account{};
    config::Conversations settings;
    const model::Pseudonyms& pseudonyms;

    bool is_own(const ToldPerson& person) const;
    model::Message row_of(const ToldMessage& told) const;
    /// The other side, if it is one person.
    std::optional<std::string> person_of(const ToldConversation& told) const;
};

} // namespace insightd::collectors
