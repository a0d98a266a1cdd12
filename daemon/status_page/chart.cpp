#include "daemon/status_page/chart.hpp"

#include <algorithm>

namespace insightd::status_page
{
namespace
{

bool lies_in(const Gap& gap, model::Instant from, model::Instant until)
{
    return gap.from < until && (!gap.until || *gap.until > from);
}

bool are_joined(const Chart& chart, const Point& left, const Point& right)
{
    if (!left.value || !right.value)
        return false;
    if (chart.farthest.count() > 0 && right.from - left.until > chart.farthest)
        return false;
    return std::ranges::none_of(
        chart.gaps, [&](const Gap& gap) { return lies_in(gap, left.until, right.from); });
}

/// What remains of [from, until] without the gaps; at `from` itself there was a number.
std::vector<std::pair<model::Instant, model::Instant>>
known_parts(const std::vector<Gap>& gaps, model::Instant from, model::Instant until)
{
    std::vector<std::pair<model::Instant, model::Instant>> parts;
    for (const auto& gap : gaps) {
        if (!lies_in(gap, from, until))
            continue;
        if (gap.from > from || parts.empty())
            parts.emplace_back(from, std::max(from, gap.from));
        if (!gap.until)
            return parts;
        from = std::max(from, *gap.until);
    }
    if (from <= until)
        parts.emplace_back(from, until);
    return parts;
}

/// Draws stroke after stroke; a change of kind begins a new one at the same place.
class Pen
{
public:
    void go_on(Stroke::Place to, bool is_dashed)
    {
        if (!is_down_ || strokes_.back().places.empty())
            return put_down(to, is_dashed);
        auto& stroke = strokes_.back();
        if (stroke.places.back() == to)
            return;
        if (stroke.is_dashed != is_dashed && stroke.places.size() > 1) {
            const auto here = stroke.places.back();
            strokes_.push_back({{here}, is_dashed});
        }
        strokes_.back().is_dashed = is_dashed;
        strokes_.back().places.push_back(to);
    }
    void lift() { is_down_ = false; }
    std::vector<Stroke> strokes() && { return std::move(strokes_); }

private:
    void put_down(Stroke::Place at, bool is_dashed)
    {
        strokes_.push_back({{at}, is_dashed});
        is_down_ = true;
    }

    std::vector<Stroke> strokes_;
    bool is_down_ = false;
};

/// A value holds for as long as it was seen unchanged, as far as anybody looked.
void draw_held(Pen& pen, const Chart& chart, const Point& point)
{
    bool is_first = true;
    for (const auto& [from, until] : known_parts(chart.gaps, point.from, point.until)) {
        if (!std::exchange(is_first, false))
            pen.lift();
        pen.go_on({from, *point.value}, !point.is_final);
        pen.go_on({until, *point.value}, !point.is_final);
    }
}

std::vector<Gap> in_order(std::vector<Gap> gaps)
{
    std::ranges::sort(gaps, {}, &Gap::from);
    return gaps;
}

/// Those that touch become one, with the reason of the first that has one.
std::vector<Gap> merged(std::vector<Gap> gaps)
{
    std::vector<Gap> all;
    for (auto& gap : in_order(std::move(gaps))) {
        if (all.empty() || (all.back().until && *all.back().until < gap.from)) {
            all.push_back(std::move(gap));
            continue;
        }
        auto& last = all.back();
        if (!gap.until || !last.until)
            last.until.reset();
        else
            last.until = std::max(*last.until, *gap.until);
        if (last.reason.empty())
            last.reason = std::move(gap.reason);
    }
    return all;
}

} // namespace

std::vector<Stroke> strokes_of(const Chart& unordered)
{
    auto chart = unordered;
    chart.gaps = in_order(std::move(chart.gaps));
    Pen pen;
    const Point* before = nullptr;
    for (const auto& point : chart.points) {
        if (before == nullptr || !are_joined(chart, *before, point))
            pen.lift();
        if (point.value)
            draw_held(pen, chart, point);
        before = &point;
    }
    return std::move(pen).strokes();
}

std::vector<Gap> holes_of(const Chart& chart)
{
    auto holes = chart.gaps;
    for (std::size_t at = 0; at < chart.points.size(); ++at) {
        const auto& point = chart.points[at];
        const auto* next = at + 1 < chart.points.size() ? &chart.points[at + 1] : nullptr;
        const bool is_bar = chart.form == Chart::Form::bars;
        if (!point.value && (is_bar || next != nullptr))
            holes.push_back({point.from, is_bar ? point.until : next->from, point.note});
        else if (next != nullptr && is_bar && next->from > point.until)
            holes.push_back({point.until, next->from, "no number is stored"});
        else if (
            next != nullptr && chart.farthest.count() > 0 &&
            next->from - point.until > chart.farthest)
            holes.push_back({point.until, next->from, "no number is stored"});
    }
    return merged(std::move(holes));
}

} // namespace insightd::status_page
