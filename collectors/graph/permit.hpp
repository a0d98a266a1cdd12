#pragma once

#include "collectors/graph/failure.hpp"
#include "collectors/graph/usage.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace insightd::graph
{

/// How a call ended.
struct Ending {
    bool was_answered = false;    ///< else nobody knows whether the platform counted it
    bool was_called_back = false; ///< it was not even sent
    Usage usage{};
    std::optional<FailureClass> failure{};
    std::optional<std::chrono::seconds> regain_after{}; ///< how long the API says to wait
};

/// A call that may not be made now.
struct Refusal {
    std::string_view why; ///< for whoever reads the failure; lives as long as the program
    std::chrono::seconds wait{};
};

/// What such a call fails with.
Failure held_back(const Refusal& refusal);

/// Whether a call may be made is decided outside the client, by whoever keeps the rate budget and
/// knows whose the account is. It is asked before each HTTP call, tries and pages included.
class Permit
{
public:
    virtual ~Permit() = default;

    /// Nothing if the call may leave now, which counts it.
    virtual std::optional<Refusal> depart() = 0;

    /// Whether a call that may leave has to stay after all: asked at the very moment before it is
    /// sent, for waiting for a connection takes its time.
    virtual std::optional<Refusal> call_back() = 0;

    /// What became of a call that left; told of each exactly once.
    virtual void ended(const Ending& ending) = 0;
};

} // namespace insightd::graph
