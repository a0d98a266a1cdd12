#pragma once

#include "storage/model/presence.hpp"
#include "storage/model/rows.hpp"

#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

/// Whether posts are still there. The platform says "does not exist" of a deleted post, and at
/// times of any post when it throttles: gone is only what is proven. Pure decisions. Source:
/// graph-api.md section 4.4.
namespace insightd::daemon
{

/// What it takes to call a post gone. All of it, while other posts of the account answer.
struct Proof {
    std::int64_t refusals = 3;
    std::int64_t lists_missing = 2;
    std::chrono::hours lasting{6}; ///< that both have lasted
};
inline constexpr Proof proof;

/// A suspect is asked again this often until it is decided.
inline constexpr std::chrono::hours suspects_every{2};

/// What one turn says of posts.
struct Evidence {
    std::vector<model::MediaId> refused, answered; ///< by their insights
    std::vector<model::MediaId> listed, missing;   ///< by the media list
    bool has_none = false; ///< the platform counts no post at all, and lists none
};

/// Of a turn of insights calls.
Evidence evidence_of_insights(const model::Batch& rows);

/// Of a media list that was read without a failure: the whole of it, or its first page, which
/// speaks of everything newer than its last row. An empty list alone says nothing: it may be
/// throttling; with a profile that counts no post it says that all are gone.
/// `known`: posts that should be there, with their publication. `counted`: the profile's newest
/// media_count, which is not exact: graph-api.md section 0, rule 8.
Evidence evidence_of_list(
    const model::Batch& rows, bool is_whole,
    const std::vector<std::pair<model::MediaId, model::Instant>>& known,
    std::optional<std::int64_t> counted);

/// The next state of what is known of one post, from what it holds.
model::Presence judged(model::Presence presence, model::Instant now);

/// What speaks against posts of one account. Posts of which nothing is said are listed. Of one that
/// is gone only a list is believed.
class PresenceBook
{
public:
    void remember(const model::Presence& presence);

    /// The lines that the evidence changes.
    std::vector<model::Presence> judged(const Evidence& evidence, model::Instant now) const;

    /// The store has taken these lines.
    void take(const std::vector<model::Presence>& stored);

    model::PresenceState state(model::MediaId id) const;
    /// Whether it has to be decided soon: a suspect, unless it is listed and refused all the same.
    bool is_urgent(model::MediaId id) const;

private:
    void keep(const model::Presence& presence);
    bool is_gone(model::MediaId id) const;
    model::Presence line(model::MediaId id, model::Instant now) const;

    std::unordered_map<model::MediaId, model::Presence> lines_;
    /// Sorted. Nothing else of them is needed until a list holds one again, and an account deletes
    /// posts for years.
    std::vector<model::MediaId> gone_;
};

} // namespace insightd::daemon
