#pragma once

#include "collectors/metric_query.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/lesson.hpp"
#include "storage/model/time.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace insightd::collectors
{

/// The object whose metrics are asked for, and what kind of object it is.
struct MetricTarget {
    std::string host;
    std::string version;
    catalog::Subject subject{};
    std::string product_type; ///< media only
    std::string media_type;   ///< media only; may be empty
    std::int64_t account_id = 0;
    std::int64_t object = 0;                    ///< the media's or the account's id
    std::optional<model::Instant> published_at; ///< media only
};

/// How to ask for a metric now.
struct MetricAdvice {
    enum class How {
        together, ///< with its siblings
        alone,    ///< by itself, so that a refusal costs no sibling
        not_now   ///< a lesson holds: it is absent
    };
    How how = How::together;
    model::Absence reason{}; ///< while a lesson holds
};

/// What was learned of the metrics that the API does not answer: for which kind of object, or which
/// one, why, and when to ask again. Knows no clock, no store and no network.
///
/// A refusal is at first the object's own. When a second object of the same kind refuses the
/// metric, and none of the kind answered it in between, it holds for the kind: for all objects of
/// the same host, version, product type and media type, except media that are younger than all that
/// refused: what old posts never had must not silence new ones. An answer by any of them ends that.
/// Lessons are tried again, by one metric alone: after a day, then after two, four and at most
/// seven; an object from before its account's conversion after thirty. What no words prove (a
/// metric found by deduction, an unknown error, an empty answer) makes a metric a suspect: it is
/// asked alone next time, and only then is it a lesson.
class MetricMatrix
{
public:
    /// Takes over what the store remembers; lessons that ended are not needed.
    void remember(const std::vector<model::MetricLesson>& lessons);

    /// The reason for which the whole object is not asked now; nothing if it is to be asked.
    std::optional<model::Absence>
    advice_on_all(const MetricTarget& target, model::Instant now) const;

    /// How to ask for the metric, or for its split. A lesson of a kind whose time has come is given
    /// to one object at a time.
    MetricAdvice advice_on(
        const MetricTarget& target, const std::string& metric, const std::string& breakdown,
        model::Instant now);

    /// The metric, or its split, was answered with a number, or, if `is_blank`, taken without one.
    void answered(
        const MetricTarget& target, const std::string& metric, const std::string& breakdown,
        bool is_blank, model::Instant now);

    /// The metric was refused. Passing reasons (too few viewers, gone, no permission) teach
    /// nothing.
    void refused(const MetricTarget& target, const MetricRefusal& refusal, model::Instant now);

    /// The list of valid metrics that a refusal printed. What it holds is no longer refused for not
    /// being in it; what the catalogue does not know is remembered as offered.
    void
    printed(const MetricTarget& target, const std::vector<std::string>& names, model::Instant now);

    /// Whether the object answered numbers when it was last asked in this way.
    bool answers_numbers(const MetricTarget& target, const std::string& breakdown) const;
    void note_numbers(const MetricTarget& target, const std::string& breakdown, bool any);

    /// These media are asked no more: what they taught of themselves is not needed any longer. The
    /// store keeps it.
    void forget(const std::vector<model::MediaId>& media);

    /// The lessons that hold, or are suspected, for the object: its own and its kind's.
    std::vector<model::MetricLesson> lessons_on(const MetricTarget& target) const;

    /// What changed since the last call, to be stored.
    struct Changes {
        std::vector<model::MetricLesson> lessons;
        std::vector<model::OfferedMetric> offered;
    };
    Changes take_changes();

private:
    using Lessons = std::map<model::LessonScope, model::MetricLesson>;

    const model::MetricLesson* find(const model::LessonScope& scope) const;
    model::MetricLesson&
    change(const model::LessonScope& scope, const MetricTarget& target, model::Instant now);
    void end(const model::LessonScope& scope, model::Instant now);
    void suspect(
        const model::LessonScope& scope, const MetricTarget& target, const MetricRefusal& refusal,
        model::Instant now);
    void learn(
        const model::LessonScope& scope, const MetricTarget& target, const MetricRefusal& refusal,
        model::Instant now);
    void learn_of_kind(
        const model::LessonScope& object, const MetricTarget& target, const MetricRefusal& refusal,
        model::Instant now);
    /// Whether the metric was seen to blank the answers of other objects.
    bool blanks_others(const model::LessonScope& scope) const;
    void note_blank(const model::MetricLesson& lesson);
    void retry_objects_of(const model::LessonScope& kind, model::Instant now);

    using Answering = std::unordered_multimap<std::int64_t, std::size_t>;
    Answering::const_iterator
    answering(const MetricTarget& target, const std::string& breakdown) const;

    Lessons lessons_;
    std::map<model::LessonScope, MetricTarget>
        first_refusers_; ///< of a kind, since its last answer
    std::set<model::LessonScope>
        contested_;                      ///< kinds that one account refused and another answered
    std::set<model::LessonScope> blank_; ///< lessons that hold for an empty answer
    std::set<model::LessonScope> changed_;
    std::map<std::string, model::OfferedMetric> offered_; ///< by host, version, subject and name
    std::set<std::string> newly_offered_;
    /// Objects that answer numbers, each with how it was asked: host and split, hashed.
    Answering answering_;
};

} // namespace insightd::collectors
