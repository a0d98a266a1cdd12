#include "storage/read_lessons.hpp"

#include "storage/fields.hpp"

#include <algorithm>

namespace insightd::storage
{
namespace
{

/// Of media that are asked no more nothing is needed: they were deleted, or the story has ended.
constexpr auto lessons_query = R"(
SELECT host, version, subject, product_type, media_type, metric, breakdown, object_id, account_id,
       state, reason, words, (extract(epoch FROM learned_at) * 1000000)::bigint,
       (extract(epoch FROM last_refused_at) * 1000000)::bigint,
       (extract(epoch FROM retry_at) * 1000000)::bigint,
       (extract(epoch FROM answered_at) * 1000000)::bigint, refusals,
       (extract(epoch FROM published_until) * 1000000)::bigint,
       (extract(epoch FROM changed_at) * 1000000)::bigint
FROM store.metric_lesson l
WHERE state <> 'answered_again' AND (object_id = 0 OR account_id = ANY($1::bigint[]))
      AND NOT EXISTS (SELECT FROM store.media m
                      WHERE m.account_id = l.account_id AND m.media_id = l.object_id
                            AND m.removed_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM store.story s
                      WHERE s.account_id = l.account_id AND s.media_id = l.object_id
                            AND s.state <> 'open' AND NOT s.is_highlight))";

model::LessonScope scope_of(const pqxx::row& row)
{
    model::LessonScope scope;
    scope.host = row[0].as<std::string>();
    scope.version = row[1].as<std::string>();
    scope.subject = row[2].as<std::string>();
    scope.product_type = row[3].as<std::string>();
    scope.media_type = row[4].as<std::string>();
    scope.metric = row[5].as<std::string>();
    scope.breakdown = row[6].as<std::string>();
    scope.object = row[7].as<std::int64_t>();
    return scope;
}

/// Nothing for a state or a reason that a newer insightd wrote.
std::optional<model::MetricLesson> lesson_of(const pqxx::row& row)
{
    const auto state = model::lesson_state_named(row[9].as<std::string>());
    const auto reason =
        row[10].is_null() ? std::nullopt : model::absence_named(row[10].as<std::string>());
    if (!state || (*state != model::LessonState::answered && !reason))
        return std::nullopt;
    model::MetricLesson lesson;
    lesson.scope = scope_of(row);
    lesson.account_id = row[8].as<std::int64_t>();
    lesson.state = *state;
    lesson.reason = reason;
    lesson.words = row[11].as<std::string>();
    lesson.learned_at = instant_in(row[12]);
    lesson.last_refused_at = instant_or_none(row[13]);
    lesson.retry_at = instant_or_none(row[14]);
    lesson.answered_at = instant_or_none(row[15]);
    lesson.refusals = row[16].as<std::int64_t>();
    lesson.published_until = instant_or_none(row[17]);
    lesson.changed_at = instant_in(row[18]);
    return lesson;
}

} // namespace

void add_lessons(
    pqxx::transaction_base& tx, const std::string& ids,
    std::vector<model::AccountHistory>& histories)
{
    if (histories.empty())
        return;
    for (const auto& row : tx.exec_params(lessons_query, ids)) {
        auto lesson = lesson_of(row);
        if (!lesson)
            continue;
        const auto owner =
            std::ranges::find(histories, lesson->account_id, &model::AccountHistory::account_id);
        const bool is_own = lesson->scope.object != 0 && owner != histories.end();
        (is_own ? *owner : histories.front()).lessons.push_back(std::move(*lesson));
    }
}

} // namespace insightd::storage
