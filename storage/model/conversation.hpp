#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace insightd::model
{

/// Who wrote a message, as seen from the account.
enum class Direction : std::uint8_t { in, out };

/// The name under which a direction stands in the database.
std::string_view to_string(Direction direction);

/// What a message says and who wrote it: kept only where the account's texts are asked for.
struct MessageText {
    std::optional<std::string> text;
    std::string sender_id; ///< Instagram-scoped; empty if not told
    std::optional<std::string> sender_username;
    std::vector<std::pair<std::string, std::string>> urls; ///< kind and URL; only when asked for

    bool operator==(const MessageText&) const = default;
};

/// One message: facts that name nobody.
struct Message {
    std::string key; ///< keyed hash of its id
    Instant created_at;
    std::optional<Direction> direction; ///< nothing: the platform did not tell who wrote it
    std::optional<std::string> sender_key;
    std::string lost; ///< why there are no details: "not_among_newest", "deleted"; else empty
    bool is_unsupported = false;          ///< the platform does not show what it holds
    std::vector<std::string> attachments; ///< kinds: image, video, audio, file, other
    std::vector<std::string> shares;      ///< kinds: link, product
    std::string story;                    ///< "reply", "mention"; else empty
    std::optional<MediaId> story_id;      ///< the account's own story that is replied to
    std::vector<std::pair<std::string, std::int64_t>> reactions; ///< kind and count
    std::optional<MessageText> text;                             ///< nothing in metadata mode

    bool operator==(const Message&) const = default;
};

/// One reading of a conversation, with the messages that it told. Stored together: the watermark
/// must not be there without what lies below it.
struct Conversation {
    std::string key;                       ///< keyed hash of its id
    std::optional<std::string> person_key; ///< of the other side, if it is one
    Instant observed_at;                   ///< when it was read
    std::optional<Instant> updated_at;     ///< as the list told before the reading
    std::optional<Instant> began_at;       ///< first message; nothing: older ones were never seen
    std::string newest_key;                ///< of the newest message; empty if there is none
    std::optional<Instant> newest_at;      ///< when that was written
    std::vector<Message> messages;         ///< newest first

    /// How many of its messages have no details.
    std::size_t lost() const;
};

/// What the store remembers of a conversation: what lies below this was read.
struct KnownConversation {
    std::string key;
    Instant read_at;
    std::optional<Instant> updated_at;
    std::string newest_key;
    std::optional<Instant> newest_at;
    bool operator==(const KnownConversation&) const = default;
};

/// What was removed of a person.
struct ForgottenPerson {
    std::int64_t conversations = 0;
    std::int64_t messages = 0;
    std::int64_t texts = 0;
    std::int64_t comments = 0; ///< and replies
    std::int64_t tags = 0;     ///< media of theirs in which an account is tagged, and mentions
};

/// Names for people and what they write that tell nothing without the key: one id has one name.
class Pseudonyms
{
public:
    virtual ~Pseudonyms() = default;
    virtual std::string of_person(AccountId account, std::string_view id) const = 0;
    virtual std::string of_conversation(AccountId account, std::string_view id) const = 0;
    virtual std::string of_message(AccountId account, std::string_view id) const = 0;
    virtual std::string of_comment(AccountId account, std::string_view id) const = 0;
};

} // namespace insightd::model
