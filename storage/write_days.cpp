#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>

// Days of the account: every reading that says something new, and how it stands to the one before.
namespace insightd::storage
{
namespace
{

/// The pattern with each metric ({0}) and its column ({1}) in it.
std::string joined(std::string_view pattern)
{
    std::vector<std::string> parts;
    for (const auto& [metric, column] : day_columns())
        parts.push_back(fmt::format(fmt::runtime(pattern), metric, column));
    return fmt::format("{}", fmt::join(parts, ", "));
}

/// The reading `r` beside `p`, the row of its day that was newest then. What is final is kept where
/// a later reading has no number for it: a withdrawn metric must not take old numbers with it.
std::string compared_with_known(std::string_view source, std::string_view absent)
{
    return fmt::format(
        R"(
WITH merged AS (
    SELECT r.day, r.observed_at, r.day_end, r.is_final, p.observed_at AS known_at,
           coalesce(p.checked_at, p.observed_at) AS known_until, keeps, {merged},
           CASE WHEN keeps THEN store.merged_splits(p.breakdowns, r.breakdowns)
                ELSE r.breakdowns END AS breakdowns,
           CASE WHEN keeps THEN coalesce(p.extra || r.extra, r.extra, p.extra)
                ELSE r.extra END AS extra,
           {absent} AS absent
    FROM {source} AS r(day date, observed_at timestamptz, day_end timestamptz, is_final boolean,
        {typed}, breakdowns jsonb, extra jsonb, absent jsonb)
    LEFT JOIN LATERAL (
        SELECT * FROM store.account_day d
        WHERE d.account_id = $1 AND d.day = r.day AND d.observed_at <= r.observed_at
        ORDER BY d.observed_at DESC LIMIT 1) p ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(p.is_final AND r.is_final AND p.day_end = r.day_end, false) AS keeps) k
), reading AS (
    SELECT day, observed_at, day_end, is_final, known_at, known_until, keeps, {plain}, breakdowns,
           extra, CASE WHEN keeps THEN nullif(
               absent - array_remove(ARRAY[{with_number}], NULL)
                      - ARRAY(SELECT jsonb_object_keys(extra)), '{{}}') ELSE absent END AS absent
    FROM merged
))",
        fmt::arg("source", source), fmt::arg("absent", absent),
        fmt::arg(
            "merged", joined("CASE WHEN keeps THEN coalesce(r.{1}, p.{1}) ELSE r.{1} END AS {1}")),
        fmt::arg("typed", joined("{1} bigint")), fmt::arg("plain", joined("{1}")),
        fmt::arg("with_number", joined("CASE WHEN {1} IS NOT NULL THEN '{0}' END")));
}

std::string differs()
{
    return fmt::format(
        "({}, m.day_end, m.breakdowns, m.extra, m.absent) IS DISTINCT FROM "
        "({}, p.day_end, p.breakdowns, p.extra, p.absent)",
        joined("m.{1}"), joined("p.{1}"));
}

std::string all_columns(std::string_view prefix)
{
    return fmt::format(
        "{1}, {0}breakdowns, {0}extra, {0}absent", prefix, joined(fmt::format("{}{{1}}", prefix)));
}

/// A row when a value changed against the newest one of the day, or the day is settled by it; else
/// the row before is confirmed. What is final is not followed by what is not. What comes late, from
/// between a row and its confirmation, is followed by that row again, at the confirmation's time.
std::string day_statement()
{
    return compared_with_known("json_to_record($2::json)", "r.absent") +
           fmt::format(
               R"(, judged AS (
    SELECT m.*, p.day IS NULL OR (m.is_final AND NOT p.is_final)
                OR (m.is_final = p.is_final AND {differs}) AS is_new
    FROM reading m
    LEFT JOIN store.account_day p
        ON p.account_id = $1 AND p.day = m.day AND p.observed_at = m.known_at
), confirmed AS (
    UPDATE store.account_day d SET checked_at = m.observed_at FROM judged m
    WHERE NOT m.is_new AND d.account_id = $1 AND d.day = m.day AND d.observed_at = m.known_at
      AND d.is_final = m.is_final AND m.observed_at > m.known_until
)
INSERT INTO store.account_day (account_id, day, observed_at, checked_at, day_end, is_final, {plain})
SELECT $1, day, observed_at, observed_at, day_end, is_final, {plain} FROM judged WHERE is_new
UNION ALL
SELECT $1, p.day, m.known_until, m.known_until, p.day_end, p.is_final, {p}
FROM judged m
JOIN store.account_day p ON p.account_id = $1 AND p.day = m.day AND p.observed_at = m.known_at
WHERE m.is_new AND m.known_until > m.observed_at AND m.is_final = p.is_final
ON CONFLICT DO NOTHING)",
               fmt::arg("differs", differs()), fmt::arg("plain", all_columns("")),
               fmt::arg("p", all_columns("p.")));
}

/// The few numbers of a series over a final day: a row with the others as they were, if one of the
/// few differs. The day as a whole was not read again: checked_at stays.
std::string final_day_again_statement()
{
    return compared_with_known("json_to_recordset($2::json)", "p.absent") +
           fmt::format(
               R"(
INSERT INTO store.account_day (account_id, day, observed_at, checked_at, day_end, is_final, {plain})
SELECT $1, m.day, m.observed_at, m.known_until, m.day_end, true, {m}
FROM reading m
JOIN store.account_day p ON p.account_id = $1 AND p.day = m.day AND p.observed_at = m.known_at
WHERE m.keeps AND {differs}
ON CONFLICT DO NOTHING)",
               fmt::arg("differs", differs()), fmt::arg("plain", all_columns("")),
               fmt::arg("m", all_columns("m.")));
}

enum Which { day, final_days_again };

/// Made at the first use: the columns' table is another file's.
const std::array<Statement, 2>& statements()
{
    static const std::array made{
        Statement{"account_day", Nature::observation, day_statement()},
        Statement{"account_final_days_again", Nature::observation, final_day_again_statement()}};
    return made;
}

json::object row_of(const model::AccountDay& reading)
{
    json::object row{
        {"day", text_of(reading.day)},
        {"observed_at", text_of(reading.observed_at)},
        {"day_end", text_of(reading.day_end)},
        {"is_final", reading.is_final}};
    add_readings(row, reading.readings, day_columns());
    return row;
}

} // namespace

void add_days(Steps& steps, const std::vector<model::AccountDay>& rows)
{
    for (const auto* reading : in_time(rows))
        steps.add(statements()[day], row_of(*reading));
}

void add_final_days_again(Steps& steps, const std::vector<model::AccountDay>& rows)
{
    std::map<model::Instant, json::array> by_time; // each day once in a step
    for (const auto& reading : rows)
        by_time[reading.observed_at].push_back(row_of(reading));
    for (const auto& [observed_at, days] : by_time)
        steps.add(statements()[final_days_again], days);
}

std::span<const Statement> day_statements()
{
    return statements();
}

} // namespace insightd::storage
