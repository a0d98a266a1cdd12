#include "collectors/mention_walk.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace insightd::collectors
{
namespace
{

using graph::FailureClass;

constexpr std::array media_fields{Field{"id"},       Field{"timestamp"},  Field{"media_type"},
                                  Field{"username"}, Field{"like_count"}, Field{"comments_count"},
                                  Field{"caption"}};

constexpr std::array comment_fields{
    Field{"id"}, Field{"timestamp"}, Field{"username"}, Field{"like_count"}, Field{"text"}};

/// When a mention is read, counted from its push.
constexpr std::array<std::chrono::hours, 4> moments{
    std::chrono::hours{0}, std::chrono::hours{24}, std::chrono::hours{24 * 7},
    std::chrono::hours{24 * 28}};

/// Of one poll; the rest is due at the next one.
constexpr std::size_t most_calls = 60;

/// The platform does not answer this one, and says nothing of others.
bool is_gone(FailureClass kind)
{
    return kind == FailureClass::object_gone || kind == FailureClass::bad_request ||
           kind == FailureClass::bad_field;
}

} // namespace

void MentionWalk::remember(const std::vector<model::KnownMention>& known)
{
    known_.clear();
    for (const auto& mention : known)
        known_[mention.place] = mention;
}

void MentionWalk::pushed(const model::Mention& mention)
{
    known_.try_emplace(
        mention.place, model::KnownMention{mention.place, mention.pushed_at, std::nullopt, false});
}

void MentionWalk::learn(const std::vector<model::MentionReading>& stored)
{
    for (const auto& row : stored)
        known_[row.place] = {row.place, row.pushed_at, row.observed_at, row.is_gone};
}

/// The newest moment that has come has no reading.
bool MentionWalk::is_due(const model::KnownMention& mention, model::Instant now) const
{
    if (mention.is_gone)
        return false;
    for (const auto moment : moments) {
        const auto at = mention.pushed_at + moment;
        if (!mention.read_at || (now >= at && *mention.read_at < at))
            return true;
    }
    return false;
}

bool MentionWalk::begin(model::Instant now)
{
    if (!targets_.empty())
        return true;
    for (const auto& [place, mention] : known_)
        if (targets_.size() < most_calls && is_due(mention, now))
            targets_.push_back(place);
    return !targets_.empty();
}

std::vector<std::string> MentionWalk::names_of_fields() const
{
    const auto of_media = targets_.front().comment_id == 0;
    const std::span<const Field> all =
        of_media ? std::span<const Field>{media_fields} : std::span<const Field>{comment_fields};
    return public_fields(all, account_.login, account_.mentions, refused_);
}

graph::Request MentionWalk::next() const
{
    return {
        std::to_string(account_.user_id),
        {{"fields", mention_field(targets_.front(), joined(names_of_fields()))}}};
}

Collected MentionWalk::take(
    const graph::Outcome<graph::Reply>& answer, const model::Pseudonyms& names, model::Instant now)
{
    const PublicRules rules{account_.user_id, account_.mentions, names};
    const auto place = targets_.front();
    const auto told =
        answer ? decode_mention(answer->body, place) : graph::Outcome<ToldMention>{answer.error()};
    auto asked = names_of_fields();
    if (!told && drop_refused_field(asked, told.error(), refused_))
        return {}; // the same without it
    Collected collected;
    if (!told && !is_gone(told.error().kind)) {
        if (told.error().kind != FailureClass::held_back)
            targets_.clear();
        collected.failure = told.error();
        return collected;
    }
    targets_.erase(targets_.begin());
    const auto& known = known_.at(place);
    if (told) {
        collected.rows.mention_readings.push_back(mention_row(known, *told, rules, now));
        return collected;
    }
    model::MentionReading gone;
    gone.place = place;
    gone.pushed_at = known.pushed_at;
    gone.observed_at = now;
    gone.is_gone = true;
    collected.rows.mention_readings.push_back(std::move(gone));
    return collected;
}

boost::asio::awaitable<Collected> collect_mentions(
    graph::Client& api, MentionWalk& walk, const model::Pseudonyms& names, model::Instant now)
{
    if (!walk.begin(now))
        co_return Collected{};
    auto request = walk.next();
    const auto answer = co_await api.get_once(std::move(request));
    co_return walk.take(answer, names, now);
}

} // namespace insightd::collectors
