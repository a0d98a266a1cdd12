#include "collectors/catalog.hpp"
#include "config/loader.hpp"

#include <cstdint>

// The YAML loader: any text is a configuration or a list of located mistakes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto vocabulary = insightd::catalog::vocabulary();
    const auto loaded = insightd::config::parse(
        {reinterpret_cast<const char*>(data), size}, "fuzz.yaml", vocabulary);
    if (const auto* mistakes = std::get_if<insightd::config::Mistakes>(&loaded))
        if (mistakes->all.empty())
            __builtin_trap();
    return 0;
}
