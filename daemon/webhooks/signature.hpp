#pragma once

#include "config/secret.hpp"

#include <span>
#include <string_view>

namespace insightd::webhooks
{

/// Whether two texts are the same, in a time that tells nothing of where they differ.
bool equal_in_constant_time(std::string_view one, std::string_view other);

/// Whether the header X-Hub-Signature-256 was made of these very bytes under one of the secrets.
/// Source: graph-api.md section 7.
bool is_signed(
    std::string_view header, std::string_view body, std::span<const config::Secret> secrets);

} // namespace insightd::webhooks
