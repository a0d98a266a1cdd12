#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// A conversation and its messages stand or fall together, and nothing is stored of whom somebody
/// asked to forget, however long the rows waited. Details are never taken back by a later reading
/// that lacks them.
constexpr auto write_conversation = R"(
WITH forgotten AS (
    SELECT person_key FROM store.forgotten_person WHERE account_id = $1
), said AS (
    SELECT r.* FROM jsonb_to_record($2::jsonb) AS r(conversation_key text, person_key text,
        read_at timestamptz, updated_at timestamptz, began_at timestamptz, newest_key text,
        newest_at timestamptz, messages jsonb)
    WHERE r.person_key IS NULL OR r.person_key NOT IN (SELECT person_key FROM forgotten)
), told AS (
    SELECT DISTINCT ON (m.message_key) s.conversation_key, s.person_key, s.read_at, m.*
    FROM said s CROSS JOIN LATERAL jsonb_to_recordset(s.messages) AS m(message_key text,
        created_at timestamptz, direction text, sender_key text, lost text, is_unsupported boolean,
        attachments text[], shares text[], story text, story_id bigint, reactions jsonb)
    WHERE m.sender_key IS NULL OR m.sender_key NOT IN (SELECT person_key FROM forgotten)
    ORDER BY m.message_key
), kept AS (
    INSERT INTO store.message AS m (account_id, message_key, conversation_key, person_key,
        created_at, read_at, direction, sender_key, lost, is_unsupported, attachments, shares,
        story, story_id, reactions)
    SELECT $1, message_key, conversation_key, person_key, created_at, read_at, direction,
           sender_key, lost, is_unsupported, attachments, shares, story, story_id, reactions
    FROM told
    ON CONFLICT (account_id, message_key) DO UPDATE SET
        read_at = excluded.read_at, person_key = coalesce(excluded.person_key, m.person_key),
        direction = excluded.direction, sender_key = excluded.sender_key, lost = excluded.lost,
        is_unsupported = excluded.is_unsupported, attachments = excluded.attachments,
        shares = excluded.shares, story = excluded.story, story_id = excluded.story_id,
        reactions = excluded.reactions
    WHERE (m.lost <> '' OR (excluded.lost = '' AND m.read_at < excluded.read_at))
          AND (m.direction, m.sender_key, m.lost, m.is_unsupported, m.attachments, m.shares,
               m.story, m.story_id, m.reactions)
              IS DISTINCT FROM (excluded.direction, excluded.sender_key, excluded.lost,
                                excluded.is_unsupported, excluded.attachments, excluded.shares,
                                excluded.story, excluded.story_id, excluded.reactions)
)
INSERT INTO store.conversation AS c (account_id, conversation_key, person_key, first_seen_at,
    read_at, updated_at, began_at, newest_key, newest_at)
SELECT $1, conversation_key, person_key, read_at, read_at, updated_at, began_at, newest_key,
       newest_at
FROM said
ON CONFLICT (account_id, conversation_key) DO UPDATE SET
    person_key = coalesce(excluded.person_key, c.person_key), read_at = excluded.read_at,
    updated_at = coalesce(excluded.updated_at, c.updated_at),
    began_at = coalesce(c.began_at, excluded.began_at), newest_key = excluded.newest_key,
    newest_at = excluded.newest_at
WHERE c.read_at < excluded.read_at)";

/// Only while the account's texts are kept, and of whom nobody asked to forget: the row of the
/// message is there, or it is not.
constexpr auto write_texts = R"(
INSERT INTO insightd.message_text AS t (account_id, message_key, person_key, sender_key, created_at,
    text, sender_id, sender_username, urls)
SELECT DISTINCT ON (r.message_key) $1, r.message_key, m.person_key, m.sender_key, m.created_at,
       r.text, r.sender_id, r.sender_username, r.urls
FROM jsonb_to_recordset($2::jsonb) AS r(message_key text, text text, sender_id text,
    sender_username text, urls jsonb)
JOIN store.message m ON m.account_id = $1 AND m.message_key = r.message_key
JOIN store.account a ON a.account_id = $1 AND a.text_kept IS NOT NULL
ORDER BY r.message_key
ON CONFLICT (account_id, message_key) DO UPDATE SET
    text = excluded.text, sender_username = excluded.sender_username, urls = excluded.urls
WHERE (t.text, t.sender_username, t.urls)
      IS DISTINCT FROM (excluded.text, excluded.sender_username, excluded.urls))";

constexpr auto expire_texts = R"(
DELETE FROM insightd.message_text t USING store.account a
WHERE t.account_id = $1 AND a.account_id = $1
  AND (a.text_kept IS NULL
       OR t.created_at <= ($2::jsonb ->> 'at')::timestamptz - a.text_kept))";

enum Which { conversation, texts, expiry };

const std::array statements{
    Statement{"conversation_messages", Nature::observation, write_conversation},
    Statement{"message_texts", Nature::observation, write_texts},
    Statement{"message_texts_expire", Nature::observation, expire_texts}};

json::array texts_of(const std::vector<std::string>& values)
{
    json::array all;
    for (const auto& value : values)
        all.emplace_back(clean(value));
    return all;
}

/// One kind may be told several times, each with its own count.
json::value reactions_of(const model::Message& message)
{
    json::object all;
    for (const auto& [kind, count] : message.reactions) {
        auto& sum = all[clean(kind)];
        sum = (sum.is_int64() ? sum.get_int64() : 0) + count;
    }
    return all.empty() ? json::value(nullptr) : json::value(std::move(all));
}

json::value direction_of(const model::Message& message)
{
    return message.direction ? json::value(model::to_string(*message.direction))
                             : json::value(nullptr);
}

json::object row_of(const model::Message& message)
{
    return {
        {"message_key", clean(message.key)},
        {"created_at", text_of(message.created_at)},
        {"direction", direction_of(message)},
        {"sender_key", value_of(message.sender_key)},
        {"lost", clean(message.lost)},
        {"is_unsupported", message.is_unsupported},
        {"attachments", texts_of(message.attachments)},
        {"shares", texts_of(message.shares)},
        {"story", clean(message.story)},
        {"story_id", value_of(message.story_id)},
        {"reactions", reactions_of(message)}};
}

json::value urls_of(const model::MessageText& text)
{
    json::array all;
    for (const auto& [kind, url] : text.urls)
        all.push_back(json::array{clean(kind), clean(url)});
    return all.empty() ? json::value(nullptr) : json::value(std::move(all));
}

json::array texts_of(const model::Conversation& read)
{
    json::array rows;
    for (const auto& message : read.messages)
        if (message.text)
            rows.push_back(json::object{
                {"message_key", clean(message.key)},
                {"text", value_of(message.text->text)},
                {"sender_id", clean(message.text->sender_id)},
                {"sender_username", value_of(message.text->sender_username)},
                {"urls", urls_of(*message.text)}});
    return rows;
}

json::object row_of(const model::Conversation& read)
{
    json::array messages;
    for (const auto& message : read.messages)
        messages.push_back(row_of(message));
    return {{"conversation_key", clean(read.key)},   {"person_key", value_of(read.person_key)},
            {"read_at", text_of(read.observed_at)},  {"updated_at", value_of(read.updated_at)},
            {"began_at", value_of(read.began_at)},   {"newest_key", clean(read.newest_key)},
            {"newest_at", value_of(read.newest_at)}, {"messages", std::move(messages)}};
}

} // namespace

void add_conversations(Steps& steps, const std::vector<model::Conversation>& rows)
{
    for (const auto* read : in_time(rows)) {
        steps.add(statements[conversation], row_of(*read));
        if (auto said = texts_of(*read); !said.empty())
            steps.add(statements[texts], std::move(said));
    }
}

void add_text_expiry(Steps& steps, const std::optional<model::Instant>& at)
{
    if (at)
        steps.add(statements[expiry], json::object{{"at", text_of(*at)}});
}

std::span<const Statement> conversation_statements()
{
    return statements;
}

} // namespace insightd::storage
