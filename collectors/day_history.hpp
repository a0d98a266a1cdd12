#pragma once

#include "collectors/account_insights.hpp"
#include "collectors/days.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Days of the account in the past: how far back they are served, and what they were. Nobody says
/// how far that is: 90 days by one source, a year by another; so it is found out.
/// Source: graph-api.md section 5.
namespace insightd::collectors
{

/// The longest stretch that one call may ask for. Source: graph-api.md section 5.
inline constexpr std::chrono::days longest_stretch{30};

/// What the platform says of a stretch of days, without reading them.
struct Look {
    std::optional<DayWindow> oldest_served; ///< nothing: no day of the stretch was answered
    std::string refused; ///< the platform's words, if it refused rather than answer nothing
};

/// Looks at days that follow one another, newest first: by the series of reach, and where that says
/// nothing, by one-day totals of views at both ends. Totals that are all 0 say nothing.
boost::asio::awaitable<graph::Outcome<Look>>
look_at(graph::Client& api, const config::Account& account, std::vector<DayWindow> stretch);

/// Where the days end that are served: looks back stretch by stretch; halves a stretch that is
/// refused, down to a day; and takes two empty ones of full length for the end. Pure.
class EndSearch
{
public:
    /// Goes back from the boundary `from`, to days that begin at or after `limit`.
    EndSearch(model::Instant from, model::Instant limit, std::string zone);

    /// The days to look at next, newest first; none once the end is found.
    std::vector<DayWindow> next() const;
    void take(const Look& look);

    bool found() const { return !ended_because_.empty(); }
    const std::string& ended_because() const { return ended_because_; }
    bool reached_limit() const { return reached_limit_; }
    model::Instant reached() const { return from_; } ///< looked at back to here
    const std::optional<DayWindow>& oldest_served() const { return oldest_served_; }

private:
    void go_on_from(model::Instant boundary);

    model::Instant from_;
    model::Instant limit_;
    std::string timezone_;
    std::size_t length_;
    std::size_t empty_ = 0;     ///< stretches in a row without an answer
    std::size_t fruitless_ = 0; ///< looks in a row that led no further
    std::optional<DayWindow> oldest_served_;
    bool reached_limit_ = false;
    std::string ended_because_;
};

/// The series of a stretch of days, kept while the days are read one by one.
struct PastSeries {
    model::Instant begin; ///< without limit once the series is over
    model::Instant end;
    SeriesAnswer answer;
};

/// The stretch that ends at `end` and is to be asked for together: no longer than a call may ask
/// for, not before `earliest`, and within the reach of metrics that reach less far, if `end` is.
std::vector<DayWindow> stretch_before(
    model::Instant end, const std::string& timezone, model::Instant earliest, model::Instant now);

/// The series of the stretch. A metric that is no longer served so far back is not asked for: it is
/// absent, expired. A stretch that is refused is halved, from its older end, down to a day; a day
/// that is refused is the end of the series.
boost::asio::awaitable<graph::Outcome<PastSeries>> ask_past_series(
    graph::Client& api, const config::Account& account, std::vector<DayWindow> stretch,
    model::Instant now);

/// Whether the platform refuses what was asked, rather than to answer now.
bool refuses_question(const graph::Failure& failure);

} // namespace insightd::collectors
