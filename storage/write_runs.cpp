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
FROM jsonb_to_record($2::jsonb) AS r(collector text, started_at timestamptz, succeeded boolean,
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
FROM jsonb_to_recordset($2::jsonb) AS r(collector text, begins_at timestamptz, ends_at timestamptz,
    reason text)
ON CONFLICT DO NOTHING)"},
    Statement{"media_failed_polls", Nature::state, R"(
INSERT INTO store.failed_poll AS f (account_id, media_id, failed_at, failures, error_class, error)
SELECT DISTINCT ON (media_id) $1, media_id, failed_at, 1, error_class, error
FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, failed_at timestamptz, error_class text,
    error text)
ORDER BY media_id, failed_at DESC
ON CONFLICT (account_id, media_id) DO UPDATE SET
    failed_at = excluded.failed_at, failures = f.failures + 1, error_class = excluded.error_class,
    error = excluded.error
WHERE f.failed_at < excluded.failed_at)"}};

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
