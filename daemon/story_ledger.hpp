#pragma once

#include "config/config.hpp"
#include "storage/model/reading.hpp"
#include "storage/model/rows.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// A story's own clock: when it is read, what an answer or a failure means for it, how it ends.
/// Pure decisions about one line of the ledger.
namespace insightd::daemon
{

/// What one poll of a story came to.
enum class StoryAnswer {
    numbers,
    too_few_viewers, ///< or published before the account was professional: there are no numbers
    refused,         ///< as gone or expired
    nothing,         ///< no number, and no reason that stands for all of them
};
StoryAnswer story_answer(const model::Readings& readings);

/// The line of a story that the list shows for the first time.
model::StoryEntry
found_story(const model::Media& story, const config::Schedule& schedule, model::Instant now);

/// The line after an answer. While it should live, an answer ends its troubles and a refusal is
/// one. After its end any answer closes it: numbers make it a highlight.
model::StoryEntry
after_answer(model::StoryEntry entry, StoryAnswer answer, model::Instant asked_at);

/// The line after a try that failed; closed when no further try is worth it. The tries after the
/// end began at `last_tries_from`, unless the story ended later.
model::StoryEntry after_failure(
    model::StoryEntry entry, std::string_view trouble, model::Instant last_tries_from,
    model::Instant now);

/// The line after the platform pushed numbers of `numbers_at`: if they are newer than those of the
/// last poll, it ends as `webhook`, even if it was closed otherwise before.
/// Source: graph-api.md section 7.
model::StoryEntry
after_push(model::StoryEntry entry, model::Instant numbers_at, model::Instant now);

/// A highlight that was refused: it is not read any more.
model::StoryEntry without_highlight(model::StoryEntry entry, model::Instant now);

/// When a story is asked next; nothing once it is closed, unless it is a highlight. Until its end
/// readings grow denser; the last three lie in its last minutes, and one follows its end. After
/// `failures` failures in a row near the end it is asked again within seconds to a minute, after
/// the end within minutes.
std::optional<model::Instant> next_story_reading(
    const model::StoryEntry& entry, std::int64_t failures, const config::Schedule& schedule,
    model::Instant now, std::uint64_t key);

} // namespace insightd::daemon
