#include "collectors/graph/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace insightd::graph
{

std::string hmac_sha256(const config::Secret& secret, std::string_view message)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const auto& key = secret.reveal();
    HMAC(
        EVP_sha256(), key.data(), static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
        &size);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += "0123456789abcdef"[digest.at(i) >> 4];
        text += "0123456789abcdef"[digest.at(i) & 15];
    }
    return text;
}

} // namespace insightd::graph
