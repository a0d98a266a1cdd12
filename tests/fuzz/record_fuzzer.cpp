#include "storage/spool/record.hpp"
#include "storage/spool/token_text.hpp"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>

// What the spool reads back from a disk: a record's body, a sealed token's text.

using namespace insightd;

namespace
{

void read_body(const std::string& text)
{
    const auto steps = spool::unpacked(text);
    if (steps && spool::unpacked(spool::packed(*steps)) != steps)
        std::abort();
}

void read_token(const std::string& text)
{
    try {
        const auto token = spool::token_in(text);
        if (spool::token_in(spool::text_of(token)) != token)
            std::abort();
    } catch (const std::exception&) {
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    read_body(text);
    read_token(text);
    return 0;
}
