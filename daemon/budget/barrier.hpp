#pragma once

#include "storage/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace insightd::budget
{

/// A block that the platform put up, and the way back: no call until it ends, then one at a time
/// until one is answered. Source: graph-api.md section 8, "calling while throttled prolongs the
/// block".
class Barrier
{
public:
    /// `key` spreads the waits of those that nobody told how long.
    explicit Barrier(std::uint64_t key) : key_{key} {}

    /// A call was refused as too many. Waits as long as told, at most a day; else 1, 2, 4 … 30
    /// minutes and up to half of that on top. From the second refusal in a row on what is told
    /// counts only where it is longer. Refusals of calls that left before the block do not double
    /// it.
    void put_up(model::Instant now, const std::optional<std::chrono::seconds>& told);

    /// Somebody else was refused. Calls wait until then, at most a day; then one finds out.
    void heed(model::Instant until, model::Instant now);

    /// A call was answered, and the answer shows that it was not one too many.
    void answered(model::Instant now);

    /// A clock that was set back does not make the block longer than a day.
    void correct(model::Instant now);

    /// No call before; the epoch if there never was a block.
    model::Instant until() const { return until_; }
    bool is_up(model::Instant now) const { return now < until_; }
    /// The block is over, but no call has been answered since: one at a time.
    bool is_tried(model::Instant now) const { return failures_ > 0 && !is_up(now); }

private:
    std::uint64_t key_;
    model::Instant until_;
    std::int64_t failures_ = 0;
};

} // namespace insightd::budget
