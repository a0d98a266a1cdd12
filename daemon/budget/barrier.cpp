#include "daemon/budget/barrier.hpp"

#include <algorithm>

namespace insightd::budget
{
namespace
{

using namespace std::chrono_literals;

/// No limit of the platform lasts longer: whoever says so is mistaken.
constexpr std::chrono::seconds longest_told = 24h;
constexpr std::chrono::seconds first_wait = 1min;
constexpr std::chrono::seconds longest_wait = 30min;
constexpr std::int64_t most_doublings = 5;

std::chrono::seconds backoff(std::int64_t failures, std::uint64_t key)
{
    const auto doublings = std::clamp<std::int64_t>(failures - 1, 0, most_doublings);
    const auto wait = std::min(first_wait * (std::int64_t{1} << doublings), longest_wait);
    const auto spread = static_cast<std::uint64_t>(wait.count() / 2 + 1);
    return wait + std::chrono::seconds{static_cast<std::int64_t>(key % spread)};
}

} // namespace

void Barrier::put_up(model::Instant now, const std::optional<std::chrono::seconds>& told)
{
    const bool is_new = !is_up(now);
    failures_ += is_new ? 1 : 0;
    if (told)
        until_ = std::max(until_, now + std::clamp(*told, 1s, longest_told));
    const bool was_told_too_little = told && failures_ > 1;
    if (is_new && (!told || was_told_too_little))
        until_ = std::max(
            until_, now + backoff(failures_, key_ + static_cast<std::uint64_t>(failures_)));
}

void Barrier::heed(model::Instant until, model::Instant now)
{
    if (until <= std::max(until_, now))
        return;
    failures_ = std::max<std::int64_t>(failures_, 1);
    until_ = std::min(until, now + longest_told);
}

void Barrier::answered(model::Instant now)
{
    if (!is_up(now)) // else it left before the block
        failures_ = 0;
}

void Barrier::correct(model::Instant now)
{
    until_ = std::min(until_, now + longest_told);
}

} // namespace insightd::budget
