#pragma once

#include "collectors/graph/failure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace insightd::daemon
{

/// What a call that was made can fail with: every class but held_back, the last of them.
inline constexpr std::size_t failure_classes =
    static_cast<std::size_t>(graph::FailureClass::held_back);

/// One number for each of them.
class FailureCounts
{
public:
    void add(graph::FailureClass kind)
    {
        if (kind != graph::FailureClass::held_back)
            ++counts_.at(static_cast<std::size_t>(kind));
    }

    std::int64_t of(graph::FailureClass kind) const
    {
        return counts_.at(static_cast<std::size_t>(kind));
    }

private:
    std::array<std::int64_t, failure_classes> counts_{};
};

} // namespace insightd::daemon
