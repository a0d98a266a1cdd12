#include "storage/dossier.hpp"

#include "storage/fields.hpp"

#include <algorithm>
#include <array>

namespace insightd::storage
{
namespace
{

/// One section: a title and a query; $1 is the account, $2 the media object (0: none).
struct Question {
    const char* title;
    const char* sql;
};

constexpr std::array of_media{
    Question{"facts", R"(
SELECT m.product_type, m.media_type, store.utc(m.published_at) AS published,
       store.utc(m.expires_at) AS expires, store.utc(m.first_seen_at) AS first_seen,
       store.utc(m.removed_at) AS removed, m.permalink
FROM store.media m WHERE m.account_id = $1 AND m.media_id = $2)"},
    Question{"last polls", R"(
SELECT store.utc(checked_at) AS asked, store.utc(numbers_at) AS answered_numbers,
       store.utc(row_at) AS changed, store.utc(listed_at) AS seen_in_list
FROM store.media_state WHERE account_id = $1 AND media_id = $2)"},
    Question{"readings, newest first", R"(
SELECT store.utc(observed_at) AS asked, store.numbers(to_jsonb(s)) AS numbers,
       store.reasons(absent) AS absent
FROM store.media_sample s WHERE account_id = $1 AND media_id = $2
ORDER BY observed_at DESC LIMIT 10)"},
    Question{"presence", R"(
SELECT state, store.utc(since) AS since, refusals, lists_missing, store.utc(answered_at) AS answered,
       store.utc(removed_at) AS removed, store.utc(returned_at) AS returned
FROM store.media_presence WHERE account_id = $1 AND media_id = $2)"},
    Question{"story ledger", R"(
SELECT state, reason, store.utc(found_at) AS found, store.utc(last_answer_at) AS answered,
       store.utc(last_numbers_at) AS answered_numbers, provenance, is_highlight,
       store.utc(expires_at) AS expires, store.utc(closed_at) AS closed
FROM store.story WHERE account_id = $1 AND media_id = $2)"},
    Question{"metrics that are not asked, or asked apart", R"(
SELECT x.metric, x.breakdown, x.scope, x.state, x.reason, x.words,
       store.utc(x.last_refused_at) AS refused, store.utc(x.retry_at) AS retry
FROM insights.metric_matrix x
JOIN store.media m ON m.account_id = $1 AND m.media_id = $2
JOIN store.account a ON a.account_id = m.account_id
WHERE x.subject = 'media' AND x.host = a.login AND x.state IN ('suspect', 'refused')
  AND (x.media_id = m.media_id::text
       OR (x.scope = 'kind' AND x.product_type = m.product_type
           AND coalesce(x.media_type = m.media_type, true)
           AND coalesce(x.published_until >= m.published_at, true)))
ORDER BY x.metric)"},
    Question{"failed polls", R"(
SELECT store.utc(failed_at) AS newest, failures, error_class, error
FROM store.failed_poll WHERE account_id = $1 AND media_id = $2)"},
};

constexpr std::array of_account{
    Question{"facts", R"(
SELECT a.name, a.account_id, a.login, a.timezone, s.username, s.followers_count,
       store.utc(s.checked_at) AS profile_read
FROM store.account a LEFT JOIN store.account_state s USING (account_id)
WHERE account_id = $1 AND $2::bigint IS NOT NULL)"},
    Question{"token", R"(
SELECT source, kind, state, reason, mend, store.utc(expires_at) AS expires,
       store.utc(next_refresh_at) AS next_refresh
FROM insights.token_status WHERE account_id = $1::bigint::text AND $2::bigint IS NOT NULL)"},
    Question{"collectors", R"(
SELECT collector, state, store.utc(last_started_at) AS asked, store.utc(last_success_at) AS succeeded,
       calls, store.utc(next_due_at) AS due, error
FROM insights.collection_health
WHERE account_id = $1::bigint::text AND $2::bigint IS NOT NULL ORDER BY collector)"},
    Question{"days, newest first", R"(
SELECT day, store.utc(day_end) AS ends, store.utc(observed_at) AS asked, is_final,
       store.numbers(to_jsonb(d)) AS numbers, store.reasons(absent) AS absent
FROM (SELECT DISTINCT ON (day) * FROM store.account_day
      WHERE account_id = $1 AND $2::bigint IS NOT NULL ORDER BY day DESC, observed_at DESC) d
ORDER BY day DESC LIMIT 10)"},
    Question{"backfill", R"(
SELECT state, oldest_served_day, ended_because, days_done, days_expected, percent,
       store.utc(eta) AS eta, last_error
FROM insights.backfill_status
WHERE account_id = $1::bigint::text AND $2::bigint IS NOT NULL AND state <> 'waiting')"},
    Question{"open stories", R"(
SELECT media_id, store.utc(published_at) AS published, store.utc(expires_at) AS expires,
       store.utc(last_answer_at) AS answered
FROM store.story
WHERE account_id = $1 AND $2::bigint IS NOT NULL AND state = 'open' ORDER BY expires_at)"},
    Question{"metrics that are not asked, or asked apart", R"(
SELECT metric, breakdown, scope, state, reason, words, store.utc(last_refused_at) AS refused,
       store.utc(retry_at) AS retry
FROM insights.metric_matrix x
JOIN store.account a ON a.account_id = $1 AND $2::bigint IS NOT NULL AND host = a.login
WHERE subject = 'account' AND state IN ('suspect', 'refused')
  AND (x.account_id = a.account_id::text OR scope = 'kind') ORDER BY metric)"},
    Question{"gaps", R"(
SELECT collector, kind, day, media_id, store.utc(begins_at) AS begins, store.utc(ends_at) AS ends,
       state, reason
FROM insights.data_gaps WHERE account_id = $1::bigint::text AND $2::bigint IS NOT NULL
ORDER BY begins_at DESC LIMIT 20)"},
};

constexpr auto find_account = R"(
SELECT a.account_id, a.name FROM store.account a LEFT JOIN store.account_state s USING (account_id)
WHERE a.name = $1 OR a.account_id::text = $1 OR s.username = $1
ORDER BY a.name = $1 DESC LIMIT 1)";

constexpr auto find_media = R"(
SELECT m.account_id, a.name, m.media_id, m.product_type, coalesce(m.media_type, ''),
       (extract(epoch FROM m.published_at) * 1000000)::bigint,
       (extract(epoch FROM m.expires_at) * 1000000)::bigint,
       (extract(epoch FROM s.checked_at) * 1000000)::bigint
FROM store.media m JOIN store.account a USING (account_id)
LEFT JOIN store.media_state s USING (account_id, media_id)
WHERE m.media_id::text = $1 OR m.shortcode = $1 OR rtrim(m.permalink, '/') = rtrim($1, '/')
LIMIT 1)";

model::Dossier::Section
answer(pqxx::transaction_base& tx, const Question& question, const model::Dossier& dossier)
{
    model::Dossier::Section section;
    section.title = question.title;
    const auto media = dossier.media ? dossier.media->id : 0;
    const auto rows = tx.exec_params(question.sql, dossier.account_id, media);
    for (pqxx::row_size_type column = 0; column < rows.columns(); ++column)
        section.columns.emplace_back(rows.column_name(column));
    for (const auto& row : rows) {
        auto& line = section.lines.emplace_back();
        for (const auto& field : row)
            line.emplace_back(field.is_null() ? "" : field.c_str());
    }
    return section;
}

std::optional<model::Dossier> account_named(pqxx::transaction_base& tx, const std::string& target)
{
    const auto rows = tx.exec_params(find_account, target);
    if (rows.empty())
        return std::nullopt;
    model::Dossier dossier;
    dossier.account_id = rows[0][0].as<std::int64_t>();
    dossier.account = rows[0][1].as<std::string>();
    return dossier;
}

std::optional<model::Dossier> media_named(pqxx::transaction_base& tx, const std::string& target)
{
    const auto rows = tx.exec_params(find_media, target);
    if (rows.empty())
        return std::nullopt;
    const auto row = rows[0];
    model::Dossier dossier;
    dossier.account_id = row[0].as<std::int64_t>();
    dossier.account = row[1].as<std::string>();
    model::KnownMedia media;
    media.id = row[2].as<std::int64_t>();
    media.product_type = row[3].as<std::string>();
    media.media_type = row[4].as<std::string>();
    media.published_at = instant_in(row[5]);
    media.expires_at = instant_or_none(row[6]);
    media.checked_at = instant_or_none(row[7]);
    dossier.media = std::move(media);
    return dossier;
}

} // namespace

std::optional<model::Dossier> read_dossier(pqxx::transaction_base& tx, const std::string& target)
{
    auto dossier = account_named(tx, target);
    if (!dossier)
        dossier = media_named(tx, target);
    if (!dossier)
        return std::nullopt;
    const auto ask = [&](const Question& question) {
        auto section = answer(tx, question, *dossier);
        if (!section.lines.empty())
            dossier->sections.push_back(std::move(section));
    };
    if (dossier->media)
        std::ranges::for_each(of_media, ask);
    else
        std::ranges::for_each(of_account, ask);
    return dossier;
}

} // namespace insightd::storage
