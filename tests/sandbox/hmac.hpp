#pragma once

#include <string>
#include <string_view>

namespace insightd::sandbox
{

/// Lower-case hex HMAC-SHA256: 64 digits. The platform's own, apart from what insightd computes.
std::string hmac_sha256(std::string_view secret, std::string_view message);

} // namespace insightd::sandbox
