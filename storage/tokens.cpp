#include "storage/tokens.hpp"

#include "storage/fields.hpp"
#include "storage/json_rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>

namespace insightd::storage
{
namespace
{

constexpr auto select_tokens = R"(
SELECT account_id, kind, key_id, box, revision, to_jsonb(scopes)::text,
       (extract(epoch FROM issued_at) * 1000000)::bigint,
       (extract(epoch FROM expires_at) * 1000000)::bigint,
       (extract(epoch FROM data_access_expires_at) * 1000000)::bigint,
       (extract(epoch FROM refreshed_at) * 1000000)::bigint,
       (extract(epoch FROM next_refresh_at) * 1000000)::bigint
FROM insightd.token )";

constexpr auto token_row = R"(
    jsonb_to_record($1::jsonb) AS r(account_id bigint, kind text, key_id text, scopes text[],
    issued_at timestamptz, expires_at timestamptz, data_access_expires_at timestamptz,
    refreshed_at timestamptz, next_refresh_at timestamptz))";

constexpr auto insert_token = R"(
INSERT INTO insightd.token (account_id, kind, key_id, box, scopes, issued_at, expires_at,
    data_access_expires_at, refreshed_at, next_refresh_at)
SELECT account_id, kind, key_id, $2::bytea, scopes, issued_at, expires_at, data_access_expires_at,
       refreshed_at, next_refresh_at
FROM )";

constexpr auto update_token = R"(
UPDATE insightd.token t SET
    kind = r.kind, key_id = r.key_id, box = $2::bytea, scopes = r.scopes, issued_at = r.issued_at,
    expires_at = r.expires_at, data_access_expires_at = r.data_access_expires_at,
    refreshed_at = r.refreshed_at, next_refresh_at = r.next_refresh_at,
    revision = nextval('insightd.token_revision'), claimed_until = NULL
FROM )";

constexpr auto claim = R"(
UPDATE insightd.token
SET claimed_until = clock_timestamp() + make_interval(secs => $3::double precision)
WHERE account_id = $1 AND revision = $2
  AND (claimed_until IS NULL OR claimed_until < clock_timestamp()))";

constexpr auto upsert_states = R"(
INSERT INTO insightd.token_state AS s (account_id, source, state, reason, mend, refresh_failures,
    as_of)
SELECT account_id, source, state, reason, mend, refresh_failures, as_of
FROM jsonb_to_recordset($1::jsonb) AS r(account_id bigint, source text, state text, reason text,
    mend text, refresh_failures bigint, as_of timestamptz)
ON CONFLICT (account_id) DO UPDATE SET
    source = excluded.source, state = excluded.state, reason = excluded.reason,
    mend = excluded.mend, refresh_failures = excluded.refresh_failures, as_of = excluded.as_of
WHERE s.as_of <= excluded.as_of)";

constexpr auto select_states = R"(
SELECT account_id, source, state, reason, mend, refresh_failures,
       (extract(epoch FROM as_of) * 1000000)::bigint
FROM insightd.token_state)";

std::vector<std::string> list_in(const pqxx::field& field)
{
    std::vector<std::string> all;
    const auto list = json::parse(field.as<std::string>());
    for (const auto& entry : list.as_array())
        all.emplace_back(entry.as_string());
    return all;
}

model::SealedToken token_of(const pqxx::row& row)
{
    model::SealedToken token;
    auto& facts = token.facts;
    facts.account_id = row[0].as<std::int64_t>();
    facts.kind = model::token_kind_named(row[1].as<std::string>())
                     .value_or(model::TokenKind::instagram_user);
    token.key_id = row[2].as<std::string>();
    token.box = pqxx::binarystring{row[3]}.str();
    token.revision = row[4].as<std::int64_t>();
    facts.scopes = list_in(row[5]);
    facts.issued_at = instant_in(row[6]);
    facts.expires_at = instant_or_none(row[7]);
    facts.data_access_expires_at = instant_or_none(row[8]);
    facts.refreshed_at = instant_or_none(row[9]);
    facts.next_refresh_at = instant_or_none(row[10]);
    return token;
}

json::object row_of(const model::SealedToken& token)
{
    const auto& facts = token.facts;
    json::array scopes;
    for (const auto& scope : facts.scopes)
        scopes.emplace_back(clean(scope));
    return {
        {"account_id", facts.account_id},
        {"kind", model::to_string(facts.kind)},
        {"key_id", token.key_id},
        {"scopes", std::move(scopes)},
        {"issued_at", text_of(facts.issued_at)},
        {"expires_at", value_of(facts.expires_at)},
        {"data_access_expires_at", value_of(facts.data_access_expires_at)},
        {"refreshed_at", value_of(facts.refreshed_at)},
        {"next_refresh_at", value_of(facts.next_refresh_at)}};
}

json::object row_of(const model::TokenState& state)
{
    return {{"account_id", state.account_id}, {"source", state.source},
            {"state", state.state},           {"reason", clean(state.reason)},
            {"mend", clean(state.mend)},      {"refresh_failures", state.refresh_failures},
            {"as_of", text_of(state.as_of)}};
}

model::TokenState state_of(const pqxx::row& row)
{
    model::TokenState state;
    state.account_id = row[0].as<std::int64_t>();
    state.source = row[1].as<std::string>();
    state.state = row[2].as<std::string>();
    state.reason = row[3].as<std::string>();
    state.mend = row[4].as<std::string>();
    state.refresh_failures = row[5].as<std::int64_t>();
    state.as_of = instant_in(row[6]);
    return state;
}

} // namespace

std::optional<model::SealedToken> read_token(pqxx::transaction_base& tx, model::AccountId account)
{
    const auto rows = tx.exec_params(std::string{select_tokens} + "WHERE account_id = $1", account);
    return rows.empty() ? std::nullopt : std::optional{token_of(rows[0])};
}

std::vector<model::SealedToken> read_tokens(pqxx::transaction_base& tx)
{
    std::vector<model::SealedToken> all;
    for (const auto& row : tx.exec(std::string{select_tokens} + "ORDER BY account_id"))
        all.push_back(token_of(row));
    return all;
}

void put_token(pqxx::transaction_base& tx, const model::SealedToken& token)
{
    remove_token(tx, token.facts.account_id);
    tx.exec_params0(
        std::string{insert_token} + token_row, json::serialize(row_of(token)),
        pqxx::binarystring{token.box});
}

std::optional<std::int64_t>
replace_token(pqxx::transaction_base& tx, const model::SealedToken& token)
{
    const auto written = tx.exec_params(
        std::string{update_token} + token_row +
            " WHERE t.account_id = r.account_id AND (t.revision = $3 OR t.box = $2::bytea) "
            "RETURNING t.revision",
        json::serialize(row_of(token)), pqxx::binarystring{token.box}, token.revision);
    return written.empty() ? std::nullopt : std::optional{written[0][0].as<std::int64_t>()};
}

bool remove_token(pqxx::transaction_base& tx, model::AccountId account)
{
    tx.exec_params0("DELETE FROM insightd.token_state WHERE account_id = $1", account);
    return tx.exec_params("DELETE FROM insightd.token WHERE account_id = $1", account)
               .affected_rows() == 1;
}

bool claim_token(
    pqxx::transaction_base& tx, model::AccountId account, std::int64_t revision,
    std::chrono::seconds duration)
{
    return tx.exec_params(claim, account, revision, duration.count()).affected_rows() == 1;
}

void release_token(
    pqxx::transaction_base& tx, model::AccountId account, std::int64_t revision,
    model::Instant next_refresh_at)
{
    tx.exec_params0(
        "UPDATE insightd.token SET claimed_until = NULL, next_refresh_at = $3::timestamptz "
        "WHERE account_id = $1 AND revision = $2",
        account, revision, text_of(next_refresh_at));
}

std::size_t reseal_tokens(pqxx::transaction_base& tx, const std::vector<model::SealedToken>& anew)
{
    std::size_t taken = 0;
    for (const auto& token : anew)
        taken += tx.exec_params(
                       "UPDATE insightd.token SET key_id = $3, box = $4 "
                       "WHERE account_id = $1 AND revision = $2",
                       token.facts.account_id, token.revision, token.key_id,
                       pqxx::binarystring{token.box})
                     .affected_rows();
    return taken;
}

void write_token_states(pqxx::transaction_base& tx, const std::vector<model::TokenState>& states)
{
    json::array rows;
    for (const auto& state : states)
        rows.push_back(row_of(state));
    tx.exec_params0(upsert_states, json::serialize(rows));
}

std::vector<model::TokenStatus> read_token_status(pqxx::transaction_base& tx)
{
    std::map<model::AccountId, model::TokenStatus> all;
    for (const auto& row : tx.exec("SELECT account_id, name FROM store.account"))
        all[row[0].as<std::int64_t>()].account = row[1].as<std::string>();
    for (auto& token : read_tokens(tx)) {
        auto& status = all[token.facts.account_id];
        status.key_id = token.key_id;
        status.facts = std::move(token.facts);
    }
    for (const auto& row : tx.exec(select_states))
        if (const auto known = all.find(row[0].as<std::int64_t>()); known != all.end())
            known->second.state = state_of(row);
    std::vector<model::TokenStatus> list;
    for (auto& [id, status] : all) {
        status.account_id = id;
        list.push_back(std::move(status));
    }
    return list;
}

} // namespace insightd::storage
