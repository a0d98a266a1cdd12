#pragma once

#include "tests/sandbox/login.hpp"

/// Tokens out of tokens. Source: graph-api.md section 2.
namespace insightd::sandbox
{

/// grant_type=fb_exchange_token
Response long_lived_facebook(const Visit& visit);

/// {access_token, token_type, expires_in}; without the last for one that never expires.
json::object bearer_answer(const Token& token, Instant now);

} // namespace insightd::sandbox
