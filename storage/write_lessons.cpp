#include "storage/json_rows.hpp"
#include "storage/write.hpp"

#include <array>
#include <map>

namespace insightd::storage
{
namespace
{

/// A row that comes late, from before what is stored, changes nothing.
constexpr auto upsert_lessons = R"(
INSERT INTO store.metric_lesson AS l (host, version, subject, product_type, media_type, metric,
    breakdown, object_id, account_id, state, reason, words, learned_at, last_refused_at, retry_at,
    answered_at, refusals, published_until, changed_at)
SELECT host, version, subject, product_type, media_type, metric, breakdown, object_id, account_id,
       state, reason, words, learned_at, last_refused_at, retry_at, answered_at, refusals,
       published_until, changed_at
FROM jsonb_to_recordset($2::jsonb) AS r(host text, version text, subject text, product_type text,
    media_type text, metric text, breakdown text, object_id bigint, account_id bigint, state text,
    reason text, words text, learned_at timestamptz, last_refused_at timestamptz,
    retry_at timestamptz, answered_at timestamptz, refusals bigint, published_until timestamptz,
    changed_at timestamptz)
WHERE $1::bigint IS NOT NULL
ORDER BY host, version, subject, product_type, media_type, metric, breakdown, object_id
ON CONFLICT (host, version, subject, product_type, media_type, metric, breakdown, object_id)
DO UPDATE SET
    account_id = excluded.account_id, state = excluded.state, reason = excluded.reason,
    words = excluded.words, learned_at = excluded.learned_at,
    last_refused_at = coalesce(excluded.last_refused_at, l.last_refused_at),
    retry_at = excluded.retry_at, answered_at = coalesce(excluded.answered_at, l.answered_at),
    refusals = excluded.refusals, published_until = excluded.published_until,
    changed_at = excluded.changed_at
WHERE l.changed_at <= excluded.changed_at)";

constexpr auto upsert_offered = R"(
INSERT INTO store.metric_offer AS o (host, version, subject, name, is_known, first_offered_at,
    last_offered_at)
SELECT host, version, subject, name, is_known, offered_at, offered_at
FROM jsonb_to_recordset($2::jsonb) AS r(host text, version text, subject text, name text,
    is_known boolean, offered_at timestamptz)
WHERE $1::bigint IS NOT NULL
ORDER BY host, version, subject, name
ON CONFLICT (host, version, subject, name) DO UPDATE SET
    is_known = CASE WHEN o.last_offered_at <= excluded.last_offered_at THEN excluded.is_known
                    ELSE o.is_known END,
    first_offered_at = least(o.first_offered_at, excluded.first_offered_at),
    last_offered_at = greatest(o.last_offered_at, excluded.last_offered_at))";

const std::array statements{
    Statement{"metric_lessons", Nature::state, upsert_lessons},
    Statement{"metric_offers", Nature::state, upsert_offered}};

json::object row_of(const model::MetricLesson& lesson)
{
    return {
        {"host", clean(lesson.scope.host)},
        {"version", clean(lesson.scope.version)},
        {"subject", clean(lesson.scope.subject)},
        {"product_type", clean(lesson.scope.product_type)},
        {"media_type", clean(lesson.scope.media_type)},
        {"metric", clean(lesson.scope.metric)},
        {"breakdown", clean(lesson.scope.breakdown)},
        {"object_id", lesson.scope.object},
        {"account_id", lesson.account_id},
        {"state", model::to_string(lesson.state)},
        {"reason",
         lesson.reason ? json::value(model::to_string(*lesson.reason)) : json::value(nullptr)},
        {"words", clean(lesson.words)},
        {"learned_at", text_of(lesson.learned_at)},
        {"last_refused_at", value_of(lesson.last_refused_at)},
        {"retry_at", value_of(lesson.retry_at)},
        {"answered_at", value_of(lesson.answered_at)},
        {"refusals", lesson.refusals},
        {"published_until", value_of(lesson.published_until)},
        {"changed_at", text_of(lesson.changed_at)}};
}

json::object row_of(const model::OfferedMetric& offered)
{
    return {{"host", clean(offered.host)},       {"version", clean(offered.version)},
            {"subject", clean(offered.subject)}, {"name", clean(offered.name)},
            {"is_known", offered.is_known},      {"offered_at", text_of(offered.offered_at)}};
}

} // namespace

/// A statement must not meet the same lesson twice: the newest stands for all.
void add_lessons(Steps& steps, const std::vector<model::MetricLesson>& lessons)
{
    std::map<model::LessonScope, const model::MetricLesson*> newest;
    for (const auto& lesson : lessons) {
        auto& known = newest[lesson.scope];
        if (known == nullptr || known->changed_at <= lesson.changed_at)
            known = &lesson;
    }
    json::array rows;
    for (const auto& [scope, lesson] : newest)
        rows.push_back(row_of(*lesson));
    if (!rows.empty())
        steps.add(statements[0], rows);
}

void add_offered(Steps& steps, const std::vector<model::OfferedMetric>& offered)
{
    std::map<std::string, json::object> newest;
    for (const auto& metric : offered)
        newest[metric.host + "/" + metric.version + "/" + metric.subject + "/" + metric.name] =
            row_of(metric);
    json::array rows;
    for (auto& [key, row] : newest)
        rows.push_back(std::move(row));
    if (!rows.empty())
        steps.add(statements[1], rows);
}

std::span<const Statement> lesson_statements()
{
    return statements;
}

} // namespace insightd::storage
