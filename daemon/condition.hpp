#pragma once

#include "daemon/failure_counts.hpp"
#include "storage/model/time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace insightd::daemon
{

/// How the collection of an instance's own accounts goes: so many lines as there are collectors,
/// however many accounts there are.
struct Condition {
    struct Collector {
        std::string_view name;
        /// Of the account whose last success is the oldest; nothing: none succeeded yet, or there
        /// is no pace at which all should.
        std::optional<model::Instant> last_success;
        /// When the reading fell due that waits longest; nothing: none waits.
        std::optional<model::Instant> waits_since;
    };
    std::vector<Collector> collectors;
    FailureCounts failing; ///< collectors of accounts, by how they failed last
};

} // namespace insightd::daemon
