#include "storage/fields.hpp"
#include "storage/read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace insightd::storage
{
namespace
{

constexpr auto stories_query = R"(
SELECT account_id, media_id, (extract(epoch FROM known_at) * 1000000)::bigint,
       (extract(epoch FROM found_at) * 1000000)::bigint,
       (extract(epoch FROM published_at) * 1000000)::bigint,
       (extract(epoch FROM expires_at) * 1000000)::bigint,
       (extract(epoch FROM window_from) * 1000000)::bigint,
       (extract(epoch FROM last_answer_at) * 1000000)::bigint,
       (extract(epoch FROM last_numbers_at) * 1000000)::bigint,
       coalesce(provenance, ''), state, reason_kind, reason,
       (extract(epoch FROM closed_at) * 1000000)::bigint, is_highlight,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(t ->> 'kind',
                   (extract(epoch FROM (t ->> 'from')::timestamptz) * 1000000)::bigint,
                   (extract(epoch FROM (t ->> 'to')::timestamptz) * 1000000)::bigint)), '[]')
        FROM jsonb_array_elements(troubles) t)::text
FROM store.story WHERE account_id = ANY($1::bigint[]))";

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

model::StoryEntry entry_of(const pqxx::row& row)
{
    model::StoryEntry entry;
    entry.media_id = row[1].as<std::int64_t>();
    entry.known_at = instant_in(row[2]);
    entry.found_at = instant_in(row[3]);
    entry.published_at = instant_in(row[4]);
    entry.expires_at = instant_in(row[5]);
    entry.window_from = instant_in(row[6]);
    entry.last_answer_at = instant_or_none(row[7]);
    entry.last_numbers_at = instant_or_none(row[8]);
    entry.provenance = model::provenance_named(row[9].as<std::string>());
    entry.state = model::story_state_named(row[10].as<std::string>()).value();
    entry.reason_kind = row[11].as<std::string>();
    entry.reason = row[12].as<std::string>();
    entry.closed_at = instant_or_none(row[13]);
    entry.is_highlight = row[14].as<bool>();
    entry.troubles = troubles_in(row[15].as<std::string>());
    return entry;
}

} // namespace

std::map<model::AccountId, std::map<model::MediaId, model::StoryEntry>>
read_stories(pqxx::transaction_base& tx, const std::string& account_ids)
{
    std::map<model::AccountId, std::map<model::MediaId, model::StoryEntry>> stories;
    for (const auto& row : tx.exec_params(stories_query, account_ids)) {
        auto entry = entry_of(row);
        stories[row[0].as<std::int64_t>()].emplace(entry.media_id, std::move(entry));
    }
    return stories;
}

} // namespace insightd::storage
