#include "collectors/audience.hpp"

#include "collectors/account_insights.hpp"
#include "collectors/catalog.hpp"
#include "collectors/insights.hpp"
#include "collectors/json_access.hpp"
#include "collectors/learning.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

namespace insightd::collectors
{
namespace
{

using std::chrono::days;

/// The timeframes that are still supported. Source: graph-api.md section 5.
constexpr std::array timeframes{"this_week", "this_month"};
constexpr days online_reach{3};
constexpr days longest_online_reach{29}; // 30, less what two clocks may differ

std::string user_insights(const config::Account& account)
{
    return std::to_string(account.user_id) + "/insights";
}

MetricQuery query_for(const config::Account& account, const AudienceQuestion& question)
{
    MetricQuery query;
    query.subject = catalog::Subject::account;
    query.path = user_insights(account);
    query.metrics = {question.metric};
    query.breakdown = question.dimension;
    query.wants_totals = false;
    query.parameters = {
        {"period", "lifetime"}, {"metric_type", "total_value"}, {"timeframe", question.timeframe}};
    return query;
}

MetricQuery online_query(const config::Account& account, days reach, model::Instant now)
{
    const auto seconds = [](model::Instant instant) {
        return std::to_string(
            std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count());
    };
    MetricQuery query;
    query.subject = catalog::Subject::account;
    query.path = user_insights(account);
    query.metrics = {"online_followers"};
    query.parameters = {
        {"period", "lifetime"}, {"since", seconds(now - reach)}, {"until", seconds(now)}};
    return query;
}

bool asks_online_followers(const config::Account& account)
{
    const auto metrics =
        catalog::selected(catalog::Subject::account, account.login, account.metrics);
    return std::ranges::find(metrics, "online_followers", &catalog::Metric::name) != metrics.end();
}

model::Demographics snapshot_of(const AudienceQuestion& question, model::Instant now)
{
    model::Demographics snapshot;
    snapshot.metric = question.metric;
    snapshot.dimension = question.dimension;
    snapshot.timeframe = question.timeframe;
    snapshot.snapshot_on = std::chrono::floor<days>(now);
    snapshot.observed_at = now;
    return snapshot;
}

void drop_timeframe(model::Breakdown& breakdown)
{
    const auto key = std::ranges::find(breakdown.dimensions, "timeframe");
    if (key == breakdown.dimensions.end())
        return;
    const auto position = key - breakdown.dimensions.begin();
    for (auto& cell : breakdown.cells)
        if (position < std::ssize(cell.values))
            cell.values.erase(cell.values.begin() + position);
    breakdown.dimensions.erase(key);
}

boost::asio::awaitable<graph::Outcome<model::Demographics>> ask_demographics(
    Poll& poll, const config::Account& account, AudienceQuestion question,
    std::optional<std::int64_t> followers_count)
{
    auto query = query_for(account, question);
    auto answers = co_await ask_as_learned(poll, std::move(query));
    if (!answers)
        co_return answers.error();
    if (answers->broken_off)
        co_return *answers->broken_off;
    auto snapshot = snapshot_of(question, poll.now);
    if (!answers->absent.empty())
        snapshot.absent = std::get<model::Absence>(answers->absent.front().value);
    else {
        auto decoded = decode_demographics(answers->answered.front().body, question, poll.now);
        if (!decoded)
            co_return decoded.error();
        snapshot = std::move(*decoded);
    }
    if (snapshot.absent)
        snapshot.absent = explain(question.metric, *snapshot.absent, followers_count);
    co_return snapshot;
}

model::OnlineFollowers day_of_point(
    const json::value& point, model::Instant end_time, const std::string& timezone,
    model::Instant now)
{
    model::OnlineFollowers day;
    day.day = day_ending_at(end_time, timezone);
    day.day_end = end_time;
    day.observed_at = now;
    for (std::size_t hour = 0; hour < day.hours.size(); ++hour)
        if (const auto* hours = member(point, "value"))
            day.hours.at(hour) = integer_in(*hours, std::to_string(hour));
    if (std::ranges::none_of(day.hours, [](const auto& hour) { return hour.has_value(); }))
        day.absent = model::Absence::empty;
    return day;
}

/// A refusal, or an answer without any day, is kept for the day under way.
model::OnlineFollowers absent_day(
    const config::Account& account, model::Absence reason,
    std::optional<std::int64_t> followers_count, model::Instant now)
{
    const auto window = day_windows({}, account.timezone, now).back();
    model::OnlineFollowers day;
    day.day = window.day;
    day.day_end = window.end;
    day.observed_at = now;
    day.absent = explain("online_followers", reason, followers_count);
    return day;
}

boost::asio::awaitable<graph::Outcome<std::vector<model::OnlineFollowers>>> ask_online_followers(
    Poll& poll, const config::Account& account, std::optional<std::int64_t> followers_count)
{
    const auto now = poll.now;
    auto query = online_query(account, online_reach, now);
    auto answers = co_await ask_as_learned(poll, std::move(query));
    if (!answers)
        co_return answers.error();
    if (answers->broken_off)
        co_return *answers->broken_off;
    auto reason = model::Absence::empty;
    std::vector<model::OnlineFollowers> online;
    if (!answers->absent.empty())
        reason = std::get<model::Absence>(answers->absent.front().value);
    else {
        auto decoded =
            decode_online_followers(answers->answered.front().body, account.timezone, now);
        if (!decoded)
            co_return decoded.error();
        online = std::move(*decoded);
    }
    if (online.empty())
        online.push_back(absent_day(account, reason, followers_count, now));
    co_return online;
}

} // namespace

std::vector<AudienceQuestion> choose_audience(const config::Account& account)
{
    std::vector<AudienceQuestion> questions;
    for (const auto* metric :
         catalog::selected(catalog::Subject::account, account.login, account.metrics)) {
        if (!metric->of_audience)
            continue;
        for (const auto& dimension : catalog::splits_of(*metric))
            for (const auto* timeframe : timeframes)
                questions.push_back({std::string{metric->name}, dimension, timeframe});
    }
    return questions;
}

boost::asio::awaitable<Collected> collect_audience(
    graph::Client& api, MetricMatrix& matrix, const config::Account& account,
    std::optional<std::int64_t> followers_count, model::Instant now)
{
    Poll poll{api, matrix, target_of(account, api.version()), now};
    poll.may_be_too_small = may_be_too_small(followers_count);
    Collected collected;
    for (auto& question : choose_audience(account)) {
        auto snapshot =
            co_await ask_demographics(poll, account, std::move(question), followers_count);
        if (!snapshot) {
            collected.failure = snapshot.error();
            co_return collected;
        }
        collected.rows.demographics.push_back(std::move(*snapshot));
    }
    if (!asks_online_followers(account))
        co_return collected;
    auto online = co_await ask_online_followers(poll, account, followers_count);
    if (online)
        collected.rows.online_followers = std::move(*online);
    else
        collected.failure = online.error();
    co_return collected;
}

boost::asio::awaitable<Collected> collect_past_online_followers(
    graph::Client& api, const config::Account& account, model::Instant now)
{
    Collected collected;
    if (!asks_online_followers(account))
        co_return collected;
    auto query = online_query(account, longest_online_reach, now);
    auto answers = co_await ask_metrics(api, std::move(query));
    if (!answers)
        co_return Collected{answers.error()};
    for (const auto& answer : answers->answered) {
        auto decoded = decode_online_followers(answer.body, account.timezone, now);
        if (!decoded)
            co_return Collected{decoded.error()};
        collected.rows.online_followers = std::move(*decoded);
    }
    co_return collected;
}

graph::Outcome<model::Demographics> decode_demographics(
    const boost::json::value& body, const AudienceQuestion& question, model::Instant now)
{
    auto readings = decode_readings(body, {question.metric}, Case::as_sent);
    if (!readings)
        return readings.error();
    auto snapshot = snapshot_of(question, now);
    for (auto& breakdown : readings->breakdowns) {
        if (breakdown.metric != question.metric)
            continue;
        drop_timeframe(breakdown);
        std::ranges::move(breakdown.cells, std::back_inserter(snapshot.cells));
    }
    // Sorted anew: a dimension was dropped, and the answer may have been several breakdowns.
    std::ranges::sort(snapshot.cells, {}, &model::Cell::values);
    if (snapshot.cells.empty())
        snapshot.absent = model::Absence::empty;
    return snapshot;
}

graph::Outcome<std::vector<model::OnlineFollowers>> decode_online_followers(
    const boost::json::value& body, const std::string& timezone, model::Instant now)
{
    const auto* data = array_in(body, "data");
    if (data == nullptr)
        return malformed("an insights answer without a `data` list");
    std::vector<model::OnlineFollowers> days_read;
    for (const auto& entry : *data) {
        const auto* values = array_in(entry, "values");
        if (text_in(entry, "name") != "online_followers" || values == nullptr)
            continue;
        for (const auto& point : *values)
            if (const auto end_time = instant_in(point, "end_time"))
                days_read.push_back(day_of_point(point, *end_time, timezone, now));
    }
    return days_read;
}

} // namespace insightd::collectors
