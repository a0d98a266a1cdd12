#pragma once

#include "config/secret.hpp"

#include <string>
#include <string_view>

namespace insightd::graph
{

/// Lower-case hex HMAC-SHA256 of the message under the secret: 64 digits.
std::string hmac_sha256(const config::Secret& secret, std::string_view message);

} // namespace insightd::graph
