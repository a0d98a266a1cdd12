#include "storage/sample_rows.hpp"

#include "storage/json_rows.hpp"
#include "storage/rate_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

namespace insightd::storage
{
namespace
{

std::string column_list(std::string_view prefix)
{
    std::vector<std::string> names;
    for (const auto& [metric, column] : media_columns())
        names.push_back(fmt::format("{}{}", prefix, column));
    for (const auto* column : {"breakdowns", "extra", "absent"})
        names.push_back(fmt::format("{}{}", prefix, column));
    return fmt::format("{}", fmt::join(names, ", "));
}

/// What the state keeps if the new reading answers no number: the last numbers stay.
std::string assignments()
{
    const auto kept = [](std::string_view column) {
        return fmt::format(
            "{0} = CASE WHEN excluded.numbers_at IS NULL THEN s.{0} ELSE excluded.{0} END", column);
    };
    std::vector<std::string> parts;
    for (const auto& [metric, column] : media_columns())
        parts.push_back(kept(column));
    for (const auto* column : {"breakdowns", "extra"})
        parts.push_back(kept(column));
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

std::string typed_sample_columns()
{
    std::vector<std::string> parts;
    for (const auto& [metric, column] : media_columns())
        parts.push_back(fmt::format("{} bigint", column));
    return fmt::format("{}, breakdowns jsonb, extra jsonb, absent jsonb", fmt::join(parts, ", "));
}

std::string sample_numbers(std::string_view prefix)
{
    auto list = fmt::format("{0}extra, {0}breakdowns", prefix);
    for (const auto& [metric, column] : media_columns())
        list += fmt::format(", {}{}", prefix, column);
    return list;
}

std::string sample_statement(std::string_view source)
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at,
           CASE WHEN r.observed_at > s.checked_at AND s.numbers_at <> s.row_at
                THEN s.numbers_at END AS before_held_until,
           CASE WHEN num_nonnulls({numbers}) > 0 THEN r.observed_at END AS numbers_at,
           CASE WHEN s.checked_at IS NULL THEN true
                WHEN r.observed_at < s.checked_at THEN
                    p.observed_at IS NULL OR ({r}) IS DISTINCT FROM ({p})
                    OR r.observed_at >= p.observed_at + interval '24 hours'
                WHEN r.observed_at >= s.row_at + interval '24 hours' THEN true
                WHEN num_nonnulls({numbers}) = 0 THEN
                    s.numbers_at = s.checked_at OR r.absent IS DISTINCT FROM s.absent
                ELSE s.numbers_at IS DISTINCT FROM s.checked_at
                     OR ({r}) IS DISTINCT FROM ({s}) END AS is_new
    FROM {source}
    LEFT JOIN store.media_state s ON s.account_id = r.account_id AND s.media_id = r.media_id
    LEFT JOIN LATERAL (
        SELECT * FROM store.media_sample m
        WHERE r.observed_at < s.checked_at AND m.account_id = r.account_id AND m.media_id = r.media_id
              AND m.observed_at <= r.observed_at
        ORDER BY m.observed_at DESC LIMIT 1) p ON true
), stored AS (
    INSERT INTO store.media_sample (account_id, media_id, observed_at, before_held_until, {plain})
    SELECT account_id, media_id, observed_at, before_held_until, {plain}
    FROM judged WHERE is_new ORDER BY media_id
    ON CONFLICT DO NOTHING
)
INSERT INTO store.media_state AS s (account_id, media_id, checked_at, numbers_at, row_at, {plain},
    {rate})
SELECT account_id, media_id, observed_at, numbers_at,
       CASE WHEN is_new THEN observed_at ELSE old_row_at END, {plain}, {rate}
FROM judged ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    checked_at = excluded.checked_at,
    numbers_at = coalesce(excluded.numbers_at, s.numbers_at),
    row_at = excluded.row_at, absent = excluded.absent, {assigned}, {rated}
WHERE s.checked_at IS NULL OR s.checked_at < excluded.checked_at)",
        fmt::arg("r", column_list("r.")), fmt::arg("s", column_list("s.")),
        fmt::arg("p", column_list("p.")), fmt::arg("plain", column_list("")),
        fmt::arg("numbers", sample_numbers("r.")), fmt::arg("source", source),
        fmt::arg("assigned", assignments()), fmt::arg("rate", rate_columns),
        fmt::arg("rated", rate_assignments()));
}

json::array months_of(const std::vector<model::Instant>& times)
{
    std::set<std::chrono::year_month> months;
    for (const auto time : times) {
        const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
        months.insert(day.year() / day.month());
    }
    json::array firsts;
    for (const auto month : months)
        firsts.emplace_back(text_of(model::Day{month / std::chrono::day{1}}));
    return firsts;
}

std::vector<json::array> rounds_of(const json::array& rows)
{
    std::map<model::MediaId, std::map<std::string_view, const json::value*>> by_media;
    for (const auto& row : rows)
        by_media[row.at("media_id").as_int64()][row.at("observed_at").as_string()] = &row;
    std::vector<json::array> rounds;
    for (const auto& [media_id, in_time] : by_media) {
        std::size_t round = 0;
        for (const auto& [observed_at, row] : in_time) {
            rounds.resize(std::max(rounds.size(), round + 1));
            rounds[round++].push_back(*row);
        }
    }
    return rounds;
}

} // namespace insightd::storage
