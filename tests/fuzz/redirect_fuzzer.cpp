#include "collectors/graph/http_date.hpp"
#include "collectors/graph/redirect.hpp"
#include "collectors/graph/url.hpp"
#include "daemon/webhooks/form.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

// Queries: the redirect that a person pastes, and what anybody asks of a listener.

using namespace insightd;

namespace
{

void read_redirect(const std::string& text)
{
    for (const auto& pasted : {text, "?" + text, "https://h/?code=" + text + "#_"})
        (void)graph::parse_redirect(pasted);
    if (graph::parse_redirect("?code=abc&" + text).code.empty() &&
        text.find("code=") == std::string::npos)
        std::abort();
}

void read_query(const std::string& text)
{
    (void)webhooks::form_of(text);
    if (graph::unescaped(graph::escaped(text)) != text)
        std::abort();
    if (graph::redacted("https://h/?access_token=" + text).find("access_token=***") ==
        std::string::npos)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    read_redirect(text);
    read_query(text);
    (void)graph::parse_http_date(text);
    return 0;
}
