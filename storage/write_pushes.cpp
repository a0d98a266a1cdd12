#include "storage/json_rows.hpp"
#include "storage/rate_columns.hpp"
#include "storage/sample_rows.hpp"
#include "storage/write.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace insightd::storage
{
namespace
{

constexpr auto insert_pushes = R"(
INSERT INTO store.story_push (account_id, media_id, pushed_at, received_at, told)
SELECT account_id, media_id, observed_at, received_at, told
FROM jsonb_to_recordset($2::jsonb) AS p(account_id bigint, media_id bigint, observed_at timestamptz,
    received_at timestamptz, told jsonb)
WHERE $1::bigint IS NOT NULL
ORDER BY account_id, media_id
ON CONFLICT DO NOTHING)";

/// A story that nobody saw while it lived had ended when it was pushed, at most about an hour
/// before: that is all that is known of it, and gives way to whatever a list tells.
constexpr auto insert_unknown = R"(
INSERT INTO store.media (account_id, media_id, product_type, published_at, expires_at, facts_at,
    first_seen_at)
SELECT account_id, media_id, 'STORY', observed_at - interval '24 hours', observed_at,
       observed_at - interval '24 hours', received_at
FROM jsonb_to_recordset($2::jsonb) AS p(account_id bigint, media_id bigint, observed_at timestamptz,
    received_at timestamptz)
WHERE $1::bigint IS NOT NULL
ORDER BY account_id, media_id
ON CONFLICT DO NOTHING)";

/// As daemon/story_ledger.hpp decides of one line: pushed numbers count where they are later than
/// those of the last poll, and an open story has its own last try before it.
constexpr auto upsert_story = R"(
INSERT INTO store.story AS s (account_id, media_id, known_at, found_at, published_at, expires_at,
    window_from, last_answer_at, last_numbers_at, provenance, state, reason_kind, reason, closed_at,
    is_highlight, troubles)
SELECT DISTINCT ON (p.account_id, p.media_id) p.account_id, p.media_id, p.received_at,
       p.observed_at, m.published_at, coalesce(m.expires_at, p.observed_at),
       coalesce(m.expires_at, p.observed_at), p.observed_at,
       CASE WHEN p.has_numbers THEN p.observed_at END,
       CASE WHEN p.has_numbers THEN 'webhook' END,
       CASE WHEN p.has_numbers THEN 'webhook' ELSE 'final' END, '', '', p.received_at, false, '[]'
FROM jsonb_to_recordset($2::jsonb) AS p(account_id bigint, media_id bigint, observed_at timestamptz,
    received_at timestamptz, has_numbers boolean)
CROSS JOIN LATERAL (
    SELECT * FROM store.media m
    WHERE m.account_id = p.account_id AND m.media_id = p.media_id LIMIT 1) m
WHERE m.product_type = 'STORY' AND $1::bigint IS NOT NULL
ORDER BY p.account_id, p.media_id, p.has_numbers DESC, p.observed_at DESC
ON CONFLICT (account_id, media_id) DO UPDATE SET
    last_answer_at = greatest(s.last_answer_at, excluded.last_answer_at),
    last_numbers_at = greatest(s.last_numbers_at, excluded.last_numbers_at),
    provenance = CASE WHEN excluded.last_numbers_at > coalesce(s.last_numbers_at, '-infinity')
                      THEN 'webhook' ELSE s.provenance END,
    state = CASE WHEN s.state = 'open' THEN 'open'
                 WHEN excluded.last_numbers_at > coalesce(s.last_numbers_at, '-infinity')
                      THEN 'webhook'
                 WHEN s.state = 'missed' THEN 'final' ELSE s.state END,
    reason_kind = '', reason = '',
    closed_at = CASE WHEN s.state <> 'open' THEN coalesce(s.closed_at, excluded.closed_at) END)";

/// The numbers of the last poll before it, with the pushed ones in their place.
std::string merged_rows()
{
    std::vector<std::string> columns;
    std::vector<std::string> numbers;
    for (const auto& [metric, column] : media_columns()) {
        if (column != "navigation")
            columns.push_back(fmt::format("coalesce(p.{0}, b.{0}) AS {0}", column));
        numbers.push_back(fmt::format("'{0}', coalesce(p.{1}, b.{1})", metric, column));
    }
    return fmt::format(
        R"((
SELECT p.account_id, p.media_id, p.observed_at, {columns}, n.breakdowns,
       coalesce((n.breakdowns #>> '{{navigation,story_navigation_action_type,total}}')::bigint,
                b.navigation) AS navigation,
       nullif(coalesce(b.extra, '{{}}') || coalesce(p.extra, '{{}}'), '{{}}') AS extra,
       store.still_absent(coalesce(b.absent, '{{}}') || coalesce(p.absent, '{{}}'),
                          jsonb_build_object({numbers})) AS absent, {rate}
FROM jsonb_to_recordset($2::jsonb) AS p(account_id bigint, media_id bigint, observed_at timestamptz,
    {typed}, {rate_types})
LEFT JOIN LATERAL (
    SELECT * FROM store.media_sample b
    WHERE b.account_id = p.account_id AND b.media_id = p.media_id
          AND b.observed_at <= p.observed_at AND num_nonnulls({some_number}) > 0
    ORDER BY b.observed_at DESC LIMIT 1) b ON true
CROSS JOIN LATERAL (SELECT store.with_pushed_cells(b.breakdowns, p.breakdowns) AS breakdowns) n
WHERE $1::bigint IS NOT NULL) r)",
        fmt::arg("columns", fmt::join(columns, ", ")),
        fmt::arg("numbers", fmt::join(numbers, ", ")), fmt::arg("rate", rate_columns),
        fmt::arg("rate_types", rate_types), fmt::arg("typed", typed_sample_columns()),
        fmt::arg("some_number", sample_numbers("b.")));
}

enum Which { pushes, unknown, stories, months, samples };

/// Made at the first use, for it is put together.
const std::array<Statement, 5>& statements()
{
    static const std::array made{
        Statement{"story_pushes", Nature::observation, insert_pushes},
        Statement{"story_push_media", Nature::observation, insert_unknown},
        Statement{"story_push_stories", Nature::observation, upsert_story},
        Statement{"story_push_months", Nature::observation, std::string{months_statement}},
        Statement{"story_push_samples", Nature::observation, sample_statement(merged_rows())}};
    return made;
}

json::object row_of(const model::StoryPush& push)
{
    json::object row{
        {"account_id", push.account_id},          {"media_id", push.media_id},
        {"observed_at", text_of(push.pushed_at)}, {"received_at", text_of(push.received_at)},
        {"has_numbers", push.has_numbers()},      {"told", value_of_json(push.told)}};
    add_readings(row, push.readings, media_columns());
    return row;
}

} // namespace

/// A push of a story follows another in time: each round holds at most one of each.
void add_pushes(Steps& steps, const std::vector<model::StoryPush>& all)
{
    if (all.empty())
        return;
    json::array rows;
    std::vector<model::Instant> times;
    for (const auto& push : all) {
        rows.push_back(row_of(push));
        times.push_back(push.pushed_at);
    }
    for (const auto which : {pushes, unknown, stories})
        steps.add(statements().at(which), rows);
    steps.add(statements()[months], months_of(times));
    for (const auto& round : rounds_of(rows))
        steps.add(statements()[samples], round);
}

std::span<const Statement> push_statements()
{
    return statements();
}

} // namespace insightd::storage
