#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace insightd::config
{

/// "2026-01-02T08:00:00Z", with up to six decimals of a second, and Z, "+0000" or "+00:00": the
/// forms that RFC 3339 and the Graph API write. Nothing for any other text, nor before 1970 or
/// after the year 9999, where no time lies that the platform or a configuration can mean. Source:
/// graph-api.md section 0, rule 6.
std::optional<std::chrono::sys_time<std::chrono::microseconds>>
parse_instant(std::string_view text);

/// Seconds since 1970, fractions too; nothing outside the same span.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> from_unix_seconds(double seconds);

} // namespace insightd::config
