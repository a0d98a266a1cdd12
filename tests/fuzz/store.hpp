#pragma once

#include "storage/model/rows.hpp"

namespace insightd::fuzz
{

/// The rows as they go to the store: each text must be JSON that PostgreSQL takes, or this aborts.
void store(const model::Batch& batch);

} // namespace insightd::fuzz
