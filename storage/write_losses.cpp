#include "storage/connection.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

enum Which { losses_told, backfill_begins_anew };

/// A loss grows while it goes on; once nobody can tell how many rows, it stays so. Days and posts
/// that were lost are fetched again by a backfill that begins anew: what is stored costs it
/// nothing. Nobody knows whose the rows of account 0 were: it may be anyone's. It goes with the
/// loss, whoever tells it.
const std::array statements{
    Statement{"account_losses", Nature::observation, R"(
INSERT INTO store.loss AS l (account_id, loss_id, collector, worth, rows, first_at, last_at, lost_at,
    reason)
SELECT $1, loss_id, collector, worth, rows, first_at, last_at, lost_at, reason
FROM jsonb_to_recordset($2::jsonb) AS r(loss_id text, collector text, worth text, rows bigint,
    first_at timestamptz, last_at timestamptz, lost_at timestamptz, reason text)
ON CONFLICT (account_id, loss_id) DO UPDATE SET
    rows = CASE WHEN (l.rows + excluded.rows) IS NOT NULL THEN greatest(l.rows, excluded.rows) END,
    first_at = least(l.first_at, excluded.first_at),
    last_at = greatest(l.last_at, excluded.last_at),
    lost_at = greatest(l.lost_at, excluded.lost_at)
WHERE l.rows < excluded.rows OR l.lost_at < excluded.lost_at)"},
    Statement{"backfill_after_loss", Nature::observation, R"(
UPDATE store.backfill b
SET started_at = r.lost_at, updated_at = greatest(b.updated_at, r.lost_at), first_day_end = NULL,
    probed_to = NULL, served_from = NULL, oldest_served_day = NULL, ended_because = '',
    next_day_end = NULL, days_done = 0, days_expected = NULL, media_done = 0, media_expected = NULL,
    eta = NULL, finished_at = NULL
FROM (SELECT max(lost_at) AS lost_at
      FROM jsonb_to_recordset($2::jsonb) AS l(collector text, lost_at timestamptz)
      WHERE collector IN ('account_insights', 'media_insights', 'backfill', '')) r
WHERE b.account_id IN (SELECT account_id FROM store.account WHERE $1::bigint IN (account_id, 0))
  AND b.started_at < r.lost_at)"}};

/// What the database refused is refused again when it comes again.
bool helps_to_fetch_again(const model::Loss& loss)
{
    return !loss.reason.starts_with(refused_rows);
}

json::object row_of(const model::Loss& loss)
{
    return {
        {"loss_id", loss.id},
        {"collector", clean(loss.collector)},
        {"worth", loss.worth == model::Worth::irreplaceable ? "irreplaceable" : "refetchable"},
        {"rows", value_of(loss.rows)},
        {"first_at", value_of(loss.first_at)},
        {"last_at", value_of(loss.last_at)},
        {"lost_at", text_of(loss.lost_at)},
        {"reason", clean(loss.reason)}};
}

} // namespace

void add_losses(Steps& steps, const std::vector<model::Loss>& losses)
{
    json::array all, fetched_again;
    for (const auto& loss : losses) {
        all.push_back(row_of(loss));
        if (helps_to_fetch_again(loss))
            fetched_again.push_back(row_of(loss));
    }
    if (!all.empty())
        steps.add(statements[losses_told], all);
    if (!fetched_again.empty())
        steps.add(statements[backfill_begins_anew], fetched_again);
}

std::span<const Statement> loss_statements()
{
    return statements;
}

} // namespace insightd::storage
