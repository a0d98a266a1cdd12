#pragma once

#include "storage/model/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace insightd::budget
{

/// Counts what happened within a window that ends now, in buckets of fixed width: four bytes each,
/// however much is counted. Never forgets too early, and too late by less than a bucket.
class RollingCount
{
public:
    RollingCount(std::chrono::seconds window, std::chrono::seconds bucket);

    /// A clock that went back counts into the newest bucket.
    void add(model::Instant now, std::uint32_t count = 1);

    /// Takes the newest back that was counted.
    void take_back(model::Instant now);

    /// What is in the window.
    std::int64_t total(model::Instant now);

    /// How much of the total will have left the window after so many buckets' time, for each number
    /// of buckets from 1 up to the whole window.
    std::vector<std::int64_t> leaving(model::Instant now);

    std::chrono::seconds window() const { return window_; }
    std::chrono::seconds bucket() const { return bucket_; }

private:
    void advance(model::Instant now);
    std::uint32_t& slot(std::int64_t number);

    std::chrono::seconds window_;
    std::chrono::seconds bucket_;
    std::vector<std::uint32_t> buckets_; ///< a ring; empty until something is counted
    std::int64_t newest_ = 0;            ///< number of the newest bucket since the epoch
    std::int64_t total_ = 0;
};

} // namespace insightd::budget
