#pragma once

#include "collectors/graph/failure.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace insightd::daemon
{

/// Who has to wait after a failure.
enum class Scope { job, account, app };

/// How to answer a failure: who waits, how long at first, how long at most.
struct Reaction {
    Scope scope{};
    std::chrono::seconds first_wait{};
    std::chrono::seconds longest_wait{};
    const char* advice = ""; ///< what the operator can do; empty where time heals
};

/// The one table of reactions. Source: graph-api.md section 8, column "Action".
const Reaction& reaction_to(graph::FailureClass kind);

/// Nothing failed: the rest was not asked, for the budget has no room for it now.
bool is_held_back(const std::optional<graph::Failure>& failure);

/// How long to wait after the `failures`-th failure in a row: what the API asks for, else doubling
/// from first_wait up to longest_wait, the upper half of it spread by `key`.
std::chrono::seconds
wait_after(const graph::Failure& failure, std::int64_t failures, std::uint64_t key);

} // namespace insightd::daemon
