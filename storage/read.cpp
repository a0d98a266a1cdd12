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

constexpr auto days_query = R"(
SELECT account_id, day - date '1970-01-01', (extract(epoch FROM day_end) * 1000000)::bigint,
       (extract(epoch FROM coalesce(checked_at, observed_at)) * 1000000)::bigint
FROM (
    SELECT DISTINCT ON (s.account_id, s.day) s.* FROM store.account_day s
    JOIN (SELECT account_id, max(day) AS newest FROM store.account_day
          WHERE account_id = ANY($1::bigint[]) GROUP BY account_id) l USING (account_id)
    WHERE s.day > l.newest - 35
    ORDER BY s.account_id, s.day, s.observed_at DESC) d
WHERE is_final)";

constexpr auto runs_query = R"(
SELECT account_id, collector, (extract(epoch FROM last_success_at) * 1000000)::bigint
FROM store.collection WHERE account_id = ANY($1::bigint[]) AND last_success_at IS NOT NULL)";

constexpr auto presence_query = R"(
SELECT account_id, media_id, (extract(epoch FROM known_at) * 1000000)::bigint, state,
       (extract(epoch FROM since) * 1000000)::bigint, refusals, unproven_refusals,
       (extract(epoch FROM refused_since) * 1000000)::bigint, lists_missing,
       (extract(epoch FROM missing_since) * 1000000)::bigint,
       (extract(epoch FROM answered_at) * 1000000)::bigint,
       (extract(epoch FROM removed_at) * 1000000)::bigint,
       (extract(epoch FROM returned_at) * 1000000)::bigint
FROM store.media_presence WHERE account_id = ANY($1::bigint[]))";

constexpr auto last_alive_query = R"(
SELECT account_id, (extract(epoch FROM max(started_at)) * 1000000)::bigint
FROM store.collection WHERE account_id = ANY($1::bigint[]) GROUP BY account_id)";

constexpr auto failing_query = R"(
SELECT account_id, collector, (extract(epoch FROM failing_since) * 1000000)::bigint, error,
       (extract(epoch FROM next_due_at) * 1000000)::bigint
FROM store.collection WHERE account_id = ANY($1::bigint[]) AND failing_since IS NOT NULL)";

constexpr auto day_end_query = R"(
SELECT account_id, (extract(epoch FROM max(day_end)) * 1000000)::bigint
FROM store.account_day WHERE account_id = ANY($1::bigint[]) GROUP BY account_id)";

constexpr auto refused_competitors_query = R"(
SELECT account_id, username, (extract(epoch FROM asked_at) * 1000000)::bigint
FROM store.competitor WHERE account_id = ANY($1::bigint[]) AND refusal <> '')";

constexpr auto live_query = R"(
SELECT account_id, media_id FROM store.live_broadcast
WHERE account_id = ANY($1::bigint[]) AND ended_by IS NULL)";

constexpr auto backfill_query = R"(
SELECT account_id, (extract(epoch FROM started_at) * 1000000)::bigint,
       (extract(epoch FROM updated_at) * 1000000)::bigint, since - date '1970-01-01',
       (extract(epoch FROM first_day_end) * 1000000)::bigint,
       (extract(epoch FROM probed_to) * 1000000)::bigint,
       (extract(epoch FROM served_from) * 1000000)::bigint,
       oldest_served_day - date '1970-01-01', ended_because,
       (extract(epoch FROM next_day_end) * 1000000)::bigint, days_done, days_expected, media_done,
       media_expected, (extract(epoch FROM finished_at) * 1000000)::bigint, last_error
FROM store.backfill WHERE account_id = ANY($1::bigint[]))";

constexpr auto settled_days_query = R"(
SELECT DISTINCT d.account_id, d.day - date '1970-01-01' FROM store.account_day d
WHERE d.account_id = ANY($1::bigint[]) AND d.is_final AND NOT EXISTS (
    SELECT 1 FROM store.backfill b WHERE b.account_id = d.account_id AND b.finished_at IS NOT NULL))";

constexpr auto conversations_query = R"(
SELECT account_id, conversation_key, (extract(epoch FROM read_at) * 1000000)::bigint,
       (extract(epoch FROM updated_at) * 1000000)::bigint, newest_key,
       (extract(epoch FROM newest_at) * 1000000)::bigint
FROM store.conversation WHERE account_id = ANY($1::bigint[]))";

constexpr auto comments_query = R"(
SELECT account_id, media_id, (extract(epoch FROM read_at) * 1000000)::bigint,
       (extract(epoch FROM deep_at) * 1000000)::bigint, comments_count, count_reached, newest_key,
       (extract(epoch FROM newest_at) * 1000000)::bigint
FROM store.comment_reading WHERE account_id = ANY($1::bigint[]))";

/// Those that are read no more are not needed: four weeks after their push, and what is gone.
constexpr auto mentions_query = R"(
SELECT account_id, media_id, comment_id, (extract(epoch FROM pushed_at) * 1000000)::bigint,
       (extract(epoch FROM read_at) * 1000000)::bigint, is_gone
FROM store.mention
WHERE account_id = ANY($1::bigint[]) AND NOT is_gone
      AND (read_at IS NULL OR read_at < pushed_at + interval '28 days'))";

constexpr auto followers_query = R"(
SELECT account_id, followers_count FROM store.account_state
WHERE account_id = ANY($1::bigint[]) AND followers_count IS NOT NULL)";

constexpr auto health_query = R"(
SELECT account_id, account, collector, state,
       (extract(epoch FROM last_started_at) * 1000000)::bigint,
       (extract(epoch FROM last_success_at) * 1000000)::bigint,
       (extract(epoch FROM next_due_at) * 1000000)::bigint,
       consecutive_failures, error_class, error, calls, budget_percent, stories_open,
       coalesce(gaps_open, 0), coalesce(gaps_unrecoverable, 0)
FROM insights.collection_health
LEFT JOIN (SELECT account_id, collector, count(*) FILTER (WHERE state = 'open') AS gaps_open,
                  count(*) FILTER (WHERE state = 'unrecoverable') AS gaps_unrecoverable
           FROM insights.data_gaps GROUP BY account_id, collector) g USING (account_id, collector)
ORDER BY account, collector)";

constexpr auto collectors_query = R"(
SELECT account_id, account, collector, state,
       (extract(epoch FROM last_started_at) * 1000000)::bigint,
       (extract(epoch FROM last_success_at) * 1000000)::bigint,
       (extract(epoch FROM next_due_at) * 1000000)::bigint,
       consecutive_failures, error_class, error, calls, budget_percent, stories_open, 0, 0
FROM insights.collection_health ORDER BY account, collector)";

std::optional<model::Day> day_or_none(const pqxx::field& days)
{
    return days.is_null() ? std::nullopt
                          : std::optional{model::Day{std::chrono::days{days.as<int>()}}};
}

std::optional<std::int64_t> count_or_none(const pqxx::field& count)
{
    return count.is_null() ? std::nullopt : std::optional{count.as<std::int64_t>()};
}

model::Backfill backfill_of(const pqxx::row& row)
{
    model::Backfill backfill;
    backfill.started_at = instant_in(row[1]);
    backfill.updated_at = instant_in(row[2]);
    backfill.since = day_or_none(row[3]);
    backfill.first_day_end = instant_or_none(row[4]);
    backfill.probed_to = instant_or_none(row[5]);
    backfill.served_from = instant_or_none(row[6]);
    backfill.oldest_served_day = day_or_none(row[7]);
    backfill.ended_because = row[8].as<std::string>();
    backfill.next_day_end = instant_or_none(row[9]);
    backfill.days_done = row[10].as<std::int64_t>();
    backfill.days_expected = count_or_none(row[11]);
    backfill.media_done = row[12].as<std::int64_t>();
    backfill.media_expected = count_or_none(row[13]);
    backfill.finished_at = instant_or_none(row[14]);
    backfill.last_error = row[15].as<std::string>();
    return backfill;
}

model::Presence presence_of(const pqxx::row& row)
{
    model::Presence presence;
    presence.media_id = row[1].as<std::int64_t>();
    presence.known_at = instant_in(row[2]);
    presence.state = model::presence_named(row[3].as<std::string>()).value();
    presence.since = instant_in(row[4]);
    presence.refusals = row[5].as<std::int64_t>();
    presence.unproven_refusals = row[6].as<std::int64_t>();
    presence.refused_since = instant_or_none(row[7]);
    presence.lists_missing = row[8].as<std::int64_t>();
    presence.missing_since = instant_or_none(row[9]);
    presence.answered_at = instant_or_none(row[10]);
    presence.removed_at = instant_or_none(row[11]);
    presence.returned_at = instant_or_none(row[12]);
    return presence;
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
    health.gaps_open = row[13].as<std::int64_t>();
    health.gaps_unrecoverable = row[14].as<std::int64_t>();
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
    for (auto& [id, stories] : read_stories(tx, ids))
        histories[id].media = std::move(stories);
    for (const auto& row : tx.exec_params(days_query, ids))
        histories[row[0].as<std::int64_t>()].final_days.push_back(
            {model::Day{std::chrono::days{row[1].as<int>()}}, instant_in(row[2]),
             instant_in(row[3])});
    for (const auto& row : tx.exec_params(runs_query, ids))
        histories[row[0].as<std::int64_t>()].last_success[row[1].as<std::string>()] =
            instant_in(row[2]);
    for (const auto& row : tx.exec_params(presence_query, ids))
        histories[row[0].as<std::int64_t>()].presences.push_back(presence_of(row));
    for (const auto& row : tx.exec_params(last_alive_query, ids))
        histories[row[0].as<std::int64_t>()].last_alive = instant_in(row[1]);
    for (const auto& row : tx.exec_params(failing_query, ids))
        histories[row[0].as<std::int64_t>()].failing[row[1].as<std::string>()] = {
            instant_in(row[2]), row[3].as<std::string>(), instant_or_none(row[4])};
    for (const auto& row : tx.exec_params(day_end_query, ids))
        histories[row[0].as<std::int64_t>()].newest_day_end = instant_in(row[1]);
    for (const auto& row : tx.exec_params(followers_query, ids))
        histories[row[0].as<std::int64_t>()].followers_count = row[1].as<std::int64_t>();
    for (const auto& row : tx.exec_params(conversations_query, ids))
        histories[row[0].as<std::int64_t>()].conversations.push_back(
            {row[1].as<std::string>(), instant_in(row[2]), instant_or_none(row[3]),
             row[4].as<std::string>(), instant_or_none(row[5])});
    for (const auto& row : tx.exec_params(refused_competitors_query, ids))
        histories[row[0].as<std::int64_t>()].refused_competitors.push_back(
            {row[1].as<std::string>(), instant_in(row[2])});
    for (const auto& row : tx.exec_params(live_query, ids))
        histories[row[0].as<std::int64_t>()].live_broadcasts.push_back(row[1].as<std::int64_t>());
    for (const auto& row : tx.exec_params(comments_query, ids))
        histories[row[0].as<std::int64_t>()].comments.push_back(
            {row[1].as<std::int64_t>(), instant_in(row[2]), instant_or_none(row[3]),
             row[4].as<std::int64_t>(), row[5].as<std::int64_t>(), row[6].as<std::string>(),
             instant_or_none(row[7])});
    for (const auto& row : tx.exec_params(mentions_query, ids))
        histories[row[0].as<std::int64_t>()].mentions.push_back(
            {{row[1].as<std::int64_t>(), row[2].as<std::int64_t>()},
             instant_in(row[3]),
             instant_or_none(row[4]),
             row[5].as<bool>()});
    for (const auto& row : tx.exec_params(backfill_query, ids))
        histories[row[0].as<std::int64_t>()].backfill = backfill_of(row);
    for (const auto& row : tx.exec_params(settled_days_query, ids))
        histories[row[0].as<std::int64_t>()].settled_days.push_back(
            model::Day{std::chrono::days{row[1].as<int>()}});

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

std::vector<model::Health> read_collectors(pqxx::transaction_base& tx)
{
    std::vector<model::Health> rows;
    for (const auto& row : tx.exec(collectors_query))
        rows.push_back(health_of(row));
    return rows;
}

} // namespace insightd::storage
