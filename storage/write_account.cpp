#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace insightd::storage
{
namespace
{

constexpr auto upsert_profile = R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at,
           s.checked_at IS NULL OR (r.observed_at > s.checked_at AND
               ((r.followers_count, r.follows_count, r.media_count)
                    IS DISTINCT FROM (s.followers_count, s.follows_count, s.media_count)
                OR r.observed_at >= s.row_at + interval '24 hours')) AS is_new
    FROM jsonb_to_record($2::jsonb) AS r(observed_at timestamptz, username text, name text,
        biography text, website text, profile_picture_url text, account_type text,
        followers_count bigint, follows_count bigint, media_count bigint, other jsonb)
    LEFT JOIN store.account_state s ON s.account_id = $1
), stored AS (
    INSERT INTO store.account_sample (account_id, observed_at, followers_count, follows_count,
        media_count)
    SELECT $1, observed_at, followers_count, follows_count, media_count FROM judged WHERE is_new
    ON CONFLICT DO NOTHING
)
INSERT INTO store.account_state AS s (account_id, checked_at, row_at, username, name, biography,
    website, profile_picture_url, account_type, followers_count, follows_count, media_count, other)
SELECT $1, observed_at, CASE WHEN is_new THEN observed_at ELSE old_row_at END, username, name,
       biography, website, profile_picture_url, account_type, followers_count, follows_count,
       media_count, other
FROM judged
ON CONFLICT (account_id) DO UPDATE SET
    checked_at = excluded.checked_at, row_at = excluded.row_at, username = excluded.username,
    name = excluded.name, biography = excluded.biography, website = excluded.website,
    profile_picture_url = excluded.profile_picture_url, account_type = excluded.account_type,
    followers_count = excluded.followers_count, follows_count = excluded.follows_count,
    media_count = excluded.media_count, other = excluded.other
WHERE s.checked_at < excluded.checked_at)";

constexpr auto upsert_demographics = R"(
INSERT INTO store.demographic_snapshot AS d (account_id, metric, dimension, timeframe, snapshot_on,
    observed_at, data, absent)
SELECT $1, metric, dimension, timeframe, snapshot_on, observed_at, data, absent
FROM jsonb_to_record($2::jsonb) AS r(metric text, dimension text, timeframe text,
    snapshot_on date, observed_at timestamptz, data jsonb, absent text)
ON CONFLICT (account_id, metric, dimension, timeframe, snapshot_on) DO UPDATE SET
    observed_at = excluded.observed_at, data = excluded.data, absent = excluded.absent
WHERE d.observed_at < excluded.observed_at)";

constexpr auto insert_online_followers = R"(
INSERT INTO store.online_followers (account_id, day, observed_at, day_end, hours, absent)
SELECT $1, r.day, r.observed_at, r.day_end, r.hours, r.absent
FROM jsonb_to_record($2::jsonb) AS r(day date, observed_at timestamptz, day_end timestamptz,
    hours bigint[], absent text)
LEFT JOIN LATERAL (
    SELECT * FROM store.online_followers o
    WHERE o.account_id = $1 AND o.day = r.day AND o.observed_at <= r.observed_at
    ORDER BY o.observed_at DESC LIMIT 1) p ON true
WHERE p.day IS NULL OR (p.hours, p.absent) IS DISTINCT FROM (r.hours, r.absent)
ON CONFLICT DO NOTHING)";

std::string joined(std::string_view format)
{
    std::vector<std::string> parts;
    for (const auto& [metric, column] : day_columns())
        parts.push_back(fmt::format(fmt::runtime(format), column));
    return fmt::format("{}", fmt::join(parts, ", "));
}

/// A row when a value changed against the newest one of the day, or the day is settled by it.
/// What is final is not followed by what is not.
std::string day_statement()
{
    return fmt::format(
        R"(
INSERT INTO store.account_day (account_id, day, observed_at, day_end, is_final, {plain}, breakdowns,
    extra, absent)
SELECT $1, r.day, r.observed_at, r.day_end, r.is_final, {r}, r.breakdowns, r.extra, r.absent
FROM jsonb_to_record($2::jsonb) AS r(day date, observed_at timestamptz, day_end timestamptz,
    is_final boolean, {typed}, breakdowns jsonb, extra jsonb, absent jsonb)
LEFT JOIN LATERAL (
    SELECT * FROM store.account_day d
    WHERE d.account_id = $1 AND d.day = r.day AND d.observed_at <= r.observed_at
    ORDER BY d.observed_at DESC LIMIT 1) p ON true
WHERE p.day IS NULL
   OR (r.is_final AND NOT p.is_final)
   OR (r.is_final = p.is_final AND ({r}, r.breakdowns, r.extra, r.absent)
       IS DISTINCT FROM ({p}, p.breakdowns, p.extra, p.absent))
ON CONFLICT DO NOTHING)",
        fmt::arg("plain", joined("{}")), fmt::arg("r", joined("r.{}")),
        fmt::arg("p", joined("p.{}")), fmt::arg("typed", joined("{} bigint")));
}

json::value reason_of(const std::optional<model::Absence>& absent)
{
    return absent ? json::value(model::to_string(*absent)) : json::value(nullptr);
}

/// Rows in the order of their time: each is compared with the one before.
template <class Row> std::vector<const Row*> in_time(const std::vector<Row>& rows)
{
    std::vector<const Row*> sorted;
    for (const auto& row : rows)
        sorted.push_back(&row);
    std::ranges::stable_sort(sorted, {}, [](const Row* row) { return row->observed_at; });
    return sorted;
}

enum Which { profiles, days, demographics, online_followers };

/// Made at the first use: the columns' table is another file's.
const std::array<Statement, 4>& statements()
{
    static const std::array made{
        Statement{"account_profile", upsert_profile}, Statement{"account_day", day_statement()},
        Statement{"account_demographics", upsert_demographics},
        Statement{"account_online_followers", insert_online_followers}};
    return made;
}

} // namespace

void add_profiles(Steps& steps, const std::vector<model::Profile>& rows)
{
    for (const auto* profile : in_time(rows)) {
        const json::object row{
            {"observed_at", text_of(profile->observed_at)},
            {"username", value_of(profile->username)},
            {"name", value_of(profile->name)},
            {"biography", value_of(profile->biography)},
            {"website", value_of(profile->website)},
            {"profile_picture_url", value_of(profile->profile_picture_url)},
            {"account_type", value_of(profile->account_type)},
            {"followers_count", value_of(profile->followers_count)},
            {"follows_count", value_of(profile->follows_count)},
            {"media_count", value_of(profile->media_count)},
            {"other", value_of(profile->other)}};
        steps.add(statements()[profiles], row);
    }
}

void add_days(Steps& steps, const std::vector<model::AccountDay>& rows)
{
    for (const auto* day : in_time(rows)) {
        json::object row{
            {"day", text_of(day->day)},
            {"observed_at", text_of(day->observed_at)},
            {"day_end", text_of(day->day_end)},
            {"is_final", day->is_final}};
        add_readings(row, day->readings, day_columns());
        steps.add(statements()[days], row);
    }
}

void add_demographics(Steps& steps, const std::vector<model::Demographics>& snapshots)
{
    for (const auto* snapshot : in_time(snapshots)) {
        const json::object row{
            {"metric", clean(snapshot->metric)},
            {"dimension", clean(snapshot->dimension)},
            {"timeframe", clean(snapshot->timeframe)},
            {"snapshot_on", text_of(snapshot->snapshot_on)},
            {"observed_at", text_of(snapshot->observed_at)},
            {"data", cells_of(snapshot->cells)},
            {"absent", reason_of(snapshot->absent)}};
        steps.add(statements()[demographics], row);
    }
}

void add_online_followers(Steps& steps, const std::vector<model::OnlineFollowers>& rows)
{
    for (const auto* day : in_time(rows)) {
        json::array hours;
        for (const auto& hour : day->hours)
            hours.push_back(value_of(hour));
        const json::object row{
            {"day", text_of(day->day)},
            {"observed_at", text_of(day->observed_at)},
            {"day_end", text_of(day->day_end)},
            {"hours", std::move(hours)},
            {"absent", reason_of(day->absent)}};
        steps.add(statements()[online_followers], row);
    }
}

std::span<const Statement> account_statements()
{
    return statements();
}

} // namespace insightd::storage
