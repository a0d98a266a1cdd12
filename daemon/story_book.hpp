#pragma once

#include "collectors/graph/failure.hpp"
#include "config/config.hpp"
#include "daemon/story_ledger.hpp"

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace insightd::daemon
{

/// How many stories are in which state: those closed since the daemon began, and those open now.
struct StoryCounts {
    std::size_t open = 0;
    std::array<std::int64_t, 4> closed{}; ///< by StoryState
};

/// One account's story ledger in memory: the lines that are open, the highlights, and those closed
/// lately. What a poll says of a line holds only once the store has taken it.
class StoryBook
{
public:
    /// Takes over a line of the store at the daemon's start. `last_alive`: when a daemon last did
    /// anything for the account.
    void remember(
        model::StoryEntry entry, const std::optional<model::Instant>& last_alive,
        model::Instant now);

    /// The lines as a poll changes them: stories that the list shows first, answers, failures; and
    /// those that hold_up() changed since the last time.
    std::vector<model::StoryEntry> judged(
        const model::Batch& rows, const std::vector<model::MediaId>& failed,
        const std::optional<graph::Failure>& failure, const config::Schedule& schedule,
        model::Instant now) const;

    /// The store has taken these lines.
    void take(const std::vector<model::StoryEntry>& stored);

    /// The story could not be asked, or its answer not be stored: told to the store with the next
    /// poll of the account. Nothing happens without an open line.
    void
    hold_up(model::MediaId id, std::string_view trouble, model::Instant from, model::Instant to);

    /// Nothing of the account was done in this time. Told to the store as that of hold_up(); it is
    /// no failure of any story.
    void stood_still(std::string_view trouble, model::Instant from, model::Instant to);

    /// The platform pushed numbers of `numbers_at`, and the store has them.
    void push(model::MediaId id, model::Instant numbers_at, model::Instant now);

    /// Drops lines that were closed long ago, and says whose they were.
    std::vector<model::MediaId> forget(model::Instant now);

    bool contains(model::MediaId id) const { return lines_.contains(id); }
    bool is_open(model::MediaId id) const;

    /// When the story is asked next if nothing went wrong, and after a failure just now.
    std::optional<model::Instant>
    next_due(model::MediaId id, const config::Schedule& schedule, model::Instant now) const;
    std::optional<model::Instant>
    next_retry(model::MediaId id, const config::Schedule& schedule, model::Instant now) const;

    std::vector<model::StoryEntry> open() const;
    StoryCounts counts() const;

private:
    struct Line {
        model::StoryEntry entry;
        std::int64_t failures = 0; ///< in a row
        bool is_changed = false;   ///< since it was stored
    };

    model::StoryEntry judged_answer(const Line& line, const model::MediaSample& sample) const;

    std::map<model::MediaId, Line> lines_;
    model::Instant since_; ///< when this daemon began
    std::array<std::int64_t, 4> closed_{};
};

} // namespace insightd::daemon
