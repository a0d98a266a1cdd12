#pragma once

#include "storage/model/time.hpp"

#include <string>

namespace insightd::model
{

/// Readings of one collector that fell due and were not made. The API tells totals as they stand,
/// never as they stood: what was not read then cannot be read later.
struct Gap {
    std::string collector;
    Instant begins_at;  ///< when the first of them was due
    Instant ends_at;    ///< when reading went on
    std::string reason; ///< why they were not made; never a secret
};

} // namespace insightd::model
