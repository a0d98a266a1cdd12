#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// A row where something changed, and one a day where nothing did. One that comes late is judged by
/// the row before it.
constexpr auto write_limit = R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at, CASE
           WHEN s.checked_at IS NULL THEN true
           WHEN r.observed_at > s.checked_at THEN
               (r.quota_usage, r.quota_total, r.quota_seconds)
                   IS DISTINCT FROM (s.quota_usage, s.quota_total, s.quota_seconds)
               OR r.observed_at >= s.row_at + interval '24 hours'
           ELSE coalesce((
               SELECT (r.quota_usage, r.quota_total, r.quota_seconds)
                          IS DISTINCT FROM (p.quota_usage, p.quota_total, p.quota_seconds)
                      OR r.observed_at >= p.observed_at + interval '24 hours'
               FROM store.publishing_limit p
               WHERE p.account_id = $1 AND p.observed_at <= r.observed_at
               ORDER BY p.observed_at DESC LIMIT 1), true) END AS is_new
    FROM jsonb_to_record($2::jsonb) AS r(observed_at timestamptz, quota_usage bigint,
        quota_total bigint, quota_seconds bigint)
    LEFT JOIN store.publishing_limit_state s ON s.account_id = $1
), stored AS (
    INSERT INTO store.publishing_limit (account_id, observed_at, quota_usage, quota_total,
        quota_seconds)
    SELECT $1, observed_at, quota_usage, quota_total, quota_seconds FROM judged WHERE is_new
    ON CONFLICT DO NOTHING
)
INSERT INTO store.publishing_limit_state AS s (account_id, checked_at, row_at, quota_usage,
    quota_total, quota_seconds)
SELECT $1, observed_at, CASE WHEN is_new THEN observed_at ELSE old_row_at END, quota_usage,
       quota_total, quota_seconds
FROM judged
ON CONFLICT (account_id) DO UPDATE SET
    checked_at = excluded.checked_at, row_at = excluded.row_at, quota_usage = excluded.quota_usage,
    quota_total = excluded.quota_total, quota_seconds = excluded.quota_seconds
WHERE s.checked_at < excluded.checked_at)";

json::value seconds_of(const std::optional<std::chrono::seconds>& span)
{
    return span ? json::value(span->count()) : json::value(nullptr);
}

const std::array statements{Statement{"publishing_limit", Nature::observation, write_limit}};

} // namespace

void add_publishing_limits(Steps& steps, const std::vector<model::PublishingLimit>& rows)
{
    for (const auto* limit : in_time(rows))
        steps.add(
            statements.front(), json::object{
                                    {"observed_at", text_of(limit->observed_at)},
                                    {"quota_usage", value_of(limit->quota_usage)},
                                    {"quota_total", value_of(limit->quota_total)},
                                    {"quota_seconds", seconds_of(limit->quota_duration)}});
}

std::span<const Statement> publishing_limit_statements()
{
    return statements;
}

} // namespace insightd::storage
