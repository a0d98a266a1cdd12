#include "collectors/metric_matrix.hpp"

#include "collectors/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace insightd::collectors
{
namespace
{

using model::Absence;
using model::LessonScope;
using model::LessonState;
using model::MetricLesson;

constexpr std::size_t longest_words = 300;
constexpr std::chrono::hours first_retry{24};
constexpr std::chrono::hours longest_retry{7 * 24};
constexpr std::chrono::hours conversion_retry{30 * 24};

/// A lesson of a kind that is tried again is not given to a second object meanwhile.
constexpr std::chrono::minutes one_try_takes{5};

std::string_view name_of(catalog::Subject subject)
{
    return subject == catalog::Subject::media ? "media" : "account";
}

LessonScope
scope_of(const MetricTarget& target, const std::string& metric, const std::string& breakdown)
{
    return {target.host,         target.version,    std::string{name_of(target.subject)},
            target.product_type, target.media_type, metric,
            breakdown,           target.object};
}

LessonScope kind_of(LessonScope scope)
{
    scope.object = 0;
    return scope;
}

std::chrono::hours wait_after(Absence reason, std::int64_t refusals)
{
    if (reason == Absence::before_conversion)
        return conversion_retry;
    const auto doublings = std::clamp<std::int64_t>(refusals - 1, 0, 3);
    return std::min(first_retry * (std::int64_t{1} << doublings), longest_retry);
}

/// Whether the reason stays the same from one poll to the next.
bool teaches(Absence reason)
{
    static constexpr std::array lasting{
        Absence::unsupported, Absence::not_crossposted, Absence::before_conversion, Absence::empty};
    return std::ranges::find(lasting, reason) != lasting.end();
}

/// Whether the reason may hold for a whole kind of object.
bool is_of_kind(Absence reason)
{
    return reason == Absence::unsupported || reason == Absence::empty;
}

bool is_known(const MetricTarget& target, const std::string& metric)
{
    return catalog::find(target.subject, metric) != nullptr;
}

bool holds(const MetricLesson* lesson)
{
    return lesson != nullptr &&
           (lesson->state == LessonState::refused || lesson->state == LessonState::suspect);
}

bool is_due(const MetricLesson& lesson, model::Instant now)
{
    return !lesson.retry_at || *lesson.retry_at <= now;
}

/// A lesson of a kind holds for objects that are no younger than those that taught it.
bool covers(const MetricLesson* lesson, const MetricTarget& target)
{
    return holds(lesson) && (!lesson->published_until || !target.published_at ||
                             *target.published_at <= *lesson->published_until);
}

void widen(MetricLesson& lesson, const MetricTarget& target)
{
    if (target.published_at)
        lesson.published_until =
            std::max(lesson.published_until.value_or(*target.published_at), *target.published_at);
}

/// A metric that was refused because a list of valid ones did not hold it.
bool was_told_by_list(const MetricLesson& lesson)
{
    return lesson.words.find("must be one of the following values") != std::string::npos;
}

/// Cut between two characters.
std::string bounded(std::string words)
{
    if (words.size() <= longest_words)
        return words;
    auto end = longest_words;
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U)
        --end;
    words.resize(end);
    return words;
}

std::size_t hash_of(const MetricTarget& target, const std::string& breakdown)
{
    return std::hash<std::string>{}(fmt::format("{}/{}", target.host, breakdown));
}

} // namespace

void MetricMatrix::remember(const std::vector<MetricLesson>& lessons)
{
    for (const auto& lesson : lessons) {
        lessons_[lesson.scope] = lesson;
        note_blank(lesson);
    }
}

void MetricMatrix::note_blank(const MetricLesson& lesson)
{
    if (holds(&lesson) && lesson.reason == Absence::empty)
        blank_.insert(lesson.scope);
    else
        blank_.erase(lesson.scope);
}

bool MetricMatrix::blanks_others(const LessonScope& scope) const
{
    return std::ranges::any_of(blank_, [&](const LessonScope& other) {
        return other.host == scope.host && other.version == scope.version &&
               other.subject == scope.subject && other.metric == scope.metric &&
               other.breakdown == scope.breakdown;
    });
}

const MetricLesson* MetricMatrix::find(const LessonScope& scope) const
{
    const auto found = lessons_.find(scope);
    return found == lessons_.end() ? nullptr : &found->second;
}

std::optional<Absence>
MetricMatrix::advice_on_all(const MetricTarget& target, model::Instant now) const
{
    const auto* lesson = find(scope_of(target, {}, {}));
    return holds(lesson) && !is_due(*lesson, now) ? lesson->reason : std::nullopt;
}

MetricAdvice MetricMatrix::advice_on(
    const MetricTarget& target, const std::string& metric, const std::string& breakdown,
    model::Instant now)
{
    using How = MetricAdvice::How;
    const auto scope = scope_of(target, metric, breakdown);
    const auto kind = lessons_.find(kind_of(scope));
    const auto* own = find(scope);
    if (holds(own))
        return {is_due(*own, now) ? How::alone : How::not_now, *own->reason};
    if (blanks_others(scope) && (kind == lessons_.end() || !covers(&kind->second, target)))
        return {How::alone, {}}; // together it might take its siblings along
    if (kind == lessons_.end())  // what is not in the catalogue has to prove itself
        return {is_known(target, metric) ? How::together : How::alone, {}};
    auto& lesson = kind->second;
    if (!covers(&lesson, target))
        return {};
    if (!is_due(lesson, now))
        return {How::not_now, *lesson.reason};
    lesson.retry_at = now + one_try_takes;
    return {How::alone, *lesson.reason};
}

void MetricMatrix::answered(
    const MetricTarget& target, const std::string& metric, const std::string& breakdown,
    bool is_blank, model::Instant now)
{
    const auto scope = scope_of(target, metric, breakdown);
    const auto kind = kind_of(scope);
    if (is_blank && blanks_others(scope))
        return refused(target, {metric, breakdown, Absence::empty, {}, true}, now);
    const auto* of_kind = find(kind);
    first_refusers_.erase(kind);
    end(scope, now);
    if (holds(of_kind)) {
        if (of_kind->account_id != target.account_id)
            contested_.insert(kind);
        end(kind, now);
        retry_objects_of(kind, now);
    } else if (of_kind == nullptr && !is_blank && !metric.empty() && !is_known(target, metric)) {
        auto& proof = change(kind, target, now);
        proof.state = LessonState::answered;
        proof.answered_at = now;
    }
}

void MetricMatrix::refused(
    const MetricTarget& target, const MetricRefusal& refusal, model::Instant now)
{
    if (!teaches(refusal.reason))
        return;
    const auto scope = scope_of(target, refusal.metric, refusal.breakdown);
    const auto* own = find(scope);
    const auto* of_kind = find(kind_of(scope));
    const bool was_expected = holds(own) || holds(of_kind);
    if (!refusal.certain && !was_expected)
        return suspect(scope, target, refusal, now);
    const bool is_young = holds(of_kind) && !covers(of_kind, target);
    if (is_young)
        return widen(change(kind_of(scope), target, now), target);
    if (holds(of_kind) && !holds(own))
        return learn(kind_of(scope), target, refusal, now);
    const bool is_new = own == nullptr || own->state != LessonState::refused;
    learn(scope, target, refusal, now);
    if (is_new && is_of_kind(refusal.reason) && !refusal.metric.empty())
        learn_of_kind(scope, target, refusal, now);
}

/// The first refusal of the kind since its last answer is the object's own; the second is not.
void MetricMatrix::learn_of_kind(
    const LessonScope& object, const MetricTarget& target, const MetricRefusal& refusal,
    model::Instant now)
{
    const auto kind = kind_of(object);
    const auto [first, is_first] = first_refusers_.emplace(kind, target);
    if (is_first || first->second.object == target.object)
        return;
    // One account's trouble was taken for everybody's before.
    if (contested_.contains(kind) && first->second.account_id == target.account_id)
        return;
    learn(kind, target, refusal, now);
    widen(lessons_.at(kind), target);
    widen(lessons_.at(kind), first->second);
    first_refusers_.erase(first);
}

MetricLesson&
MetricMatrix::change(const LessonScope& scope, const MetricTarget& target, model::Instant now)
{
    auto& lesson = lessons_[scope];
    if (!holds(&lesson) || lesson.refusals == 0) {
        lesson.learned_at = now;
        lesson.published_until.reset();
    }
    lesson.scope = scope;
    lesson.account_id = target.account_id;
    lesson.changed_at = now;
    changed_.insert(scope);
    return lesson;
}

void MetricMatrix::suspect(
    const LessonScope& scope, const MetricTarget& target, const MetricRefusal& refusal,
    model::Instant now)
{
    auto& lesson = change(scope, target, now);
    lesson.state = LessonState::suspect;
    lesson.reason = refusal.reason;
    lesson.words = bounded(refusal.words);
    lesson.retry_at = now;
    note_blank(lesson);
}

void MetricMatrix::learn(
    const LessonScope& scope, const MetricTarget& target, const MetricRefusal& refusal,
    model::Instant now)
{
    auto& lesson = change(scope, target, now);
    lesson.refusals = lesson.state == LessonState::refused ? lesson.refusals + 1 : 1;
    lesson.state = LessonState::refused;
    lesson.reason = refusal.reason;
    lesson.words = bounded(refusal.words);
    lesson.last_refused_at = now;
    lesson.retry_at = now + wait_after(refusal.reason, lesson.refusals);
    note_blank(lesson);
}

/// What ended stays in memory no longer; the store keeps it.
void MetricMatrix::end(const LessonScope& scope, model::Instant now)
{
    const auto found = lessons_.find(scope);
    if (found == lessons_.end() || !holds(&found->second))
        return;
    auto& lesson = found->second;
    lesson.state = LessonState::answered_again;
    lesson.answered_at = now;
    lesson.retry_at.reset();
    lesson.refusals = 0;
    lesson.changed_at = now;
    note_blank(lesson);
    changed_.insert(scope);
}

/// What single objects taught while the kind was refused is in doubt once it is answered again.
void MetricMatrix::retry_objects_of(const LessonScope& kind, model::Instant now)
{
    for (auto next = lessons_.upper_bound(kind);
         next != lessons_.end() && kind_of(next->first) == kind; ++next)
        if (holds(&next->second) && is_of_kind(*next->second.reason)) {
            next->second.retry_at = now;
            next->second.changed_at = now;
            changed_.insert(next->first);
        }
}

void MetricMatrix::printed(
    const MetricTarget& target, const std::vector<std::string>& names, model::Instant now)
{
    const std::string subject{name_of(target.subject)};
    for (const auto& name : names) {
        const auto key = fmt::format("{}/{}/{}/{}", target.host, target.version, subject, name);
        const auto [entry, is_new] = offered_.try_emplace(key);
        entry->second = {target.host, target.version, subject, name, is_known(target, name), now};
        if (is_new)
            newly_offered_.insert(key);
    }
    std::vector<LessonScope> freed;
    for (const auto& [scope, lesson] : lessons_) {
        const bool is_meant = scope.host == target.host && scope.version == target.version &&
                              scope.subject == subject && holds(&lesson);
        if (is_meant && lesson.reason == Absence::unsupported && was_told_by_list(lesson) &&
            std::ranges::find(names, scope.metric) != names.end())
            freed.push_back(scope);
    }
    for (const auto& scope : freed)
        end(scope, now);
}

bool MetricMatrix::answers_numbers(const MetricTarget& target, const std::string& breakdown) const
{
    return answering(target, breakdown) != answering_.end();
}

MetricMatrix::Answering::const_iterator
MetricMatrix::answering(const MetricTarget& target, const std::string& breakdown) const
{
    const auto [first, last] = answering_.equal_range(target.object);
    const auto hash = hash_of(target, breakdown);
    const auto found =
        std::find_if(first, last, [hash](const auto& entry) { return entry.second == hash; });
    return found == last ? answering_.end() : found;
}

void MetricMatrix::note_numbers(const MetricTarget& target, const std::string& breakdown, bool any)
{
    const auto known = answering(target, breakdown);
    if (any && known == answering_.end())
        answering_.emplace(target.object, hash_of(target, breakdown));
    if (!any && known != answering_.end())
        answering_.erase(known);
}

/// What is to be stored yet stays until it is taken.
void MetricMatrix::forget(const std::vector<model::MediaId>& media)
{
    for (const auto id : media)
        answering_.erase(id);
    if (media.empty())
        return;
    std::erase_if(lessons_, [&](const auto& entry) {
        const auto& scope = entry.first;
        const bool is_meant = scope.object != 0 && !changed_.contains(scope) &&
                              std::ranges::find(media, scope.object) != media.end();
        if (is_meant)
            blank_.erase(scope);
        return is_meant;
    });
}

std::vector<MetricLesson> MetricMatrix::lessons_on(const MetricTarget& target) const
{
    std::vector<MetricLesson> found;
    const auto from = [&](std::int64_t object) {
        for (const auto& [scope, lesson] : lessons_) {
            auto wanted = scope_of(target, scope.metric, scope.breakdown);
            wanted.object = object;
            if (scope == wanted && holds(&lesson))
                found.push_back(lesson);
        }
    };
    from(target.object);
    from(0);
    return found;
}

MetricMatrix::Changes MetricMatrix::take_changes()
{
    Changes changes;
    for (const auto& scope : std::exchange(changed_, {}))
        changes.lessons.push_back(lessons_.at(scope));
    for (const auto& key : std::exchange(newly_offered_, {}))
        changes.offered.push_back(offered_.at(key));
    std::erase_if(lessons_, [](const auto& entry) {
        return entry.second.state == LessonState::answered_again;
    });
    return changes;
}

} // namespace insightd::collectors
