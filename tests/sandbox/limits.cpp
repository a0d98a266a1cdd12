#include "tests/sandbox/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace insightd::sandbox
{
namespace
{

using namespace std::chrono_literals;

constexpr std::chrono::minutes shortest_block = 20min;
constexpr std::chrono::minutes prolonged_by = 5min;

/// A block ends once so little of the window is used.
constexpr double free_again = 0.9;

} // namespace

bool CallWindow::take(
    std::int64_t limit, int percent_of_others, Instant now, std::uint64_t connection)
{
    if (now < blocked_until_) {
        if (now > blocked_at_ || told_.contains(connection)) {
            ++while_blocked_;
            blocked_until_ += prolonged_by;
        }
        return refuse(connection);
    }
    if (percent(limit, percent_of_others, now) >= 100) {
        block(limit, now);
        return refuse(connection);
    }
    calls_.push_back(now);
    return true;
}

bool CallWindow::refuse(std::uint64_t connection)
{
    ++throttled_;
    if (connection != 0)
        told_.insert(connection);
    return false;
}

int CallWindow::percent(std::int64_t limit, int percent_of_others, Instant now)
{
    forget(now);
    const auto own = std::ssize(calls_) * 100 / limit;
    return static_cast<int>(own) + percent_of_others;
}

std::chrono::minutes CallWindow::until_regained(Instant now) const
{
    return now < blocked_until_ ? std::chrono::ceil<std::chrono::minutes>(blocked_until_ - now)
                                : 0min;
}

void CallWindow::forget(Instant now)
{
    while (!calls_.empty() && calls_.front() + span_ <= now)
        calls_.pop_front();
}

/// Until enough of the calls have left the window. What others do is not foreseen.
void CallWindow::block(std::int64_t limit, Instant now)
{
    const auto kept = static_cast<double>(limit) * free_again;
    const auto leaving = std::ssize(calls_) - static_cast<std::ptrdiff_t>(kept);
    auto free_at = now + shortest_block;
    if (leaving > 0)
        free_at = std::max(free_at, calls_.at(static_cast<std::size_t>(leaving - 1)) + span_);
    told_.clear();
    blocked_at_ = now;
    blocked_until_ = now + std::chrono::ceil<std::chrono::minutes>(free_at - now);
}

std::int64_t CallCounters::throttled() const
{
    std::int64_t sum = 0;
    for (const auto& [host, window] : apps_)
        sum += window.throttled();
    for (const auto& [account, window] : accounts_)
        sum += window.throttled();
    return sum;
}

std::int64_t CallCounters::while_blocked() const
{
    std::int64_t sum = 0;
    for (const auto& [host, window] : apps_)
        sum += window.while_blocked();
    for (const auto& [account, window] : accounts_)
        sum += window.while_blocked();
    return sum;
}

std::string app_usage_header(int percent)
{
    return fmt::format(R"({{"call_count":{},"total_time":1,"total_cputime":1}})", percent);
}

} // namespace insightd::sandbox
