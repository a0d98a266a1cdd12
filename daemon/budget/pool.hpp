#pragma once

#include "daemon/budget/barrier.hpp"
#include "daemon/budget/meter.hpp"
#include "daemon/budget/work.hpp"

namespace insightd::budget
{

/// Whether a call may be made, and why not.
enum class Answer : std::uint8_t {
    go,
    blocked, ///< the platform said so
    tried,   ///< the block is over, and another call finds out whether it is
    shed,    ///< more valuable work needs what is left
    paced,   ///< too soon after the last one of its kind
};

/// A turn, or the reading of one post, that has begun may go further than a new one may begin.
enum class Stage : std::uint8_t { begins, goes_on };

/// One limit of the platform: an app's calls in an hour, or an account's in a day. Source:
/// graph-api.md section 8.
class Pool
{
public:
    /// `share` of the limit is ours, 1 at most; `key` spreads waits.
    Pool(std::chrono::seconds window, std::chrono::seconds bucket, double share, std::uint64_t key);

    /// `shed_at` in percent of the limit. Besides, work does not begin if what is more valuable
    /// would then not find room for the rest of the window. Where a figure lets nothing go, one
    /// call may once in a while find out whether it still holds.
    Answer ask(Work work, double shed_at, Stage stage, model::Instant now);

    /// Calls that may leave before work that begins would be shed; nothing while no figure tells.
    std::optional<double> room(Work work, double shed_at, model::Instant now);

    /// A call that was let go waited for a connection: whether a block began meanwhile.
    Answer ask_again(model::Instant now);

    Meter& meter() { return meter_; }
    Barrier& barrier() { return barrier_; }
    const Barrier& barrier() const { return barrier_; }

    /// Calls an hour that the work is known to need: of more than one account, changes of it.
    void expect(Work work, double change) { at(expected_, work) += change; }

private:
    double spared(model::Instant now);
    double planned_room(double shed_at) const;
    bool may_renew_figure(Work work, model::Instant now);
    double wanted_before(Work work, model::Instant now) const;

    Meter meter_;
    Barrier barrier_;
    double share_;
    PerWork<double> expected_{}; ///< calls an hour
};

} // namespace insightd::budget
