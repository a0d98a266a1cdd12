#pragma once

#include "storage/model/absence.hpp"
#include "storage/model/time.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace insightd::model
{

/// suspect: found by deduction, not yet refused by itself. refused: not asked until `retry_at`.
/// answered_again: over, kept for the record. answered: a metric that the catalogue does not know
/// has been answered, so that it is asked together with the others.
enum class LessonState { suspect, refused, answered_again, answered };

/// What a lesson is about: a metric, or one of its splits, of a kind of object or of one object.
struct LessonScope {
    std::string host;         ///< "instagram" or "facebook"
    std::string version;      ///< of the API, "v24.0"
    std::string subject;      ///< "media" or "account"
    std::string product_type; ///< FEED, REELS, STORY; empty for accounts
    std::string media_type;   ///< IMAGE, VIDEO, CAROUSEL_ALBUM; empty where it is not known
    std::string metric;       ///< empty: every metric of the object
    std::string breakdown;    ///< dimensions of the split; empty: the metric itself
    std::int64_t object = 0;  ///< media id or account id; 0: all objects of the kind

    auto operator<=>(const LessonScope&) const = default;
};

/// What was learned of a metric that the API does not answer.
struct MetricLesson {
    LessonScope scope;
    std::int64_t account_id = 0; ///< whose object taught it last
    LessonState state{};
    std::optional<Absence> reason; ///< that readings have while it holds
    std::string words;             ///< the API's own, at most 300 bytes, without secrets
    Instant learned_at;            ///< since when it holds without a break
    std::optional<Instant> last_refused_at;
    std::optional<Instant> retry_at; ///< asked again, alone, from then on
    std::optional<Instant> answered_at;
    std::int64_t refusals = 0; ///< in a row
    /// Of a kind of media: it holds for those published up to then, as the newest that refused was.
    std::optional<Instant> published_until;
    Instant changed_at;

    bool operator==(const MetricLesson&) const = default;
};

/// A name in the list of valid metrics that a refusal printed.
struct OfferedMetric {
    std::string host;
    std::string version;
    std::string subject;
    std::string name;
    bool is_known = false; ///< to the catalogue
    Instant offered_at;

    bool operator==(const OfferedMetric&) const = default;
};

/// The name under which a state stands in the database, such as "refused".
std::string_view to_string(LessonState state);

/// The reverse of to_string(); nothing for a name that is none.
std::optional<LessonState> lesson_state_named(std::string_view name);

} // namespace insightd::model
