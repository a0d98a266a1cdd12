#include "daemon/presence.hpp"

#include "daemon/story_ledger.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace insightd::daemon
{
namespace
{

using model::PresenceState;

void note_refusal(model::Presence& presence, model::Instant now)
{
    ++presence.unproven_refusals;
    presence.refused_since = presence.refused_since.value_or(now);
}

/// Another post answered, or the platform counts none: the refusals were no throttling of
/// everything. They count as one, however many they were: nobody knows which of them fell into a
/// throttled hour.
void prove_refusals(model::Presence& presence)
{
    if (presence.unproven_refusals > 0)
        ++presence.refusals;
    presence.unproven_refusals = 0;
}

void note_answer(model::Presence& presence, model::Instant now)
{
    presence.refusals = 0;
    presence.unproven_refusals = 0;
    presence.refused_since.reset();
    if (presence.missing_since)
        presence.answered_at = now;
}

void note_missing(model::Presence& presence, model::Instant now)
{
    ++presence.lists_missing;
    presence.missing_since = presence.missing_since.value_or(now);
}

void note_listed(model::Presence& presence, model::Instant now)
{
    presence.lists_missing = 0;
    presence.missing_since.reset();
    presence.answered_at.reset();
    if (presence.state != PresenceState::gone)
        return;
    note_answer(presence, now); // what proved it gone is refuted
    presence.returned_at = now;
}

bool is_refused(const model::Presence& presence)
{
    return presence.refusals > 0 || presence.unproven_refusals > 0;
}

bool is_proven(const model::Presence& presence, model::Instant now)
{
    if (presence.refusals < proof.refusals || presence.lists_missing < proof.lists_missing)
        return false;
    return now >= std::max(*presence.refused_since, *presence.missing_since) + proof.lasting;
}

PresenceState state_of(const model::Presence& presence, model::Instant now)
{
    if (presence.state == PresenceState::gone && presence.missing_since)
        return PresenceState::gone;
    if (is_proven(presence, now))
        return PresenceState::gone;
    if (is_refused(presence))
        return PresenceState::suspect;
    if (presence.lists_missing == 0)
        return PresenceState::listed;
    const bool answers = presence.lists_missing >= proof.lists_missing && presence.answered_at;
    return answers ? PresenceState::hidden : PresenceState::suspect;
}

bool is_trivial(const model::Presence& presence)
{
    return presence.state == PresenceState::listed && !is_refused(presence) &&
           presence.lists_missing == 0;
}

/// Posts from before the account was professional answer nothing, and are not asked for weeks.
bool was_not_asked(const model::Readings& readings)
{
    return std::ranges::all_of(readings.values, [](const model::Reading& reading) {
        return reading.value == decltype(reading.value){model::Absence::before_conversion};
    });
}

} // namespace

Evidence evidence_of_insights(const model::Batch& rows)
{
    Evidence evidence;
    for (const auto& sample : rows.samples) {
        if (was_not_asked(sample.readings))
            continue;
        const bool refused = story_answer(sample.readings) == StoryAnswer::refused;
        (refused ? evidence.refused : evidence.answered).push_back(sample.media_id);
    }
    return evidence;
}

Evidence evidence_of_list(
    const model::Batch& rows, bool is_whole,
    const std::vector<std::pair<model::MediaId, model::Instant>>& known,
    std::optional<std::int64_t> counted)
{
    Evidence evidence;
    evidence.has_none = rows.media.empty() && is_whole && counted == 0;
    if (evidence.has_none)
        for (const auto& [id, published_at] : known)
            evidence.missing.push_back(id);
    if (rows.media.empty())
        return evidence;
    std::set<model::MediaId> seen;
    for (const auto& media : rows.media)
        seen.insert(media.id);
    evidence.listed.assign(seen.begin(), seen.end());
    // The last row, not the oldest: an old post that is pinned stands first.
    const auto end_of_page = rows.media.back().published_at;
    for (const auto& [id, published_at] : known)
        if ((is_whole || published_at > end_of_page) && !seen.contains(id))
            evidence.missing.push_back(id);
    return evidence;
}

model::Presence judged(model::Presence presence, model::Instant now)
{
    const auto state = state_of(presence, now);
    if (state != presence.state)
        presence.since = now;
    presence.state = state;
    presence.known_at = now;
    if (state == PresenceState::gone)
        presence.removed_at = presence.removed_at.value_or(now);
    else
        presence.removed_at.reset();
    return presence;
}

void PresenceBook::remember(const model::Presence& presence)
{
    keep(presence);
}

void PresenceBook::keep(const model::Presence& presence)
{
    const auto id = presence.media_id;
    const bool is_now_gone = presence.state == PresenceState::gone;
    const auto place = std::ranges::lower_bound(gone_, id);
    const bool was_gone = place != gone_.end() && *place == id;
    if (is_now_gone && !was_gone)
        gone_.insert(place, id);
    if (!is_now_gone && was_gone)
        gone_.erase(place);
    if (is_now_gone || is_trivial(presence))
        lines_.erase(id);
    else
        lines_.insert_or_assign(id, presence);
}

bool PresenceBook::is_gone(model::MediaId id) const
{
    return std::ranges::binary_search(gone_, id);
}

model::Presence PresenceBook::line(model::MediaId id, model::Instant now) const
{
    const auto known = lines_.find(id);
    if (known != lines_.end())
        return known->second;
    model::Presence fresh;
    fresh.media_id = id;
    fresh.state = is_gone(id) ? PresenceState::gone : PresenceState::listed;
    fresh.since = now;
    return fresh;
}

std::vector<model::Presence>
PresenceBook::judged(const Evidence& evidence, model::Instant now) const
{
    std::map<model::MediaId, model::Presence> changed;
    const auto touch = [&](model::MediaId id) -> model::Presence& {
        return changed.try_emplace(id, line(id, now)).first->second;
    };
    for (const auto id : evidence.refused)
        if (!is_gone(id))
            note_refusal(touch(id), now);
    for (const auto id : evidence.missing)
        if (!is_gone(id))
            note_missing(touch(id), now);
    for (const auto id : evidence.answered)
        if (lines_.contains(id))
            note_answer(touch(id), now);
    for (const auto id : evidence.listed)
        if (const auto known = lines_.find(id);
            is_gone(id) || (known != lines_.end() && known->second.missing_since))
            note_listed(touch(id), now);
    if (!evidence.answered.empty() || evidence.has_none) {
        for (const auto& [id, presence] : lines_)
            if (presence.unproven_refusals > 0)
                touch(id);
        for (auto& [id, presence] : changed)
            prove_refusals(presence);
    }
    std::vector<model::Presence> lines;
    for (auto& [id, presence] : changed)
        lines.push_back(daemon::judged(std::move(presence), now));
    return lines;
}

void PresenceBook::take(const std::vector<model::Presence>& stored)
{
    for (const auto& presence : stored)
        keep(presence);
}

PresenceState PresenceBook::state(model::MediaId id) const
{
    if (is_gone(id))
        return PresenceState::gone;
    const auto known = lines_.find(id);
    return known == lines_.end() ? PresenceState::listed : known->second.state;
}

bool PresenceBook::is_urgent(model::MediaId id) const
{
    const auto known = lines_.find(id);
    if (known == lines_.end() || known->second.state != PresenceState::suspect)
        return false;
    return known->second.lists_missing > 0 || known->second.refusals < proof.refusals;
}

} // namespace insightd::daemon
