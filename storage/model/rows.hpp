#pragma once

#include "storage/model/backfill.hpp"
#include "storage/model/competitor.hpp"
#include "storage/model/conversation.hpp"
#include "storage/model/failed_poll.hpp"
#include "storage/model/gap.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/lesson.hpp"
#include "storage/model/live.hpp"
#include "storage/model/post_rate.hpp"
#include "storage/model/presence.hpp"
#include "storage/model/public.hpp"
#include "storage/model/publishing_limit.hpp"
#include "storage/model/reading.hpp"
#include "storage/model/story.hpp"
#include "storage/model/story_push.hpp"
#include "storage/model/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace insightd::model
{

/// An account as the configuration knows it.
struct Account {
    AccountId id{};
    std::string name;                  ///< the name in the YAML
    std::string login;                 ///< "instagram" or "facebook"
    std::string timezone;              ///< IANA name, for the views by local day
    std::vector<std::string> collects; ///< collectors that are switched on
    std::chrono::seconds settling_margin{std::chrono::hours{2}}; ///< beyond the platform's 48 h
    std::optional<std::chrono::seconds> keeps_text{}; ///< of messages, for so long; nothing: none
    std::map<std::string, std::chrono::seconds>
        keeps_public_texts{}; ///< by kind: "tag", "comment",
                              ///< "mention"; no others

    bool operator==(const Account&) const = default;
};

/// Facts without a column of their own, by the API's field name: kept as jsonb in `extra`.
using OtherFacts = std::vector<std::pair<std::string, std::string>>;

/// The answer of GET /<user>: facts as they stand, and three counters kept as series.
struct Profile {
    Instant observed_at;
    std::optional<std::string> username, name, biography, website, profile_picture_url,
        account_type;
    std::optional<std::int64_t> followers_count, follows_count, media_count;
    OtherFacts other; ///< what only one host has, such as is_published
};

/// A child of an album. It has no insights of its own.
struct MediaChild {
    MediaId id{};
    std::optional<std::string> media_type, permalink, shortcode, media_url, thumbnail_url, alt_text;
    std::optional<Instant> published_at;
};

/// A post, reel or story: facts that rarely change, and the two counters of the media list.
struct Media {
    MediaId id{};
    std::string product_type; ///< FEED, REELS, STORY, AD; see collectors/media.hpp for the fallback
    std::string media_type;   ///< IMAGE, VIDEO, CAROUSEL_ALBUM; empty where the API sent none
    Instant published_at;
    std::optional<Instant> expires_at; ///< stories: published_at + 24 h
    Instant observed_at;
    std::optional<std::string> caption, permalink, shortcode, media_url, thumbnail_url, alt_text,
        username, owner_id;
    std::optional<bool> is_comment_enabled, is_shared_to_feed;
    std::optional<std::int64_t> like_count, comments_count;
    OtherFacts other;                    ///< facts that only one host has, such as has_poll
    std::vector<Reading> other_counters; ///< counters that only one host has, such as saved_count
    std::vector<MediaChild> children;
    std::optional<PostRate> rate{}; ///< of a post, with this reading taken in
};

/// One poll of a media object's insights, all its calls together. Lifetime totals.
struct MediaSample {
    MediaId media_id{};
    Instant observed_at;
    Readings readings;
    std::optional<PostRate> rate{}; ///< of a post, with this reading taken in
};

/// What one poll knew of one day of the account.
struct AccountDay {
    Day day;               ///< the day spoken of, as the account counts days
    Instant day_end;       ///< the API's end_time: exclusive end of the day
    Instant observed_at;   ///< when this was known
    bool is_final = false; ///< observed when the day had settled: collectors/days.hpp
    Readings readings;
};

/// The audience, split by one or more dimensions, over one timeframe.
struct Demographics {
    std::string metric;    ///< follower_demographics, engaged_audience_demographics, …
    std::string dimension; ///< "age", "city", "country", "gender", or "age,gender"
    std::string timeframe; ///< this_week, this_month
    Day snapshot_on;       ///< UTC date of the reading
    Instant observed_at;
    std::vector<Cell> cells;
    std::optional<Absence> absent;
};

/// Followers online by hour of the day, hour 0 to 23 as the API numbers them.
struct OnlineFollowers {
    Day day;
    Instant day_end;
    Instant observed_at;
    std::array<std::optional<std::int64_t>, 24> hours; ///< NULL where the API left the hour out
    std::optional<Absence> absent;
};

/// How one run of one collector ended: the freshness and health that operators look at.
struct CollectorRun {
    std::string collector; ///< profile, media, media_insights, stories, conversations, …
    Instant started_at;
    bool succeeded = false;
    std::string error_class; ///< empty on success; else as graph::to_string(FailureClass)
    std::string error;       ///< what happened and what to do; never a secret
    std::int64_t calls = 0;  ///< HTTP calls made
    std::optional<Instant> next_due;
    std::optional<int> budget_percent; ///< the highest usage figure of the answers' headers
};

/// What it costs to lose a row that waits for the store.
enum class Worth : std::uint8_t {
    refetchable,   ///< the platform still answers it, or a later reading says nearly as much
    irreplaceable, ///< stories, messages, broadcasts: gone for good
};

/// Rows that were dropped before the store had them; never silently.
struct Loss {
    std::string id;        ///< unique
    std::string collector; ///< whose rows; empty if that cannot be told
    Worth worth{};
    std::optional<std::int64_t> rows;         ///< nothing: nobody can tell how many
    std::optional<Instant> first_at, last_at; ///< what the rows speak of lay between these
    Instant lost_at;
    std::string reason;

    bool operator==(const Loss&) const = default;
};

/// The account of a batch whose rows are of several, and say so themselves.
constexpr AccountId several_accounts = 0;

/// Everything one account's poll learned: written in one transaction, safe to write twice.
struct Batch {
    AccountId account_id{};
    Worth worth{};                     ///< of all its rows
    std::optional<std::int64_t> fence; ///< of the lease under which they were read; nothing: none
    std::vector<Profile> profiles;
    std::vector<Media> media;
    std::vector<MediaSample> samples;
    std::vector<AccountDay> days;
    std::vector<AccountDay> final_days_again; ///< of days that are final, the few numbers that a
                                              ///< series told anew: kept where they differ
    std::vector<Demographics> demographics;
    std::vector<OnlineFollowers> online_followers;
    std::vector<StoryEntry> stories;
    std::vector<StoryPush> pushes; ///< of several_accounts
    std::vector<Conversation> conversations;
    std::vector<TaggedMedia> tags;
    std::vector<CommentReading> comments;
    std::vector<Mention> mentions; ///< of several_accounts
    std::vector<MentionReading> mention_readings;
    std::optional<Instant> texts_expire_at; ///< texts that are older than they are kept go
    std::vector<PublishingLimit> publishing_limits;
    std::vector<Competitor> competitors;
    std::vector<LivePoll> live_polls;
    std::vector<Presence> presences;
    std::vector<MetricLesson> lessons;
    std::vector<OfferedMetric> offered;
    std::vector<CollectorRun> runs;
    std::vector<Gap> gaps;
    std::vector<FailedPoll> failed_polls;
    std::vector<Backfill> backfills;
    std::vector<Loss> losses;
};

/// Merges `from` into `into`; both must be of one account. The whole is worth what the better part
/// is worth.
void append(Batch& into, Batch&& from);

/// Every row in a batch of its own; the runs stay behind. A story's readings and its line in the
/// ledger stand or fall together.
std::vector<Batch> single_rows(const Batch& batch);

/// What a batch holds, for those who only carry it.
struct Contents {
    std::size_t rows = 0;
    std::string collector;                    ///< that made most of it; empty if there is nothing
    std::optional<Instant> first_at, last_at; ///< when it was observed
};
Contents contents_of(const Batch& batch);

/// How many numbers a batch carries: readings, cells and counters; absences, and what is only told
/// again, aside.
std::size_t count_values(const Batch& batch);

} // namespace insightd::model
