#include "tests/fuzz/answer.hpp"

#include "collectors/graph/answer.hpp"
#include "collectors/graph/transport.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    insightd::graph::HttpReply reply;
    reply.status = 200;
    reply.body.assign(reinterpret_cast<const char*>(data), size);
    if (const auto body = insightd::graph::body_of(reply))
        insightd::fuzz::decode(*body);
    return 0;
}
