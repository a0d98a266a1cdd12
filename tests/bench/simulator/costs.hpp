#pragma once

#include "config/config.hpp"

#include <chrono>
#include <cstddef>

/// What the daemon's own structures cost on this machine.
namespace insightd::simulator
{

/// Adds the time of its life to a sum of seconds.
class Lap
{
public:
    explicit Lap(double& sum) : sum_{sum} {}
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;
    ~Lap()
    {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
        if (took < interrupted)
            sum_ += took.count();
    }

private:
    /// No decision takes so long: another program had the processor meanwhile.
    static constexpr std::chrono::milliseconds interrupted{1};

    double& sum_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// So many accounts, as a governor needs to know them.
config::Config config_of(std::size_t accounts);

/// What a governor takes once each account has called, as the allocator counts.
std::size_t bytes_of_governor(std::size_t accounts);

} // namespace insightd::simulator
