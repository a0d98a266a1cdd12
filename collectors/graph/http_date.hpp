#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace insightd::graph
{

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of the Date header that is still sent (RFC 9110,
/// 5.6.7); nothing if it is another or none.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& header);

} // namespace insightd::graph
