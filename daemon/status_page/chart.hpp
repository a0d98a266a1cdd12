#pragma once

#include "daemon/status_page/html.hpp"
#include "storage/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Charts that say no more than is known: what was not read is not drawn, what may still change is
/// dashed. Each with the table of its numbers.
namespace insightd::status_page
{

/// A number, and the span that it is of; without a value it is known that there is none.
struct Point {
    model::Instant from, until; ///< alike: of that moment
    std::optional<std::int64_t> value;
    bool is_final = true;
    std::string note; ///< why there is no value, or what else is to be said
};

/// A span of which nothing is known.
struct Gap {
    model::Instant from;
    std::optional<model::Instant> until; ///< nothing: it lasts
    std::string reason;
};

struct Chart {
    enum class Form : std::uint8_t {
        line, ///< of a state: followers, totals
        bars, ///< of what happened in a span: views per day
    };
    enum class Floor : std::uint8_t { zero, lowest };

    std::string id;    ///< on its page: letters and hyphens
    std::string title; ///< "Views per day"
    Form form = Form::line;
    Floor floor = Floor::zero;
    std::vector<Point> points; ///< in their order
    std::vector<Gap> gaps;
    model::Instant as_of;                 ///< until when it might have numbers
    bool has_times = false;               ///< points are moments, not days
    std::chrono::microseconds farthest{}; ///< points farther apart are not joined; 0: all are
};

/// A line that is drawn in one go.
struct Stroke {
    struct Place {
        model::Instant at;
        std::int64_t value;
        bool operator==(const Place&) const = default;
    };
    std::vector<Place> places;
    bool is_dashed = false; ///< it leads to, or is, what is provisional
};

/// The lines of a chart: none crosses a gap, a missing number, or a distance that is too large.
std::vector<Stroke> strokes_of(const Chart& chart);

/// Spans between first and last point of which there is no number, in their order and apart from
/// each other: gaps, points without a value, and what lies between bars.
std::vector<Gap> holes_of(const Chart& chart);

/// The picture, its summary in words, and its table. Without points: that there are none yet.
Html drawn(const Chart& chart);

} // namespace insightd::status_page
