#include "tests/sandbox/hmac.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace insightd::sandbox
{

std::string hmac_sha256(std::string_view secret, std::string_view message)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(
        EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
        reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
        &size);
    std::string hex;
    for (unsigned int at = 0; at < size; ++at)
        hex += fmt::format("{:02x}", digest.at(at));
    return hex;
}

} // namespace insightd::sandbox
