#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace insightd::config
{

/// "90s", "15m", "2h" or "1d", from 1 second to 3650 days; nothing for any other text.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

} // namespace insightd::config
