#include "storage/vault/keyring.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

// The file of keys, as an operator may have edited it.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace insightd;
    const std::string text{reinterpret_cast<const char*>(data), size};
    try {
        const auto keys = vault::Keyring::parse(config::Secret{text});
        if (keys.newest().id().size() != 8)
            std::abort();
    } catch (const vault::KeyTrouble&) {
    }
    return 0;
}
