#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace insightd::model
{

/// How a story ended, or that it has not. Exactly one holds at any time.
enum class StoryState {
    open,    ///< alive, or its last try is still to come
    final,   ///< answered within its last minutes, or after its end
    webhook, ///< its last numbers were pushed by the platform, later than the last poll's
    missed,  ///< neither; the entry says why
};

/// Where a story's last numbers came from.
enum class Provenance {
    poll,      ///< asked for while it lived
    webhook,   ///< pushed by the platform
    highlight, ///< asked for after its end: it lives on
};

/// The names under which they stand in the database, such as "missed".
std::string_view to_string(StoryState state);
std::string_view to_string(Provenance provenance);

/// The reverse; nothing for a name that is none.
std::optional<StoryState> story_state_named(std::string_view name);
std::optional<Provenance> provenance_named(std::string_view name);

/// What kept a story from being read, and for how long.
struct StoryTrouble {
    std::string kind; ///< a name of the table in daemon/story_trouble.cpp, such as "throttled"
    Instant from, to;

    bool operator==(const StoryTrouble&) const = default;
};

/// One story's line in the ledger.
struct StoryEntry {
    MediaId media_id{};
    Instant known_at; ///< when all this was so
    Instant found_at;
    Instant published_at;
    Instant expires_at;
    Instant window_from;                    ///< an answer from here on is its last reading
    std::optional<Instant> last_answer_at;  ///< numbers, or that there are too few viewers
    std::optional<Instant> last_numbers_at; ///< of the numbers, by whichever way they came
    std::optional<Provenance> provenance;   ///< of the last numbers; nothing without any
    StoryState state = StoryState::open;
    std::string reason_kind; ///< missed: the kind of trouble that was to blame; else empty
    std::string reason;      ///< missed: what happened and from when to when, in words; else empty
    std::optional<Instant> closed_at;
    bool is_highlight = false;          ///< answers beyond its end, and is read on
    std::vector<StoryTrouble> troubles; ///< since the last answer, oldest first

    bool operator==(const StoryEntry&) const = default;
};

} // namespace insightd::model
