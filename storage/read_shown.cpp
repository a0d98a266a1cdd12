#include "storage/read_shown.hpp"

#include "storage/fields.hpp"
#include "storage/leases.hpp"
#include "storage/read.hpp"
#include "storage/tokens.hpp"

#include <algorithm>

namespace insightd::storage
{
namespace
{

/// Of each account: how many, and the newest.
constexpr auto gaps_of_accounts = R"(
SELECT collector, kind, day - date '1970-01-01', media_id,
       (extract(epoch FROM begins_at) * 1000000)::bigint,
       (extract(epoch FROM ends_at) * 1000000)::bigint, state = 'unrecoverable', reason,
       account_id, open, lost
FROM (SELECT *, count(*) FILTER (WHERE state = 'open') OVER account AS open,
             count(*) FILTER (WHERE state = 'unrecoverable') OVER account AS lost,
             row_number() OVER (PARTITION BY account_id ORDER BY since DESC) AS nth
      FROM insights.data_gaps WINDOW account AS (PARTITION BY account_id)) g
WHERE nth = 1 AND account IS NOT NULL)";

constexpr auto open_stories = R"(
SELECT s.account_id, a.name, s.media_id, (extract(epoch FROM s.published_at) * 1000000)::bigint,
       (extract(epoch FROM s.expires_at) * 1000000)::bigint,
       (extract(epoch FROM s.last_answer_at) * 1000000)::bigint, count(*) OVER ()
FROM store.story s JOIN store.account a USING (account_id)
WHERE s.state = 'open' ORDER BY s.expires_at LIMIT 100)";

constexpr auto profile = R"(
SELECT coalesce(username, ''), followers_count FROM insights.account_latest WHERE account = $1)";

constexpr auto followers_by_day = R"(
SELECT day - date '1970-01-01', followers_count FROM insights.follower_daily
WHERE account = $1 AND followers_count IS NOT NULL ORDER BY day DESC LIMIT 60)";

constexpr auto days_of_account = R"(
SELECT day - date '1970-01-01', 1, is_final, views, reach, total_interactions,
       coalesce(store.reasons(absent), '')
FROM insights.account_daily WHERE account = $1 ORDER BY day DESC LIMIT 60)";

constexpr auto gaps_of_account = R"(
SELECT collector, kind, day - date '1970-01-01', media_id,
       (extract(epoch FROM begins_at) * 1000000)::bigint,
       (extract(epoch FROM ends_at) * 1000000)::bigint, state = 'unrecoverable', reason
FROM insights.data_gaps WHERE account = $1 ORDER BY begins_at DESC LIMIT 100)";

/// $2: one of them, or NULL.
constexpr auto posts = R"(
SELECT l.media_id, l.product_type, coalesce(l.media_type, ''),
       (extract(epoch FROM l.published_at) * 1000000)::bigint,
       (extract(epoch FROM l.expires_at) * 1000000)::bigint,
       (extract(epoch FROM l.checked_at) * 1000000)::bigint, coalesce(l.caption, ''),
       coalesce(l.permalink, ''), l.views, l.reach, l.likes, l.comments, l.saved, l.shares,
       l.total_interactions, coalesce(store.reasons(l.absent), ''), coalesce(l.presence, ''),
       coalesce(s.state, ''), coalesce(s.reason, '')
FROM (SELECT * FROM insights.media_latest
      WHERE account = $1 AND coalesce(media_id = $2::bigint::text, true)
      ORDER BY published_at DESC LIMIT 40) l
LEFT JOIN store.story s
  ON s.account_id = l.account_id::bigint AND s.media_id = l.media_id::bigint
ORDER BY l.published_at DESC)";

/// Of readings that lie close together the last; each holds until its successor's predecessor was
/// confirmed last, the newest until the last answer.
constexpr auto readings = R"(
WITH all_readings AS (
    SELECT r.observed_at, r.views, r.reach, r.total_interactions, r.absent,
           greatest(r.observed_at,
                    coalesce(lead(r.before_held_until) OVER w,
                             CASE WHEN lead(r.observed_at) OVER w IS NULL THEN s.numbers_at END,
                             r.observed_at)) AS held_until,
           count(*) OVER () AS stored,
           extract(epoch FROM r.observed_at - min(r.observed_at) OVER ())
             / greatest(1, extract(epoch FROM max(r.observed_at) OVER ()
                                              - min(r.observed_at) OVER ())) AS along
    FROM store.media_sample r
    JOIN store.account a USING (account_id)
    LEFT JOIN store.media_state s USING (account_id, media_id)
    WHERE a.name = $1 AND r.media_id = $2
    WINDOW w AS (ORDER BY r.observed_at))
SELECT DISTINCT ON ((along * 300)::int)
       (extract(epoch FROM observed_at) * 1000000)::bigint,
       (extract(epoch FROM held_until) * 1000000)::bigint, views, reach, total_interactions,
       coalesce(store.reasons(absent), ''), stored
FROM all_readings ORDER BY (along * 300)::int, observed_at DESC)";

constexpr auto days_of_post = R"(
SELECT day - date '1970-01-01', days_covered, is_final, views, reach, total_interactions, ''
FROM insights.media_daily
WHERE account = $1 AND media_id = $2::bigint::text ORDER BY day DESC LIMIT 60)";

/// Spans in which posts (or stories) of the account were not read, or what was read was lost.
constexpr auto gaps_of_post = R"(
SELECT collector, kind, day - date '1970-01-01', media_id,
       (extract(epoch FROM begins_at) * 1000000)::bigint,
       (extract(epoch FROM ends_at) * 1000000)::bigint, state = 'unrecoverable', reason
FROM insights.data_gaps
WHERE account = $1
  AND (media_id = $2::bigint::text
       OR (media_id IS NULL AND kind IN ('reading', 'loss') AND collector = $3))
ORDER BY begins_at DESC LIMIT 100)";

constexpr auto settled_before = R"(
SELECT (extract(epoch FROM CASE WHEN $3 THEN 'epoch'::timestamptz + interval '1000 years'
                                ELSE s.numbers_at - interval '48 hours' - a.settling_margin END)
        * 1000000)::bigint
FROM store.media_state s JOIN store.account a USING (account_id)
WHERE a.name = $1 AND s.media_id = $2 AND s.numbers_at IS NOT NULL)";

model::Count count_or_none(const pqxx::field& field)
{
    return field.is_null() ? std::nullopt : std::optional{field.as<std::int64_t>()};
}

model::Day day_in(const pqxx::field& field)
{
    return model::Day{std::chrono::days{field.as<int>()}};
}

model::ShownGap gap_of(const pqxx::row& row)
{
    model::ShownGap gap;
    gap.collector = row[0].as<std::string>();
    gap.kind = row[1].as<std::string>();
    if (!row[2].is_null())
        gap.day = day_in(row[2]);
    gap.media = count_or_none(row[3]);
    gap.begins_at = instant_in(row[4]);
    gap.ends_at = instant_or_none(row[5]);
    gap.is_lost = row[6].as<bool>();
    gap.reason = row[7].as<std::string>("");
    return gap;
}

model::ShownDay shown_day_of(const pqxx::row& row)
{
    model::ShownDay day;
    day.day = day_in(row[0]);
    day.days_covered = row[1].as<int>(1);
    day.is_final = row[2].as<bool>();
    day.views = count_or_none(row[3]);
    day.reach = count_or_none(row[4]);
    day.interactions = count_or_none(row[5]);
    day.absent = row[6].as<std::string>();
    return day;
}

model::ShownPost post_of(const pqxx::row& row)
{
    model::ShownPost post;
    post.id = row[0].as<std::int64_t>();
    post.product_type = row[1].as<std::string>();
    post.media_type = row[2].as<std::string>();
    post.published_at = instant_in(row[3]);
    post.expires_at = instant_or_none(row[4]);
    post.checked_at = instant_or_none(row[5]);
    post.caption = row[6].as<std::string>();
    post.permalink = row[7].as<std::string>();
    post.views = count_or_none(row[8]);
    post.reach = count_or_none(row[9]);
    post.likes = count_or_none(row[10]);
    post.comments = count_or_none(row[11]);
    post.saved = count_or_none(row[12]);
    post.shares = count_or_none(row[13]);
    post.interactions = count_or_none(row[14]);
    post.absent = row[15].as<std::string>();
    post.presence = row[16].as<std::string>();
    post.story_state = row[17].as<std::string>();
    post.story_reason = row[18].as<std::string>();
    return post;
}

model::ShownReading reading_of(const pqxx::row& row)
{
    model::ShownReading reading;
    reading.at = instant_in(row[0]);
    reading.until = instant_in(row[1]);
    reading.views = count_or_none(row[2]);
    reading.reach = count_or_none(row[3]);
    reading.interactions = count_or_none(row[4]);
    reading.absent = row[5].as<std::string>();
    return reading;
}

/// Oldest first, of what came newest first.
template <class Read> auto oldest_first(const pqxx::result& rows, Read read)
{
    std::vector<decltype(read(rows[0]))> all;
    for (const auto& row : rows)
        all.push_back(read(row));
    std::ranges::reverse(all);
    return all;
}

model::ShownFollowers followers_of(const pqxx::row& row)
{
    return {day_in(row[0]), row[1].as<std::int64_t>()};
}

model::ShownStory story_of(const pqxx::row& row)
{
    return {row[0].as<std::int64_t>(), row[1].as<std::string>(), row[2].as<std::int64_t>(),
            instant_in(row[3]),        instant_in(row[4]),       instant_or_none(row[5])};
}

} // namespace

model::ShownAccounts read_shown_accounts(pqxx::transaction_base& tx)
{
    model::ShownAccounts all;
    all.health = read_collectors(tx);
    all.tokens = read_token_status(tx);
    all.sharing = read_sharing(tx);
    for (const auto& row : tx.exec(open_stories)) {
        all.stories.push_back(story_of(row));
        all.stories_open = row[6].as<std::int64_t>();
    }
    return all;
}

std::vector<model::GapsOfAccount> read_shown_gaps(pqxx::transaction_base& tx)
{
    std::vector<model::GapsOfAccount> all;
    for (const auto& row : tx.exec(gaps_of_accounts))
        all.push_back(
            {row[8].as<std::int64_t>(), row[9].as<std::int64_t>(), row[10].as<std::int64_t>(),
             gap_of(row)});
    return all;
}

model::ShownAccount read_shown_account(pqxx::transaction_base& tx, const std::string& account)
{
    model::ShownAccount all;
    for (const auto& row : tx.exec_params(profile, account)) {
        all.username = row[0].as<std::string>();
        all.followers = count_or_none(row[1]);
    }
    all.followers_by_day = oldest_first(tx.exec_params(followers_by_day, account), followers_of);
    all.days = oldest_first(tx.exec_params(days_of_account, account), shown_day_of);
    for (const auto& row : tx.exec_params(posts, account, nullptr))
        all.posts.push_back(post_of(row));
    for (const auto& row : tx.exec_params(gaps_of_account, account))
        all.gaps.push_back(gap_of(row));
    return all;
}

std::optional<model::ShownPostHistory>
read_shown_post(pqxx::transaction_base& tx, const std::string& account, model::MediaId id)
{
    const auto facts = tx.exec_params(posts, account, id);
    if (facts.empty())
        return std::nullopt;
    model::ShownPostHistory all;
    all.post = post_of(facts[0]);
    const bool is_story = all.post.expires_at.has_value();
    const bool is_closed = is_story && all.post.story_state != "open";
    for (const auto& row : tx.exec_params(readings, account, id)) {
        all.readings.push_back(reading_of(row));
        all.readings_stored = row[6].as<std::int64_t>();
    }
    all.days = oldest_first(tx.exec_params(days_of_post, account, id), shown_day_of);
    const auto* const collector = is_story ? "stories" : "media_insights";
    for (const auto& row : tx.exec_params(gaps_of_post, account, id, collector))
        all.gaps.push_back(gap_of(row));
    for (const auto& row : tx.exec_params(settled_before, account, id, is_closed))
        all.settled_before = instant_in(row[0]);
    return all;
}

} // namespace insightd::storage
