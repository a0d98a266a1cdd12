#pragma once

#include <chrono>

namespace insightd::model
{

/// A moment, UTC, to the microsecond: what a timestamptz holds.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// A calendar day without a zone: what a date holds.
using Day = std::chrono::sys_days;

} // namespace insightd::model
