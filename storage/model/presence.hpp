#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace insightd::model
{

/// Whether a post is still there, as far as is known.
enum class PresenceState {
    listed,  ///< the media list shows it, and nothing speaks against it
    hidden,  ///< it left the list, but its insights answer: archived, or past the newest 10,000
    suspect, ///< refused, or missing from the list; not proven to be gone
    gone,    ///< deleted: proven by both, repeatedly, while other posts answered
};

/// The name under which a state stands in the database, such as "suspect".
std::string_view to_string(PresenceState state);

/// The reverse; nothing for a name that is none.
std::optional<PresenceState> presence_named(std::string_view name);

/// What speaks for and against a post, kept so that a restart does not begin the proof anew.
struct Presence {
    MediaId media_id{};
    Instant known_at; ///< when all this was so
    PresenceState state = PresenceState::listed;
    Instant since;                        ///< of the state
    std::int64_t refusals = 0;            ///< in a row, while other posts answered
    std::int64_t unproven_refusals = 0;   ///< since another post answered last
    std::optional<Instant> refused_since; ///< the first of them
    std::int64_t lists_missing = 0;       ///< lists in a row that should have shown it
    std::optional<Instant> missing_since; ///< the first of them
    std::optional<Instant> answered_at;   ///< its insights, while it was missing
    std::optional<Instant> removed_at;    ///< gone: since when that is proven
    std::optional<Instant> returned_at;   ///< when a list last held it again after that

    bool operator==(const Presence&) const = default;
};

} // namespace insightd::model
