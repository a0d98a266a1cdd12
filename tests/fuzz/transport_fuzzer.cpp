#include "collectors/canonical_url.hpp"
#include "collectors/graph/endpoint.hpp"
#include "collectors/graph/failure.hpp"
#include "collectors/graph/gzip.hpp"
#include "storage/json_rows.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

// What comes in beside the body: compression, URLs, error texts, and any text at all.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace insightd;
    constexpr std::size_t most = 100'000;
    const std::string text{reinterpret_cast<const char*>(data), size};
    const auto whole = graph::unpacked(text, most);
    if (whole && whole->size() > most)
        std::abort();
    (void)graph::endpoint_of(text);
    (void)graph::named_metric(text);
    (void)collectors::canonical_url(text);
    const auto cleaned = storage::clean(text);
    if (storage::clean(cleaned) != cleaned)
        std::abort();
    return 0;
}
