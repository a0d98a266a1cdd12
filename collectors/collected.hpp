#pragma once

#include "collectors/catalog.hpp"
#include "collectors/graph/failure.hpp"
#include "storage/model/rows.hpp"

#include <optional>
#include <utility>

namespace insightd::collectors
{

/// What one poll learned, and what stopped it, if anything did. Rows gathered before a failure are
/// as good as any and are kept.
struct Collected {
    Collected() = default;
    explicit Collected(graph::Failure reason) : failure{std::move(reason)} {}

    model::Batch rows;
    std::optional<graph::Failure> failure;
    bool is_of_a_part = false; ///< the failure: the rest was read
    bool is_doubtful = false;  ///< a metric is absent by suspicion alone: worth asking again soon
};

/// The absence that a call refused for this subject means; nothing for a failure of the call
/// itself, which the scheduler must answer by retrying, waiting or asking for a login. A post may
/// be gone; an account that seems gone may be throttled. Source: graph-api.md section 4.4.
std::optional<model::Absence> absence_of(const graph::Failure& failure, catalog::Subject subject);

/// An answer that is not what the documents promise.
graph::Failure malformed(std::string what);

} // namespace insightd::collectors
