#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace insightd::reload
{

/// When to look at a file that is being written: once nothing has happened to it for a while, and
/// at the latest some time after the first thing did. Pure; time comes with each call.
class QuietTime
{
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds quiet{300};
    static constexpr std::chrono::seconds longest{3};

    void something_happened(Time now)
    {
        first_ = first_.value_or(now);
        last_ = now;
    }

    /// Nothing while nothing happened.
    std::optional<Time> due() const
    {
        return first_ ? std::optional{std::min<Time>(last_ + quiet, *first_ + longest)}
                      : std::nullopt;
    }

    /// It was looked at.
    void begin_anew() { first_.reset(); }

private:
    std::optional<Time> first_;
    Time last_;
};

} // namespace insightd::reload
