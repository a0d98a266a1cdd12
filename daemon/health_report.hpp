#pragma once

#include "storage/model/history.hpp"

#include <string>
#include <vector>

/// What `status` prints.
namespace insightd::daemon
{

/// A table for people: one line per account and collector, ages reckoned at `now`.
std::string health_table(const std::vector<model::Health>& rows, model::Instant now);

/// The same for programs: an array of objects, instants in ISO 8601, absent values null.
std::string health_json(const std::vector<model::Health>& rows);

} // namespace insightd::daemon
