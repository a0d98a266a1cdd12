#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

namespace insightd::storage
{
namespace
{

// ---- facts ----------------------------------------------------------------------------------

constexpr auto upsert_facts = R"(
INSERT INTO store.media AS m (account_id, media_id, product_type, media_type, published_at,
    expires_at, permalink, shortcode, caption, media_url, thumbnail_url, alt_text, username,
    owner_id, is_comment_enabled, is_shared_to_feed, other, facts_at, first_seen_at)
SELECT $1, media_id, product_type, media_type, published_at, expires_at, permalink, shortcode,
       caption, media_url, thumbnail_url, alt_text, username, owner_id, is_comment_enabled,
       is_shared_to_feed, other, observed_at, observed_at
FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, product_type text, media_type text,
    published_at timestamptz, expires_at timestamptz, permalink text, shortcode text, caption text,
    media_url text, thumbnail_url text, alt_text text, username text, owner_id text,
    is_comment_enabled boolean, is_shared_to_feed boolean, other jsonb, observed_at timestamptz)
ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    product_type = excluded.product_type, media_type = excluded.media_type,
    permalink = excluded.permalink, shortcode = excluded.shortcode, caption = excluded.caption,
    media_url = excluded.media_url, thumbnail_url = excluded.thumbnail_url,
    alt_text = excluded.alt_text, username = excluded.username, owner_id = excluded.owner_id,
    is_comment_enabled = excluded.is_comment_enabled,
    is_shared_to_feed = excluded.is_shared_to_feed, other = excluded.other,
    facts_at = excluded.facts_at
WHERE m.facts_at < excluded.facts_at AND
    (m.product_type, m.media_type, m.permalink, m.shortcode, m.caption, m.media_url,
     m.thumbnail_url, m.alt_text, m.username, m.owner_id, m.is_comment_enabled,
     m.is_shared_to_feed, m.other)
    IS DISTINCT FROM
    (excluded.product_type, excluded.media_type, excluded.permalink, excluded.shortcode,
     excluded.caption, excluded.media_url, excluded.thumbnail_url, excluded.alt_text,
     excluded.username, excluded.owner_id, excluded.is_comment_enabled,
     excluded.is_shared_to_feed, excluded.other))";

constexpr auto upsert_children = R"(
INSERT INTO store.media_child AS c (account_id, media_id, child_id, position, media_type, permalink,
    shortcode, media_url, thumbnail_url, alt_text, published_at)
SELECT $1, media_id, child_id, position, media_type, permalink, shortcode, media_url,
       thumbnail_url, alt_text, published_at
FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, child_id bigint, position smallint,
    media_type text, permalink text, shortcode text, media_url text, thumbnail_url text,
    alt_text text, published_at timestamptz)
ORDER BY media_id, child_id
ON CONFLICT (account_id, media_id, child_id) DO UPDATE SET
    position = excluded.position, media_type = excluded.media_type, permalink = excluded.permalink,
    shortcode = excluded.shortcode, media_url = excluded.media_url,
    thumbnail_url = excluded.thumbnail_url, alt_text = excluded.alt_text,
    published_at = excluded.published_at
WHERE (c.position, c.media_type, c.permalink, c.shortcode, c.media_url, c.thumbnail_url, c.alt_text)
    IS DISTINCT FROM
    (excluded.position, excluded.media_type, excluded.permalink, excluded.shortcode,
     excluded.media_url, excluded.thumbnail_url, excluded.alt_text))";

/// The list's counters: a row when one changed or after 24 hours, and the state as confirmed.
constexpr auto write_counts = R"(
WITH judged AS (
    SELECT r.*, s.count_row_at AS old_row_at,
           s.listed_at IS NULL OR (r.observed_at > s.listed_at AND
               ((r.like_count, r.comments_count, r.other_counts)
                    IS DISTINCT FROM (s.like_count, s.comments_count, s.other_counts)
                OR r.observed_at >= s.count_row_at + interval '24 hours')) AS is_new
    FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, observed_at timestamptz,
        like_count bigint, comments_count bigint, other_counts jsonb)
    LEFT JOIN store.media_state s ON s.account_id = $1 AND s.media_id = r.media_id
), stored AS (
    INSERT INTO store.media_count (account_id, media_id, observed_at, like_count, comments_count,
        other_counts)
    SELECT $1, media_id, observed_at, like_count, comments_count, other_counts
    FROM judged WHERE is_new ORDER BY media_id
    ON CONFLICT DO NOTHING
)
INSERT INTO store.media_state AS s (account_id, media_id, listed_at, count_row_at, like_count,
    comments_count, other_counts)
SELECT $1, media_id, observed_at, CASE WHEN is_new THEN observed_at ELSE old_row_at END,
       like_count, comments_count, other_counts
FROM judged ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    listed_at = excluded.listed_at, count_row_at = excluded.count_row_at,
    like_count = excluded.like_count, comments_count = excluded.comments_count,
    other_counts = excluded.other_counts
WHERE s.listed_at IS NULL OR s.listed_at < excluded.listed_at)";

json::object facts_of(const model::Media& media)
{
    return {
        {"media_id", media.id},
        {"product_type", clean(media.product_type)},
        {"media_type",
         media.media_type.empty() ? json::value(nullptr) : json::value(clean(media.media_type))},
        {"published_at", text_of(media.published_at)},
        {"expires_at", value_of(media.expires_at)},
        {"permalink", value_of(media.permalink)},
        {"shortcode", value_of(media.shortcode)},
        {"caption", value_of(media.caption)},
        {"media_url", value_of(media.media_url)},
        {"thumbnail_url", value_of(media.thumbnail_url)},
        {"alt_text", value_of(media.alt_text)},
        {"username", value_of(media.username)},
        {"owner_id", value_of(media.owner_id)},
        {"is_comment_enabled", value_of(media.is_comment_enabled)},
        {"is_shared_to_feed", value_of(media.is_shared_to_feed)},
        {"other", value_of(media.other)},
        {"observed_at", text_of(media.observed_at)}};
}

json::object
child_of(const model::Media& media, const model::MediaChild& child, std::size_t position)
{
    return {
        {"media_id", media.id},
        {"child_id", child.id},
        {"position", position},
        {"media_type", value_of(child.media_type)},
        {"permalink", value_of(child.permalink)},
        {"shortcode", value_of(child.shortcode)},
        {"media_url", value_of(child.media_url)},
        {"thumbnail_url", value_of(child.thumbnail_url)},
        {"alt_text", value_of(child.alt_text)},
        {"published_at", value_of(child.published_at)}};
}

json::object counts_of(const model::Media& media)
{
    json::object other;
    for (const auto& reading : media.other_counters)
        if (const auto* number = std::get_if<model::Number>(&reading.value))
            other[clean(reading.metric)] = value_of(*number);
    return {
        {"media_id", media.id},
        {"observed_at", text_of(media.observed_at)},
        {"like_count", value_of(media.like_count)},
        {"comments_count", value_of(media.comments_count)},
        {"other_counts", other.empty() ? json::value(nullptr) : json::value(std::move(other))}};
}

/// A media object once, as it was seen last: one statement may touch a row only once.
std::map<model::MediaId, const model::Media*> newest(const std::vector<model::Media>& media)
{
    std::map<model::MediaId, const model::Media*> by_id;
    for (const auto& row : media) {
        auto& known = by_id[row.id];
        if (known == nullptr || known->observed_at <= row.observed_at)
            known = &row;
    }
    return by_id;
}

// ---- samples --------------------------------------------------------------------------------

std::string column_list(std::string_view prefix)
{
    std::vector<std::string> names;
    for (const auto& [metric, column] : media_columns())
        names.push_back(fmt::format("{}{}", prefix, column));
    for (const auto* column : {"breakdowns", "extra", "absent"})
        names.push_back(fmt::format("{}{}", prefix, column));
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string assignments()
{
    std::vector<std::string> parts;
    for (const auto& [metric, column] : media_columns())
        parts.push_back(fmt::format("{0} = excluded.{0}", column));
    for (const auto* column : {"breakdowns", "extra", "absent"})
        parts.push_back(fmt::format("{0} = excluded.{0}", column));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string typed_columns()
{
    std::vector<std::string> parts;
    for (const auto& [metric, column] : media_columns())
        parts.push_back(fmt::format("{} bigint", column));
    return fmt::format("{}, breakdowns jsonb, extra jsonb, absent jsonb", fmt::join(parts, ", "));
}

/// A row where a value changed against the one before, or 24 hours passed since the last row. What
/// comes late, from before the state, is compared with the row before it and leaves the state
/// alone.
std::string sample_statement()
{
    return fmt::format(
        R"(
WITH judged AS (
    SELECT r.*, s.row_at AS old_row_at,
           CASE WHEN s.checked_at IS NULL THEN true
                WHEN r.observed_at < s.checked_at THEN
                    p.observed_at IS NULL OR ({r}) IS DISTINCT FROM ({p})
                    OR r.observed_at >= p.observed_at + interval '24 hours'
                ELSE ({r}) IS DISTINCT FROM ({s})
                    OR r.observed_at >= s.row_at + interval '24 hours' END AS is_new
    FROM jsonb_to_recordset($2::jsonb) AS r(media_id bigint, observed_at timestamptz, {typed})
    LEFT JOIN store.media_state s ON s.account_id = $1 AND s.media_id = r.media_id
    LEFT JOIN LATERAL (
        SELECT * FROM store.media_sample m
        WHERE r.observed_at < s.checked_at AND m.account_id = $1 AND m.media_id = r.media_id
              AND m.observed_at <= r.observed_at
        ORDER BY m.observed_at DESC LIMIT 1) p ON true
), stored AS (
    INSERT INTO store.media_sample (account_id, media_id, observed_at, {plain})
    SELECT $1, media_id, observed_at, {plain} FROM judged WHERE is_new ORDER BY media_id
    ON CONFLICT DO NOTHING
)
INSERT INTO store.media_state AS s (account_id, media_id, checked_at, row_at, {plain})
SELECT $1, media_id, observed_at, CASE WHEN is_new THEN observed_at ELSE old_row_at END, {plain}
FROM judged ORDER BY media_id
ON CONFLICT (account_id, media_id) DO UPDATE SET
    checked_at = excluded.checked_at, row_at = excluded.row_at, {assigned}
WHERE s.checked_at IS NULL OR s.checked_at < excluded.checked_at)",
        fmt::arg("r", column_list("r.")), fmt::arg("s", column_list("s.")),
        fmt::arg("p", column_list("p.")), fmt::arg("plain", column_list("")),
        fmt::arg("typed", typed_columns()), fmt::arg("assigned", assignments()));
}

/// Samples of one media object follow one another: each round holds at most one of each.
std::vector<json::array> rounds_of(const std::vector<model::MediaSample>& samples)
{
    std::map<model::MediaId, std::map<model::Instant, const model::MediaSample*>> by_media;
    for (const auto& sample : samples)
        by_media[sample.media_id][sample.observed_at] = &sample;
    std::vector<json::array> rounds;
    for (const auto& [media_id, in_time] : by_media) {
        std::size_t round = 0;
        for (const auto& [observed_at, sample] : in_time) {
            json::object row{{"media_id", media_id}, {"observed_at", text_of(observed_at)}};
            add_readings(row, sample->readings, media_columns());
            rounds.resize(std::max(rounds.size(), round + 1));
            rounds[round++].push_back(std::move(row));
        }
    }
    return rounds;
}

void ensure_months(pqxx::transaction_base& tx, const std::vector<model::MediaSample>& samples)
{
    std::set<std::chrono::year_month> months;
    for (const auto& sample : samples) {
        const std::chrono::year_month_day day{
            std::chrono::floor<std::chrono::days>(sample.observed_at)};
        months.insert(day.year() / day.month());
    }
    for (const auto month : months)
        tx.exec_params1(
            "SELECT store.ensure_month($1::date)",
            text_of(model::Day{month / std::chrono::day{1}}));
}

} // namespace

void write_media(
    pqxx::transaction_base& tx, model::AccountId account, const std::vector<model::Media>& media)
{
    if (media.empty())
        return;
    json::array facts;
    json::array children;
    json::array counts;
    for (const auto& [id, row] : newest(media)) {
        facts.push_back(facts_of(*row));
        counts.push_back(counts_of(*row));
        for (std::size_t at = 0; at < row->children.size(); ++at)
            children.push_back(child_of(*row, row->children[at], at));
    }
    tx.exec_params0(upsert_facts, account, json::serialize(facts));
    tx.exec_params0(write_counts, account, json::serialize(counts));
    if (!children.empty())
        tx.exec_params0(upsert_children, account, json::serialize(children));
}

void write_samples(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::MediaSample>& samples)
{
    static const auto statement = sample_statement();
    ensure_months(tx, samples);
    for (const auto& round : rounds_of(samples))
        tx.exec_params0(statement, account, json::serialize(round));
}

} // namespace insightd::storage
