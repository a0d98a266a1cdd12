#pragma once

#include "daemon/status_page/chart.hpp"
#include "storage/model/shown.hpp"

#include <vector>

/// What was collected, as charts. A number that is missing stays missing.
namespace insightd::status_page
{

/// Followers, views and reach by day.
std::vector<Chart> charts_of(const model::ShownAccount& account, model::Instant now);

/// Views and reach as they grew, and what was gained by day.
std::vector<Chart> charts_of(const model::ShownPostHistory& post, model::Instant now);

} // namespace insightd::status_page
