#include "storage/in_time.hpp"
#include "storage/json_rows.hpp"
#include "storage/newness.hpp"
#include "storage/write.hpp"

#include <fmt/format.h>

#include <array>

namespace insightd::storage
{
namespace
{

const Series followers{
    .table = "store.account_sample",
    .same = "p.account_id = $1",
    .values = {"followers_count", "follows_count", "media_count"},
    .is_first = "s.checked_at IS NULL",
    .confirmed_at = "s.checked_at",
    .row_at = "s.row_at"};

std::string profile_statement()
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at, {is_new} AS is_new
    FROM json_to_record($2::json) AS r(observed_at timestamptz, username text, name text,
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
WHERE s.checked_at < excluded.checked_at)",
        fmt::arg("is_new", is_new(followers)));
}

constexpr auto upsert_demographics = R"(
INSERT INTO store.demographic_snapshot AS d (account_id, metric, dimension, timeframe, snapshot_on,
    observed_at, data, absent)
SELECT $1, metric, dimension, timeframe, snapshot_on, observed_at, data, absent
FROM json_to_record($2::json) AS r(metric text, dimension text, timeframe text,
    snapshot_on date, observed_at timestamptz, data jsonb, absent text)
ON CONFLICT (account_id, metric, dimension, timeframe, snapshot_on) DO UPDATE SET
    observed_at = excluded.observed_at, data = excluded.data, absent = excluded.absent
WHERE d.observed_at < excluded.observed_at)";

constexpr auto insert_online_followers = R"(
INSERT INTO store.online_followers (account_id, day, observed_at, day_end, hours, absent)
SELECT $1, r.day, r.observed_at, r.day_end, r.hours, r.absent
FROM json_to_record($2::json) AS r(day date, observed_at timestamptz, day_end timestamptz,
    hours bigint[], absent text)
LEFT JOIN LATERAL (
    SELECT * FROM store.online_followers o
    WHERE o.account_id = $1 AND o.day = r.day AND o.observed_at <= r.observed_at
    ORDER BY o.observed_at DESC LIMIT 1) p ON true
WHERE p.day IS NULL OR (p.hours, p.absent) IS DISTINCT FROM (r.hours, r.absent)
ON CONFLICT DO NOTHING)";

json::value reason_of(const std::optional<model::Absence>& absent)
{
    return absent ? json::value(model::to_string(*absent)) : json::value(nullptr);
}

enum Which { profiles, demographics, online_followers };

const std::array statements{
    Statement{"account_profile", Nature::observation, profile_statement()},
    Statement{"account_demographics", Nature::observation, upsert_demographics},
    Statement{"account_online_followers", Nature::observation, insert_online_followers}};

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
        steps.add(statements[profiles], row);
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
        steps.add(statements[demographics], row);
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
        steps.add(statements[online_followers], row);
    }
}

std::span<const Statement> account_statements()
{
    return statements;
}

} // namespace insightd::storage
