#include "storage/fields.hpp"
#include "storage/read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace insightd::storage
{
namespace
{

/// Of those that were closed, highlights and the newest: a list may still show them. How new is
/// judged by when the account was last at work, not by the server's clock: it is another than the
/// daemon's. Three days are the one for which a closed line is of use, and clocks that are wrong by
/// another.
constexpr auto stories_query = R"(
WITH work AS (
    SELECT account_id, max(started_at) - interval '3 days' AS lately
    FROM store.collection WHERE account_id = ANY($1::bigint[]) GROUP BY account_id)
SELECT account_id, media_id, product_type, coalesce(media_type, ''),
       (extract(epoch FROM m.published_at) * 1000000)::bigint,
       (extract(epoch FROM m.expires_at) * 1000000)::bigint,
       (extract(epoch FROM checked_at) * 1000000)::bigint, numbers_at IS NOT NULL,
       (extract(epoch FROM l.known_at) * 1000000)::bigint,
       (extract(epoch FROM l.found_at) * 1000000)::bigint,
       (extract(epoch FROM l.published_at) * 1000000)::bigint,
       (extract(epoch FROM l.expires_at) * 1000000)::bigint,
       (extract(epoch FROM l.window_from) * 1000000)::bigint,
       (extract(epoch FROM l.last_answer_at) * 1000000)::bigint,
       (extract(epoch FROM l.last_numbers_at) * 1000000)::bigint,
       coalesce(l.provenance, ''), l.state, l.reason_kind, l.reason,
       (extract(epoch FROM l.closed_at) * 1000000)::bigint, l.is_highlight,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(t ->> 'kind',
                   (extract(epoch FROM (t ->> 'from')::timestamptz) * 1000000)::bigint,
                   (extract(epoch FROM (t ->> 'to')::timestamptz) * 1000000)::bigint)), '[]')
        FROM jsonb_array_elements(l.troubles) t)::text
FROM store.media m LEFT JOIN store.media_state USING (account_id, media_id)
LEFT JOIN store.story l USING (account_id, media_id) LEFT JOIN work USING (account_id)
WHERE account_id = ANY($1::bigint[]) AND removed_at IS NULL AND product_type = 'STORY'
      AND (l.state IS NULL OR l.state = 'open' OR l.is_highlight
           OR l.expires_at > coalesce(lately, '-infinity'))
ORDER BY account_id, m.published_at DESC)";

model::Instant instant_at(const boost::json::value& microseconds)
{
    return model::Instant{std::chrono::microseconds{microseconds.as_int64()}};
}

std::vector<model::StoryTrouble> troubles_in(const std::string& text)
{
    std::vector<model::StoryTrouble> troubles;
    const auto list = boost::json::parse(text);
    for (const auto& trouble : list.as_array())
        troubles.push_back(
            {std::string{trouble.at(0).as_string()}, instant_at(trouble.at(1)),
             instant_at(trouble.at(2))});
    return troubles;
}

model::StoryEntry line_of(const pqxx::row& row)
{
    model::StoryEntry line;
    line.media_id = row[1].as<std::int64_t>();
    line.known_at = instant_in(row[8]);
    line.found_at = instant_in(row[9]);
    line.published_at = instant_in(row[10]);
    line.expires_at = instant_in(row[11]);
    line.window_from = instant_in(row[12]);
    line.last_answer_at = instant_or_none(row[13]);
    line.last_numbers_at = instant_or_none(row[14]);
    line.provenance = model::provenance_named(row[15].as<std::string>());
    line.state = model::story_state_named(row[16].as<std::string>()).value();
    line.reason_kind = row[17].as<std::string>();
    line.reason = row[18].as<std::string>();
    line.closed_at = instant_or_none(row[19]);
    line.is_highlight = row[20].as<bool>();
    line.troubles = troubles_in(row[21].as<std::string>());
    return line;
}

model::KnownMedia story_of(const pqxx::row& row)
{
    model::KnownMedia story;
    story.id = row[1].as<std::int64_t>();
    story.product_type = row[2].as<std::string>();
    story.media_type = row[3].as<std::string>();
    story.published_at = instant_in(row[4]);
    story.expires_at = instant_or_none(row[5]);
    story.checked_at = instant_or_none(row[6]);
    story.has_numbers = row[7].as<bool>();
    if (!row[16].is_null())
        story.story = line_of(row);
    return story;
}

} // namespace

std::map<model::AccountId, std::vector<model::KnownMedia>>
read_stories(pqxx::transaction_base& tx, const std::string& account_ids)
{
    std::map<model::AccountId, std::vector<model::KnownMedia>> stories;
    for (const auto& row : tx.exec_params(stories_query, account_ids))
        stories[row[0].as<std::int64_t>()].push_back(story_of(row));
    return stories;
}

} // namespace insightd::storage
