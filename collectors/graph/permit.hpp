#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/usage.hpp"

#include <chrono>
#include <optional>

namespace insightd::graph
{

/// How a call ended.
struct Ending {
    bool was_answered = false; ///< else nobody knows whether the platform counted it
    Usage usage{};
    std::optional<FailureClass> failure{};
    std::optional<std::chrono::seconds> regain_after{}; ///< how long the API says to wait
};

/// Whether a call may be made is decided outside the client, by whoever keeps the rate budget. It
/// is asked before each HTTP call, tries and pages included.
class Permit
{
public:
    virtual ~Permit() = default;

    /// Nothing if the call may leave now, which counts it; else how long to wait.
    virtual std::optional<std::chrono::seconds> depart() = 0;

    /// What became of a call that left; told of each exactly once.
    virtual void ended(const Ending& ending) = 0;
};

} // namespace insightd::graph
