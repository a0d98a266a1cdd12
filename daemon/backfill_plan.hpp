#pragma once

#include "collectors/day_history.hpp"
#include "config/config.hpp"
#include "storage/model/history.hpp"
#include "storage/model/rows.hpp"

#include <optional>
#include <set>

namespace insightd::daemon
{

/// How far back days are looked for if nobody says how far: no source names a longer retention.
/// Source: graph-api.md section 4.4, "kept 2 y".
inline constexpr std::chrono::days furthest_back{730};

/// Posts of an account, for telling how far it has come.
struct PostCount {
    std::int64_t listed = 0;
    std::int64_t read = 0; ///< at least once
    bool list_is_whole = false;
};

/// Where the backfill of one account stands, and what its next piece of work is. Pure: knows no
/// network and no store. What is not in its row only saves calls: a restart loses at most the piece
/// under way.
class BackfillPlan
{
public:
    /// The daemon keeps a pace; the command goes as fast as it can.
    enum class Pace { steady, at_once };

    explicit BackfillPlan(const config::Account& account);

    void set_pace(Pace pace) { pace_ = pace; }
    Pace pace() const { return pace_; }

    /// Goes on where the store says.
    void remember(const model::AccountHistory& history);

    /// The account is configured otherwise: how far the past is read stays.
    void change(const config::Account& account);

    /// Takes in what was stored, whoever asked for it.
    void learn(const model::Batch& rows);

    /// A backfill that has to begin anew, because the day that was read shows a hole: days between
    /// it and the newest known one that the live work does not reach back to any more. Days that
    /// were not settled when the hole began are read again as well.
    std::optional<model::Backfill>
    reopened(const std::vector<model::AccountDay>& days, model::Instant now) const;

    bool finished() const { return row_ && row_->finished_at; }
    const std::optional<model::Backfill>& row() const { return row_; }

    /// When the next piece is due; nothing once it is finished.
    std::optional<model::Instant> next_due(model::Instant now) const;

    /// The kinds of pieces, in their order.
    enum class Step { begin, count_posts, look_back, read_day, read_posts };
    Step next_step() const;

    // Rows as they are to be stored with what a piece read. None changes the plan: learn() does.

    /// Of a backfill that begins. Days go back from the newest that is settled among the windows;
    /// without windows there are no days to read.
    model::Backfill
    begun(const std::vector<collectors::DayWindow>& windows, model::Instant now) const;
    /// After a look back: how far it reached, and why no further, once that is known.
    model::Backfill looked(const collectors::EndSearch& search, model::Instant now) const;
    /// Once the days down to this one are done, or, without one, all of them.
    model::Backfill
    read_down_to(const std::optional<collectors::DayWindow>& day, model::Instant now) const;
    /// After posts were read, or merely counted: finished if nothing is left.
    model::Backfill with_posts(const PostCount& posts, model::Instant now) const;
    /// After a piece that failed.
    model::Backfill failed(const std::string& reason, model::Instant now) const;

    /// The search for the end of what is served, as it stands.
    collectors::EndSearch& search();

    /// The newest day that is still to be read; nothing if there is none. `points` are ends of days
    /// that a series gave.
    std::optional<collectors::DayWindow> next_day(const std::set<model::Instant>& points) const;

    std::optional<collectors::PastSeries> series; ///< of days that are being read one by one
    bool totals_over = false; ///< totals are refused for older days, though the series is not

private:
    void begin_search_anew();
    model::Backfill row_at(model::Instant now) const;
    model::Instant limit() const;
    std::vector<collectors::DayWindow> days_from(model::Instant end, model::Instant earliest) const;
    std::optional<model::Instant> eta(const model::Backfill& row, model::Instant now) const;

    std::string timezone_;
    config::Backfill settings_;
    std::chrono::seconds settling_margin_{};
    Pace pace_ = Pace::steady;
    double calls_a_day_ = 1;
    std::optional<model::Backfill> row_;
    std::set<model::Day> final_days_;
    std::optional<model::Instant> newest_day_end_;
    std::optional<collectors::EndSearch> search_;
    std::int64_t last_calls_ = 0;
};

/// The row of a backfill that was asked for and has not begun.
model::Backfill asked_for(std::optional<model::Day> since, model::Instant now);

} // namespace insightd::daemon
