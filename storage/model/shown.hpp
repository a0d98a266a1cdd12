#pragma once

#include "storage/model/history.hpp"
#include "storage/model/lease.hpp"
#include "storage/model/token.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the store knows, as far as pages show it to people. A number that is not known is nothing,
/// never 0.
namespace insightd::model
{

using Count = std::optional<std::int64_t>;

/// What should exist of an account and does not; see insights.data_gaps.
struct ShownGap {
    std::string collector;
    std::string kind;             ///< reading, day, story, loss
    std::optional<Day> day;       ///< of kind day
    std::optional<MediaId> media; ///< of kind story
    Instant begins_at;
    std::optional<Instant> ends_at; ///< nothing: it lasts
    bool is_lost = false;           ///< the platform does not tell it any more
    std::string reason;
};

/// How many gaps an account has, and the newest of them.
struct GapsOfAccount {
    AccountId account_id{};
    std::int64_t open = 0, lost = 0;
    ShownGap newest;
};

struct ShownStory {
    AccountId account_id{};
    std::string account; ///< the name in the YAML
    MediaId id{};
    Instant published_at, expires_at;
    std::optional<Instant> answered_at; ///< the last poll that was answered
};

/// All accounts at a glance.
struct ShownAccounts {
    std::vector<Health> health;                     ///< without gaps
    std::vector<TokenStatus> tokens;                ///< never a secret
    std::optional<std::vector<GapsOfAccount>> gaps; ///< nothing: not told in time
    std::vector<ShownStory> stories; ///< open ones, those that end first; not all if they are many
    std::int64_t stories_open = 0;   ///< all
    Sharing sharing;
};

/// A day of an account, or what a post gained on it.
struct ShownDay {
    Day day;
    int days_covered = 1; ///< the numbers are of so many days, of which this is the last
    bool is_final = false;
    Count views, reach, interactions;
    std::string absent; ///< why a number is missing: "reach too_few_viewers"; empty: none is
};

struct ShownFollowers {
    Day day;
    std::int64_t followers = 0;
};

/// A post or a story with its newest numbers.
struct ShownPost {
    MediaId id{};
    std::string product_type, media_type;
    Instant published_at;
    std::optional<Instant> expires_at, checked_at;
    std::string caption, permalink; ///< others' words
    Count views, reach, likes, comments, saved, shares, interactions;
    std::string absent;
    std::string presence;                  ///< listed, hidden, suspect, gone; empty for stories
    std::string story_state, story_reason; ///< of stories
};

struct ShownAccount {
    std::string username; ///< as the platform knows it; empty until the profile was read
    Count followers;
    std::vector<ShownFollowers> followers_by_day; ///< oldest first, as all series here
    std::vector<ShownDay> days;
    std::vector<ShownPost> posts; ///< newest first, stories among them; the newest only
    std::vector<ShownGap> gaps;   ///< newest first; the newest only
};

/// Lifetime totals as one poll found them, and until when they were seen unchanged.
struct ShownReading {
    Instant at, until;
    Count views, reach, interactions;
    std::string absent;
};

struct ShownPostHistory {
    ShownPost post;
    std::vector<ShownReading> readings; ///< thinned to some hundred if they are more
    std::int64_t readings_stored = 0;
    std::vector<ShownDay> days; ///< what was gained on them
    std::vector<ShownGap> gaps; ///< spans in which it was not read
    Instant settled_before;     ///< later readings may still lack what came late
};

} // namespace insightd::model
