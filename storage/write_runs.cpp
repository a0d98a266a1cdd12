#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

enum Which { one_run, some_gaps, some_failed_polls };

const std::array statements{
    Statement{"account_run", Nature::state, R"(
INSERT INTO store.collection AS c (account_id, collector, started_at, last_success_at,
    consecutive_failures, error_class, error, calls, budget_percent, next_due_at,
    first_started_at, failing_since)
SELECT $1, collector, started_at, CASE WHEN succeeded THEN started_at END,
       CASE WHEN succeeded THEN 0 ELSE 1 END, error_class, error, calls, budget_percent, next_due,
       started_at, CASE WHEN NOT succeeded THEN started_at END
FROM json_to_record($2::json) AS r(collector text, started_at timestamptz, succeeded boolean,
    error_class text, error text, calls bigint, budget_percent integer, next_due timestamptz)
ON CONFLICT (account_id, collector) DO UPDATE SET
    started_at = excluded.started_at,
    last_success_at = coalesce(excluded.last_success_at, c.last_success_at),
    consecutive_failures = CASE WHEN excluded.consecutive_failures = 0 THEN 0
                                ELSE c.consecutive_failures + 1 END,
    error_class = excluded.error_class, error = excluded.error, calls = excluded.calls,
    budget_percent = coalesce(excluded.budget_percent, c.budget_percent),
    next_due_at = excluded.next_due_at,
    failing_since = CASE WHEN excluded.consecutive_failures > 0
                         THEN coalesce(c.failing_since, excluded.failing_since) END
WHERE c.started_at < excluded.started_at)"},
    Statement{"account_gaps", Nature::state, R"(
INSERT INTO store.gap (account_id, collector, begins_at, ends_at, reason)
SELECT $1, collector, begins_at, ends_at, reason
FROM json_to_recordset($2::json) AS r(collector text, begins_at timestamptz, ends_at timestamptz,
    reason text)
ON CONFLICT DO NOTHING)"},
    Statement{"media_failed_polls", Nature::state, R"(
INSERT INTO store.failed_poll AS f (account_id, media_id, failed_at, failures, error_class, error)
SELECT DISTINCT ON (media_id) $1, media_id, failed_at, 1, error_class, error
FROM json_to_recordset($2::json) AS r(media_id bigint, failed_at timestamptz, error_class text,
    error text)
ORDER BY media_id, failed_at DESC
ON CONFLICT (account_id, media_id) DO UPDATE SET
    failed_at = excluded.failed_at, failures = f.failures + 1, error_class = excluded.error_class,
    error = excluded.error
WHERE f.failed_at < excluded.failed_at)"},
    // What one run after the other comes to, each newer than all before it.
    Statement{"account_runs", Nature::state, R"(
WITH told AS (
    SELECT *, max(started_at) OVER (PARTITION BY collector ORDER BY ordinality
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM ROWS FROM (json_to_recordset($2::json) AS (collector text, started_at timestamptz,
        succeeded boolean, error_class text, error text, calls bigint, budget_percent integer,
        next_due timestamptz)) WITH ORDINALITY
), newer AS (
    SELECT t.*, max(t.started_at) FILTER (WHERE succeeded) OVER (PARTITION BY t.collector)
               AS succeeded_at
    FROM told t LEFT JOIN store.collection c ON c.account_id = $1 AND c.collector = t.collector
    WHERE t.started_at > coalesce(greatest(t.before, c.started_at), '-infinity')
), last AS (
    SELECT DISTINCT ON (collector) * FROM newer ORDER BY collector, started_at DESC
), summed AS (
    SELECT collector, min(started_at) AS first_at,
           count(*) FILTER (WHERE failed) AS failures,
           min(started_at) FILTER (WHERE failed) AS failing_since,
           (array_agg(budget_percent ORDER BY started_at DESC)
               FILTER (WHERE budget_percent IS NOT NULL))[1] AS budget_percent
    FROM newer
    CROSS JOIN LATERAL (
        SELECT started_at > coalesce(succeeded_at, '-infinity') AS failed) f
    GROUP BY collector
)
INSERT INTO store.collection AS c (account_id, collector, started_at, last_success_at,
    consecutive_failures, error_class, error, calls, budget_percent, next_due_at,
    first_started_at, failing_since)
SELECT $1, collector, l.started_at, l.succeeded_at, s.failures, l.error_class, l.error, l.calls,
       s.budget_percent, l.next_due, s.first_at, s.failing_since
FROM last l JOIN summed s USING (collector)
ORDER BY collector
ON CONFLICT (account_id, collector) DO UPDATE SET
    started_at = excluded.started_at,
    last_success_at = coalesce(excluded.last_success_at, c.last_success_at),
    consecutive_failures = excluded.consecutive_failures +
        CASE WHEN excluded.last_success_at IS NULL THEN c.consecutive_failures ELSE 0 END,
    error_class = excluded.error_class, error = excluded.error, calls = excluded.calls,
    budget_percent = coalesce(excluded.budget_percent, c.budget_percent),
    next_due_at = excluded.next_due_at,
    failing_since = CASE WHEN excluded.consecutive_failures = 0 THEN NULL
                         WHEN excluded.last_success_at IS NULL
                         THEN coalesce(c.failing_since, excluded.failing_since)
                         ELSE excluded.failing_since END)"}};

} // namespace

void add_runs(Steps& steps, const std::vector<model::CollectorRun>& runs)
{
    for (const auto& run : runs) {
        const json::object row{
            {"collector", clean(run.collector)},
            {"started_at", text_of(run.started_at)},
            {"succeeded", run.succeeded},
            {"error_class", clean(run.error_class)},
            {"error", clean(run.error)},
            {"calls", run.calls},
            {"budget_percent",
             run.budget_percent ? json::value(*run.budget_percent) : json::value(nullptr)},
            {"next_due", value_of(run.next_due)}};
        steps.add(statements[one_run], row);
    }
}

void add_gaps(Steps& steps, const std::vector<model::Gap>& gaps)
{
    if (gaps.empty())
        return;
    json::array rows;
    for (const auto& row : gaps)
        rows.push_back(json::object{
            {"collector", row.collector},
            {"begins_at", text_of(row.begins_at)},
            {"ends_at", text_of(row.ends_at)},
            {"reason", clean(row.reason)}});
    steps.add(statements[some_gaps], rows);
}

void add_failed_polls(Steps& steps, const std::vector<model::FailedPoll>& polls)
{
    if (polls.empty())
        return;
    json::array rows;
    for (const auto& poll : polls)
        rows.push_back(json::object{
            {"media_id", poll.media_id},
            {"failed_at", text_of(poll.at)},
            {"error_class", clean(poll.error_class)},
            {"error", clean(poll.error)}});
    steps.add(statements[some_failed_polls], rows);
}

std::span<const Statement> run_statements()
{
    return statements;
}

} // namespace insightd::storage
