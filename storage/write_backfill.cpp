#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>

namespace insightd::storage
{
namespace
{

/// The newest row of an account stands; one that comes late changes nothing.
const std::array statements{Statement{"account_backfill", Nature::state, R"(
INSERT INTO store.backfill AS b (account_id, started_at, updated_at, since, first_day_end, probed_to,
    served_from, oldest_served_day, ended_because, next_day_end, days_done, days_expected,
    media_done, media_expected, eta, finished_at, last_error)
SELECT $1, started_at, updated_at, since, first_day_end, probed_to, served_from, oldest_served_day,
       ended_because, next_day_end, days_done, days_expected, media_done, media_expected, eta,
       finished_at, last_error
FROM jsonb_to_record($2::jsonb) AS r(started_at timestamptz, updated_at timestamptz, since date,
    first_day_end timestamptz, probed_to timestamptz, served_from timestamptz,
    oldest_served_day date, ended_because text, next_day_end timestamptz, days_done bigint,
    days_expected bigint, media_done bigint, media_expected bigint, eta timestamptz,
    finished_at timestamptz, last_error text)
ON CONFLICT (account_id) DO UPDATE SET
    started_at = excluded.started_at, updated_at = excluded.updated_at, since = excluded.since,
    first_day_end = excluded.first_day_end, probed_to = excluded.probed_to,
    served_from = excluded.served_from, oldest_served_day = excluded.oldest_served_day,
    ended_because = excluded.ended_because, next_day_end = excluded.next_day_end,
    days_done = excluded.days_done, days_expected = excluded.days_expected,
    media_done = excluded.media_done, media_expected = excluded.media_expected, eta = excluded.eta,
    finished_at = excluded.finished_at, last_error = excluded.last_error
WHERE b.updated_at <= excluded.updated_at)"}};

json::value day_of(const std::optional<model::Day>& day)
{
    return day ? json::value(text_of(*day)) : json::value(nullptr);
}

} // namespace

void add_backfills(Steps& steps, const std::vector<model::Backfill>& rows)
{
    for (const auto& backfill : rows) {
        const json::object row{
            {"started_at", text_of(backfill.started_at)},
            {"updated_at", text_of(backfill.updated_at)},
            {"since", day_of(backfill.since)},
            {"first_day_end", value_of(backfill.first_day_end)},
            {"probed_to", value_of(backfill.probed_to)},
            {"served_from", value_of(backfill.served_from)},
            {"oldest_served_day", day_of(backfill.oldest_served_day)},
            {"ended_because", clean(backfill.ended_because)},
            {"next_day_end", value_of(backfill.next_day_end)},
            {"days_done", backfill.days_done},
            {"days_expected", value_of(backfill.days_expected)},
            {"media_done", backfill.media_done},
            {"media_expected", value_of(backfill.media_expected)},
            {"eta", value_of(backfill.eta)},
            {"finished_at", value_of(backfill.finished_at)},
            {"last_error", clean(backfill.last_error)}};
        steps.add(statements.front(), row);
    }
}

std::span<const Statement> backfill_statements()
{
    return statements;
}

} // namespace insightd::storage
