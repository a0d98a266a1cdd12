#include "storage/read.hpp"

#include "storage/fields.hpp"
#include "storage/read_lessons.hpp"

#include <fmt/ranges.h>

#include <map>

namespace insightd::storage
{
namespace
{

using Histories = std::map<model::AccountId, model::AccountHistory>;

constexpr auto media_query = R"(
SELECT account_id, media_id, product_type, coalesce(media_type, ''),
       (extract(epoch FROM published_at) * 1000000)::bigint,
       (extract(epoch FROM expires_at) * 1000000)::bigint,
       (extract(epoch FROM checked_at) * 1000000)::bigint, numbers_at IS NOT NULL
FROM store.media LEFT JOIN store.media_state USING (account_id, media_id)
WHERE account_id = ANY($1::bigint[]) AND removed_at IS NULL
ORDER BY account_id, published_at DESC)";

constexpr auto days_query = R"(
SELECT account_id, day - date '1970-01-01' FROM (
    SELECT DISTINCT account_id, day FROM store.account_day
    WHERE account_id = ANY($1::bigint[]) AND is_final) d
WHERE day > (SELECT max(day) FROM store.account_day l WHERE l.account_id = d.account_id) - 35)";

constexpr auto runs_query = R"(
SELECT account_id, collector, (extract(epoch FROM last_success_at) * 1000000)::bigint
FROM store.collection WHERE account_id = ANY($1::bigint[]) AND last_success_at IS NOT NULL)";

constexpr auto day_end_query = R"(
SELECT account_id, (extract(epoch FROM max(day_end)) * 1000000)::bigint
FROM store.account_day WHERE account_id = ANY($1::bigint[]) GROUP BY account_id)";

constexpr auto followers_query = R"(
SELECT account_id, followers_count FROM store.account_state
WHERE account_id = ANY($1::bigint[]) AND followers_count IS NOT NULL)";

constexpr auto health_query = R"(
SELECT account_id, account, collector, state,
       (extract(epoch FROM last_started_at) * 1000000)::bigint,
       (extract(epoch FROM last_success_at) * 1000000)::bigint,
       (extract(epoch FROM next_due_at) * 1000000)::bigint,
       consecutive_failures, error_class, error, calls, budget_percent, stories_open
FROM insights.collection_health ORDER BY account, collector)";

model::KnownMedia media_of(const pqxx::row& row)
{
    model::KnownMedia media;
    media.id = row[1].as<std::int64_t>();
    media.product_type = row[2].as<std::string>();
    media.media_type = row[3].as<std::string>();
    media.published_at = instant_in(row[4]);
    media.expires_at = instant_or_none(row[5]);
    media.checked_at = instant_or_none(row[6]);
    media.has_numbers = row[7].as<bool>();
    return media;
}

model::Health health_of(const pqxx::row& row)
{
    model::Health health;
    health.account_id = row[0].as<std::int64_t>();
    health.account = row[1].as<std::string>();
    health.collector = row[2].as<std::string>();
    health.state = row[3].as<std::string>();
    health.last_started_at = instant_or_none(row[4]);
    health.last_success_at = instant_or_none(row[5]);
    health.next_due_at = instant_or_none(row[6]);
    health.consecutive_failures = row[7].as<std::int64_t>();
    health.error_class = row[8].as<std::string>();
    health.error = row[9].as<std::string>();
    health.calls = row[10].as<std::int64_t>();
    if (!row[11].is_null())
        health.budget_percent = row[11].as<int>();
    health.stories_open = row[12].as<std::int64_t>();
    return health;
}

} // namespace

std::vector<model::AccountHistory>
read_history(pqxx::transaction_base& tx, const std::vector<model::AccountId>& accounts)
{
    const auto ids = fmt::format("{{{}}}", fmt::join(accounts, ","));
    Histories histories;
    for (const auto id : accounts)
        histories[id].account_id = id;
    for (const auto& row : tx.exec_params(media_query, ids))
        histories[row[0].as<std::int64_t>()].media.push_back(media_of(row));
    for (const auto& row : tx.exec_params(days_query, ids))
        histories[row[0].as<std::int64_t>()].final_days.push_back(
            model::Day{std::chrono::days{row[1].as<int>()}});
    for (const auto& row : tx.exec_params(runs_query, ids))
        histories[row[0].as<std::int64_t>()].last_success[row[1].as<std::string>()] =
            instant_in(row[2]);
    for (const auto& row : tx.exec_params(day_end_query, ids))
        histories[row[0].as<std::int64_t>()].newest_day_end = instant_in(row[1]);
    for (const auto& row : tx.exec_params(followers_query, ids))
        histories[row[0].as<std::int64_t>()].followers_count = row[1].as<std::int64_t>();

    std::vector<model::AccountHistory> all;
    for (auto& [id, history] : histories)
        all.push_back(std::move(history));
    add_lessons(tx, ids, all);
    return all;
}

std::vector<model::Health> read_health(pqxx::transaction_base& tx)
{
    std::vector<model::Health> rows;
    for (const auto& row : tx.exec(health_query))
        rows.push_back(health_of(row));
    return rows;
}

} // namespace insightd::storage
