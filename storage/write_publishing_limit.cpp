#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/newness.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::storage
{
namespace
{

const Series quota{
    .table = "store.publishing_limit",
    .same = "p.account_id = $1",
    .values = {"quota_usage", "quota_total", "quota_seconds"},
    .is_first = "s.checked_at IS NULL",
    .confirmed_at = "s.checked_at",
    .row_at = "s.row_at"};

std::string limit_statement()
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at, {is_new} AS is_new
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
WHERE s.checked_at < excluded.checked_at)",
        fmt::arg("is_new", is_new(quota)));
}

json::value seconds_of(const std::optional<std::chrono::seconds>& span)
{
    return span ? json::value(span->count()) : json::value(nullptr);
}

const std::array statements{Statement{"publishing_limit", Nature::observation, limit_statement()}};

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
