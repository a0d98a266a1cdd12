#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// A loss grows while it goes on: the larger number is the later one.
const std::array statements{Statement{"account_losses", Nature::observation, R"(
INSERT INTO store.loss AS l (account_id, loss_id, collector, worth, rows, first_at, last_at, lost_at,
    reason)
SELECT $1, loss_id, collector, worth, rows, first_at, last_at, lost_at, reason
FROM jsonb_to_recordset($2::jsonb) AS r(loss_id text, collector text, worth text, rows bigint,
    first_at timestamptz, last_at timestamptz, lost_at timestamptz, reason text)
ON CONFLICT (account_id, loss_id) DO UPDATE SET
    rows = greatest(l.rows, excluded.rows),
    first_at = least(l.first_at, excluded.first_at),
    last_at = greatest(l.last_at, excluded.last_at),
    lost_at = greatest(l.lost_at, excluded.lost_at)
WHERE l.rows < excluded.rows)"}};

} // namespace

void add_losses(Steps& steps, const std::vector<model::Loss>& losses)
{
    json::array rows;
    for (const auto& loss : losses)
        rows.push_back(json::object{
            {"loss_id", loss.id},
            {"collector", clean(loss.collector)},
            {"worth", loss.worth == model::Worth::irreplaceable ? "irreplaceable" : "refetchable"},
            {"rows", value_of(loss.rows)},
            {"first_at", value_of(loss.first_at)},
            {"last_at", value_of(loss.last_at)},
            {"lost_at", text_of(loss.lost_at)},
            {"reason", clean(loss.reason)}});
    if (!rows.empty())
        steps.add(statements.front(), rows);
}

std::span<const Statement> loss_statements()
{
    return statements;
}

} // namespace insightd::storage
