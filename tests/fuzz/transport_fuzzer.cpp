#include "collectors/canonical_url.hpp"
#include "collectors/graph/endpoint.hpp"
#include "collectors/graph/failure.hpp"
#include "collectors/graph/gzip.hpp"
#include "collectors/graph/url.hpp"
#include "collectors/graph/usage.hpp"
#include "storage/json_rows.hpp"

#include <cstdint>
#include <string>

// What comes in beside the body: compression, usage headers, URLs, error texts, and any text at
// all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace insightd;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto whole = graph::unpacked(text, 100'000);
    if (whole && whole->size() > 100'000)
        __builtin_trap();
    (void)graph::parse_usage(text, text);
    (void)graph::endpoint_of(text);
    (void)graph::classify(400, 100, 0, false, text);
    (void)graph::named_metric(text);
    (void)collectors::canonical_url(text);
    if (graph::redacted("https://h/?access_token=" + text).find("access_token=***") ==
        std::string::npos)
        __builtin_trap();
    const auto cleaned = storage::clean(text);
    if (storage::clean(cleaned) != cleaned)
        __builtin_trap();
    return 0;
}
