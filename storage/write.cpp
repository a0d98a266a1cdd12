#include "storage/write.hpp"

#include "storage/json_rows.hpp"

#include <boost/json/serialize.hpp>
#include <pqxx/pqxx>

namespace insightd::storage
{
namespace
{

constexpr auto upsert_accounts = R"(
INSERT INTO store.account AS a (account_id, name, login, timezone, collects, settling_margin,
    text_kept, public_text_kept)
SELECT account_id, name, login, timezone, collects, make_interval(secs => settling_seconds),
       make_interval(secs => text_kept_seconds), public_text_kept
FROM jsonb_to_recordset($1::jsonb) AS r(account_id bigint, name text, login text, timezone text,
    collects text[], settling_seconds bigint, text_kept_seconds bigint, public_text_kept jsonb)
ON CONFLICT (account_id) DO UPDATE SET
    name = excluded.name, login = excluded.login, timezone = excluded.timezone,
    collects = excluded.collects, settling_margin = excluded.settling_margin,
    text_kept = excluded.text_kept, public_text_kept = excluded.public_text_kept
WHERE (a.name, a.login, a.timezone, a.collects, a.settling_margin, a.text_kept, a.public_text_kept)
      IS DISTINCT FROM (excluded.name, excluded.login, excluded.timezone, excluded.collects,
          excluded.settling_margin, excluded.text_kept, excluded.public_text_kept))";

constexpr auto drop_texts = R"(
DELETE FROM insightd.message_text t USING store.account a
WHERE a.account_id = t.account_id AND a.text_kept IS NULL)";

constexpr auto drop_public_texts = R"(
DELETE FROM insightd.public_text t USING store.account a
WHERE a.account_id = t.account_id AND NOT a.public_text_kept ? t.kind)";

constexpr auto insert_metrics = R"(
INSERT INTO store.metric (subject, name, title, unit, status, additive, estimated, product_types,
    hosts, period, metric_type, breakdowns, since, until, successor, caveat)
SELECT subject, name, title, unit, status, additive, estimated, product_types, hosts, period,
       metric_type, breakdowns, since, until, successor, caveat
FROM jsonb_to_recordset($1::jsonb) AS r(subject text, name text, title text, unit text, status text,
    additive boolean, estimated boolean, product_types text[], hosts text[], period text,
    metric_type text, breakdowns text[], since date, until date, successor text, caveat text))";

json::array texts(const std::vector<std::string>& values)
{
    json::array all;
    for (const auto& value : values)
        all.emplace_back(value);
    return all;
}

json::value day_or_null(const std::optional<model::Day>& day)
{
    return day ? json::value(text_of(*day)) : json::value(nullptr);
}

json::object row_of(const model::Metric& metric)
{
    return {
        {"subject", metric.subject},
        {"name", metric.name},
        {"title", metric.title},
        {"unit", metric.unit},
        {"status", metric.status},
        {"additive", metric.additive},
        {"estimated", metric.estimated},
        {"product_types", texts(metric.product_types)},
        {"hosts", texts(metric.hosts)},
        {"period", metric.period},
        {"metric_type", metric.metric_type},
        {"breakdowns", texts(metric.breakdowns)},
        {"since", day_or_null(metric.since)},
        {"until", day_or_null(metric.until)},
        {"successor", value_of(metric.successor)},
        {"caveat", value_of(metric.caveat)}};
}

} // namespace

std::vector<Step> steps_of(const model::Batch& batch)
{
    Steps steps;
    if (batch.fence)
        steps.add_fence(*batch.fence);
    add_profiles(steps, batch.profiles);
    add_media(steps, batch.media);
    add_samples(steps, batch.samples);
    add_days(steps, batch.days);
    add_final_days_again(steps, batch.final_days_again);
    add_demographics(steps, batch.demographics);
    add_online_followers(steps, batch.online_followers);
    add_failed_polls(steps, batch.failed_polls);
    add_gaps(steps, batch.gaps);
    add_stories(steps, batch.stories);
    add_pushes(steps, batch.pushes);
    add_conversations(steps, batch.conversations);
    add_text_expiry(steps, batch.texts_expire_at);
    add_publishing_limits(steps, batch.publishing_limits);
    add_competitors(steps, batch.competitors);
    add_live_polls(steps, batch.live_polls);
    add_tags(steps, batch.tags);
    add_comments(steps, batch.comments);
    add_mentions(steps, batch.mentions);
    add_mention_readings(steps, batch.mention_readings);
    add_public_text_expiry(steps, batch.texts_expire_at);
    add_presences(steps, batch.presences);
    add_lessons(steps, batch.lessons);
    add_offered(steps, batch.offered);
    add_runs(steps, batch.runs);
    add_backfills(steps, batch.backfills);
    add_losses(steps, batch.losses);
    return steps.take();
}

void write_accounts(pqxx::transaction_base& tx, const std::vector<model::Account>& accounts)
{
    json::array rows;
    const auto seconds_of = [](const model::Account& account) {
        json::object kept;
        for (const auto& [kind, seconds] : account.keeps_public_texts)
            kept[kind] = seconds.count();
        return kept;
    };
    for (const auto& account : accounts)
        rows.push_back(json::object{
            {"account_id", account.id},
            {"name", account.name},
            {"login", account.login},
            {"timezone", account.timezone},
            {"collects", texts(account.collects)},
            {"settling_seconds", account.settling_margin.count()},
            {"public_text_kept", seconds_of(account)},
            {"text_kept_seconds", account.keeps_text ? json::value(account.keeps_text->count())
                                                     : json::value(nullptr)}});
    tx.exec_params0(upsert_accounts, json::serialize(rows));
    tx.exec0(drop_texts);
    tx.exec0(drop_public_texts);
}

void write_catalogue(pqxx::transaction_base& tx, const std::vector<model::Metric>& catalogue)
{
    json::array rows;
    for (const auto& metric : catalogue)
        rows.push_back(row_of(metric));
    tx.exec0("DELETE FROM store.metric");
    tx.exec_params0(insert_metrics, json::serialize(rows));
}

} // namespace insightd::storage
