#include "collectors/graph/answer.hpp"
#include "collectors/graph/grant.hpp"
#include "collectors/graph/redirect.hpp"
#include "collectors/graph/transport.hpp"
#include "storage/vault/keyring.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>

// What comes back from a login: the redirect that a person pastes, and the token endpoints'
// answers.

using namespace insightd;

namespace
{

void read_redirect(const std::string& text)
{
    for (const auto& pasted : {text, "?" + text, "https://h/?code=" + text + "#_"})
        (void)graph::parse_redirect(pasted);
    if (graph::parse_redirect("?code=abc&" + text).code.empty() &&
        text.find("code=") == std::string::npos)
        __builtin_trap();
}

void read_answer(const std::string& text)
{
    graph::HttpReply reply;
    reply.status = 200;
    reply.body = text;
    const auto body = graph::body_of(reply);
    if (!body)
        return;
    const auto grant = graph::decode_grant(*body);
    if (grant && grant->token.empty())
        __builtin_trap();
    (void)graph::decode_token_report(*body);
    (void)graph::decode_page(*body);
}

void read_key(const std::string& text)
{
    try {
        const auto keys = vault::Keyring::parse(config::Secret{text});
        if (keys.newest().id().size() != 8)
            __builtin_trap();
    } catch (const vault::KeyTrouble&) {
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    read_redirect(text);
    read_answer(text);
    read_key(text);
    return 0;
}
