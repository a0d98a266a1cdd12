#include "daemon/budget/rolling_count.hpp"

#include <algorithm>

namespace insightd::budget
{

RollingCount::RollingCount(std::chrono::seconds window, std::chrono::seconds bucket)
    : window_{window}, bucket_{bucket}
{
}

void RollingCount::add(model::Instant now, std::uint32_t count)
{
    if (buckets_.empty()) // one more than the window has, for the newest is not full yet
        buckets_.resize(static_cast<std::size_t>(window_ / bucket_) + 1);
    advance(now);
    slot(newest_) += count;
    total_ += count;
}

void RollingCount::take_back(model::Instant now)
{
    if (total(now) == 0)
        return;
    auto number = newest_;
    while (slot(number) == 0)
        --number;
    --slot(number);
    --total_;
}

std::int64_t RollingCount::total(model::Instant now)
{
    advance(now);
    return total_;
}

std::vector<std::int64_t> RollingCount::leaving(model::Instant now)
{
    advance(now);
    std::vector<std::int64_t> left;
    left.reserve(buckets_.size());
    const auto size = static_cast<std::int64_t>(buckets_.size());
    std::int64_t sum = 0;
    for (std::int64_t number = newest_ - size + 1; number < newest_; ++number) {
        sum += slot(number);
        left.push_back(sum);
    }
    return left;
}

void RollingCount::advance(model::Instant now)
{
    const std::int64_t number = now.time_since_epoch() / bucket_;
    if (buckets_.empty() || number <= newest_) {
        newest_ = std::max(newest_, number);
        return;
    }
    const auto size = static_cast<std::int64_t>(buckets_.size());
    for (auto next = std::max(newest_ + 1, number - size + 1); next <= number; ++next) {
        total_ -= slot(next);
        slot(next) = 0;
    }
    newest_ = number;
}

std::uint32_t& RollingCount::slot(std::int64_t number)
{
    const auto size = static_cast<std::int64_t>(buckets_.size());
    return buckets_.at(static_cast<std::size_t>((number % size + size) % size));
}

} // namespace insightd::budget
