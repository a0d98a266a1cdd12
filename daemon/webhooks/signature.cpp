#include "daemon/webhooks/signature.hpp"

#include "collectors/graph/hmac.hpp"

#include <sodium.h>

namespace insightd::webhooks
{

bool equal_in_constant_time(std::string_view one, std::string_view other)
{
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

bool is_signed(
    std::string_view header, std::string_view body, std::span<const config::Secret> secrets)
{
    constexpr std::string_view prefix = "sha256=";
    if (!header.starts_with(prefix))
        return false;
    const auto signature = header.substr(prefix.size());
    bool found = false;
    for (const auto& secret : secrets)
        found = equal_in_constant_time(graph::hmac_sha256(secret, body), signature) || found;
    return found;
}

} // namespace insightd::webhooks
