#include "daemon/status_page/chart.hpp"
#include "daemon/status_page/scale.hpp"
#include "daemon/status_page/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace insightd::status_page
{
namespace
{

// In the units of the picture; it is as wide as there is room, its text grows on narrow screens.
constexpr double width = 560, height = 230;
constexpr double left = 58, right = 12, top = 12, bottom = 30;

std::string unit(double value)
{
    return fmt::format("{:.1f}", value);
}

/// Where things are in the picture.
class Canvas
{
public:
    Canvas(TimeScale times, CountScale counts) : times_{times}, counts_{counts} {}

    double x(model::Instant at) const { return along(std::clamp(times_.place(at), 0.0, 1.0)); }
    double y(double value) const { return up(counts_.place(value)); }
    const TimeScale& times() const { return times_; }
    const CountScale& counts() const { return counts_; }

    static double along(double share) { return left + share * (width - left - right); }
    static double up(double share) { return height - bottom - share * (height - top - bottom); }

private:
    TimeScale times_;
    CountScale counts_;
};

bool lasts(const Gap& gap)
{
    return !gap.until;
}

model::Instant end_of(const Chart& chart)
{
    auto end = chart.points.front().from + std::chrono::hours{1}; // a single moment has room, too
    for (const auto& point : chart.points)
        end = std::max(end, point.until);
    const bool goes_on = std::ranges::any_of(chart.gaps, lasts);
    return goes_on ? std::max(end, chart.as_of) : end;
}

Canvas canvas_of(const Chart& chart)
{
    std::optional<std::int64_t> low, high;
    for (const auto& point : chart.points) {
        if (!point.value)
            continue;
        low = low ? std::min(*low, *point.value) : *point.value;
        high = high ? std::max(*high, *point.value) : *point.value;
    }
    const auto floor = chart.floor == Chart::Floor::zero
                           ? std::min<std::int64_t>(0, low.value_or(0))
                           : low.value_or(0);
    return {
        TimeScale{chart.points.front().from, end_of(chart)}, CountScale{floor, high.value_or(0)}};
}

Html axis_of_counts(const Canvas& canvas)
{
    Html all;
    for (const auto& tick : canvas.counts().ticks()) {
        const auto y = Canvas::up(tick.at);
        all += element(
            "line",
            {{"class", "grid"},
             {"x1", unit(left)},
             {"x2", unit(width - right)},
             {"y1", unit(y)},
             {"y2", unit(y)}},
            {});
        all += element(
            "text",
            {{"x", unit(left - 8)}, {"y", unit(y)}, {"dy", "0.32em"}, {"text-anchor", "end"}},
            tick.label);
    }
    return all;
}

Html axis_of_time(const Canvas& canvas)
{
    constexpr double near_an_edge = 0.06;
    Html all;
    for (const auto& tick : canvas.times().ticks()) {
        const auto* const anchor = tick.at < near_an_edge       ? "start"
                                   : tick.at > 1 - near_an_edge ? "end"
                                                                : "middle";
        all += element(
            "text",
            {{"x", unit(Canvas::along(tick.at))}, {"y", unit(height - 8)}, {"text-anchor", anchor}},
            tick.label);
    }
    return all;
}

std::string hatch_id(const Chart& chart)
{
    return chart.id + "-hatch";
}

Html hatch(const Chart& chart)
{
    return element(
        "defs",
        element(
            "pattern",
            {{"id", hatch_id(chart)},
             {"width", "7"},
             {"height", "7"},
             {"patternUnits", "userSpaceOnUse"},
             {"patternTransform", "rotate(45)"}},
            element(
                "line", {{"class", "hatch"}, {"x1", "0"}, {"x2", "0"}, {"y1", "0"}, {"y2", "7"}},
                {})));
}

Html title(const std::string& words)
{
    return element("title", words);
}

std::string span_words(const Chart& chart, model::Instant from, model::Instant until)
{
    using namespace std::chrono;
    if (chart.has_times)
        return until - from < minutes{1} ? moment(from) : moment(from) + " to " + moment(until);
    const auto first = floor<days>(from);
    const auto last = std::max(first, ceil<days>(until) - days{1});
    return first == last ? day(first) : short_day(first) + " to " + day(last);
}

Html drawn_hole(const Chart& chart, const Canvas& canvas, const Gap& hole)
{
    constexpr double least = 3; // a short one is seen, too
    const auto until = hole.until.value_or(end_of(chart));
    const auto x = canvas.x(hole.from);
    return element(
        "rect",
        {{"class", "hole"},
         {"fill", "url(#" + hatch_id(chart) + ")"},
         {"x", unit(x)},
         {"y", unit(top)},
         {"width", unit(std::max(least, canvas.x(until) - x))},
         {"height", unit(height - top - bottom)}},
        title(span_words(chart, hole.from, until) + ": " + hole.reason));
}

std::string state_words(const Point& point)
{
    if (!point.value)
        return point.note.empty() ? "no number" : "no number: " + point.note;
    const std::string state = point.is_final ? "final" : "provisional";
    return point.note.empty() ? state : state + ", " + point.note;
}

Html drawn_bar(const Chart& chart, const Canvas& canvas, const Point& point)
{
    constexpr double margin = 0.14; // of the bar's room, on either side
    constexpr double thinnest = 1.5;
    const auto room = canvas.x(point.until) - canvas.x(point.from);
    const auto base = canvas.y(0);
    const auto end = canvas.y(static_cast<double>(*point.value));
    const auto words = title(fmt::format(
        "{}: {} ({})", span_words(chart, point.from, point.until), number(*point.value),
        state_words(point)));
    const auto x = canvas.x(point.from) + margin * room;
    const auto bar_width = std::max(thinnest, room * (1 - 2 * margin));
    const auto tall = std::max(thinnest, std::abs(base - end)); // 0 is a number: it is drawn
    if (point.is_final)
        return element(
            "rect",
            {{"class", "bar"},
             {"x", unit(x)},
             {"y", unit(std::min(base - thinnest, std::min(base, end)))},
             {"width", unit(bar_width)},
             {"height", unit(tall)}},
            words);
    return element(
        "rect",
        {{"class", "bar provisional"},
         {"stroke-dasharray", "3 2"},
         {"x", unit(x)},
         {"y", unit(std::min(base - thinnest, std::min(base, end)))},
         {"width", unit(bar_width)},
         {"height", unit(tall)}},
        words);
}

Html drawn_stroke(const Canvas& canvas, const Stroke& stroke)
{
    std::string path;
    for (const auto& place : stroke.places)
        path += fmt::format(
            "{}{:.1f} {:.1f}", path.empty() ? "M" : "L", canvas.x(place.at),
            canvas.y(static_cast<double>(place.value)));
    if (stroke.places.size() == 1)
        path += "h0"; // with round ends this is a dot
    if (stroke.is_dashed && stroke.places.size() > 1)
        return element(
            "path", {{"class", "stroke provisional"}, {"stroke-dasharray", "5 4"}, {"d", path}},
            {});
    return element(
        "path", {{"class", stroke.places.size() == 1 ? "stroke dot" : "stroke"}, {"d", path}}, {});
}

/// A few points are marked: hollow while they are provisional.
Html drawn_marks(const Chart& chart, const Canvas& canvas)
{
    constexpr std::size_t few = 70;
    Html all;
    if (chart.points.size() > few)
        return all;
    for (const auto& point : chart.points) {
        if (!point.value)
            continue;
        all += element(
            "circle",
            {{"class", point.is_final ? "mark-point" : "mark-point provisional"},
             {"cx", unit(canvas.x(point.from))},
             {"cy", unit(canvas.y(static_cast<double>(*point.value)))},
             {"r", "3"}},
            title(fmt::format(
                "{}: {} ({})", span_words(chart, point.from, point.from), number(*point.value),
                state_words(point))));
    }
    return all;
}

Html drawn_numbers(const Chart& chart, const Canvas& canvas)
{
    Html all;
    if (chart.form == Chart::Form::bars) {
        for (const auto& point : chart.points)
            if (point.value)
                all += drawn_bar(chart, canvas, point);
        return all;
    }
    for (const auto& stroke : strokes_of(chart))
        all += drawn_stroke(canvas, stroke);
    all += drawn_marks(chart, canvas);
    return all;
}

std::size_t points_that(const Chart& chart, auto is)
{
    return static_cast<std::size_t>(std::ranges::count_if(chart.points, is));
}

bool is_provisional(const Point& point)
{
    return point.value && !point.is_final;
}

/// For who does not see it.
std::string summary(const Chart& chart, const std::vector<Gap>& holes)
{
    auto text = fmt::format(
        "{}, {}.", chart.title, span_words(chart, chart.points.front().from, end_of(chart)));
    std::optional<std::int64_t> low, high;
    for (const auto& point : chart.points)
        if (point.value) {
            low = std::min(low.value_or(*point.value), *point.value);
            high = std::max(high.value_or(*point.value), *point.value);
        }
    if (low)
        text += fmt::format(" From {} to {}.", number(*low), number(*high));
    if (const auto count = points_that(chart, is_provisional))
        text += fmt::format(" {} provisional.", count);
    if (!holes.empty())
        text += fmt::format(" {} without numbers.", counted(std::ssize(holes), "span", "spans"));
    return text + " The table below has every number.";
}

Html picture(const Chart& chart, const std::vector<Gap>& holes)
{
    const auto canvas = canvas_of(chart);
    Html inside = title(summary(chart, holes));
    inside += hatch(chart);
    inside += axis_of_counts(canvas);
    inside += axis_of_time(canvas);
    for (const auto& hole : holes)
        inside += drawn_hole(chart, canvas, hole);
    inside += drawn_numbers(chart, canvas);
    return element(
        "svg",
        {{"viewBox", fmt::format("0 0 {} {}", width, height)},
         {"role", "img"},
         {"aria-label", summary(chart, holes)}},
        inside);
}

Html legend_key(std::string_view kind, const Html& words)
{
    Html line;
    if (kind == "hole")
        line = element(
            "svg", {{"viewBox", "0 0 22 12"}, {"aria-hidden", "true"}, {"class", "key"}},
            joined(element(
                "path", {{"class", "hatch"}, {"d", "M2 12L10 0M8 12L16 0M14 12L22 0"}}, {})));
    else if (kind == "provisional")
        line = element(
            "svg", {{"viewBox", "0 0 22 12"}, {"aria-hidden", "true"}, {"class", "key"}},
            element(
                "path", {{"class", "stroke"}, {"stroke-dasharray", "5 4"}, {"d", "M1 6H21"}}, {}));
    else
        line = element(
            "svg", {{"viewBox", "0 0 22 12"}, {"aria-hidden", "true"}, {"class", "key"}},
            element("path", {{"class", "stroke"}, {"d", "M1 6H21"}}, {}));
    return element("span", joined(line, words));
}

Html legend(const Chart& chart, const std::vector<Gap>& holes)
{
    Html all;
    const auto is_settled = [](const Point& point) { return point.value && point.is_final; };
    if (points_that(chart, is_settled) > 0)
        all += legend_key("final", "final");
    if (points_that(chart, is_provisional) > 0)
        all += legend_key("provisional", "provisional: may still change");
    if (!holes.empty())
        all += legend_key("hole", "no number");
    return element("p", {{"class", "legend"}}, all);
}

/// A line of the table: of a point, or of a gap.
struct Line {
    model::Instant at;
    Html row;
};

Html row(const std::string& when, const Html& value, const std::string& state)
{
    return element(
        "tr", joined(
                  element("th", {{"scope", "row"}}, when), element("td", {{"class", "num"}}, value),
                  element("td", state)));
}

Html table(const Chart& chart)
{
    std::vector<Line> lines;
    for (const auto& point : chart.points)
        lines.push_back(
            {point.from,
             row(span_words(chart, point.from, chart.has_times ? point.from : point.until),
                 number(point.value), state_words(point))});
    for (const auto& gap : chart.gaps)
        lines.push_back(
            {gap.from, row(span_words(chart, gap.from, gap.until.value_or(chart.as_of)), "–",
                           "not read: " + gap.reason)});
    std::ranges::stable_sort(lines, std::greater{}, &Line::at);
    Html rows;
    for (const auto& line : lines)
        rows += line.row;
    const auto head = element(
        "thead",
        element(
            "tr", joined(
                      element("th", {{"scope", "col"}}, chart.has_times ? "When (UTC)" : "Day"),
                      element("th", {{"scope", "col"}, {"class", "num"}}, chart.title),
                      element("th", {{"scope", "col"}}, "State"))));
    const auto body = joined(head, element("tbody", rows));
    const auto words = fmt::format("The numbers ({})", lines.size());
    return element(
        "details", joined(
                       element("summary", words), element(
                                                      "div",
                                                      {{"class", "scroll"},
                                                       {"tabindex", "0"},
                                                       {"role", "region"},
                                                       {"aria-label", chart.title + ": table"}},
                                                      element("table", body))));
}

/// The newest number, which is what most people come for.
Html newest(const Chart& chart)
{
    const auto has_value = [](const Point& point) { return point.value.has_value(); };
    const auto found = std::find_if(chart.points.rbegin(), chart.points.rend(), has_value);
    if (found == chart.points.rend())
        return element("p", {{"class", "newest"}}, element("span", "no number yet"));
    const auto from = chart.has_times ? found->until : found->from;
    const auto words =
        span_words(chart, from, found->until) + (found->is_final ? "" : ", provisional");
    return element(
        "p", {{"class", "newest"}},
        joined(element("strong", number(*found->value)), " ", element("span", words)));
}

} // namespace

Html drawn(const Chart& chart)
{
    const auto heading = element("h3", {{"id", chart.id}}, chart.title);
    if (chart.points.empty())
        return element(
            "section", {{"class", "chart"}, {"aria-labelledby", chart.id}},
            joined(heading, element("p", {{"class", "soft"}}, "Nothing was read yet.")));
    const auto holes = holes_of(chart);
    return element(
        "section", {{"class", "chart"}, {"aria-labelledby", chart.id}},
        joined(heading, newest(chart), picture(chart, holes), legend(chart, holes), table(chart)));
}

} // namespace insightd::status_page
