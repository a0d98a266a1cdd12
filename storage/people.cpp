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

constexpr auto delete_conversations = R"(
DELETE FROM store.conversation WHERE account_id = $1 AND person_key = $2)";

/// Rows that are being written at this moment are waited for; those that come later see who is
/// forgotten.
constexpr auto let_nobody_write = "LOCK TABLE store.message IN SHARE ROW EXCLUSIVE MODE";

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

model::ForgottenPerson forget_person(
    pqxx::transaction_base& tx, const std::vector<std::pair<model::AccountId, std::string>>& person)
{
    model::ForgottenPerson forgotten;
    tx.exec0(let_nobody_write);
    for (const auto& known_as : person) {
        tx.exec_params0(insert_forgotten, known_as.first, known_as.second);
        const auto remove = [&](const char* statement) {
            return static_cast<std::int64_t>(
                tx.exec_params(statement, known_as.first, known_as.second).affected_rows());
        };
        forgotten.texts += remove(delete_texts);
        forgotten.messages += remove(delete_messages);
        forgotten.conversations += remove(delete_conversations);
    }
    return forgotten;
}

} // namespace insightd::storage
