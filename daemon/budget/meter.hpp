#pragma once

#include "daemon/budget/rolling_count.hpp"
#include "daemon/budget/work.hpp"

#include <optional>

namespace insightd::budget
{

/// How full a rolling window is: the platform's figure, carried on by the calls that were made
/// since and by those that have left the window. Knows neither limits of classes nor blocks.
class Meter
{
public:
    Meter(std::chrono::seconds window, std::chrono::seconds bucket);

    /// A call leaves now.
    void count(Work work, model::Instant now);
    /// The newest call did not leave after all.
    void take_back(Work work, model::Instant now);
    /// A call that left has ended; whether it counted, the next figure says.
    void arrived();
    /// The figure of an answer's header, in percent of the limit: more than 100 says no more.
    void read(int percent, model::Instant now);

    /// Percent of the limit at this instant; nothing where no header ever said, or none within the
    /// window and too little is known of the limit.
    std::optional<double> percent(model::Instant now);

    /// The part of percent() that is not known to be of the own calls; all of it while the limit is
    /// not known.
    double of_others(model::Instant now);

    /// The newest figure; nothing where no header ever said.
    std::optional<int> figure() const { return figure_; }
    /// How long no figure came and no call left.
    std::chrono::microseconds silent_for(model::Instant now);

    /// The highest percentage that is reached within one window from now, if nothing but so many
    /// calls a second follow. No more than percent() where the limit is not known yet.
    double peak(double calls_per_second, model::Instant now);

    /// Calls that the window takes, as far as the figures tell; a guess on the small side while
    /// others use the same pool.
    std::optional<double> limit() const { return limit_; }

    std::int64_t calls(model::Instant now) { return calls_.total(now); }
    std::int64_t under_way() const { return under_way_; }

    /// Calls a second of this class, a mean of the last quarter of the window.
    double pace(Work work, model::Instant now) const;

private:
    void correct(model::Instant now);
    void learn_limit(double percent, std::int64_t counted);
    double others(model::Instant now) const;

    struct Pace {
        double per_second = 0;
        model::Instant at;
    };
    double faded(const Pace& pace, model::Instant now) const;

    RollingCount calls_;
    PerWork<Pace> paces_{};
    std::int64_t under_way_ = 0;

    std::optional<int> figure_;
    model::Instant figure_at_;
    model::Instant left_at_; ///< the newest call
    double others_ = 0; ///< what the figure says beside the own calls, in percent: calls of others,
                        ///< or of an earlier life; below 0 where own ones weigh less than thought
    std::optional<double> limit_;

    std::optional<int> mark_; ///< the figure from which a rise is measured
    std::int64_t counted_at_mark_ = 0;
};

} // namespace insightd::budget
