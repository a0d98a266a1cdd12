#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

namespace insightd::storage
{
namespace
{

/// What two lines about one story come to, whichever was written first: pushed numbers win, an
/// answer in its last minutes proves that it was not missed, and what was closed stays closed.
constexpr auto resulting_state = R"(CASE
        WHEN 'webhook' IN (s.state, excluded.state) THEN 'webhook'
        WHEN s.state = 'open' AND excluded.state = 'open' THEN 'open'
        WHEN s.provenance = 'webhook'
             AND s.last_numbers_at > coalesce(excluded.last_numbers_at, '-infinity') THEN 'webhook'
        WHEN 'final' IN (s.state, excluded.state)
             OR greatest(s.last_answer_at, excluded.last_answer_at)
                >= least(s.window_from, excluded.window_from) THEN 'final'
        ELSE 'missed' END)";

constexpr auto insert_into = R"(
INSERT INTO store.story AS s (account_id, media_id, known_at, found_at, published_at, expires_at,
    window_from, last_answer_at, last_numbers_at, provenance, state, reason_kind, reason, closed_at,
    is_highlight, troubles)
)";

constexpr auto from_rows = R"(
FROM json_to_recordset($2::json) AS r(media_id bigint, known_at timestamptz, found_at timestamptz,
    published_at timestamptz, expires_at timestamptz, window_from timestamptz,
    last_answer_at timestamptz, last_numbers_at timestamptz, provenance text, state text,
    reason_kind text, reason text, closed_at timestamptz, is_highlight boolean, troubles jsonb)
ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    found_at = least(s.found_at, excluded.found_at),
    published_at = CASE WHEN excluded.found_at < s.found_at THEN excluded.published_at
                        ELSE s.published_at END,
    expires_at = CASE WHEN excluded.found_at < s.found_at THEN excluded.expires_at
                      ELSE s.expires_at END,
    window_from = least(s.window_from, excluded.window_from),
    last_answer_at = greatest(s.last_answer_at, excluded.last_answer_at),
    last_numbers_at = greatest(s.last_numbers_at, excluded.last_numbers_at),
    provenance = CASE WHEN coalesce(excluded.last_numbers_at < s.last_numbers_at, false)
                      THEN s.provenance ELSE coalesce(excluded.provenance, s.provenance) END,
)";

/// What was seen of a story, by whomever: that nobody saw it is for its owner to say.
std::string answers_statement()
{
    return fmt::format(
        R"({1}
SELECT $1, media_id, known_at, found_at, published_at, expires_at, window_from, last_answer_at,
       last_numbers_at, provenance, CASE state WHEN 'missed' THEN 'open' ELSE state END, '', '',
       CASE WHEN state <> 'missed' THEN closed_at END, is_highlight, '[]'
{2}
    state = {0},
    reason_kind = CASE WHEN {0} = 'missed' THEN s.reason_kind ELSE '' END,
    reason = CASE WHEN {0} = 'missed' THEN s.reason ELSE '' END,
    closed_at = coalesce(s.closed_at, excluded.closed_at))",
        resulting_state, insert_into, from_rows);
}

std::string ledger_statement()
{
    return fmt::format(
        R"({1}
SELECT $1, media_id, known_at, found_at, published_at, expires_at, window_from, last_answer_at,
       last_numbers_at, provenance, state, reason_kind, reason, closed_at, is_highlight, troubles
{2}
    known_at = greatest(s.known_at, excluded.known_at),
    state = {0},
    reason_kind = CASE WHEN {0} <> 'missed' THEN '' WHEN s.state = 'missed' THEN s.reason_kind
                       ELSE excluded.reason_kind END,
    reason = CASE WHEN {0} <> 'missed' THEN '' WHEN s.state = 'missed' THEN s.reason
                  ELSE excluded.reason END,
    closed_at = coalesce(s.closed_at, excluded.closed_at),
    is_highlight = CASE WHEN excluded.known_at < s.known_at THEN s.is_highlight
                        ELSE excluded.is_highlight END,
    troubles = CASE WHEN excluded.known_at < s.known_at THEN s.troubles
                    ELSE excluded.troubles END)",
        resulting_state, insert_into, from_rows);
}

json::array troubles_of(const model::StoryEntry& entry)
{
    json::array troubles;
    for (const auto& trouble : entry.troubles)
        troubles.push_back(json::object{
            {"kind", trouble.kind}, {"from", text_of(trouble.from)}, {"to", text_of(trouble.to)}});
    return troubles;
}

json::object row_of(const model::StoryEntry& entry)
{
    return {
        {"media_id", entry.media_id},
        {"known_at", text_of(entry.known_at)},
        {"found_at", text_of(entry.found_at)},
        {"published_at", text_of(entry.published_at)},
        {"expires_at", text_of(entry.expires_at)},
        {"window_from", text_of(entry.window_from)},
        {"last_answer_at", value_of(entry.last_answer_at)},
        {"last_numbers_at", value_of(entry.last_numbers_at)},
        {"provenance", entry.provenance ? json::value(model::to_string(*entry.provenance))
                                        : json::value(nullptr)},
        {"state", model::to_string(entry.state)},
        {"reason_kind", clean(entry.reason_kind)},
        {"reason", clean(entry.reason)},
        {"closed_at", value_of(entry.closed_at)},
        {"is_highlight", entry.is_highlight},
        {"troubles", troubles_of(entry)}};
}

/// Made at the first use, for it is put together.
const std::array<Statement, 2>& statements()
{
    static const std::array made{
        Statement{"story_answers", Nature::observation, answers_statement()},
        Statement{"story_ledger", Nature::state, ledger_statement()}};
    return made;
}

} // namespace

void add_stories(Steps& steps, const std::vector<model::StoryEntry>& stories)
{
    std::map<model::MediaId, const model::StoryEntry*> newest;
    for (const auto& entry : stories) {
        auto& known = newest[entry.media_id];
        if (known == nullptr || known->known_at <= entry.known_at)
            known = &entry;
    }
    json::array rows;
    for (const auto& [id, entry] : newest)
        rows.push_back(row_of(*entry));
    if (rows.empty())
        return;
    for (const auto& statement : statements())
        steps.add(statement, rows);
}

std::span<const Statement> story_statements()
{
    return statements();
}

} // namespace insightd::storage
