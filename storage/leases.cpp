#include "storage/leases.hpp"

#include "storage/blocks.hpp"
#include "storage/fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::storage
{
namespace
{

constexpr auto insert_instance = R"(
INSERT INTO store.instance (instance_id, home, host, pid, version, accounts)
VALUES ($1, nullif($2, ''), $3, $4, $5, $6::bigint[]))";

constexpr auto insert_leases = R"(
INSERT INTO store.lease (account_id) SELECT DISTINCT a FROM unnest($1::bigint[]) a
WHERE NOT EXISTS (SELECT FROM store.lease l WHERE l.account_id = a) ORDER BY a
ON CONFLICT DO NOTHING)";

/// Of a predecessor, which is dead: what it left behind in the spool still holds.
constexpr auto inherit_leases = R"(
UPDATE store.lease SET instance_id = $1
WHERE instance_id IN (SELECT instance_id FROM store.instance WHERE home = nullif($2, ''))
  AND account_id = ANY($3::bigint[]))";

/// What was spooled under a fence holds as long as it is the last one.
constexpr auto claim_leases = R"(
WITH unchanged AS MATERIALIZED (
    SELECT l.account_id FROM store.lease l
    JOIN unnest($2::bigint[], $3::bigint[]) c(account_id, fence)
        ON l.account_id = c.account_id AND l.fence = c.fence
    WHERE NOT EXISTS (SELECT FROM store.instance i WHERE i.instance_id = l.instance_id)
    FOR UPDATE OF l SKIP LOCKED
)
UPDATE store.lease l SET instance_id = $1
FROM unchanged WHERE l.account_id = unchanged.account_id)";

constexpr auto renew_heartbeat = R"(
WITH before AS (SELECT heartbeat_at FROM store.instance WHERE instance_id = $1 FOR UPDATE)
UPDATE store.instance i SET heartbeat_at = clock_timestamp() FROM before
WHERE instance_id = $1
RETURNING before.heartbeat_at < clock_timestamp() - make_interval(secs => $2))";

/// Who was not heard of itself, and was not removed, cannot tell the dead from those who could not
/// reach the database either: all get the time to be heard of.
constexpr auto wait_for_everybody = R"(
UPDATE store.instance i SET heartbeat_at = clock_timestamp()
FROM (SELECT instance_id FROM store.instance
      WHERE heartbeat_at < clock_timestamp() - make_interval(secs => $1)
      ORDER BY instance_id FOR UPDATE SKIP LOCKED) silent
WHERE i.instance_id = silent.instance_id)";

/// Whoever is in the middle of a heartbeat is not dead.
constexpr auto delete_dead = R"(
DELETE FROM store.instance WHERE instance_id IN (
    SELECT instance_id FROM store.instance
    WHERE heartbeat_at < clock_timestamp() - make_interval(secs => $2) AND instance_id <> $1
    FOR UPDATE SKIP LOCKED))";

/// An account that only some have configured is shared among these.
constexpr auto select_share = R"(
SELECT coalesce(sum(1.0 / c.instances), 0)::double precision
FROM (SELECT a, count(*) AS instances FROM store.instance, unnest(accounts) a GROUP BY a) c
WHERE c.a IN (SELECT unnest(accounts) FROM store.instance WHERE instance_id = $1))";

/// A taker's snapshot may be older than another taking: the fence tells, and is looked at again in
/// the row that was locked. Rows that another has locked are left to it; who takes at the same time
/// begins elsewhere. $3: only what none of those who lack accounts can take.
constexpr auto take_free = R"(
WITH free AS MATERIALIZED (
    SELECT l.account_id, l.fence
    FROM store.instance me CROSS JOIN LATERAL unnest(me.accounts) a(account_id)
    JOIN store.lease l USING (account_id)
    WHERE me.instance_id = $1
      AND NOT EXISTS (SELECT FROM store.instance i WHERE i.instance_id = l.instance_id)
      AND NOT ($3 AND EXISTS (SELECT FROM store.instance i WHERE i.wants > 0 AND i.instance_id <> $1
                                     AND l.account_id = ANY(i.accounts)))
    ORDER BY md5(l.account_id::text || $1) LIMIT $2
), locked AS MATERIALIZED (
    SELECT l.account_id FROM store.lease l
    JOIN free f ON l.account_id = f.account_id AND l.fence = f.fence
    FOR UPDATE OF l SKIP LOCKED
)
UPDATE store.lease l
SET instance_id = $1, fence = nextval('store.fence'), taken_at = clock_timestamp()
FROM locked WHERE l.account_id = locked.account_id
RETURNING l.account_id, l.fence)";

/// A row under which something is being written at this moment is left for the next heartbeat: none
/// may wait.
constexpr auto free_leases = R"(
UPDATE store.lease l SET instance_id = NULL
FROM (SELECT account_id FROM store.lease
      WHERE instance_id = $1 AND account_id = ANY($2::bigint[]) FOR UPDATE SKIP LOCKED) at_rest
WHERE l.account_id = at_rest.account_id
RETURNING l.account_id)";

/// Another name, so that the others count anew; that nobody bears, so that it will be missed.
constexpr auto leave_behind = R"(
WITH heir AS (
    UPDATE store.instance SET instance_id = instance_id || ':unstored', accounts = $2::bigint[], wants = 0
    WHERE instance_id = $1 RETURNING instance_id)
UPDATE store.lease l SET instance_id = heir.instance_id FROM heir
WHERE l.instance_id = $1 AND l.account_id = ANY($2::bigint[]))";

/// Only what one of those who lack accounts can take.
constexpr auto select_to_let_go = R"(
SELECT account_id FROM store.lease
WHERE instance_id = $1 AND NOT account_id = ANY($3::bigint[])
  AND account_id IN (SELECT unnest(accounts) FROM store.instance
                     WHERE wants > 0 AND instance_id <> $1)
ORDER BY account_id LIMIT $2)";

constexpr auto select_owners = R"(
SELECT a.account_id, a.name, i.instance_id, i.host, i.pid,
       (extract(epoch FROM l.taken_at) * 1000000)::bigint
FROM store.account a JOIN store.lease l USING (account_id) JOIN store.instance i USING (instance_id)
WHERE i.heartbeat_at >= clock_timestamp() - make_interval(secs => $2)
  AND a.account_id = ANY($1::bigint[])
ORDER BY a.name)";

constexpr auto select_instances = R"(
SELECT instance_id, host, version, pid, (extract(epoch FROM started_at) * 1000000)::bigint,
       (extract(epoch FROM heartbeat_at) * 1000000)::bigint, accounts_configured, accounts_owned,
       extract(epoch FROM clock_timestamp() - heartbeat_at)::bigint
FROM insights.instance_status ORDER BY host, pid)";

constexpr auto select_all_owners = R"(
SELECT account_id, account, instance_id, host, pid, (extract(epoch FROM since) * 1000000)::bigint
FROM insights.account_owner ORDER BY account)";

double seconds(std::chrono::seconds duration)
{
    return static_cast<double>(duration.count());
}

std::string array_of(const std::vector<model::AccountId>& accounts)
{
    return fmt::format("{{{}}}", fmt::join(accounts, ","));
}

void claim(
    pqxx::transaction_base& tx, const std::string& instance_id,
    const std::vector<model::Lease>& claims)
{
    if (claims.empty())
        return;
    std::vector<std::int64_t> accounts, fences;
    for (const auto& lease : claims) {
        accounts.push_back(lease.account_id);
        fences.push_back(lease.fence);
    }
    tx.exec_params0(claim_leases, instance_id, array_of(accounts), array_of(fences));
}

void register_instance(pqxx::transaction_base& tx, const model::Newcomer& who)
{
    const auto accounts = array_of(who.accounts);
    tx.exec_params0(inherit_leases, who.instance_id, who.home, accounts);
    tx.exec_params0("DELETE FROM store.instance WHERE home = nullif($1, '')", who.home);
    tx.exec_params0(
        insert_instance, who.instance_id, who.home, who.host, who.pid, who.version, accounts);
    tx.exec_params0(insert_leases, accounts);
    claim(tx, who.instance_id, who.claims);
}

void change_accounts(pqxx::transaction_base& tx, const model::Newcomer& who)
{
    const auto accounts = array_of(who.accounts);
    tx.exec_params0(
        "UPDATE store.instance SET accounts = $2::bigint[] WHERE instance_id = $1", who.instance_id,
        accounts);
    tx.exec_params0(insert_leases, accounts);
}

/// False if it was removed.
bool renew(pqxx::transaction_base& tx, const std::string& instance_id)
{
    const auto renewed = tx.exec_params(renew_heartbeat, instance_id, seconds(lease_life));
    if (renewed.empty())
        return false;
    if (renewed[0][0].as<bool>())
        tx.exec_params0(wait_for_everybody, seconds(lease_life));
    return true;
}

std::vector<model::AccountId> give_back(
    pqxx::transaction_base& tx, const std::string& instance_id,
    const std::vector<model::AccountId>& accounts)
{
    std::vector<model::AccountId> given;
    if (accounts.empty())
        return given;
    for (const auto& row : tx.exec_params(free_leases, instance_id, array_of(accounts)))
        given.push_back(row[0].as<std::int64_t>());
    return given;
}

/// Shares rest on what each has configured.
std::vector<std::string> living(pqxx::transaction_base& tx)
{
    std::vector<std::string> all;
    for (const auto& row :
         tx.exec("SELECT instance_id || '#' || hash_array(accounts) FROM store.instance"))
        all.push_back(row[0].as<std::string>());
    std::ranges::sort(all); // the server's order may be another
    return all;
}

std::vector<model::Lease> held(pqxx::transaction_base& tx, const std::string& instance_id)
{
    std::vector<model::Lease> all;
    for (const auto& row : tx.exec_params(
             "SELECT account_id, fence FROM store.lease WHERE instance_id = $1", instance_id))
        all.push_back({row[0].as<std::int64_t>(), row[1].as<std::int64_t>()});
    return all;
}

std::int64_t wanted_by_others(pqxx::transaction_base& tx, const std::string& instance_id)
{
    return tx
        .exec_params1(
            "SELECT coalesce(sum(i.wants), 0)::bigint FROM store.instance i, store.instance me "
            "WHERE me.instance_id = $1 AND i.instance_id <> $1 AND i.accounts && me.accounts",
            instance_id)[0]
        .as<std::int64_t>();
}

void take(
    pqxx::transaction_base& tx, const std::string& instance_id, std::int64_t most,
    bool only_unwanted, std::vector<model::Lease>& into)
{
    if (most <= 0)
        return;
    for (const auto& row : tx.exec_params(take_free, instance_id, most, only_unwanted))
        into.push_back({row[0].as<std::int64_t>(), row[1].as<std::int64_t>()});
}

std::vector<model::AccountId>
to_let_go(pqxx::transaction_base& tx, const model::Beat& beat, std::int64_t most)
{
    std::vector<model::AccountId> chosen;
    if (most <= 0)
        return chosen;
    for (const auto& row :
         tx.exec_params(select_to_let_go, beat.who.instance_id, most, array_of(beat.leaving)))
        chosen.push_back(row[0].as<std::int64_t>());
    return chosen;
}

/// Told to the others only when it changed: the row has been written once already.
void tell_wants(pqxx::transaction_base& tx, const std::string& instance_id, std::int64_t wants)
{
    tx.exec_params0(
        "UPDATE store.instance SET wants = $2 WHERE instance_id = $1 AND wants <> $2", instance_id,
        wants);
}

model::Owner owner_of(const pqxx::row& row)
{
    model::Owner owner;
    owner.account_id = row[0].as<std::int64_t>();
    owner.account = row[1].as<std::string>();
    if (row[2].is_null())
        return owner;
    owner.instance_id = row[2].as<std::string>();
    owner.host = row[3].as<std::string>();
    owner.pid = row[4].as<std::int64_t>();
    owner.since = instant_or_none(row[5]);
    return owner;
}

model::Instance instance_of(const pqxx::row& row)
{
    model::Instance instance;
    instance.instance_id = row[0].as<std::string>();
    instance.host = row[1].as<std::string>();
    instance.version = row[2].as<std::string>();
    instance.pid = row[3].as<std::int64_t>();
    instance.started_at = instant_in(row[4]);
    instance.heartbeat_at = instant_in(row[5]);
    instance.accounts_configured = row[6].as<std::int64_t>();
    instance.accounts_owned = row[7].as<std::int64_t>();
    instance.heartbeat_age = std::chrono::seconds{row[8].as<std::int64_t>()};
    return instance;
}

} // namespace

model::BeatAnswer beat(pqxx::transaction_base& tx, const model::Beat& beat)
{
    model::BeatAnswer answer;
    const auto& me = beat.who.instance_id;
    if (beat.registers)
        register_instance(tx, beat.who);
    else if (!renew(tx, me)) {
        answer.was_removed = true;
        return answer;
    }
    if (beat.says_accounts && !beat.registers)
        change_accounts(tx, beat.who);
    tx.exec_params0(delete_dead, me, seconds(lease_life));
    answer.given_back = give_back(tx, me, beat.given_back);
    answer.instances = living(tx);
    answer.share = answer.instances == beat.known_instances
                       ? beat.known_share
                       : tx.exec_params1(select_share, me)[0].as<double>();
    answer.held = held(tx, me);
    model::Census census;
    census.share = answer.share;
    census.held = std::ssize(answer.held) - std::ssize(beat.leaving);
    census.wanted_by_others = wanted_by_others(tx, me);
    census.is_settled = beat.is_settled && answer.instances == beat.known_instances;
    const auto plan = beat.takes ? beat.decide(census) : model::SharePlan{};
    answer.to_let_go = to_let_go(tx, beat, plan.let_go);
    take(tx, me, plan.take, false, answer.held);
    take(tx, me, plan.take_unwanted, true, answer.held);
    const auto least = beat.takes ? static_cast<std::int64_t>(answer.share) : 0;
    answer.wants = std::max<std::int64_t>(0, least - std::ssize(answer.held));
    tell_wants(tx, me, answer.wants);
    tell_blocks(tx, beat.blocks);
    answer.blocks = read_blocks(tx);
    return answer;
}

void leave(
    pqxx::transaction_base& tx, const std::string& instance_id,
    const std::vector<model::AccountId>& unstored)
{
    if (unstored.empty())
        tx.exec_params0("DELETE FROM store.instance WHERE instance_id = $1", instance_id);
    else
        tx.exec_params0(leave_behind, instance_id, array_of(unstored));
}

bool holds_fence(pqxx::transaction_base& tx, model::AccountId account, const std::string& fence)
{
    const auto found = tx.exec_params(
        "SELECT fence = $2::bigint FROM store.lease WHERE account_id = $1 FOR SHARE", account,
        fence);
    return found.empty() ? fence == std::to_string(model::never_taken) : found[0][0].as<bool>();
}

std::vector<model::Owner>
read_owners(pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts)
{
    std::vector<model::Owner> owners;
    for (const auto& row : tx.exec_params(select_owners, array_of(accounts), seconds(lease_life)))
        owners.push_back(owner_of(row));
    return owners;
}

model::Sharing read_sharing(pqxx::transaction_base& tx)
{
    model::Sharing sharing;
    for (const auto& row : tx.exec(select_instances))
        sharing.instances.push_back(instance_of(row));
    for (const auto& row : tx.exec(select_all_owners))
        sharing.owners.push_back(owner_of(row));
    return sharing;
}

} // namespace insightd::storage
