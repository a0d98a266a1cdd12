#include "tests/bench/simulator/platform.hpp"

#include <algorithm>
#include <cmath>

namespace insightd::simulator
{
namespace
{

using namespace std::chrono_literals;
using graph::FailureClass;

std::optional<std::int64_t> times(const std::optional<double>& calls, double count)
{
    if (!calls)
        return std::nullopt;
    return std::max<std::int64_t>(1, std::llround(*calls * count));
}

std::optional<std::chrono::minutes> estimate(sandbox::CallWindow& window, model::Instant now)
{
    const auto left = window.until_regained(now);
    return left > 0min ? std::optional{left} : std::nullopt;
}

} // namespace

Platform::Platform(const Allowed& allowed, std::size_t accounts)
    : app_limit_{times(allowed.app_calls, static_cast<double>(accounts))},
      per_impression_{allowed.account_calls}, app_{1h},
      accounts_(accounts, sandbox::CallWindow{24h})
{
}

graph::Ending Platform::answer(std::size_t account, double impressions, model::Instant now)
{
    auto& day = accounts_.at(account);
    const auto limit = times(per_impression_, std::max(impressions, least_impressions));
    auto ending = counted(day, limit, now);
    ending.was_answered = true;
    if (app_limit_)
        ending.usage.app_percent = app_.percent(*app_limit_, 0, now);
    if (limit)
        ending.usage.business_percent = day.percent(*limit, 0, now);
    ending.usage.regain_after = estimate(day, now);
    return ending;
}

/// Only the account's refusal says how long to wait.
graph::Ending
Platform::counted(sandbox::CallWindow& day, std::optional<std::int64_t> limit, model::Instant now)
{
    graph::Ending ending;
    if (app_limit_ && !app_.take(*app_limit_, 0, now))
        ending.failure = FailureClass::app_throttled;
    else if (limit && !day.take(*limit, 0, now)) {
        ending.failure = FailureClass::account_throttled;
        ending.regain_after = estimate(day, now);
    }
    return ending;
}

} // namespace insightd::simulator
