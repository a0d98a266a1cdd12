#pragma once

#include <chrono>
#include <cstdint>

namespace insightd::sandbox
{

/// Posts that are given to the world, not made up by it: when they are published, and what they
/// come to. Every account has them.
class GivenPosts
{
public:
    using Instant = std::chrono::sys_time<std::chrono::microseconds>;

    /// Totals since the post was published.
    struct Counters {
        std::int64_t views = 0;
        std::int64_t interactions = 0; ///< likes and comments
    };

    virtual ~GivenPosts() = default;

    /// How many there ever are, those of the future included.
    virtual std::int64_t count() const = 0;
    /// None is older than the one before.
    virtual Instant published_at(std::int64_t number) const = 0;
    virtual Counters counters(std::int64_t number, Instant now) const = 0;
};

} // namespace insightd::sandbox
