#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>
#include <map>

namespace insightd::storage
{
namespace
{

enum Which { presence, tombstones };

const std::array statements{
    Statement{"media_presence", Nature::state, R"(
INSERT INTO store.media_presence AS p (account_id, media_id, known_at, state, since, refusals,
    unproven_refusals, refused_since, lists_missing, missing_since, answered_at, removed_at,
    returned_at)
SELECT $1, media_id, known_at, state, since, refusals, unproven_refusals, refused_since,
       lists_missing, missing_since, answered_at, removed_at, returned_at
FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, known_at timestamptz, state text,
    since timestamptz, refusals bigint, unproven_refusals bigint, refused_since timestamptz,
    lists_missing bigint, missing_since timestamptz, answered_at timestamptz,
    removed_at timestamptz, returned_at timestamptz)
ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    known_at = excluded.known_at, state = excluded.state, since = excluded.since,
    refusals = excluded.refusals, unproven_refusals = excluded.unproven_refusals,
    refused_since = excluded.refused_since, lists_missing = excluded.lists_missing,
    missing_since = excluded.missing_since, answered_at = excluded.answered_at,
    removed_at = excluded.removed_at,
    returned_at = coalesce(excluded.returned_at, p.returned_at)
WHERE p.known_at < excluded.known_at)"},
    // From what the table holds now, so that late rows neither set a tombstone nor lift one.
    Statement{"media_tombstones", Nature::state, R"(
UPDATE store.media m SET removed_at = p.removed_at
FROM store.media_presence p
WHERE m.account_id = $1 AND p.account_id = $1 AND p.media_id = m.media_id
      AND m.media_id IN (SELECT (r ->> 'media_id')::bigint FROM jsonb_array_elements($2::jsonb) r)
      AND m.removed_at IS DISTINCT FROM p.removed_at)"}};

json::object row_of(const model::Presence& line)
{
    return {
        {"media_id", line.media_id},
        {"known_at", text_of(line.known_at)},
        {"state", model::to_string(line.state)},
        {"since", text_of(line.since)},
        {"refusals", line.refusals},
        {"unproven_refusals", line.unproven_refusals},
        {"refused_since", value_of(line.refused_since)},
        {"lists_missing", line.lists_missing},
        {"missing_since", value_of(line.missing_since)},
        {"answered_at", value_of(line.answered_at)},
        {"removed_at", value_of(line.removed_at)},
        {"returned_at", value_of(line.returned_at)}};
}

} // namespace

void add_presences(Steps& steps, const std::vector<model::Presence>& presences)
{
    std::map<model::MediaId, const model::Presence*> newest;
    for (const auto& line : presences) {
        auto& known = newest[line.media_id];
        if (known == nullptr || known->known_at <= line.known_at)
            known = &line;
    }
    json::array rows;
    for (const auto& [id, line] : newest)
        rows.push_back(row_of(*line));
    if (rows.empty())
        return;
    steps.add(statements[presence], rows);
    steps.add(statements[tombstones], rows);
}

std::span<const Statement> presence_statements()
{
    return statements;
}

} // namespace insightd::storage
