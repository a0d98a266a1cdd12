#include "daemon/status_page/series.hpp"

#include "daemon/status_page/words.hpp"

#include <algorithm>

namespace insightd::status_page
{
namespace
{

using std::chrono::days;

/// Which of the numbers, and under which name its absence stands.
struct Metric {
    std::string_view name;
    model::Count model::ShownDay::*of_day;
    model::Count model::ShownReading::*of_reading;
};

constexpr Metric views{"views", &model::ShownDay::views, &model::ShownReading::views};
constexpr Metric reach{"reach", &model::ShownDay::reach, &model::ShownReading::reach};

std::vector<Gap> spans_of(const std::vector<model::ShownGap>& gaps, std::string_view collector)
{
    std::vector<Gap> all;
    for (const auto& gap : gaps)
        if (gap.collector == collector && gap.kind != "day")
            all.push_back({gap.begins_at, gap.ends_at, gap.reason});
    return all;
}

bool has_row(const std::vector<model::ShownDay>& all, model::Day day)
{
    return std::ranges::find(all, day, &model::ShownDay::day) != all.end();
}

/// Days that are missing. One that was not read since it settled is a gap, too, but has numbers.
std::vector<Gap> days_missing(const model::ShownAccount& account)
{
    std::vector<Gap> all;
    for (const auto& gap : account.gaps)
        if (gap.kind == "day" && gap.day && !has_row(account.days, *gap.day))
            all.push_back({*gap.day, *gap.day + days{1}, gap.reason});
    return all;
}

/// Gaps of the time before and after the numbers say nothing in their chart.
void keep_those_within(Chart& chart)
{
    if (chart.points.empty())
        return chart.gaps.clear();
    const auto from = chart.points.front().from;
    std::erase_if(chart.gaps, [&](const Gap& gap) { return gap.until && *gap.until <= from; });
    for (auto& gap : chart.gaps)
        gap.from = std::max(gap.from, from);
}

std::string covered(const model::ShownDay& day)
{
    return day.days_covered > 1 ? "in " + std::to_string(day.days_covered) + " days" : "";
}

Chart by_day(
    std::string id, std::string title, const std::vector<model::ShownDay>& all,
    const Metric& metric, model::Instant now)
{
    Chart chart;
    chart.id = std::move(id);
    chart.title = std::move(title);
    chart.form = Chart::Form::bars;
    chart.as_of = now;
    for (const auto& day : all) {
        const auto& value = day.*metric.of_day;
        chart.points.push_back(
            {day.day - days{day.days_covered - 1}, day.day + days{1}, value, day.is_final,
             value ? covered(day) : absence_words(day.absent, metric.name)});
    }
    return chart;
}

Chart followers_by_day(const model::ShownAccount& account, model::Instant now)
{
    Chart chart;
    chart.id = "followers";
    chart.title = "Followers";
    chart.floor = Chart::Floor::lowest;
    chart.as_of = now;
    chart.farthest = days{1};
    for (const auto& day : account.followers_by_day)
        chart.points.push_back({day.day, day.day, day.followers, true, ""});
    return chart;
}

Chart totals(
    std::string id, std::string title, const model::ShownPostHistory& post, const Metric& metric,
    model::Instant now)
{
    Chart chart;
    chart.id = std::move(id);
    chart.title = std::move(title);
    chart.as_of = now;
    chart.has_times = true;
    for (const auto& reading : post.readings) {
        const auto& value = reading.*metric.of_reading;
        chart.points.push_back(
            {reading.at, reading.until, value, reading.at < post.settled_before,
             value ? "" : absence_words(reading.absent, metric.name)});
    }
    const bool is_story = post.post.expires_at.has_value();
    chart.gaps = spans_of(post.gaps, is_story ? "stories" : "media_insights");
    keep_those_within(chart);
    return chart;
}

} // namespace

std::vector<Chart> charts_of(const model::ShownAccount& account, model::Instant now)
{
    std::vector<Chart> all{
        followers_by_day(account, now), by_day("views", "Views per day", account.days, views, now),
        by_day("reach", "Reach per day", account.days, reach, now)};
    for (auto& chart : all) {
        if (chart.form == Chart::Form::bars)
            chart.gaps = days_missing(account);
        else
            chart.gaps = spans_of(account.gaps, "profile");
        keep_those_within(chart);
    }
    return all;
}

std::vector<Chart> charts_of(const model::ShownPostHistory& post, model::Instant now)
{
    std::vector<Chart> all{
        totals("views", "Views", post, views, now), totals("reach", "Reach", post, reach, now)};
    if (post.post.expires_at)
        return all; // a story has no days
    all.push_back(by_day("gained", "Views gained per day", post.days, views, now));
    return all;
}

} // namespace insightd::status_page
