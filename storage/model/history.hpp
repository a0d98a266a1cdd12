#pragma once

#include "storage/model/rows.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace insightd::model
{

/// A media object as the store knows it: enough to decide when to ask for it again.
struct KnownMedia {
    MediaId id{};
    std::string product_type;
    std::string media_type;
    Instant published_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> checked_at; ///< last poll of its insights that was stored
    std::optional<StoryEntry> story;   ///< its line in the ledger, if it is a story
    bool has_numbers = false;          ///< a poll answered some
};

/// A post as the store knows it: enough to go on reading it where the last daemon stopped. Its
/// texts are short enough to lie in the object, for a million of them are read at the start.
struct StoredPost {
    AccountId account_id{};
    MediaId id{};
    std::string product_type;
    std::string media_type;
    Instant published_at;
    std::optional<Instant> checked_at;        ///< last poll of its insights that was stored
    std::optional<Instant> listed_at;         ///< last media list that showed it
    bool has_numbers = false;                 ///< a poll answered some
    std::optional<std::int64_t> total;        ///< views, else reach, as answered last
    bool total_is_views = false;              ///< not of reach
    std::optional<std::int64_t> interactions; ///< likes and comments, as the list showed them last
    std::optional<PostRate> rate;             ///< nothing: stored before rates were kept
};

/// A day of the account that was read when it had settled.
struct FinalDay {
    Day day;
    Instant day_end;
    Instant checked_at; ///< when all its numbers were last read

    bool operator==(const FinalDay&) const = default;
};

/// What the store remembers of one account when the daemon starts.
struct AccountHistory {
    AccountId account_id{};
    std::vector<KnownMedia> media;    ///< stories, newest first; posts are read apart: StoredPost
    std::vector<FinalDay> final_days; ///< of the last 35 stored days, those that settled
    std::optional<Instant> newest_day_end;       ///< end of the newest stored day
    std::optional<std::int64_t> followers_count; ///< as the last profile said
    std::map<std::string, Instant> last_success; ///< by collector
    std::optional<Backfill> backfill;            ///< nothing: not begun
    std::vector<Day> settled_days; ///< every stored day that is final, while the backfill needs it
    std::vector<Presence> presences; ///< of posts, removed ones too
    /// Since when a collector fails, and how it failed last.
    struct Failing {
        Instant since;
        std::string error;
        std::optional<Instant> retry_at; ///< when the daemon meant to try it again
    };
    std::map<std::string, Failing> failing; ///< by collector
    std::optional<Instant> last_alive;      ///< when a daemon last did anything for it
    std::vector<MetricLesson> lessons;      ///< that hold: its own; and, once, those of kinds
    std::vector<KnownConversation> conversations;
    std::vector<RefusedCompetitor> refused_competitors;
    std::vector<MediaId> live_broadcasts; ///< whose end is not known
    std::vector<KnownComments> comments;  ///< of posts whose comments were read
    std::vector<KnownMention> mentions;
};

/// One row of the view `insights.collection_health`.
struct Health {
    AccountId account_id{};
    std::string account; ///< the name in the YAML
    std::string collector;
    std::string state; ///< "ok", "failing", "never_run", "off"
    std::optional<Instant> last_started_at, last_success_at, next_due_at;
    std::int64_t consecutive_failures = 0;
    std::string error_class, error; ///< empty when ok
    std::int64_t calls = 0;         ///< HTTP calls of the last run
    std::optional<int> budget_percent;
    std::int64_t stories_open = 0;       ///< stories of the account that are still alive
    std::int64_t gaps_open = 0;          ///< what is missing and will be read yet
    std::int64_t gaps_unrecoverable = 0; ///< what is missing for good
};

} // namespace insightd::model
