#include "storage/retention.hpp"

#include "storage/connection.hpp"
#include "storage/json_rows.hpp"
#include "storage/leases.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <limits>
#include <optional>

namespace insightd::storage
{
namespace
{

/// A post has a few hundred readings in its first month: a piece is done in a fraction of a second.
constexpr int posts_at_a_time = 50;

/// Rows that no view needs: $1 account, $2 and $3 the month in which they were observed, of posts
/// after $4 up to $5.
struct Superfluous {
    const char* table;
    const char* key; ///< beside account and time
    bool is_of_posts;
    const char* rows;
};

/// Kept of a post's readings, for the views named:
/// - the last of each day that says anything, that says one of the numbers that grow, and at all:
///   media_daily, media_as_of;
/// - the first and the last one with such a number between two ages, or before or after them all:
///   media_growth interpolates between the neighbours of an age;
/// - both sides of each change of what is absent, and why: absence.since;
/// - all of a day that is not settled, all of stories, all of posts that nothing else is known of.
constexpr auto samples = R"(
SELECT media_id, observed_at FROM (
    SELECT r.media_id, r.observed_at, r.says, r.is_settled,
           max(r.says) OVER (PARTITION BY r.media_id, r.day ORDER BY r.observed_at
                             ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) >= r.says
               AS is_followed,
           r.ages_passed = lag(r.ages_passed) OVER alike
               AND r.ages_passed = lead(r.ages_passed) OVER alike AS is_between_ages,
           lag(r.observed_at) OVER post IS NOT NULL
               AND r.absent IS NOT DISTINCT FROM lag(r.absent) OVER post
               AND r.absent IS NOT DISTINCT FROM lead(r.absent) OVER post AS is_absent_as_around
    FROM (
        SELECT s.media_id, s.observed_at, s.absent, d.day,
               (d.day + 1)::timestamp AT TIME ZONE a.timezone + interval '48 hours'
                   + a.settling_margin <= k.numbers_at AS is_settled,
               CASE WHEN num_nonnulls(s.views, s.reach, s.likes, s.comments, s.saved, s.shares,
                                      s.follows, s.total_interactions, s.profile_visits,
                                      s.profile_activity, s.replies, s.navigation,
                                      s.total_watch_ms) > 0 THEN 2
                    WHEN num_nonnulls(s.avg_watch_ms, s.breakdowns, s.extra) > 0 THEN 1
                    ELSE 0 END AS says,
               (s.observed_at >= m.published_at)::int
                   + (SELECT count(*) FROM store.ages() h
                      WHERE s.observed_at > m.published_at + h.since) AS ages_passed
        FROM store.account a
        JOIN store.media m USING (account_id)
        JOIN store.media_state k USING (account_id, media_id)
        JOIN store.media_sample s USING (account_id, media_id)
        CROSS JOIN LATERAL (SELECT (s.observed_at AT TIME ZONE a.timezone)::date AS day) d
        WHERE a.account_id = $1 AND s.observed_at >= $2 AND s.observed_at < $3
          AND s.media_id > $4 AND s.media_id <= $5 AND m.media_id > $4 AND m.media_id <= $5
          AND m.product_type <> 'STORY'
        OFFSET 0) r -- reckoned once for all windows
    WINDOW post AS (PARTITION BY r.media_id ORDER BY r.observed_at),
           alike AS (PARTITION BY r.media_id, r.says = 2 ORDER BY r.observed_at)) judged
WHERE is_settled AND is_followed AND is_absent_as_around AND (says < 2 OR is_between_ages))";

/// Counters of the media list: the last of each settled day.
constexpr auto counts = R"(
SELECT media_id, observed_at FROM (
    SELECT c.media_id, c.observed_at,
           (d.day + 1)::timestamp AT TIME ZONE a.timezone + interval '48 hours'
               + a.settling_margin <= k.listed_at AS is_settled,
           lead(d.day) OVER (PARTITION BY c.media_id ORDER BY c.observed_at) = d.day AS is_followed
    FROM store.account a
    JOIN store.media m USING (account_id)
    JOIN store.media_state k USING (account_id, media_id)
    JOIN store.media_count c USING (account_id, media_id)
    CROSS JOIN LATERAL (SELECT (c.observed_at AT TIME ZONE a.timezone)::date AS day) d
    WHERE a.account_id = $1 AND c.observed_at >= $2 AND c.observed_at < $3
      AND c.media_id > $4 AND c.media_id <= $5 AND m.media_id > $4 AND m.media_id <= $5
      AND m.product_type <> 'STORY') judged
WHERE is_settled AND is_followed)";

/// Kept of the profile's counters: the last of each day, with followers and at all, and what
/// media_engagement tells of a post: the last one with followers before it was published, or the
/// next one if that is more than a week away. $4 and $5 are of no account.
constexpr auto followers = R"(
SELECT observed_at FROM (
    SELECT r.observed_at, r.says,
           lag(r.observed_at) OVER alike AS before, lead(r.observed_at) OVER alike AS after,
           max(r.says) OVER (PARTITION BY r.day ORDER BY r.observed_at
                             ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) >= r.says
               AS is_followed
    FROM (SELECT s.observed_at, (s.observed_at AT TIME ZONE a.timezone)::date AS day,
                 (s.followers_count IS NOT NULL)::int AS says
          FROM store.account a JOIN store.account_sample s USING (account_id)
          WHERE a.account_id = $1 AND s.observed_at >= $2 AND s.observed_at < $3
            AND $4::bigint <= $5::bigint) r
    WINDOW alike AS (PARTITION BY r.says ORDER BY r.observed_at)) judged
WHERE is_followed AND before IS NOT NULL
  AND (says = 0 OR NOT EXISTS (
      SELECT FROM store.media m
      WHERE m.account_id = $1 AND m.published_at > judged.before AND m.published_at < judged.after
        AND (m.published_at >= judged.observed_at
             OR m.published_at > judged.before + interval '7 days'))))";

/// Kept of a day's readings, once it is settled: the first, the last of each date, and all final
/// ones. A reading of the day comes within weeks; a later one, of a day that was long forgotten,
/// stays.
constexpr auto days = R"(
SELECT r.day, r.observed_at
FROM store.account a
JOIN store.account_day r USING (account_id)
CROSS JOIN LATERAL (
    SELECT ((r.observed_at AT TIME ZONE a.timezone)::date + 1)::timestamp
               AT TIME ZONE a.timezone AS ends) d
WHERE a.account_id = $1 AND r.observed_at >= $2 AND r.observed_at < $3
  AND $4::bigint <= $5::bigint
  AND r.day >= ($2::timestamptz AT TIME ZONE 'UTC')::date - 40
  AND r.day <= ($3::timestamptz AT TIME ZONE 'UTC')::date + 1
  AND NOT r.is_final
  AND EXISTS (SELECT FROM store.account_day f
              WHERE f.account_id = $1 AND f.day = r.day AND f.is_final)
  AND EXISTS (SELECT FROM store.account_day e
              WHERE e.account_id = $1 AND e.day = r.day AND e.observed_at < r.observed_at)
  AND EXISTS (SELECT FROM store.account_day l
              WHERE l.account_id = $1 AND l.day = r.day AND l.observed_at > r.observed_at
                AND l.observed_at < d.ends))";

constexpr std::array kinds{
    Superfluous{"media_sample", "media_id", true, samples},
    Superfluous{"media_count", "media_id", true, counts},
    Superfluous{"account_sample", "observed_at", false, followers},
    Superfluous{"account_day", "day", false, days}};

constexpr auto open_ledger = R"(
INSERT INTO store.retention (account_id) SELECT account_id FROM store.account WHERE account_id = $1
ON CONFLICT DO NOTHING)";

constexpr auto begin_pass = R"(
UPDATE store.retention k
SET month = (SELECT min(m.month) FROM store.months_before($1, $2) m
             WHERE m.month >= coalesce(k.full_since - interval '2 months', '-infinity')),
    after_media = 0
WHERE k.account_id = $1 AND k.month IS NULL
  AND EXISTS (SELECT FROM store.months_before($1, $2) m
              WHERE m.month >= coalesce(k.full_since, '-infinity')))";

constexpr auto begin_anew = R"(
UPDATE store.retention
SET month = (SELECT min(m.month) FROM store.months_before($1, $2) m), after_media = 0
WHERE account_id = $1)";

constexpr auto select_piece = R"(
SELECT m.month - date '1970-01-01', m.since, m.until, k.after_media,
       (SELECT max(media_id) FROM (SELECT media_id FROM store.media
                                   WHERE account_id = $1 AND media_id > k.after_media
                                   ORDER BY media_id LIMIT $3) next)
FROM store.retention k JOIN store.months_before($1, $2) m USING (month)
WHERE k.account_id = $1 FOR UPDATE OF k)";

constexpr auto select_months = R"(
SELECT month - date '1970-01-01', since, until FROM store.months_before($1, $2) ORDER BY month)";

/// $3: the last post of the piece; NULL: the month is done. What is looked at is not full any more.
constexpr auto advance = R"(
UPDATE store.retention k
SET full_since = greatest(k.full_since, (k.month + interval '1 month')::date),
    rows_thinned = k.rows_thinned + $4, thinned_at = $5, after_media = coalesce($3::bigint, 0),
    month = CASE WHEN $3::bigint IS NOT NULL THEN k.month
                 ELSE (SELECT min(m.month) FROM store.months_before($1, $2) m
                       WHERE m.month > k.month) END
WHERE k.account_id = $1)";

constexpr auto select_progress = R"(
SELECT count(*), count(k.full_since), count(k.month), min(k.full_since) - date '1970-01-01',
       max(k.full_since) - date '1970-01-01', coalesce(sum(k.rows_thinned), 0)
FROM store.account a LEFT JOIN store.retention k USING (account_id))";

/// What one step looks at.
struct Piece {
    model::Day month;
    std::string since, until;
    model::MediaId after = 0;
    std::optional<model::MediaId> last; ///< nothing: all posts are done, the account's rows follow
};

/// From a row that begins with the month and its bounds.
Piece whole_month(const pqxx::row& row)
{
    return {
        model::Day{std::chrono::days{row[0].as<int>()}}, row[1].as<std::string>(),
        row[2].as<std::string>(), 0, std::numeric_limits<model::MediaId>::max()};
}

std::optional<Piece> next_piece(pqxx::transaction_base& tx, const model::ThinOrder& order)
{
    const auto found =
        tx.exec_params(select_piece, order.account_id, text_of(order.before), posts_at_a_time);
    if (found.empty())
        return std::nullopt;
    auto piece = whole_month(found[0]);
    piece.after = found[0][3].as<model::MediaId>();
    piece.last =
        found[0][4].is_null() ? std::nullopt : std::optional{found[0][4].as<model::MediaId>()};
    return piece;
}

std::optional<Piece> piece_of_pass(pqxx::transaction_base& tx, const model::ThinOrder& order)
{
    tx.exec_params0(open_ledger, order.account_id);
    if (auto piece = next_piece(tx, order))
        return piece;
    tx.exec_params0(begin_pass, order.account_id, text_of(order.before));
    return next_piece(tx, order);
}

std::string deletion(const Superfluous& what)
{
    return fmt::format(
        "DELETE FROM store.{0} t USING ({2}) s WHERE t.account_id = $1 AND t.observed_at = "
        "s.observed_at AND t.observed_at >= $2 AND t.observed_at < $3 AND t.{1} = s.{1}",
        what.table, what.key, what.rows);
}

std::string counting(const Superfluous& what)
{
    return fmt::format("SELECT count(*) FROM ({}) s", what.rows);
}

pqxx::result exec_on(
    pqxx::transaction_base& tx, const std::string& sql, model::AccountId account,
    const Piece& piece)
{
    return tx.exec_params(
        sql, account, piece.since, piece.until, piece.after, piece.last.value_or(piece.after));
}

std::vector<model::ThinnedRows>
take(pqxx::transaction_base& tx, model::AccountId account, const Piece& piece)
{
    std::vector<model::ThinnedRows> taken;
    for (const auto& kind : kinds) {
        if (kind.is_of_posts != piece.last.has_value())
            continue;
        const auto rows = exec_on(tx, deletion(kind), account, piece).affected_rows();
        taken.push_back({piece.month, kind.table, static_cast<std::int64_t>(rows)});
    }
    return taken;
}

std::int64_t sum_of(const std::vector<model::ThinnedRows>& taken)
{
    std::int64_t rows = 0;
    for (const auto& part : taken)
        rows += part.rows;
    return rows;
}

std::optional<model::Day> day_of(const pqxx::field& field)
{
    if (field.is_null())
        return std::nullopt;
    return model::Day{std::chrono::days{field.as<int>()}};
}

/// Each order in steps of one transaction each, as the daemon does it.
void thin_wholly(pqxx::connection& db, const model::ThinOrder& order, const ThinningHeard& told)
{
    {
        pqxx::work tx{db};
        begin_thinning_anew(tx, order);
        tx.commit();
    }
    for (bool is_over = false; !is_over;) {
        pqxx::work tx{db};
        const auto step = thin_step(tx, order);
        tx.commit();
        told(step.taken);
        is_over = step.is_over;
    }
}

} // namespace

model::ThinStep thin_step(pqxx::transaction_base& tx, const model::ThinOrder& order)
{
    if (order.fence && !holds_fence(tx, order.account_id, std::to_string(*order.fence)))
        return {{}, true};
    const auto piece = piece_of_pass(tx, order);
    if (!piece)
        return {{}, true};
    model::ThinStep step{take(tx, order.account_id, *piece), false};
    tx.exec_params0(
        advance, order.account_id, text_of(order.before), piece->last, sum_of(step.taken),
        text_of(order.now));
    return step;
}

void begin_thinning_anew(pqxx::transaction_base& tx, const model::ThinOrder& order)
{
    tx.exec_params0(open_ledger, order.account_id);
    tx.exec_params0(begin_anew, order.account_id, text_of(order.before));
}

std::vector<model::ThinnedRows>
count_superfluous(pqxx::transaction_base& tx, const model::ThinOrder& order)
{
    std::vector<model::ThinnedRows> all;
    for (const auto& row : tx.exec_params(select_months, order.account_id, text_of(order.before))) {
        const auto month = whole_month(row);
        for (const auto& kind : kinds) {
            const auto rows = exec_on(tx, counting(kind), order.account_id, month);
            all.push_back({month.month, kind.table, rows[0][0].as<std::int64_t>()});
        }
    }
    return all;
}

void would_thin(
    const std::string& url, const std::vector<model::ThinOrder>& orders, const ThinningHeard& told)
{
    translated([&] {
        const auto db = connect(url);
        pqxx::read_transaction tx{*db};
        for (const auto& order : orders)
            told(count_superfluous(tx, order));
    });
}

void thin(
    const std::string& url, const std::vector<model::ThinOrder>& orders, const ThinningHeard& told)
{
    translated([&] {
        const auto db = connect(url);
        for (const auto& order : orders)
            thin_wholly(*db, order, told);
    });
}

model::ThinningProgress thinning_progress(const std::string& url)
{
    return translated([&] {
        const auto db = connect(url);
        pqxx::read_transaction tx{*db};
        const auto row = tx.exec1(select_progress);
        return model::ThinningProgress{
            row[0].as<std::int64_t>(),
            row[1].as<std::int64_t>(),
            row[2].as<std::int64_t>(),
            day_of(row[3]),
            day_of(row[4]),
            row[5].as<std::int64_t>()};
    });
}

} // namespace insightd::storage
