#include "collectors/day_history.hpp"

#include "collectors/catalog.hpp"

#include <algorithm>
#include <array>

namespace insightd::collectors
{
namespace
{

using std::chrono::days;

/// Two of these without an answer are the end; so is one that is refused though it is a day long.
constexpr std::size_t full_length = 30;
constexpr std::size_t empty_at_the_end = 2;

/// Looks that lead nowhere: more than halving needs, so that contradictions end as well.
constexpr std::size_t most_fruitless = 12;

/// Metrics that are served for fewer days than the others. Source: graph-api.md section 5.
struct ShortReach {
    std::string_view metric;
    days reach;
};
constexpr std::array short_reaches{ShortReach{"follower_count", days{30}}};

/// Within every short reach, whatever two clocks may differ.
constexpr days common_reach{29};

bool reaches(const std::string& metric, model::Instant since, model::Instant now)
{
    const auto limited = std::ranges::find(short_reaches, metric, &ShortReach::metric);
    return limited == short_reaches.end() || since >= now - limited->reach;
}

/// A number other than 0: totals of days that are not served may be answered as 0.
bool says_something(const model::Readings& readings)
{
    const auto counts = [](const model::Number& number) {
        return std::visit([](auto value) { return value != 0; }, number);
    };
    return std::ranges::any_of(readings.values, [&](const model::Reading& reading) {
        const auto* number = std::get_if<model::Number>(&reading.value);
        return number != nullptr && counts(*number);
    });
}

/// One call: the series of reach over the stretch.
boost::asio::awaitable<graph::Outcome<Look>>
look_at_series(graph::Client& api, const config::Account& account, std::vector<DayWindow> stretch)
{
    std::vector<std::string> metrics{"reach"};
    const auto query = query_for_days(account, metrics, stretch.back().begin, stretch.front().end);
    auto parameters = query.parameters;
    parameters.emplace_back("metric", metrics.front());
    graph::Request request{query.path, std::move(parameters)};
    const auto reply = co_await api.get(std::move(request));
    Look look;
    if (!reply && refuses_question(reply.error()))
        look.refused = reply.error().message;
    else if (!reply)
        co_return reply.error();
    if (!reply)
        co_return look;
    const auto series = decode_series(reply->body);
    if (!series)
        co_return series.error();
    for (const auto& day : days_before(
             stretch.front().end, series->end_times, account.timezone, stretch.size(),
             stretch.back().begin))
        if (series->by_end_time.contains(day.end))
            look.oldest_served = day;
    co_return look;
}

/// One call: the views of one day.
boost::asio::awaitable<graph::Outcome<Look>>
look_at_total(graph::Client& api, const config::Account& account, DayWindow day)
{
    std::vector<std::string> metrics{"views"};
    const auto query = query_for_days(account, metrics, day.begin, day.end);
    auto parameters = query.parameters;
    parameters.emplace_back("metric", metrics.front());
    parameters.emplace_back("metric_type", "total_value");
    graph::Request request{query.path, std::move(parameters)};
    const auto reply = co_await api.get(std::move(request));
    Look look;
    if (!reply && refuses_question(reply.error()))
        look.refused = reply.error().message;
    else if (!reply)
        co_return reply.error();
    if (!reply)
        co_return look;
    const auto readings = decode_readings(reply->body, metrics, Case::as_sent);
    if (!readings)
        co_return readings.error();
    if (says_something(*readings))
        look.oldest_served = day;
    co_return look;
}

SeriesAnswer all_absent(std::vector<std::string> metrics, model::Absence reason)
{
    SeriesAnswer answer;
    for (const auto& metric : metrics)
        answer.absent.push_back({metric, reason});
    answer.asked = std::move(metrics);
    return answer;
}

bool is_refused(const SeriesAnswer& answer)
{
    return answer.series.end_times.empty() && !answer.absent.empty() &&
           answer.absent.size() == answer.asked.size();
}

/// The series of a stretch; one that is refused as a whole is an answer as well.
boost::asio::awaitable<graph::Outcome<SeriesAnswer>> ask_stretch(
    graph::Client& api, const config::Account& account, std::vector<std::string> metrics,
    model::Instant since, model::Instant until)
{
    auto query = query_for_days(account, metrics, since, until);
    auto answer = co_await ask_series(api, std::move(query));
    if (!answer && refuses_question(answer.error()))
        co_return all_absent(std::move(metrics), model::Absence::unsupported);
    co_return answer;
}

/// A metric that is refused for old days only is not unsupported: the days are too old.
boost::asio::awaitable<graph::Outcome<SeriesAnswer>> with_true_reasons(
    graph::Client& api, const config::Account& account, SeriesAnswer refused, model::Instant now)
{
    const auto recent = co_await ask_stretch(api, account, refused.asked, now - days{2}, now);
    if (!recent)
        co_return recent.error();
    for (auto& reading : refused.absent)
        if (std::ranges::find(recent->absent, reading.metric, &model::Reading::metric) ==
            recent->absent.end())
            reading.value = model::Absence::expired;
    co_return refused;
}

} // namespace

boost::asio::awaitable<graph::Outcome<Look>>
look_at(graph::Client& api, const config::Account& account, std::vector<DayWindow> stretch)
{
    auto look = co_await look_at_series(api, account, stretch);
    if (!look || look->oldest_served)
        co_return look;
    const auto words = look->refused;
    const std::array ends{stretch.back(), stretch.front()};
    for (const auto& day : ends) {
        auto total = co_await look_at_total(api, account, day);
        if (!total)
            co_return total;
        if (total->refused.empty())
            total->refused = words;
        look = std::move(total);
        if (look->oldest_served || stretch.size() == 1)
            break;
    }
    co_return look;
}

EndSearch::EndSearch(model::Instant from, model::Instant limit, std::string zone)
    : from_{from}, limit_{limit}, timezone_{std::move(zone)}, length_{full_length}
{
    go_on_from(from);
}

std::vector<DayWindow> EndSearch::next() const
{
    if (found())
        return {};
    auto stretch = days_before(from_, {}, timezone_, length_, limit_);
    while (stretch.size() > 1 && stretch.front().end - stretch.back().begin > longest_stretch)
        stretch.pop_back(); // a clock change made it an hour longer than 30 days
    return stretch;
}

void EndSearch::take(const Look& look)
{
    const auto stretch = next();
    if (stretch.empty())
        return;
    const bool is_full = length_ == full_length;
    if (look.oldest_served) {
        empty_ = 0;
        oldest_served_ = look.oldest_served;
        if (look.oldest_served->begin != stretch.back().begin && stretch.size() > 1)
            length_ = std::max<std::size_t>(1, length_ / 2);
        return go_on_from(look.oldest_served->begin);
    }
    if (++fruitless_ > most_fruitless)
        ended_because_ = "the platform contradicts itself about older days";
    else if (!look.refused.empty() && stretch.size() == 1)
        ended_because_ = "the platform refuses older days: " + look.refused;
    else if (!look.refused.empty())
        length_ = stretch.size() / 2;
    else if (!is_full && stretch.size() == length_)
        length_ = full_length;
    else if (++empty_ == empty_at_the_end)
        ended_because_ = "the platform answers nothing for older days";
    else
        go_on_from(stretch.back().begin);
}

void EndSearch::go_on_from(model::Instant boundary)
{
    from_ = boundary;
    fruitless_ = empty_ > 0 ? fruitless_ : 0;
    reached_limit_ = days_before(from_, {}, timezone_, 1, limit_).empty();
    if (reached_limit_)
        ended_because_ = "no older day was asked for";
}

std::vector<DayWindow> stretch_before(
    model::Instant end, const std::string& timezone, model::Instant earliest, model::Instant now)
{
    const auto near = now - common_reach;
    const bool is_near = !days_before(end, {}, timezone, 1, near).empty();
    auto stretch =
        days_before(end, {}, timezone, full_length, is_near ? std::max(near, earliest) : earliest);
    while (stretch.size() > 1 && stretch.front().end - stretch.back().begin > longest_stretch)
        stretch.pop_back();
    return stretch;
}

boost::asio::awaitable<graph::Outcome<PastSeries>> ask_past_series(
    graph::Client& api, const config::Account& account, std::vector<DayWindow> stretch,
    model::Instant now)
{
    std::vector<std::string> served;
    std::vector<std::string> expired;
    for (auto& metric : series_metrics(account))
        (reaches(metric, stretch.back().begin, now) ? served : expired)
            .push_back(std::move(metric));
    auto answer =
        co_await ask_stretch(api, account, served, stretch.back().begin, stretch.front().end);
    while (answer && is_refused(*answer) && stretch.size() > 1) {
        stretch.resize(stretch.size() / 2);
        answer =
            co_await ask_stretch(api, account, served, stretch.back().begin, stretch.front().end);
    }
    PastSeries past{stretch.back().begin, stretch.front().end, {}};
    if (answer && is_refused(*answer)) {
        past.begin = model::Instant::min();
        answer = co_await with_true_reasons(api, account, std::move(*answer), now);
    }
    if (!answer)
        co_return answer.error();
    past.answer = std::move(*answer);
    for (const auto& metric : expired)
        past.answer.absent.push_back({metric, model::Absence::expired});
    co_return past;
}

bool refuses_question(const graph::Failure& failure)
{
    return failure.kind == graph::FailureClass::bad_request ||
           failure.kind == graph::FailureClass::bad_metric;
}

} // namespace insightd::collectors
