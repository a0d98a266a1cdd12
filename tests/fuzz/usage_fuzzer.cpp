#include "collectors/graph/usage.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// The usage headers: the text as either, beside one that is well.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace insightd;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto both = graph::joined(
        graph::parse_usage(text, R"({"1":[{"call_count":3}]})"),
        graph::parse_usage(R"({"call_count":"2%"})", text));
    if (!both.percent() || *both.percent() < 3)
        std::abort();
    if (both.regain_after && both.regain_after->count() <= 0)
        std::abort();
    return 0;
}
