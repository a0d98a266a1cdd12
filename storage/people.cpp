#include "storage/people.hpp"

namespace insightd::storage
{
namespace
{

/// The messages of a person, and the account's own to them. In the order of what rests on what.
constexpr auto delete_texts = R"(
DELETE FROM insightd.message_text WHERE account_id = $1 AND ($2 IN (person_key, sender_key)
    OR message_key IN (
        SELECT m.message_key FROM store.message m
        JOIN store.conversation c USING (account_id, conversation_key)
        WHERE m.account_id = $1 AND c.person_key = $2)))";

constexpr auto delete_messages = R"(
DELETE FROM store.message WHERE account_id = $1 AND ($2 IN (person_key, sender_key)
    OR conversation_key IN (SELECT conversation_key FROM store.conversation
                            WHERE account_id = $1 AND person_key = $2)))";

/// Whoever is known under one key is known under the others that stood beside it: an id under its
/// usernames, a username under its ids.
constexpr auto keys_of = R"(
SELECT $2::text
UNION SELECT name_key FROM store.comment WHERE account_id = $1 AND author_key = $2
UNION SELECT author_key FROM store.comment WHERE account_id = $1 AND name_key = $2
UNION SELECT name_key FROM store.mention WHERE account_id = $1 AND author_key = $2
UNION SELECT author_key FROM store.mention WHERE account_id = $1 AND name_key = $2)";

constexpr auto delete_public_texts = R"(
DELETE FROM insightd.public_text WHERE account_id = $1 AND $2 IN (author_key, name_key))";

constexpr auto delete_comments = R"(
DELETE FROM store.comment WHERE account_id = $1 AND $2 IN (author_key, name_key))";

constexpr auto delete_tag_samples = R"(
DELETE FROM store.tagged_media_sample WHERE account_id = $1 AND media_id IN (
    SELECT media_id FROM store.tagged_media WHERE account_id = $1 AND name_key = $2))";

constexpr auto delete_tags = R"(
DELETE FROM store.tagged_media WHERE account_id = $1 AND name_key = $2)";

constexpr auto delete_mention_samples = R"(
DELETE FROM store.mention_sample WHERE account_id = $1 AND (media_id, comment_id) IN (
    SELECT media_id, comment_id FROM store.mention
    WHERE account_id = $1 AND $2 IN (author_key, name_key)))";

constexpr auto delete_mentions = R"(
DELETE FROM store.mention WHERE account_id = $1 AND $2 IN (author_key, name_key))";

constexpr auto delete_conversations = R"(
DELETE FROM store.conversation WHERE account_id = $1 AND person_key = $2)";

/// Rows that are being written at this moment are waited for; those that come later see who is
/// forgotten.
constexpr auto let_nobody_write = "LOCK TABLE store.message, store.comment, store.tagged_media, "
                                  "store.mention IN SHARE ROW EXCLUSIVE MODE";

constexpr auto insert_forgotten = R"(
INSERT INTO store.forgotten_person (account_id, person_key) VALUES ($1, $2) ON CONFLICT DO NOTHING)";

model::SealedKey key_of(const pqxx::row& row)
{
    const pqxx::binarystring box{row[1]};
    return {row[0].as<std::string>(), std::string{box.str()}};
}

} // namespace

std::optional<model::SealedKey> read_people_key(pqxx::transaction_base& tx)
{
    const auto rows = tx.exec("SELECT key_id, box FROM insightd.people_key");
    return rows.empty() ? std::nullopt : std::optional{key_of(rows[0])};
}

model::SealedKey keep_people_key(pqxx::transaction_base& tx, const model::SealedKey& key)
{
    tx.exec_params0(
        "INSERT INTO insightd.people_key (key_id, box) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        key.key_id, pqxx::binarystring{key.box});
    return read_people_key(tx).value();
}

void reseal_people_key(pqxx::transaction_base& tx, const model::SealedKey& anew)
{
    tx.exec_params0(
        "UPDATE insightd.people_key SET key_id = $1, box = $2", anew.key_id,
        pqxx::binarystring{anew.box});
}

std::vector<model::AccountId> read_accounts(pqxx::transaction_base& tx)
{
    std::vector<model::AccountId> accounts;
    for (const auto& row : tx.exec("SELECT account_id FROM store.account ORDER BY account_id"))
        accounts.push_back(row[0].as<std::int64_t>());
    return accounts;
}

namespace
{

std::vector<std::string>
keys_beside(pqxx::transaction_base& tx, const std::pair<model::AccountId, std::string>& known_as)
{
    std::vector<std::string> keys;
    for (const auto& row : tx.exec_params(keys_of, known_as.first, known_as.second))
        if (!row[0].is_null())
            keys.push_back(row[0].as<std::string>());
    return keys;
}

void forget(
    pqxx::transaction_base& tx, model::AccountId account, const std::string& key,
    model::ForgottenPerson& forgotten)
{
    tx.exec_params0(insert_forgotten, account, key);
    const auto remove = [&](const char* statement) {
        return static_cast<std::int64_t>(tx.exec_params(statement, account, key).affected_rows());
    };
    forgotten.texts += remove(delete_texts) + remove(delete_public_texts);
    forgotten.messages += remove(delete_messages);
    forgotten.conversations += remove(delete_conversations);
    forgotten.comments += remove(delete_comments);
    remove(delete_tag_samples);
    remove(delete_mention_samples);
    forgotten.tags += remove(delete_tags) + remove(delete_mentions);
}

} // namespace

model::ForgottenPerson forget_person(
    pqxx::transaction_base& tx, const std::vector<std::pair<model::AccountId, std::string>>& person)
{
    model::ForgottenPerson forgotten;
    tx.exec0(let_nobody_write);
    for (const auto& known_as : person)
        for (const auto& key : keys_beside(tx, known_as))
            forget(tx, known_as.first, key, forgotten);
    return forgotten;
}

} // namespace insightd::storage
