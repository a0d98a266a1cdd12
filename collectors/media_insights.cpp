#include "collectors/media_insights.hpp"

#include "collectors/catalog.hpp"
#include "collectors/learning.hpp"

#include <algorithm>

namespace insightd::collectors
{
namespace
{

MetricQuery query_for(
    const model::KnownMedia& media, std::vector<std::string> metrics,
    std::string_view breakdown = {})
{
    MetricQuery query;
    query.subject = catalog::Subject::media;
    query.path = std::to_string(media.id) + "/insights";
    query.metrics = std::move(metrics);
    query.breakdown = breakdown;
    return query;
}

bool is_tried_for(const config::TriedMetric& tried, std::string_view product_type)
{
    const auto product = catalog::product_of(product_type);
    return tried.products.empty() || std::ranges::any_of(tried.products, [&](const auto& name) {
               return catalog::product_of(name) == product;
           });
}

/// A story that died refuses with the same code as a deleted one; its own clock tells them apart.
model::Absence reason_for(const model::KnownMedia& media, model::Absence reason, model::Instant now)
{
    const bool dead_story = media.expires_at && *media.expires_at <= now;
    return reason == model::Absence::gone && dead_story ? model::Absence::expired : reason;
}

/// The reason that holds for every metric of the object, so that no further call can answer.
std::optional<model::Absence> refusal_of_all(const MetricAnswers& answers)
{
    if (!answers.answered.empty())
        return std::nullopt;
    for (const auto& reading : answers.absent) {
        const auto reason = std::get<model::Absence>(reading.value);
        if (reason == model::Absence::gone || reason == model::Absence::before_conversion ||
            reason == model::Absence::too_few_viewers)
            return reason;
    }
    return std::nullopt;
}

MetricAnswers all_absent(const MetricQuery& query, model::Absence reason)
{
    MetricAnswers answers;
    for (const auto& metric : query.metrics)
        answers.absent.push_back({metric, reason});
    return answers;
}

void explain_absences(model::Readings& readings, const model::KnownMedia& media, model::Instant now)
{
    for (auto& reading : readings.values)
        if (auto* reason = std::get_if<model::Absence>(&reading.value))
            *reason = reason_for(media, *reason, now);
}

} // namespace

std::vector<MetricQuery> choose_media_queries(
    const model::KnownMedia& media, config::Login login, const config::MetricOverrides& overrides)
{
    const auto product = catalog::product_of(media.product_type);
    std::vector<std::string> together;
    std::vector<MetricQuery> separate;
    for (const auto* metric : catalog::selected(catalog::Subject::media, login, overrides)) {
        const std::string name{metric->name};
        if ((metric->products & product) == 0)
            continue;
        if (!metric->breakdowns.empty())
            separate.push_back(query_for(media, {name}, metric->breakdowns));
        else if (metric->ask_alone)
            separate.push_back(query_for(media, {name}));
        else
            together.push_back(name);
    }
    for (const auto& [name, tried] : overrides.tried_media)
        if (is_tried_for(tried, media.product_type))
            tried.ask_alone ? separate.push_back(query_for(media, {name}))
                            : together.push_back(name);
    if (!together.empty())
        separate.insert(separate.begin(), query_for(media, std::move(together)));
    return separate;
}

MetricTarget
target_of(const model::KnownMedia& media, const config::Account& account, std::string version)
{
    MetricTarget target;
    target.host = config::to_string(account.login);
    target.version = std::move(version);
    target.subject = catalog::Subject::media;
    target.product_type = media.product_type;
    target.media_type = media.media_type;
    target.account_id = account.user_id;
    target.object = media.id;
    target.published_at = media.published_at;
    return target;
}

model::MediaSample absent_sample(
    const model::KnownMedia& media, const config::Account& account, model::Absence reason,
    model::Instant now)
{
    model::MediaSample sample;
    sample.media_id = media.id;
    sample.observed_at = now;
    for (const auto& query : choose_media_queries(media, account.login, account.metrics))
        for (auto& reading : all_absent(query, reason).absent)
            sample.readings.values.push_back(std::move(reading));
    return sample;
}

bool holds_number(const model::Readings& readings)
{
    return std::ranges::any_of(readings.values, [](const model::Reading& reading) {
        return std::holds_alternative<model::Number>(reading.value);
    });
}

/// What was answered before a call failed is as good as any; the rest is absent for that reason.
Collected cut_short(
    model::MediaSample sample, std::span<const MetricQuery> unanswered,
    const graph::Failure& failure)
{
    Collected collected{failure};
    if (!holds_number(sample.readings))
        return collected;
    for (const auto& query : unanswered)
        merge(sample.readings, {all_absent(query, model::Absence::call_failed).absent, {}});
    collected.rows.samples.push_back(std::move(sample));
    return collected;
}

boost::asio::awaitable<Collected> collect_media_insights(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account,
    model::KnownMedia media, model::Instant now)
{
    Poll poll{api, matrix, target_of(media, account, api.version()), now};
    model::MediaSample sample;
    sample.media_id = media.id;
    sample.observed_at = now;
    const auto queries = choose_media_queries(media, account.login, account.metrics);
    std::optional<model::Absence> refused;
    for (std::size_t at = 0; at < queries.size(); ++at) {
        const auto& query = queries[at];
        graph::Outcome<MetricAnswers> answers = MetricAnswers{};
        if (refused)
            answers = all_absent(query, *refused);
        else
            answers = co_await ask_as_learned(poll, query);
        if (!answers)
            co_return cut_short(std::move(sample), std::span{queries}.subspan(at), answers.error());
        refused = refused ? refused : refusal_of_all(*answers);
        const auto broken_off = std::move(answers->broken_off);
        auto readings = decode_answers(std::move(*answers), Case::folded);
        if (!readings)
            co_return Collected{readings.error()};
        merge(sample.readings, std::move(*readings));
        if (broken_off)
            co_return cut_short(std::move(sample), std::span{queries}.subspan(at + 1), *broken_off);
    }
    explain_absences(sample.readings, media, now);
    Collected collected;
    collected.is_doubtful = poll.is_doubtful;
    collected.rows.samples.push_back(std::move(sample));
    co_return collected;
}

} // namespace insightd::collectors
